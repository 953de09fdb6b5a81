import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  WindowCounter,
  bucketFreedAtMs,
  bucketOf,
  bucketWidthMs,
  bucketsFor,
  oldestCountingBucket,
  rememberedMs,
  retryAfterMs,
  usedUnits,
  type WindowShape,
} from './window.ts'

const MINUTE: WindowShape = { limit: 100, windowMs: 60_000, buckets: 60 }
const SECOND: WindowShape = { limit: 10, windowMs: 1_000, buckets: 10 }

/** Lengths that do not divide into their buckets, too. */
const shape: fc.Arbitrary<WindowShape> = fc.record({
  limit: fc.integer({ min: 1, max: 40 }),
  windowMs: fc.oneof(fc.constantFrom(1_000, 60_000), fc.integer({ min: 1, max: 5_000 })),
  buckets: fc.constantFrom(1, 2, 3, 7, 10, 60),
})

interface Charge {
  readonly atMs: number
  readonly cost: number
}

describe('the arithmetic of buckets', () => {
  test.each([
    { windowMs: 1, buckets: 1 },
    { windowMs: 59, buckets: 59 },
    { windowMs: 1_000, buckets: 60 },
    { windowMs: 86_400_000, buckets: 60 },
  ])('a window of $windowMs ms gets $buckets buckets', ({ windowMs, buckets }) => {
    expect(bucketsFor(windowMs)).toBe(buckets)
  })

  test('a bucket is as wide as its share of the window, rounded up', () => {
    expect(bucketWidthMs(MINUTE)).toBe(1_000)
    expect(bucketWidthMs({ limit: 1, windowMs: 1_001, buckets: 10 })).toBe(101)
  })

  test.each([
    { atMs: 0, bucket: 0 },
    { atMs: 999, bucket: 0 },
    { atMs: 1_000, bucket: 1 },
    { atMs: 1_795_000_000_123, bucket: 1_795_000_000 },
  ])('the instant $atMs lies in bucket $bucket', ({ atMs, bucket }) => {
    expect(bucketOf(MINUTE, atMs)).toBe(bucket)
  })

  test('the current bucket and as many before it as the window has count, the oldest in full', () => {
    const counts = new Map([
      [39, 1_000],
      [40, 1],
      [70, 10],
      [100, 100],
    ])
    expect(oldestCountingBucket(MINUTE, 100_999)).toBe(40)
    expect(usedUnits(MINUTE, counts, 100_999)).toBe(111)
  })

  test('what is charged to the future (a lease, at its expiry) counts already', () => {
    expect(usedUnits(MINUTE, new Map([[105, 7]]), 100_000)).toBe(7)
  })

  test('a bucket stops counting on one millisecond, and is never remembered longer than said', () => {
    fc.assert(
      fc.property(shape, fc.nat(100_000), (given, atMs) => {
        const bucket = bucketOf(given, atMs)
        const freedAtMs = bucketFreedAtMs(given, bucket)
        expect(oldestCountingBucket(given, freedAtMs - 1)).toBeLessThanOrEqual(bucket)
        expect(oldestCountingBucket(given, freedAtMs)).toBeGreaterThan(bucket)
        expect(freedAtMs - atMs).toBeLessThanOrEqual(rememberedMs(given))
      }),
    )
  })
})

describe('retryAfterMs', () => {
  const counts = new Map([
    [40, 30],
    [50, 50],
    [99, 20],
  ])

  test.each([
    { cost: 1, delayMs: 1_000, because: 'the 30 of bucket 40 leave at second 101' },
    { cost: 30, delayMs: 1_000, because: 'the 30 of bucket 40 are enough' },
    { cost: 31, delayMs: 11_000, because: 'bucket 50 has to leave as well' },
    { cost: 81, delayMs: 60_000, because: 'the newest units have to leave as well' },
    { cost: 101, delayMs: Infinity, because: 'it is more than the limit' },
  ])('$cost units can be had after $delayMs ms: $because', ({ cost, delayMs }) => {
    expect(retryAfterMs(MINUTE, counts, cost, 100_000)).toBe(delayMs)
  })

  test('is 0 for what fits', () => {
    expect(retryAfterMs(MINUTE, new Map([[100, 99]]), 1, 100_000)).toBe(0)
  })

  test('tells the very first millisecond at which the units fit, whatever has been charged', () => {
    fc.assert(
      fc.property(
        shape,
        fc.array(fc.tuple(fc.integer({ min: -70, max: 20 }), fc.integer({ min: 0, max: 30 })), { maxLength: 20 }),
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 50 }),
        (given, charges, nowMs, cost) => {
          const current = bucketOf(given, nowMs)
          const charged = new Map(charges.map(([bucket, units]) => [current + bucket, units]))
          const fits = (atMs: number): boolean => usedUnits(given, charged, atMs) + cost <= given.limit
          const delayMs = retryAfterMs(given, charged, cost, nowMs)
          if (cost > given.limit) expect(delayMs).toBe(Infinity)
          else {
            expect(fits(nowMs + delayMs)).toBe(true)
            if (delayMs > 0) expect(fits(nowMs + delayMs - 1)).toBe(false)
          }
        },
      ),
      { numRuns: 300 },
    )
  })
})

