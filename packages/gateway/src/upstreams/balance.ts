/** Where the calls of a route go, and what holds when an upstream misbehaves: compiled when the route changes. */

export interface UpstreamPart {
  /** As it was declared: what operators know it by. */
  readonly url: string
  /** Scheme, host and port, no path. */
  readonly origin: string
  /** Put before the rest of the path; '' or '/v2' (no slash at the end). */
  readonly basePath: string
  /** At least 1. */
  readonly weight: number
}

/** An upstream that fails again and again gets no calls for a while; then one, on trial. */
export interface BreakerPart {
  /** So many in a row, none more than a minute after the one before. */
  readonly failures: number
  /** The first time; each further time in a row it is twice as long. */
  readonly openMs: number
  readonly maxOpenMs: number
  /** Statuses that are failures. */
  readonly statuses: ReadonlySet<number>
}

export interface RetryPart {
  /** Further tries of one call, beyond its first. */
  readonly maxRetries: number
  /** Statuses after which another upstream is tried. */
  readonly statuses: ReadonlySet<number>
  /** Of the calls of the last ten seconds. */
  readonly budgetPercent: number
  /** Retries in ten seconds that are free of that. */
  readonly budgetFloor: number
}

export interface HealthCheckPart {
  /** On the upstream's host; begins with '/'. */
  readonly path: string
  readonly intervalMs: number
  readonly timeoutMs: number
  readonly statuses: ReadonlySet<number>
  /** Good ones in a row that bring an unhealthy upstream back. */
  readonly healthyAfter: number
  /** Bad ones in a row that take it out. */
  readonly unhealthyAfter: number
  /** Only where the operator says so. */
  readonly withCredential: boolean
}

export interface BalancePart {
  /** At least one, at most 20; no URL twice. */
  readonly upstreams: readonly UpstreamPart[]
  /** When every upstream is out: `try` the least bad, or `refuse` with 503. */
  readonly whenAllOut: 'try' | 'refuse'
  readonly breaker: BreakerPart | undefined
  readonly retries: RetryPart | undefined
  readonly healthCheck: HealthCheckPart | undefined
}
