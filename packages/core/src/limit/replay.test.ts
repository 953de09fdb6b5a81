import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LimitPolicy, WindowPolicy } from './policy.ts'
import { periodAt } from './quota.ts'
import { LimitReplay, warmAtMs, warmUpFromMs, type PastCall } from './replay.ts'

const START_MS = Date.UTC(2026, 10, 18, 11, 6, 40)
const common = { class: 'bounded', mode: 'enforce', onCounterLoss: 'closed' } as const
const window = (limit: number, windowMs = 60_000, members: Partial<WindowPolicy> = {}): LimitPolicy => ({
  ...common,
  id: 'requests',
  name: 'requests',
  kind: 'window',
  limit,
  windowMs,
  buckets: 60,
  ...members,
})
const burst = (limit: number, size: number): LimitPolicy => ({
  ...common,
  id: 'burst',
  name: 'burst',
  kind: 'burst',
  limit,
  windowMs: 1_000,
  burst: size,
})
const quota = (limit: number): LimitPolicy => ({
  ...common,
  id: 'daily',
  name: 'daily',
  kind: 'quota',
  limit,
  period: 'day',
  anchorDay: 1,
  anchorMonth: 1,
  zone: 'Asia/Kathmandu',
})
const slots = (limit: number): LimitPolicy => ({
  ...common,
  id: 'at-once',
  name: 'at-once',
  kind: 'concurrency',
  limit,
})
const credits: LimitPolicy = {
  ...common,
  id: 'credits:key_1',
  name: 'paid',
  kind: 'credits',
  limit: Number.MAX_SAFE_INTEGER,
  account: 'key_1',
}

/** Steady, in bursts at the edges of the window, and at any time. */
const calls: fc.Arbitrary<readonly PastCall[]> = fc
  .array(
    fc.record({
      afterMs: fc.oneof(
        fc.constant(0),
        fc.constantFrom(999, 1_000, 1_001, 100),
        fc.integer({ min: 0, max: 3_000 }),
        fc.constantFrom(59_999, 60_000, 43_200_000),
      ),
      cost: fc.oneof(
        { arbitrary: fc.constant(1), weight: 4 },
        { arbitrary: fc.integer({ min: 1, max: 9 }), weight: 1 },
      ),
      lastsMs: fc.constantFrom(0, 1, 500, 5_000),
    }),
    { minLength: 30, maxLength: 120, size: 'max' },
  )
  .map((list) => {
    let atMs = START_MS
    return list.map(({ afterMs, ...call }) => ({ ...call, atMs: (atMs += afterMs) }))
  })

/** Of those that were let through, which still count. The brute force: everything is looked at, every time. */
type Counts = (policy: LimitPolicy, letIn: readonly PastCall[], call: PastCall) => boolean

const fits: Counts = (policy, letIn, { atMs, cost }) => {
  const unitsSince = (fromMs: number): number => letIn.reduce((sum, one) => sum + (one.atMs > fromMs ? one.cost : 0), 0)
  switch (policy.kind) {
    case 'window':
      return unitsSince(atMs - policy.windowMs) + cost <= policy.limit
    case 'quota':
      return unitsSince(periodAt(policy, atMs).startMs - 1) + cost <= policy.limit
    case 'concurrency':
      return letIn.filter((one) => one.atMs + one.lastsMs > atMs).length < policy.limit
    case 'burst':
      // in no stretch that ends now has there been more than the burst and what the rate has added
      return [...letIn.map((one) => one.atMs), atMs].every(
        (fromMs) =>
          (unitsSince(fromMs - 1) + cost) * policy.windowMs <=
          policy.burst * policy.windowMs + (atMs - fromMs) * policy.limit,
      )
    case 'credits':
      return unitsSince(0) + cost <= 25
  }
}

function oracle(policies: readonly LimitPolicy[], past: readonly PastCall[]): readonly boolean[] {
  const letIn: PastCall[] = []
  return past.map((call) => {
    const passes = policies.every((policy) => policy.mode === 'shadow' || fits(policy, letIn, call))
    if (passes) letIn.push(call)
    return passes
  })
}

function replay(policies: readonly LimitPolicy[], past: readonly PastCall[]): readonly boolean[] {
  const limits = new LimitReplay({ balanceOf: () => ({ openingUnits: 25, booked: [] }) })
  return past.map((call) => limits.ask(policies, call) === undefined)
}

const anyLimit = fc.oneof(
  fc.tuple(fc.integer({ min: 1, max: 64 }), fc.constantFrom(1_000, 60_000)).map(([limit, ms]) => window(limit, ms)),
  fc.tuple(fc.integer({ min: 1, max: 10 }), fc.integer({ min: 1, max: 12 })).map(([limit, size]) => burst(limit, size)),
  fc.integer({ min: 1, max: 40 }).map(quota),
  fc.integer({ min: 1, max: 4 }).map(slots),
  fc.constant(credits),
)
const several = fc.uniqueArray(anyLimit, { minLength: 1, maxLength: 4, selector: ({ id }) => id })

