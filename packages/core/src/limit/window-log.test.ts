import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { WindowLog } from './window-log.ts'

const step = fc.record({
  afterMs: fc.oneof(fc.nat(20), fc.nat(400), fc.nat(6_000)),
  cost: fc.integer({ min: 1, max: 6 }),
})

describe('WindowLog', () => {
  test('decides as a list of all charges, asked for the trailing window, at every step', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 1, max: 3_000 }),
        fc.array(step, { maxLength: 120 }),
        (limit, windowMs, steps) => {
          const log = new WindowLog({ limit, windowMs })
          const charges: { readonly atMs: number; readonly cost: number }[] = []
          let nowMs = 0
          for (const { afterMs, cost } of steps) {
            nowMs += afterMs
            const at = nowMs
            const used = charges.reduce((sum, charge) => sum + (charge.atMs > at - windowMs ? charge.cost : 0), 0)
            expect(log.remaining(nowMs)).toBe(limit - used)
            expect(log.admits(cost, nowMs)).toBe(used + cost <= limit)
            expect(log.isIdle(nowMs)).toBe(used === 0)
            const delayMs = log.retryAfterMs(cost, nowMs)
            const usedAt = (atMs: number): number =>
              charges.reduce((sum, charge) => sum + (charge.atMs > atMs - windowMs ? charge.cost : 0), 0)
            if (cost > limit) expect(delayMs).toBe(Infinity)
            else {
              expect(usedAt(nowMs + delayMs) + cost).toBeLessThanOrEqual(limit)
              if (delayMs > 0) expect(usedAt(nowMs + delayMs - 1) + cost).toBeGreaterThan(limit)
            }
            if (!log.admits(cost, nowMs)) continue
            log.charge(cost, nowMs)
            charges.push({ atMs: nowMs, cost })
          }
        },
      ),
    )
  })

  test.each([1, 2, 3, 5, 11, 64])('admits even demand at a limit of %i whole', (limit) => {
    const log = new WindowLog({ limit, windowMs: limit * 90 })
    for (let nowMs = 0; nowMs < 10 * limit * 90; nowMs += 90) {
      expect(log.admits(1, nowMs)).toBe(true)
      log.charge(1, nowMs)
    }
  })

  test('resets when its oldest charge leaves', () => {
    const log = new WindowLog({ limit: 2, windowMs: 1_000 })
    expect(log.resetMs(50)).toBe(0)
    log.charge(1, 100)
    log.charge(1, 400)
    expect(log.resetMs(500)).toBe(600)
  })
})
