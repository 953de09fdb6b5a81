/** Limits of class `approximate`: counted in this process only. Bounded; what nobody asks for is forgotten. */
import { WindowCounter, type WindowPolicy } from '@claviger/core'

interface Held {
  readonly policy: WindowPolicy
  readonly counter: WindowCounter
}

const MOST_COUNTERS = 50_000

export class LocalWindows {
  #young = new Map<string, Held>()
  #old = new Map<string, Held>()

  /** The counter of a limit as it is declared now. */
  counterOf(policy: WindowPolicy, nowMs: number): WindowCounter {
    const held = this.#young.get(policy.id) ?? this.#old.get(policy.id)
    if (held !== undefined && isSame(held.policy, policy)) {
      if (!this.#young.has(policy.id)) this.#keep(policy.id, held)
      return held.counter
    }
    const counter = new WindowCounter(policy, nowMs)
    this.#keep(policy.id, { policy, counter })
    return counter
  }

  #keep(id: string, held: Held): void {
    if (this.#young.size >= MOST_COUNTERS / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(id, held)
  }
}

const isSame = (one: WindowPolicy, other: WindowPolicy): boolean =>
  one === other || (one.limit === other.limit && one.windowMs === other.windowMs && one.buckets === other.buckets)
