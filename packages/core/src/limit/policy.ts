/** A limit as it is declared, and what is said of it in an answer. */

/** `exact`: money and contract quota; `bounded`: leased, over-admission 0; `approximate`: this process only. */
export type LimitClass = 'exact' | 'bounded' | 'approximate'

export interface LimitPolicy {
  /** Unique in the installation, e.g. `key:key_01…:requests`: the counter's name. */
  readonly id: string
  /** Short public name, as it stands in `RateLimit-Policy`. `[a-z0-9_-]{1,32}`. */
  readonly name: string
  readonly class: LimitClass
  /** At most this many units in any window of `windowMs`. */
  readonly limit: number
  readonly windowMs: number
  /** Sub-buckets of the window; see `bucketsFor`. */
  readonly buckets: number
  /** When the counter cannot be reached. */
  readonly onCounterLoss: 'refuse' | 'allow'
}

export interface LimitState {
  readonly policy: LimitPolicy
  readonly remaining: number
  /** Until more units can be had, in ms from now. */
  readonly resetMs: number
}
