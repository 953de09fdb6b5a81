/** Limits that are counted in this process only. Bounded; what nobody asks for is forgotten. */
import {
  countsAlike,
  openLocalCounter,
  SlotCounter,
  type LimitPolicy,
  type LimitState,
  type LocalCounter,
} from '@claviger/core'
import type { CallHold } from './call-hold.ts'

interface Held {
  readonly policy: LimitPolicy
  readonly counter: LocalCounter
}

export interface Charge {
  readonly cost: number
  readonly nowMs: number
  readonly hold: CallHold | undefined
}

const MOST_COUNTERS = 50_000

export class LocalCounters {
  #young = new Map<string, Held>()
  #old = new Map<string, Held>()

  /**
   * The counter of a limit as it is declared now.
   *
   * @param liveNodes among how many processes the limit is shared out when its counter is made
   * @returns undefined for credits: they are nowhere but in the ledger
   */
  counterOf(policy: LimitPolicy, liveNodes: number, nowMs: number): LocalCounter | undefined {
    const held = this.#young.get(policy.id) ?? this.#old.get(policy.id)
    if (held !== undefined && countsAlike(held.policy, policy)) {
      if (!this.#young.has(policy.id)) this.#keep(policy.id, held)
      return held.counter
    }
    const counter = openLocalCounter(policy, liveNodes, nowMs)
    if (counter !== undefined) this.#keep(policy.id, { policy, counter })
    return counter
  }

  clear(): void {
    this.#young.clear()
    this.#old.clear()
  }

  #keep(id: string, held: Held): void {
    if (this.#young.size >= MOST_COUNTERS / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, held)
  }
}

export function localState(policy: LimitPolicy, counter: LocalCounter, nowMs: number): LimitState {
  return { policy, remaining: counter.remaining(nowMs), resetMs: counter.resetMs(nowMs) }
}

/** Charges what the counter has just admitted. */
export function chargeLocally(policy: LimitPolicy, counter: LocalCounter, { cost, nowMs, hold }: Charge): LimitState {
  counter.charge(cost, nowMs)
  if (counter instanceof SlotCounter) hold?.addSlot(counter)
  return localState(policy, counter, nowMs)
}

export function refusedLocally(
  policy: LimitPolicy,
  counter: LocalCounter,
  { cost, nowMs }: Pick<Charge, 'cost' | 'nowMs'>,
): LimitState {
  const fitsMs = counter.retryAfterMs(cost, nowMs)
  // A cost above the limit never fits: then it is told when the limit is whole again.
  const resetMs = Number.isFinite(fitsMs) || !('windowMs' in policy) ? fitsMs : policy.windowMs
  return { policy, remaining: counter.remaining(nowMs), resetMs }
}
