/** What this node knows of one limit, of whichever kind. Instants are those of the monotonic clock. */
import type { LimitPolicy, LimitState } from '@claviger/core'
import type { CallHold } from './call-hold.ts'
import type { LimitDraw, LimitGrant, Returned } from './lease-store.ts'

/** What a draw is for. */
export interface DrawFor {
  readonly cost: number
  /** Calls that wait for this limit besides. */
  readonly waiting: { readonly calls: number; readonly cost: number }
  /** How long a call of the store takes, there and back. */
  readonly wayMs: number
  readonly nowMs: number
  /** Unix ms: for the calendar only. */
  readonly wallMs: number
}

export interface Account {
  policy: LimitPolicy
  /** Draws under way. */
  drawing: number
  /** When somebody will come by; Infinity: nobody will. */
  visitAtMs: number
  /** The cost of a draw that no request waits for; 0: it only renews. */
  readonly aheadCost: 0 | 1
  /** Whether units that are drawn now may still be used by a later call. */
  readonly keepsUnits: boolean
  /** Whether this account was made for the limit as it is declared now. */
  isOf(policy: LimitPolicy): boolean
  /** Whether a call of this cost may have its units now. */
  has(cost: number, nowMs: number): boolean
  /** Units that may be used now without asking. */
  unitsHere(nowMs: number): number
  /** Uses units that `has` has just shown. @param hold where what must be released or journaled is noted */
  spend(cost: number, nowMs: number, hold: CallHold | undefined): LimitState
  state(nowMs: number): LimitState
  /** Whether the store has said that asking for so much is vain now. */
  isRefused(cost: number, nowMs: number): boolean
  /** True when it is time to draw more, so that no request has to wait for it. */
  wantsMore(nowMs: number): boolean
  /** True while a request must wait for the draw under way rather than draw for itself. */
  isBusy(): boolean
  drawFor(asked: DrawFor): LimitDraw
  /** Takes in what was granted. It ends `ttlMs` after the request was sent, whenever the answer came. */
  credit(grant: LimitGrant, sentMs: number, draw: LimitDraw): void
  /** Remembers what the store said when it refused the request, whether because of this limit or of another. */
  refuse(grant: LimitGrant, refusal: Refused): void
  /** No answer came: what was drawn is unknown. */
  lose(nowMs: number, draw: LimitDraw): void
  /** Gives up all that is leased: what is left of it goes back to the store. */
  dropLeases(nowMs: number): void
  /** What there is to tell the store, once. */
  takeReturns(nowMs: number): readonly Returned[]
  /** When to come by again, to tell the store something or to renew; undefined: no need. */
  nextVisitMs(nowMs: number): number | undefined
  isIdle(nowMs: number, idleMs: number): boolean
}

export interface Refused {
  readonly cost: number
  readonly sentMs: number
  readonly nowMs: number
  readonly draw: LimitDraw
}

/** The store said no: before `untilMs`, for this cost or more, asking again is vain. */
export class Refusal {
  #cost = Infinity
  #untilMs = Number.NEGATIVE_INFINITY

  holds(cost: number, nowMs: number): boolean {
    return cost >= this.#cost && nowMs < this.#untilMs
  }

  note(cost: number, untilMs: number): void {
    this.#cost = cost
    this.#untilMs = untilMs
  }

  forget(): void {
    this.#untilMs = Number.NEGATIVE_INFINITY
  }
}
