/** The counter of one quota of the calendar in this process: what was used in the period that it is. Pure. */
import type { LocalCounter } from './local-counter.ts'
import type { QuotaPolicy } from './policy.ts'
import { periodAt } from './quota.ts'

/** Hand it a wall clock: the calendar's. When it steps back, the newer period stays. */
export class QuotaCounter implements LocalCounter {
  readonly #policy: QuotaPolicy
  #endMs = Number.NEGATIVE_INFINITY
  #used = 0

  constructor(policy: QuotaPolicy) {
    this.#policy = policy
  }

  admits(cost: number, nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#used + cost <= this.#policy.limit
  }

  charge(cost: number, nowMs: number): void {
    this.#advance(nowMs)
    this.#used += cost
  }

  remaining(nowMs: number): number {
    this.#advance(nowMs)
    return Math.max(0, this.#policy.limit - this.#used)
  }

  retryAfterMs(cost: number, nowMs: number): number {
    if (this.admits(cost, nowMs)) return 0
    return cost > this.#policy.limit ? Infinity : this.#endMs - nowMs
  }

  resetMs(nowMs: number): number {
    this.#advance(nowMs)
    return this.#used === 0 ? 0 : this.#endMs - nowMs
  }

  isIdle(nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#used === 0
  }

  #advance(nowMs: number): void {
    if (nowMs < this.#endMs) return
    this.#endMs = periodAt(this.#policy, nowMs).endMs
    this.#used = 0
  }
}