describe('limits that are run again', () => {
  test('refuse exactly the calls that brute force refuses, of every kind and together', () => {
    let refused = 0
    fc.assert(
      fc.property(several, calls, (policies, past) => {
        const expected = oracle(policies, past)
        refused += expected.filter((passes) => !passes).length
        expect(replay(policies, past)).toEqual(expected)
      }),
      { numRuns: 600 },
    )
    expect(refused).toBeGreaterThan(1_000)
  })

  test('flip exactly the calls on which brute force with the one limit and with the other differ', () => {
    let flips = 0
    fc.assert(
      fc.property(several, several, calls, (before, after, past) => {
        const differing = (one: readonly boolean[], other: readonly boolean[]): readonly number[] =>
          one.flatMap((passes, at) => (passes === other[at] ? [] : [at]))
        const expected = differing(oracle(before, past), oracle(after, past))
        flips += expected.length
        expect(differing(replay(before, past), replay(after, past))).toEqual(expected)
      }),
      { numRuns: 400 },
    )
    expect(flips).toBeGreaterThan(1_000)
  })

  test('never let more through than a large window has, and most of a demand at the limit', () => {
    const limit = window(200)
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 299 }), (offsetMs) => {
        const past = Array.from({ length: 1_000 }, (_, at) => ({
          atMs: START_MS + offsetMs + at * 300,
          cost: 1,
          lastsMs: 0,
        }))
        const passed = replay([limit], past)
        const admitted = past.filter((_, at) => passed[at])
        for (const { atMs } of admitted)
          expect(admitted.filter((one) => one.atMs > atMs - 60_000 && one.atMs <= atMs).length).toBeLessThanOrEqual(200)
        expect(admitted.length).toBeGreaterThanOrEqual(900)
      }),
      { numRuns: 20 },
    )
  })

  test('charge nothing to one limit when another refuses, and nothing at all to a shadow that is used up', () => {
    const limits = new LimitReplay()
    const [tight, wide, shadow] = [
      window(1, 1_000, { id: 'tight' }),
      window(3, 60_000, { id: 'wide' }),
      window(1, 60_000, { id: 'shadow', mode: 'shadow' }),
    ]
    const at = (ms: number) => limits.ask([tight, wide, shadow], { atMs: START_MS + ms, cost: 1, lastsMs: 0 })?.id
    expect([0, 1, 2, 1_000, 2_000, 3_000].map(at)).toEqual([undefined, 'tight', 'tight', undefined, undefined, 'wide'])
  })

  test('name the limit that opens last', () => {
    const limits = new LimitReplay()
    const policies = [window(1, 1_000, { id: 'second' }), window(1, 60_000, { id: 'minute' }), slots(1)]
    const ask = (ms: number) => limits.ask(policies, { atMs: START_MS + ms, cost: 1, lastsMs: 90_000 })?.id
    expect([0, 1, 60_000].map(ask)).toEqual([undefined, 'minute', 'at-once'])
  })

  test('take what was booked on a balance at its instant', () => {
    const booked = [
      { atMs: START_MS + 10, units: 2 },
      { atMs: START_MS + 20, units: -5 },
    ]
    const limits = new LimitReplay({ balanceOf: () => ({ openingUnits: 1, booked }) })
    const ask = (ms: number) => limits.ask([credits], { atMs: START_MS + ms, cost: 1, lastsMs: 0 }) === undefined
    expect([0, 5, 10, 15, 16, 20, 30].map(ask)).toEqual([true, false, true, true, false, false, false])
  })

  test('keep a bounded number of counters, and say when they were too few', () => {
    const limits = new LimitReplay({ mostCounters: 10 })
    const ask = (name: number, ms: number) =>
      limits.ask([window(1, 1_000, { id: `ip=${name}` })], { atMs: START_MS + ms, cost: 1, lastsMs: 0 })
    for (let name = 0; name < 200; name++) ask(name, name * 500)
    expect(limits.isOverflown).toBe(false)
    for (let name = 0; name < 200; name++) ask(1_000 + name, 200_000)
    expect(limits.isOverflown).toBe(true)
  })
})

describe('how long a limit must have been watched', () => {
  test.each([
    [window(10), 61_000],
    [burst(10, 30), 3_000],
    [slots(5), 3_600_000],
    [credits, 0],
  ])('is as long as it remembers: %o', (policy, ms) => {
    expect(warmAtMs(policy, START_MS)).toBe(START_MS + ms)
    expect(warmUpFromMs(policy, START_MS)).toBe(START_MS - ms)
  })

  test('is since its period began, for a quota', () => {
    const startMs = Date.parse('2026-11-18T00:00:00+05:45')
    const endMs = Date.parse('2026-11-19T00:00:00+05:45')
    expect(warmUpFromMs(quota(1), START_MS)).toBe(startMs)
    expect(warmAtMs(quota(1), START_MS)).toBe(endMs)
    expect(warmAtMs(quota(1), startMs)).toBe(startMs)
  })
})