describe('WindowCounter', () => {
  test('lets the limit through and not one more', () => {
    const counter = new WindowCounter(SECOND)
    expect(counter.take(7, 500)).toBe(true)
    expect(counter.take(4, 500)).toBe(false)
    expect(counter.remaining(500)).toBe(3)
    expect(counter.take(3, 500)).toBe(true)
    expect(counter.take(1, 1_599)).toBe(false)
    expect(counter.take(10, 1_600)).toBe(true)
  })

  test('charges nothing for what it refuses, so that a caller who keeps asking gets in', () => {
    const counter = new WindowCounter(SECOND)
    counter.take(10, 0)
    for (let atMs = 1; atMs < 1_100; atMs += 1) expect(counter.take(1, atMs)).toBe(false)
    expect(counter.take(10, 1_100)).toBe(true)
  })

  test('never lets more than the limit through in any window of the length (against a log of all that it let through)', () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(6_000)),
      cost: fc.integer({ min: 1, max: 12 }),
    })
    fc.assert(
      fc.property(shape, fc.nat(10_000), fc.array(step, { maxLength: 150 }), (given, startAtMs, steps) => {
        const counter = new WindowCounter(given)
        const log: Charge[] = []
        let nowMs = startAtMs
        for (const { afterMs, cost } of steps) {
          nowMs += afterMs
          if (counter.take(cost, nowMs)) log.push({ atMs: nowMs, cost })
        }
        expect(mostInAnyWindow(log, given.windowMs)).toBeLessThanOrEqual(given.limit)
      }),
      { numRuns: 300 },
    )
  })

  test('lets a burst of the limit through once, wherever the borders of its buckets lie', () => {
    fc.assert(
      fc.property(
        shape,
        fc.nat(10_000),
        fc.array(fc.nat(40), { minLength: 80, maxLength: 80 }),
        (given, startAtMs, gaps) => {
          const counter = new WindowCounter(given)
          let nowMs = startAtMs
          let admitted = 0
          for (const gap of gaps) {
            nowMs = Math.min(nowMs + gap, startAtMs + given.windowMs)
            if (counter.take(1, nowMs)) admitted += 1
          }
          expect(admitted).toBe(Math.min(given.limit, gaps.length))
        },
      ),
    )
  })

  const served = {
    windowMs: fc.integer({ min: 1, max: 90 }).map((seconds) => seconds * 1_000),
    limit: fc.integer({ min: 1, max: 200 }),
  }

  test('gives at least 90 % of the limit to a caller who keeps to Retry-After', () => {
    fc.assert(
      fc.property(fc.record(served), fc.nat(100_000), ({ limit, windowMs }, startAtMs) => {
        const counter = new WindowCounter({ limit, windowMs, buckets: bucketsFor(windowMs) })
        let nowMs = startAtMs
        let admitted = 0
        while (nowMs < startAtMs + 50 * windowMs) {
          if (counter.take(1, nowMs)) admitted += 1
          else nowMs += counter.retryAfterMs(1, nowMs)
        }
        expect(admitted / 50).toBeGreaterThanOrEqual(0.9 * limit)
      }),
      { numRuns: 40 },
    )
  })

  test('admits at least 90 % of steady demand at the limit, from ten calls a window up', () => {
    fc.assert(
      fc.property(
        fc.record({ ...served, limit: fc.integer({ min: 10, max: 200 }) }),
        fc.nat(100_000),
        ({ limit, windowMs }, startAtMs) => {
          const counter = new WindowCounter({ limit, windowMs, buckets: bucketsFor(windowMs) })
          const calls = 30 * limit
          let admitted = 0
          for (let call = 0; call < calls; call += 1) {
            if (counter.take(1, startAtMs + Math.floor((call * windowMs) / limit))) admitted += 1
          }
          expect(admitted / calls).toBeGreaterThanOrEqual(0.9)
        },
      ),
      { numRuns: 200 },
    )
  })

  test('agrees with the pure functions at every step', () => {
    const step = fc.record({ afterMs: fc.oneof(fc.nat(30), fc.nat(3_000)), cost: fc.integer({ min: 1, max: 12 }) })
    fc.assert(
      fc.property(shape, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const counter = new WindowCounter(given)
        const counts = new Map<number, number>()
        let nowMs = 0
        for (const { afterMs, cost } of steps) {
          nowMs += afterMs
          const used = usedUnits(given, counts, nowMs)
          expect(counter.remaining(nowMs)).toBe(given.limit - used)
          expect(counter.retryAfterMs(cost, nowMs)).toBe(retryAfterMs(given, counts, cost, nowMs))
          expect(counter.resetMs(nowMs)).toBe(
            used === 0 ? 0 : retryAfterMs(given, counts, given.limit - used + 1, nowMs),
          )
          expect(counter.isIdle(nowMs)).toBe(used === 0)
          if (counter.take(cost, nowMs))
            counts.set(bucketOf(given, nowMs), (counts.get(bucketOf(given, nowMs)) ?? 0) + cost)
        }
      }),
    )
  })

  test('does not reopen the past when the clock steps back', () => {
    const counter = new WindowCounter(SECOND)
    expect(counter.take(10, 5_000)).toBe(true)
    expect(counter.take(1, 1_000)).toBe(false)
    expect(counter.take(1, 6_099)).toBe(false)
    expect(counter.take(1, 6_100)).toBe(true)
  })

  test('holds what is charged while the clock has stepped back as long as what was charged before', () => {
    const counter = new WindowCounter(SECOND)
    counter.take(5, 5_000)
    counter.take(5, 4_500)
    expect(counter.take(1, 6_099)).toBe(false)
    expect(counter.take(10, 6_100)).toBe(true)
  })

  test('forgets everything over a silence of any length', () => {
    const counter = new WindowCounter(SECOND)
    counter.take(10, 0)
    expect(counter.isIdle(1_099)).toBe(false)
    expect(counter.isIdle(1e12)).toBe(true)
    expect(counter.take(10, 1e12)).toBe(true)
  })

  test('a limit of 0 refuses everything, for ever', () => {
    const counter = new WindowCounter({ ...SECOND, limit: 0 })
    expect(counter.take(1, 0)).toBe(false)
    expect(counter.retryAfterMs(1, 0)).toBe(Infinity)
  })

  test.each([{ limit: NaN }, { windowMs: 0 }, { buckets: 0 }, { buckets: 1.5 }])('refuses the shape %j', (wrong) => {
    expect(() => new WindowCounter({ ...SECOND, ...wrong })).toThrow(RangeError)
  })
})

