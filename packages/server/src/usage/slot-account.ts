/**
 * A concurrency limit at this node: slots that it holds, and how many of them calls are in. Slots are leased: renewed while
 * the node lives, and free for others ten seconds after it has died. A node that cannot renew lets nobody in any more; calls
 * that are in run on.
 */
import type { ConcurrencyPolicy, LimitPolicy, LimitState } from '@claviger/core'
import { Refusal, type Account, type DrawFor, type Refused } from './account.ts'
import type { CallHold, SlotOwner } from './call-hold.ts'
import type { LimitGrant, Returned, SlotDraw } from './lease-store.ts'

export interface SlotAccountOptions {
  readonly node: string
  /** Rises for the whole process: what this node says of a limit after an edit is heard too. */
  readonly nextSequence: () => number
  /** Told when a call has left. */
  readonly onFree: (account: SlotAccount) => void
}

const VISIT_MS = 500
/** A slot that nobody was in for so long goes back. */
const SPARE_MS = 1_000
const RENEW_SHARE = 2 / 3

export class SlotAccount implements Account, SlotOwner {
  policy: ConcurrencyPolicy
  drawing = 0
  visitAtMs = Infinity
  readonly aheadCost = 0
  readonly #options: SlotAccountOptions
  #held = 0
  #used = 0
  /** Most calls that were in since the last visit. */
  #peak = 0
  #leaseEndsMs = Number.NEGATIVE_INFINITY
  #renewAtMs = Number.POSITIVE_INFINITY
  /** What the store was told last. */
  #told = 0
  #central: boolean
  #remaining: number
  #lastUsedMs = 0
  #peakSinceMs = 0
  readonly #refusal = new Refusal()

  constructor(policy: ConcurrencyPolicy, options: SlotAccountOptions) {
    this.policy = policy
    this.#options = options
    this.#central = policy.class === 'exact'
    this.#remaining = policy.limit
  }

  /** A slot that nobody is in is missing elsewhere. */
  get keepsUnits(): boolean {
    return false
  }

  /** Whatever is edited: calls are in, and stay in. */
  isOf(policy: LimitPolicy): boolean {
    return policy.kind === 'concurrency'
  }

  has(_cost: number, nowMs: number): boolean {
    return this.#used < this.#held && nowMs < this.#leaseEndsMs
  }

  unitsHere(nowMs: number): number {
    return nowMs < this.#leaseEndsMs ? Math.max(0, this.#held - this.#used) : 0
  }

  spend(_cost: number, nowMs: number, hold: CallHold | undefined): LimitState {
    this.#used += 1
    if (this.#used > this.#peak) this.#peak = this.#used
    this.#lastUsedMs = nowMs
    hold?.addSlot(this)
    return this.state(nowMs)
  }

  release(): void {
    this.#used = Math.max(0, this.#used - 1)
    this.#refusal.forget()
    this.#options.onFree(this)
  }

  state(nowMs: number): LimitState {
    return { policy: this.policy, remaining: this.#remaining + this.unitsHere(nowMs), resetMs: Infinity }
  }

  isRefused(cost: number, nowMs: number): boolean {
    return this.#refusal.holds(cost, nowMs)
  }

  /** Time to renew, or the last spare slot was just taken. */
  wantsMore(nowMs: number): boolean {
    if (this.drawing > 0) return false
    if (nowMs >= this.#renewAtMs) return true
    return !this.#central && this.#used >= this.#held && this.#used > 1 && !this.isRefused(1, nowMs)
  }

  isBusy(): boolean {
    return this.drawing > 0
  }

  /** With a cost of 0: renews what is in use and what is spare. */
  drawFor({ cost, waiting, nowMs }: DrawFor): SlotDraw {
    const wanted = cost > 0 ? 1 : 0
    const isLeased = nowMs < this.#leaseEndsMs
    const spare = this.#central
      ? 0
      : Math.max(isLeased ? this.#held - this.#used - wanted : 0, Math.ceil(this.#peak / 2))
    this.#renewAtMs = Number.POSITIVE_INFINITY
    return {
      kind: 'concurrency',
      id: this.policy.id,
      limit: this.policy.limit,
      node: this.#options.node,
      sequence: this.#options.nextSequence(),
      alone: this.policy.class === 'exact',
      patienceMs: 0,
      need: this.#used + wanted,
      waiting: waiting.calls,
      spare: Math.max(0, spare),
    }
  }

  credit(grant: LimitGrant, sentMs: number): void {
    this.#learn(grant)
    this.#refusal.forget()
    this.#held = grant.units
    this.#told = grant.units
    this.#leaseEndsMs = sentMs + grant.ttlMs
    this.#renewAtMs = this.#leaseEndsMs - grant.ttlMs * RENEW_SHARE
  }

  refuse(grant: LimitGrant, { cost, sentMs, nowMs }: Refused): void {
    this.#learn(grant)
    if (cost > 0 && grant.retryMs > 0) this.#refusal.note(1, Math.max(sentMs + grant.retryMs, nowMs + 1))
    this.#renewAtMs = nowMs + VISIT_MS
  }

  lose(nowMs: number): void {
    this.#told = Infinity
    this.#renewAtMs = nowMs + VISIT_MS
  }

  /** Calls are in some of the slots; nobody gets in before the store has said again what is held. */
  dropLeases(nowMs: number): void {
    this.#held = Math.min(this.#held, this.#used)
    this.#leaseEndsMs = nowMs
    this.#renewAtMs = nowMs
  }

  takeReturns(nowMs: number): readonly Returned[] {
    // While a draw is under way its answer says what is held.
    if (this.drawing > 0) return []
    if (this.#central) this.#held = Math.min(this.#held, this.#used)
    else if (nowMs - this.#peakSinceMs >= SPARE_MS) {
      this.#held = Math.min(this.#held, Math.max(this.#used, this.#peak))
      this.#peak = this.#used
      this.#peakSinceMs = nowMs
    }
    const slots = Math.max(this.#held, this.#used)
    if (slots >= this.#told) return []
    this.#told = slots
    const { node, nextSequence } = this.#options
    return [{ kind: 'concurrency', id: this.policy.id, node, sequence: nextSequence(), slots }]
  }

  nextVisitMs(nowMs: number): number | undefined {
    return this.#held > 0 || this.#used > 0 || this.#told > 0 ? nowMs + VISIT_MS : undefined
  }

  isIdle(nowMs: number, idleMs: number): boolean {
    return this.#used === 0 && this.#held === 0 && this.drawing === 0 && nowMs - this.#lastUsedMs > idleMs
  }

  #learn(grant: LimitGrant): void {
    this.#central = grant.central
    this.#remaining = grant.remaining
  }
}
