import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  BurstCounter,
  burstDelayMs,
  burstRemaining,
  burstSpanMs,
  debtAfterMs,
  debtWith,
  type BurstShape,
} from './burst.ts'

const TEN_A_SECOND: BurstShape = { limit: 10, windowMs: 1_000, burst: 5 }
const shape: fc.Arbitrary<BurstShape> = fc.record({
  limit: fc.integer({ min: 1, max: 40 }),
  windowMs: fc.oneof(fc.constantFrom(1_000, 60_000), fc.integer({ min: 1, max: 5_000 })),
  burst: fc.integer({ min: 1, max: 60 }),
})

interface Use {
  readonly atMs: number
  readonly cost: number
}

/** By brute force: no stretch between two uses holds more than burst + length · rate. */
function expectWithin({ limit, windowMs, burst }: BurstShape, uses: readonly Use[]): void {
  for (const [from, first] of uses.entries()) {
    let sum = 0
    for (const use of uses.slice(from)) {
      sum += use.cost
      expect(sum * windowMs).toBeLessThanOrEqual(burst * windowMs + (use.atMs - first.atMs) * limit)
    }
  }
}

describe('the arithmetic of debts', () => {
  test('a unit owes the window, each millisecond pays the limit back', () => {
    expect(debtWith(TEN_A_SECOND, 0, 3, 0)).toBe(3_000)
    expect(debtAfterMs(TEN_A_SECOND, 3_000, 100)).toBe(2_000)
    expect(debtAfterMs(TEN_A_SECOND, 3_000, 1e9)).toBe(0)
  })

  test('units that are used later are owed from then on', () => {
    expect(debtWith(TEN_A_SECOND, 0, 1, 50)).toBe(1_500)
    expect(debtWith(TEN_A_SECOND, 2_000, 1, 50)).toBe(3_000)
  })

  test.each([
    { debt: 0, cost: 5, delayMs: 0 },
    { debt: 1, cost: 5, delayMs: 1 },
    { debt: 3_000, cost: 2, delayMs: 0 },
    { debt: 3_000, cost: 3, delayMs: 100 },
    { debt: 0, cost: 6, delayMs: Infinity },
  ])('with $debt owed, $cost units fit after $delayMs ms', ({ debt, cost, delayMs }) => {
    expect(burstDelayMs(TEN_A_SECOND, debt, cost)).toBe(delayMs)
  })

  test('the delay is the first millisecond at which the units fit, and what remains is what fits', () => {
    fc.assert(
      fc.property(shape, fc.nat(1_000_000), fc.integer({ min: 1, max: 60 }), (given, debt, cost) => {
        const delayMs = burstDelayMs(given, debt, cost)
        if (cost > given.burst) expect(delayMs).toBe(Infinity)
        else {
          expect(burstDelayMs(given, debtAfterMs(given, debt, delayMs), cost)).toBe(0)
          if (delayMs > 0) expect(burstDelayMs(given, debtAfterMs(given, debt, delayMs - 1), cost)).toBeGreaterThan(0)
        }
        const free = burstRemaining(given, debt)
        if (free > 0) expect(burstDelayMs(given, debt, free)).toBe(0)
        expect(burstDelayMs(given, debt, free + 1)).toBeGreaterThan(0)
      }),
    )
  })
})

describe('BurstCounter', () => {
  test('lets the burst through, then one unit per interval', () => {
    const counter = new BurstCounter(TEN_A_SECOND)
    for (let call = 0; call < 5; call += 1) {
      expect(counter.admits(1, 1_000)).toBe(true)
      counter.charge(1, 1_000)
    }
    expect(counter.admits(1, 1_099)).toBe(false)
    expect(counter.retryAfterMs(1, 1_099)).toBe(1)
    expect(counter.admits(1, 1_100)).toBe(true)
    expect(counter.remaining(1_300)).toBe(3)
    expect(counter.resetMs(1_300)).toBe(100)
    expect(counter.isIdle(1_499)).toBe(false)
    expect(counter.isIdle(1_500)).toBe(true)
    expect(burstSpanMs(TEN_A_SECOND)).toBe(500)
  })

  test('never lets more through in any stretch than the burst and what the rate adds', () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(6_000)),
      cost: fc.integer({ min: 1, max: 12 }),
    })
    fc.assert(
      fc.property(shape, fc.array(step, { maxLength: 120 }), (given, steps) => {
        const counter = new BurstCounter(given)
        const uses: Use[] = []
        let nowMs = 0
        for (const { afterMs, cost } of steps) {
          nowMs += afterMs
          if (!counter.admits(cost, nowMs)) continue
          counter.charge(cost, nowMs)
          uses.push({ atMs: nowMs, cost })
        }
        expectWithin(given, uses)
      }),
    )
  })

  test('leased units that are used anywhere within their lease keep the promise too, over any number of holders', () => {
    const step = fc.record({
      afterMs: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(3_000)),
      units: fc.integer({ min: 1, max: 8 }),
      leaseMs: fc.nat(500),
      used: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    fc.assert(
      fc.property(shape, fc.array(step, { maxLength: 60 }), (given, steps) => {
        const uses: Use[] = []
        let debt = 0
        let nowMs = 0
        for (const { afterMs, units, leaseMs, used } of steps) {
          nowMs += afterMs
          debt = debtAfterMs(given, debt, afterMs)
          if (burstDelayMs(given, debt, units) > 0) continue
          debt = debtWith(given, debt, units, leaseMs)
          uses.push({ atMs: nowMs + used * leaseMs, cost: units })
        }
        const inOrder = uses.toSorted((one, other) => one.atMs - other.atMs)
        for (const [from, first] of inOrder.entries()) {
          let sum = 0
          for (const use of inOrder.slice(from)) {
            sum += use.cost
            expect(sum * given.windowMs).toBeLessThanOrEqual(
              given.burst * given.windowMs + (use.atMs - first.atMs) * given.limit + 1e-6,
            )
          }
        }
      }),
      { numRuns: 300 },
    )
  })

  test('admits even demand at the rate whole, whatever the burst', () => {
    const number = fc.integer({ min: 1, max: 40 })
    fc.assert(
      fc.property(number, number, number, (limit, everyMs, burst) => {
        const counter = new BurstCounter({ limit, windowMs: limit * everyMs, burst })
        for (let nowMs = 0; nowMs < 100 * everyMs; nowMs += everyMs) {
          expect(counter.admits(1, nowMs)).toBe(true)
          counter.charge(1, nowMs)
        }
      }),
    )
  })

  test('stands still while its clock steps back', () => {
    const counter = new BurstCounter(TEN_A_SECOND, 1_000)
    counter.charge(5, 1_000)
    expect(counter.remaining(0)).toBe(0)
    expect(counter.remaining(1_500)).toBe(5)
  })
})
