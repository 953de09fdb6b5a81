/**
 * Where limits are counted for the whole installation. A node draws units in advance (a lease), uses them without asking,
 * and gives back what it does not need. One interface, several stores (decision 19).
 *
 * What a store promises: at no instant are more than `limit` units charged in any window of `windowMs`, where a unit is
 * charged from the moment it is drawn until its bucket has left the window, and the bucket is that of the lease's expiry.
 * A node that uses a unit only before `sent + ttlMs` on its own monotonic clock, counted from the moment before the
 * request was sent, therefore never over-admits, whatever its wall clock says. Units that are never used or given back,
 * because a node died or an answer was lost, count as spent until their bucket leaves the window.
 */

/** One limit of a draw. */
export interface LimitDraw {
  readonly id: string
  readonly limit: number
  readonly windowMs: number
  /** Of the sub-buckets that are counted in; see `bucketWidthOf`. */
  readonly widthMs: number
  /** Units that would be of use now, at least the request's cost. */
  readonly want: number
  /** Never leased ahead: every request is decided in the store. */
  readonly alone: boolean
}

/** All of the limits are granted, at least `cost` units each, or none of them. */
export interface DrawRequest {
  readonly cost: number
  /** A lease shorter than this would be of no use: the way to the store takes too long. */
  readonly leastMs: number
  readonly limits: readonly LimitDraw[]
}

/** Units of a lease that were not used. */
export interface UnusedUnits {
  readonly id: string
  readonly widthMs: number
  readonly bucket: number
  readonly units: number
}

/** The answer for one limit of a request; `units` is 0 when the request was refused. */
export interface LimitGrant {
  readonly units: number
  /** Counted from the moment before the request was sent. */
  readonly ttlMs: number
  /** Where the units are charged: needed to give them back. */
  readonly bucket: number
  /** This limit is too small to be leased ahead: draw exactly what a request costs, for each request. */
  readonly central: boolean
  /** What can still be drawn. */
  readonly remaining: number
  /** Until more can be had (granted), or until the cost can (refused), if nothing else happens. */
  readonly resetMs: number
  /** Above 0 when this limit refused: before that, asking again is vain. */
  readonly retryMs: number
}

export interface Grant {
  readonly granted: boolean
  /** In the order of the request's limits. */
  readonly limits: readonly LimitGrant[]
}

export interface LeaseStore {
  /**
   * Takes back `returns`, then decides the requests one after the other, each in one step. Never tried again by itself:
   * a second try after a lost answer would give units back twice.
   *
   * @throws whatever says that the store cannot be reached; then nothing may be assumed
   */
  draw(requests: readonly DrawRequest[], returns: readonly UnusedUnits[]): Promise<readonly Grant[]>
  giveBack(returns: readonly UnusedUnits[]): Promise<void>
}
