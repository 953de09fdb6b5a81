/**
 * Limits run again over calls of the past, in their order: which would have been let through? All limits of a call in one
 * step, none charged when one refuses, and a refused call never counts. As on the doors, a limit in shadow mode is charged
 * while it has units, and refuses nothing. One process counts everything, so nothing is lost to leases.
 *
 * Pure. Instants are Unix milliseconds (`…AtMs`) and never go back from one call to the next.
 */
import { BurstCounter, burstSpanMs } from './burst.ts'
import type { LocalCounter } from './local-counter.ts'
import { openWindowCounter } from './local-share.ts'
import type { LimitPolicy, QuotaPolicy } from './policy.ts'
import { QuotaCounter } from './quota-counter.ts'
import { periodAt } from './quota.ts'
import { ReplayedBalance, type PastBalance } from './replayed-balance.ts'
import { ReplayedSlots } from './replayed-slots.ts'
import { rememberedMs } from './window.ts'

export interface PastCall {
  readonly atMs: number
  /** In units, at least 1. */
  readonly cost: number
  /** How long it held its place; only limits of calls at once ask for it. */
  readonly lastsMs: number
}

/** What a replay needs of a counter; `charge` is told how long the call lasts. */
export interface ReplayCounter extends Pick<LocalCounter, 'admits' | 'retryAfterMs' | 'isIdle'> {
  charge(cost: number, nowMs: number, lastsMs: number): void
}

export interface LimitReplayOptions {
  /** What an account of credits held before the first call, and what was booked on it since. */
  readonly balanceOf?: (account: string) => PastBalance
  /** Counters that are kept at once; those that count nothing any more make room. */
  readonly mostCounters?: number
}

const MOST_COUNTERS = 50_000

export class LimitReplay {
  readonly #counters = new Map<string, ReplayCounter>()
  readonly #balanceOf: (account: string) => PastBalance
  readonly #mostCounters: number
  #sweepAt: number
  /** More counters were in use at once than are kept: what was asked since then is not counted whole. */
  isOverflown = false

  constructor({ balanceOf = () => NOTHING, mostCounters = MOST_COUNTERS }: LimitReplayOptions = {}) {
    this.#balanceOf = balanceOf
    this.#mostCounters = mostCounters
    this.#sweepAt = mostCounters
  }

  /**
   * Charges a call if all of its limits let it through.
   *
   * @param policies with the call's own counters (no `per`), each once
   * @returns the limit that refuses it, the one that opens last; undefined: it was let through
   */
  ask(policies: readonly LimitPolicy[], { atMs, cost, lastsMs }: PastCall): LimitPolicy | undefined {
    let blocking: LimitPolicy | undefined
    let opensMs = Number.NEGATIVE_INFINITY
    for (const policy of policies) {
      if (policy.mode === 'shadow') continue
      const counter = this.#counterOf(policy, atMs)
      if (counter.admits(cost, atMs)) continue
      // calls end sooner than any window
      const waitMs = policy.kind === 'concurrency' ? 0 : counter.retryAfterMs(cost, atMs)
      if (blocking !== undefined && waitMs <= opensMs) continue
      blocking = policy
      opensMs = waitMs
    }
    if (blocking !== undefined) return blocking
    for (const policy of policies) {
      const counter = this.#counterOf(policy, atMs)
      if (policy.mode === 'enforce' || counter.admits(cost, atMs)) counter.charge(cost, atMs, lastsMs)
    }
    return undefined
  }

  #counterOf(policy: LimitPolicy, atMs: number): ReplayCounter {
    const known = this.#counters.get(policy.id)
    if (known !== undefined) return known
    if (this.#counters.size >= this.#sweepAt) this.#sweep(atMs)
    const counter = this.#open(policy, atMs)
    this.#counters.set(policy.id, counter)
    return counter
  }

  #open(policy: LimitPolicy, atMs: number): ReplayCounter {
    switch (policy.kind) {
      case 'quota':
        return new QuotaCounter(policy)
      case 'concurrency':
        return new ReplayedSlots(policy.limit)
      case 'credits':
        return new ReplayedBalance(this.#balanceOf(policy.account ?? ''))
      case 'window':
        return openWindowCounter(policy.limit, policy.windowMs, atMs)
      case 'burst':
        return new BurstCounter(policy, atMs)
    }
  }

  /** Looked for only after as many new ones as there are: else each new one would cost a look at all. */
  #sweep(nowMs: number): void {
    for (const [id, counter] of this.#counters) if (counter.isIdle(nowMs)) this.#counters.delete(id)
    if (this.#counters.size >= this.#mostCounters) {
      this.isOverflown = true
      this.#counters.clear()
    }
    this.#sweepAt = Math.max(this.#mostCounters, 2 * this.#counters.size)
  }
}

const NOTHING: PastBalance = { openingUnits: 0, booked: [] }

/** Calls that last longer hold a place that nobody sees for so much of their time. */
const LONGEST_CALL_MS = 3_600_000

/**
 * From when on a limit's replay is right, if calls are known from `fromMs` on: before that its counter may hold less than
 * it did.
 */
export function warmAtMs(policy: LimitPolicy, fromMs: number): number {
  if (policy.kind !== 'quota') return fromMs + memoryMs(policy)
  const { startMs, endMs } = periodAt(policy, fromMs)
  return startMs === fromMs ? fromMs : endMs
}

/** From when on calls must be known, so that a limit's replay is right at `atMs`. */
export function warmUpFromMs(policy: LimitPolicy, atMs: number): number {
  return policy.kind === 'quota' ? periodAt(policy, atMs).startMs : atMs - memoryMs(policy)
}

/** How long a call can matter for those after it. */
function memoryMs(policy: Exclude<LimitPolicy, QuotaPolicy>): number {
  switch (policy.kind) {
    case 'window':
      return rememberedMs(policy)
    case 'burst':
      return Math.ceil(burstSpanMs(policy))
    case 'concurrency':
      return LONGEST_CALL_MS
    case 'credits':
      // what was there before is told by the ledger
      return 0
  }
}
