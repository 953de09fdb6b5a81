/**
 * A limit as it is declared, and what is said of it in an answer.
 * Instants are Unix milliseconds (`…AtMs`), durations milliseconds (`…Ms`).
 */

/** `exact`: money and contract quota; `bounded`: leased, over-admission 0; `approximate`: this process only. */
export type LimitClass = 'exact' | 'bounded' | 'approximate'

/** `shadow`: counted and told, never refuses. */
export type LimitMode = 'enforce' | 'shadow'

/** When the counter cannot be reached: refuse, let through, or decide in this process alone (see `localShare`). */
export type CounterLoss = 'closed' | 'open' | 'local'

/** What a limit is counted apart by. The values are those of the call. */
export type LimitPartition = 'key' | 'app' | 'ip' | 'route'

/** What declares a limit. */
export type LimitOwnerKind = 'key' | 'app' | 'plan' | 'api' | 'route' | 'model'

interface AnyLimit {
  /** Unique in the installation, e.g. `key:key_01…:requests`: the counter's name. */
  readonly id: string
  /** Short public name, as it stands in `RateLimit-Policy`. `[a-z0-9_-]{1,32}`. */
  readonly name: string
  /** Tells limits of one name apart. Undefined: nobody says. */
  readonly owner?: LimitOwnerKind
  readonly class: LimitClass
  readonly limit: number
  readonly mode: LimitMode
  readonly onCounterLoss: CounterLoss
  /** The counter is one of many: the call's values are added to `id` when it is admitted. Undefined: one for all calls. */
  readonly per?: readonly LimitPartition[]
  /** Of one of many counters: its short, opaque name in base64, for callers. */
  readonly partition?: string
}

/** At most `limit` units in any window of `windowMs`. */
export interface WindowPolicy extends AnyLimit {
  readonly kind: 'window'
  readonly windowMs: number
  /** Sub-buckets of the window; see `bucketsFor`. */
  readonly buckets: number
}

/** `limit` units per `windowMs`, evenly, and up to `burst` of them at once after a rest (GCRA). */
export interface BurstPolicy extends AnyLimit {
  readonly kind: 'burst'
  readonly windowMs: number
  readonly burst: number
}

/** At most `limit` calls at once: taken when a call is admitted, given back when it has ended. Costs do not matter. */
export interface ConcurrencyPolicy extends AnyLimit {
  readonly kind: 'concurrency'
}

export type QuotaPeriod = 'day' | 'week' | 'month' | 'year'

/** At most `limit` units in each period of the calendar. */
export interface QuotaPolicy extends AnyLimit {
  readonly kind: 'quota'
  readonly period: QuotaPeriod
  /** First day of the period: of the month (clamped to its last day), of the week (1 is Monday); no matter for days. */
  readonly anchorDay: number
  /** First month of a year, 1 to 12. */
  readonly anchorMonth: number
  /** IANA name of the zone whose midnight counts. */
  readonly zone: string
}

/** Units that were granted before and are used up: a balance on a ledger. `limit` says nothing here. */
export interface CreditsPolicy extends AnyLimit {
  readonly kind: 'credits'
  /** Whose balance: id of a key or an app. Undefined with `per`: that of the call. */
  readonly account: string | undefined
}

export type LimitPolicy = WindowPolicy | BurstPolicy | ConcurrencyPolicy | QuotaPolicy | CreditsPolicy

export type LimitKind = LimitPolicy['kind']

export interface LimitState {
  readonly policy: LimitPolicy
  readonly remaining: number
  /** Until more units can be had, in ms from now; Infinity: nobody knows (calls that end, credits that are granted). */
  readonly resetMs: number
  /** A shadow limit that would have refused. */
  readonly exceeded?: true
  /** The counter could not be reached: let through by the policy's own word, or counted in this process alone. */
  readonly loss?: 'open' | 'local'
}

/** The most units that one call can ever get. Infinity: whatever the balance holds. */
export function capacityOf(policy: LimitPolicy): number {
  switch (policy.kind) {
    case 'window':
    case 'quota':
      return policy.limit
    case 'burst':
      return policy.burst
    case 'concurrency':
    case 'credits':
      return Infinity
  }
}

/** Whether two declarations count alike, so that one may go on with the counter of the other. */
export function countsAlike(one: LimitPolicy, other: LimitPolicy): boolean {
  if (one === other) return true
  if (one.limit !== other.limit || one.class !== other.class || one.mode !== other.mode) return false
  switch (one.kind) {
    case 'window':
      return other.kind === 'window' && one.windowMs === other.windowMs && one.buckets === other.buckets
    case 'burst':
      return other.kind === 'burst' && one.windowMs === other.windowMs && one.burst === other.burst
    case 'concurrency':
      return other.kind === 'concurrency'
    case 'quota':
      return (
        other.kind === 'quota' &&
        one.period === other.period &&
        one.anchorDay === other.anchorDay &&
        one.anchorMonth === other.anchorMonth &&
        one.zone === other.zone
      )
    case 'credits':
      return other.kind === 'credits' && one.account === other.account
  }
}