describe('leases charged to the bucket of their expiry', () => {
  test('never let more than the limit be used in any window, whenever the units are used (brute force)', () => {
    const lease = fc.record({
      afterMs: fc.oneof(fc.nat(50), fc.nat(2_000)),
      units: fc.integer({ min: 1, max: 15 }),
      lifeMs: fc.integer({ min: 1, max: 3_000 }),
      /** When each unit is used, as a share of the lease's life. */
      usedAt: fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 15 }),
    })
    fc.assert(
      fc.property(shape, fc.array(lease, { maxLength: 60 }), (given, leases) => {
        const counts = new Map<number, number>()
        const uses: Charge[] = []
        let nowMs = 0
        for (const { afterMs, units, lifeMs, usedAt } of leases) {
          nowMs += afterMs
          if (usedUnits(given, counts, nowMs) + units > given.limit) continue
          const bucket = bucketOf(given, nowMs + lifeMs)
          const spent = usedAt.slice(0, units)
          counts.set(bucket, (counts.get(bucket) ?? 0) + units)
          for (const share of spent) uses.push({ atMs: nowMs + Math.floor(share * lifeMs), cost: 1 })
        }
        expect(mostInAnyWindow(uses, given.windowMs)).toBeLessThanOrEqual(given.limit)
      }),
      { numRuns: 300 },
    )
  })
})

/** The oracle: looks at every window that ends at a charge, both of its ends included. */
function mostInAnyWindow(log: readonly Charge[], windowMs: number): number {
  const sums = log.map((last) =>
    log
      .filter(({ atMs }) => atMs <= last.atMs && atMs >= last.atMs - windowMs)
      .reduce((sum, { cost }) => sum + cost, 0),
  )
  return Math.max(0, ...sums)
}
