/** What happens to limits whose store is away: by each one's own word, counted, and told each time. */
import type { CounterLoss, LimitPolicy, LocalCounter } from '@claviger/core'
import { LocalCounters } from './local-counters.ts'

/** So many times a limit was decided by its own word, since this process started. */
export type LossFacts = Readonly<Record<CounterLoss, number>>

/** Told each time that a request was decided without the counter of a limit. */
export type OnLoss = (policy: LimitPolicy, used: CounterLoss) => void

export class Losses {
  readonly #counts = { closed: 0, open: 0, local: 0 }
  readonly #counters = new LocalCounters()
  readonly #onLoss: OnLoss | undefined

  constructor(onLoss: OnLoss | undefined) {
    this.#onLoss = onLoss
  }

  /** A shadow limit never refuses; credits cannot be known here. */
  modeOf(policy: LimitPolicy): CounterLoss {
    if (policy.mode === 'shadow') return 'open'
    return policy.kind === 'credits' && policy.onCounterLoss === 'local' ? 'closed' : policy.onCounterLoss
  }

  /** This process's part of a limit. */
  counterOf(policy: LimitPolicy, liveNodes: number, nowMs: number): LocalCounter | undefined {
    return this.#counters.counterOf(policy, liveNodes, nowMs)
  }

  note(policy: LimitPolicy, used: CounterLoss): void {
    this.#counts[used]++
    this.#onLoss?.(policy, used)
  }

  facts(): LossFacts {
    return { ...this.#counts }
  }

  /** The store is back: the next outage begins anew. */
  end(): void {
    this.#counters.clear()
  }
}
