/**
 * A window's counter in this process for small limits: it keeps the instant of every charge, not buckets. So a call that
 * comes exactly one window after another one gets its place, and even demand at the limit is admitted whole. The oldest
 * charges go first, so there are never more of them than the limit has units.
 *
 * Pure. Hand it a monotonic clock.
 */
import type { LocalCounter } from './local-counter.ts'
import type { WindowShape } from './window.ts'

interface Charge {
  readonly atMs: number
  readonly units: number
}

/** Up to here a log is smaller than buckets would be. */
export const SMALL_LIMIT = 64

export class WindowLog implements LocalCounter {
  readonly #shape: Pick<WindowShape, 'limit' | 'windowMs'>
  readonly #charges: Charge[] = []
  #used = 0

  constructor(shape: Pick<WindowShape, 'limit' | 'windowMs'>) {
    this.#shape = shape
  }

  admits(cost: number, nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#used + cost <= this.#shape.limit
  }

  charge(cost: number, nowMs: number): void {
    this.#advance(nowMs)
    this.#charges.push({ atMs: nowMs, units: cost })
    this.#used += cost
  }

  remaining(nowMs: number): number {
    this.#advance(nowMs)
    return Math.max(0, this.#shape.limit - this.#used)
  }

  retryAfterMs(cost: number, nowMs: number): number {
    this.#advance(nowMs)
    const { limit, windowMs } = this.#shape
    if (cost > limit) return Infinity
    let excess = this.#used + cost - limit
    let freedAtMs = nowMs
    for (const { atMs, units } of this.#charges) {
      if (excess <= 0) break
      excess -= units
      freedAtMs = atMs + windowMs
    }
    return freedAtMs - nowMs
  }

  resetMs(nowMs: number): number {
    this.#advance(nowMs)
    const [oldest] = this.#charges
    return oldest === undefined ? 0 : oldest.atMs + this.#shape.windowMs - nowMs
  }

  isIdle(nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#used === 0
  }

  #advance(nowMs: number): void {
    const charges = this.#charges
    for (let oldest = charges[0]; oldest !== undefined; oldest = charges[0]) {
      if (oldest.atMs + this.#shape.windowMs > nowMs) return
      charges.shift()
      this.#used -= oldest.units
    }
  }
}
