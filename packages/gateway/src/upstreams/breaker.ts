/**
 * One upstream as the calls of this process have met it: its circuit breaker.
 *
 *     closed ──(failures in a row)──▶ open ──(time is over)──▶ half open ──(trial answered)──▶ closed, on probation
 *                                      ▲                          │                                │
 *                                      └───────(trial failed: twice as long)──◀──(next failure)────┘
 *
 * A call that has ended whole ends the probation. What still runs counts as neither success nor failure.
 */
import type { BreakerPart } from './balance.ts'
import type { UpstreamTally } from './tally.ts'

/** `answered`: a head that is no failure; `good`: the answer came whole; `none`: nobody knows, it was not the upstream's doing. */
export type Verdict = 'answered' | 'good' | 'bad' | 'none'

/** A failure so long after the one before begins a new count: streams that run for hours would never begin one. */
const IN_A_ROW_WITHIN_MS = 60_000

export type BreakerState = 'closed' | 'open' | 'half_open'

export interface Known {
  /** Undefined: failures are counted, and nothing else follows. */
  readonly breaker: BreakerPart | undefined
  readonly nowMs: number
  readonly tally: UpstreamTally
}

export class Breaker {
  calls = 0
  failed = 0
  #inARow = 0
  #lastFailureAtMs = 0
  /** Times in a row that it was opened without a whole answer in between. */
  #openings = 0
  /** 0: closed. */
  #openUntilMs = 0
  #isOnTrial = false

  get inARow(): number {
    return this.#inARow
  }

  get openings(): number {
    return this.#openings
  }

  get openUntilMs(): number {
    return this.#openUntilMs
  }

  state(nowMs: number): BreakerState {
    if (this.#openUntilMs === 0) return 'closed'
    return nowMs >= this.#openUntilMs ? 'half_open' : 'open'
  }

  /** Whether a call may pass now; half open, one at a time may. */
  isPassable(nowMs: number): boolean {
    return this.#openUntilMs === 0 || (nowMs >= this.#openUntilMs && !this.#isOnTrial)
  }

  /** A call goes to it. @returns whether the call is a trial; hand that back to `settle` */
  begin(): boolean {
    this.calls += 1
    if (this.#openUntilMs === 0) return false
    this.#isOnTrial = true
    return true
  }

  /** What came of a call, or has come of it so far (`answered`). */
  settle(verdict: Verdict, isTrial: boolean, known: Known): void {
    if (verdict === 'bad') this.failed += 1
    if (isTrial) this.#isOnTrial = false
    const { breaker } = known
    if (breaker === undefined) return
    // a call from before it was opened tells nothing new
    if (this.#openUntilMs !== 0 && !isTrial) return
    if (verdict === 'bad') this.#fail(breaker, isTrial, known)
    else if (verdict === 'good') this.#recover()
    else if (verdict === 'answered' && isTrial) {
      this.#openUntilMs = 0
      this.#inARow = breaker.failures - 1
      this.#lastFailureAtMs = known.nowMs
    }
  }

  #fail(breaker: BreakerPart, isTrial: boolean, { nowMs, tally }: Known): void {
    if (nowMs - this.#lastFailureAtMs > IN_A_ROW_WITHIN_MS) this.#inARow = 0
    this.#lastFailureAtMs = nowMs
    this.#inARow += 1
    if (!isTrial && this.#inARow < breaker.failures) return
    this.#inARow = 0
    this.#openings += 1
    tally.openings += 1
    this.#openUntilMs = nowMs + Math.min(breaker.maxOpenMs, breaker.openMs * 2 ** Math.min(20, this.#openings - 1))
  }

  #recover(): void {
    this.#inARow = 0
    this.#openings = 0
    this.#openUntilMs = 0
  }

  /** It is not wanted any more. */
  forget(): void {
    this.#recover()
  }
}
