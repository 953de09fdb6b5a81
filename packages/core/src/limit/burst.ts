/**
 * "`limit` units per `windowMs`, evenly, and up to `burst` of them at once after a rest": the generic cell rate algorithm.
 * In any stretch of time of length t at most `burst` + t · `limit` / `windowMs` units pass.
 *
 * Kept as a debt: a unit owes `windowMs`, every millisecond pays `limit` back, so all numbers are integers and two
 * implementations never differ by a rounding. The debt in milliseconds is what others call "theoretical arrival time minus
 * now". A lease is charged as if all of its units were used at its end: the debt is raised to what is still owed by then.
 *
 *   *Why that is safe.* Take any stretch from a to b, and the units used in it. Their leases end at a or later, so after the
 *   first of them was drawn the debt was paid off no earlier than a plus its own units, and each later draw added its own.
 *   The last draw, at d ≤ b, found at most `burst` less its own units owed at d: together no more than `burst` + (b - a) · rate.
 *
 * Pure. `burst` · `windowMs` must stay below 2^52.
 */
import type { LocalCounter } from './local-counter.ts'
import type { BurstPolicy } from './policy.ts'

/** What of a policy the arithmetic needs. */
export type BurstShape = Pick<BurstPolicy, 'limit' | 'windowMs' | 'burst'>

/** What is still owed `passedMs` later. */
export function debtAfterMs(shape: Pick<BurstShape, 'limit'>, debt: number, passedMs: number): number {
  return Math.max(0, debt - passedMs * shape.limit)
}

/** Units that fit now. */
export function burstRemaining(shape: BurstShape, debt: number): number {
  return Math.max(0, Math.floor((shape.burst * shape.windowMs - debt) / shape.windowMs))
}

/** Until `cost` units fit, in whole ms; 0 when they fit now, Infinity when they never do. */
export function burstDelayMs(shape: BurstShape, debt: number, cost: number): number {
  if (cost > shape.burst) return Infinity
  return Math.max(0, Math.ceil((debt - (shape.burst - cost) * shape.windowMs) / shape.limit))
}

/** The debt with `units` more, which are used within `usedWithinMs` from now. */
export function debtWith(shape: BurstShape, debt: number, units: number, usedWithinMs: number): number {
  return Math.max(debt, usedWithinMs * shape.limit) + units * shape.windowMs
}

/** How long it takes to get the whole burst back, in ms. */
export function burstSpanMs(shape: BurstShape): number {
  return (shape.burst * shape.windowMs) / shape.limit
}

/** A burst's counter in this process. Hand it a monotonic clock: when one steps back, time stands still for the counter. */
export class BurstCounter implements LocalCounter {
  readonly #shape: BurstShape
  #debt = 0
  #atMs: number

  constructor(shape: BurstShape, startAtMs = 0) {
    this.#shape = shape
    this.#atMs = startAtMs
  }

  admits(cost: number, nowMs: number): boolean {
    return burstDelayMs(this.#shape, this.#pay(nowMs), cost) === 0
  }

  charge(cost: number, nowMs: number): void {
    this.#debt = debtWith(this.#shape, this.#pay(nowMs), cost, 0)
  }

  remaining(nowMs: number): number {
    return burstRemaining(this.#shape, this.#pay(nowMs))
  }

  retryAfterMs(cost: number, nowMs: number): number {
    return burstDelayMs(this.#shape, this.#pay(nowMs), cost)
  }

  resetMs(nowMs: number): number {
    const debt = this.#pay(nowMs)
    return debt === 0 ? 0 : burstDelayMs(this.#shape, debt, Math.min(this.#shape.burst, this.remaining(nowMs) + 1))
  }

  isIdle(nowMs: number): boolean {
    return this.#pay(nowMs) === 0
  }

  #pay(nowMs: number): number {
    if (nowMs > this.#atMs) {
      this.#debt = debtAfterMs(this.#shape, this.#debt, nowMs - this.#atMs)
      this.#atMs = nowMs
    }
    return this.#debt
  }
}
