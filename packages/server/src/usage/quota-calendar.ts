/** The periods of one quota around now, worked out once a period: the calendar is slow. */
import { periodStarts, type QuotaPolicy } from '@claviger/core'

export class QuotaCalendar {
  readonly #policy: QuotaPolicy
  #starts: readonly number[] = []

  constructor(policy: QuotaPolicy) {
    this.#policy = policy
  }

  /** As `periodStarts`, by this machine's wall clock. */
  startsAround(wallMs: number): readonly number[] {
    const [, start = Infinity, end = Infinity] = this.#starts
    if (wallMs < start || wallMs >= end) this.#starts = periodStarts(this.#policy, wallMs)
    return this.#starts
  }
}
