/** Which limits cannot be run again, and why. */
import { warmAtMs, type LimitPolicy, type PastBalance } from '@claviger/core'
import type { ReplayPlan } from './replay-plan.ts'

/**
 * `journal_too_short`: it counts from before what the journal has, or could be read of it. `ledger_too_long`: too many
 * bookings, or too many balances.
 */
export type NotReplayedReason = 'journal_too_short' | 'ledger_too_long'

export interface NotReplayedLimit {
  readonly policy: LimitPolicy
  readonly reason: NotReplayedReason
}

/** Names beyond these are not told. */
const MOST_TOLD = 100
const NOTHING: PastBalance = { openingUnits: 0, booked: [] }

export class NotReplayed {
  readonly #plan: Pick<ReplayPlan, 'knownFromMs' | 'comparedFromMs'>
  readonly #balances: ReadonlyMap<string, PastBalance>
  readonly #isWarm = new WeakMap<LimitPolicy, boolean>()
  readonly #told = new Map<string, NotReplayedLimit>()

  constructor(plan: Pick<ReplayPlan, 'knownFromMs' | 'comparedFromMs'>, balances: ReadonlyMap<string, PastBalance>) {
    this.#plan = plan
    this.#balances = balances
  }

  balanceOf(account: string): PastBalance {
    return this.#balances.get(account) ?? NOTHING
  }

  /** Of a limit with the call's own counter; undefined: it is run again. */
  reasonOf(policy: LimitPolicy): NotReplayedReason | undefined {
    if (policy.kind === 'credits') return this.#balances.has(policy.account ?? '') ? undefined : 'ledger_too_long'
    let isWarm = this.#isWarm.get(policy)
    if (isWarm === undefined) {
      isWarm = warmAtMs(policy, this.#plan.knownFromMs) <= this.#plan.comparedFromMs
      this.#isWarm.set(policy, isWarm)
    }
    return isWarm ? undefined : 'journal_too_short'
  }

  /** Those that are not run again; they are remembered. */
  of(policies: readonly LimitPolicy[]): readonly LimitPolicy[] {
    return policies.filter((policy) => this.#notes(policy))
  }

  limits(): readonly NotReplayedLimit[] {
    return [...this.#told.values()]
  }

  #notes(policy: LimitPolicy): boolean {
    const reason = this.reasonOf(policy)
    if (reason === undefined) return false
    const { owner, kind, name } = policy
    const text = `${owner ?? ''} ${kind} ${name} ${reason}`
    if (this.#told.size < MOST_TOLD && !this.#told.has(text)) this.#told.set(text, { policy, reason })
    return true
  }
}
