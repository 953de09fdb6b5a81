/**
 * Where limits are counted for the whole installation. A node draws units in advance (a lease), uses them without asking,
 * and gives back what it does not need. One interface, several stores (decision 19).
 *
 * What a store promises of windows: at no instant are more than `limit` units charged in any window of `windowMs`, where a
 * unit is charged from the moment it is drawn until its bucket has left the window, and the bucket is that of the lease's
 * expiry. A node that uses a unit only before `sent + ttlMs` on its own monotonic clock, counted from the moment before the
 * request was sent, therefore never over-admits, whatever its wall clock says. Units that are never used or given back,
 * because a node died or an answer was lost, count as spent until their bucket leaves the window. Bursts, quotas and slots
 * keep their promise in the same way; credits are told in credits.ts.
 */
import type { LimitKind } from '@claviger/core'

interface AnyDraw {
  readonly id: string
  readonly limit: number
  /** Never leased ahead: every request is decided in the store. */
  readonly alone: boolean
  /** Units that open within so long are granted already, to be used from then on; see `patienceMs`. */
  readonly patienceMs: number
}

interface UnitsDraw extends AnyDraw {
  /** Units that would be of use now, at least the request's cost. */
  readonly want: number
}

export interface WindowDraw extends UnitsDraw {
  readonly kind: 'window'
  readonly windowMs: number
  /** Of the sub-buckets that are counted in; see `bucketWidthOf`. */
  readonly widthMs: number
}

export interface BurstDraw extends UnitsDraw {
  readonly kind: 'burst'
  readonly windowMs: number
  readonly burst: number
}

export interface QuotaDraw extends UnitsDraw {
  readonly kind: 'quota'
  /** Where periods begin, around the asker's now; the store finds its own now among them. */
  readonly starts: readonly number[]
}

/** States all that the node wants to hold, so that asking twice is the same as asking once. */
export interface SlotDraw extends AnyDraw {
  readonly kind: 'concurrency'
  readonly node: string
  /** Rises with every word of this node about this limit: an older word that comes late is not heard. */
  readonly sequence: number
  readonly need: number
  readonly waiting: number
  readonly spare: number
}

/** `id` is the account. Units go into a block of the node, which the node has given its number. */
export interface CreditDraw extends UnitsDraw {
  readonly kind: 'credits'
  readonly node: string
  readonly block: number
}

/** One limit of a draw. */
export type LimitDraw = WindowDraw | BurstDraw | QuotaDraw | SlotDraw | CreditDraw

/** All of the limits are granted, at least `cost` units each, or none of them. */
export interface DrawRequest {
  readonly cost: number
  /** A lease shorter than this would be of no use: the way to the store takes too long. */
  readonly leastMs: number
  readonly limits: readonly LimitDraw[]
}

/** What a node says of units that it has drawn. What is lost on the way is not said again, but for credits. */
export type Returned =
  | {
      readonly kind: 'window'
      readonly id: string
      readonly widthMs: number
      readonly bucket: number
      readonly units: number
      /** They were used, and no later than in this bucket, which is an earlier one; undefined: they were not used. */
      readonly usedBucket: number | undefined
    }
  | { readonly kind: 'quota'; readonly id: string; readonly bucket: number; readonly units: number }
  | {
      readonly kind: 'concurrency'
      readonly id: string
      readonly node: string
      readonly sequence: number
      /** So many are still held. */
      readonly slots: number
    }
  | {
      readonly kind: 'credits'
      readonly id: string
      readonly node: string
      readonly block: number
      /** Of all units of the block; the rest is free again. */
      readonly spent: number
      /** A draw into it is unanswered: should it come after this, it draws nothing. */
      readonly doubted: boolean
      /** This was said before, and nobody knows whether it was heard. */
      readonly again?: true
    }

/** A node has spent more of a block than it had drawn into it. It must not happen; whoever got the answers keeps them. */
export interface Overspend {
  readonly account: string
  readonly node: string
  readonly block: number
  readonly spent: number
  /** All that could be booked of it. */
  readonly booked: number
}

/** The answer for one limit of a request; `units` is 0 when the request was refused. */
export interface LimitGrant {
  /** For slots: all that the node holds now. */
  readonly units: number
  /** Counted from the moment before the request was sent. */
  readonly ttlMs: number
  /** Where the units are charged: needed to give them back. */
  readonly bucket: number
  /** This limit is too small, or too full, to be leased ahead: draw exactly what a request costs, for each request. */
  readonly central: boolean
  /** What can still be drawn. */
  readonly remaining: number
  /** Until more can be had (granted), or until the cost can (refused), if nothing else happens. Infinity: nobody knows. */
  readonly resetMs: number
  /** Above 0 when this limit refused: before that, asking again is vain. */
  readonly retryMs: number
}

export interface Grant {
  readonly granted: boolean
  /** The units may be used only so long after the answer has come. */
  readonly delayMs: number
  /** Processes that share the limits. */
  readonly liveNodes: number
  /** In the order of the request's limits. */
  readonly limits: readonly LimitGrant[]
  /** The request wanted credits for a node that was taken for dead and settled: nothing was drawn, and it never gets any. */
  readonly nodeEnded?: true
}

/** What is to be seen of one limit by who changes nothing. */
export interface LimitSight {
  /** What could be drawn. */
  readonly remaining: number
  /** Until the cost could be; 0: now. Infinity: never, or nobody knows. */
  readonly fitsMs: number
  /** Until more could be. Infinity: nobody knows. */
  readonly resetMs: number
}

export type OnLate = (grants: readonly Grant[]) => void

export interface LeaseStore {
  /** What it can count; others belong into another store. */
  readonly kinds: ReadonlySet<LimitKind>
  /**
   * Takes back `returns`, then decides the requests one after the other, each in one step. Never tried again by itself:
   * a second try after a lost answer would give units back twice.
   *
   * @param onLate told the grants when they come after this has thrown
   * @throws DrawFault when the store answered that it did nothing, because of one of the requests or returns; whatever else
   *   says that the store cannot be reached: then nothing may be assumed
   */
  draw(requests: readonly DrawRequest[], returns: readonly Returned[], onLate?: OnLate): Promise<readonly Grant[]>
  giveBack(returns: readonly Returned[]): Promise<void>
  /**
   * Looks at limits as a draw of that cost would, and draws nothing.
   *
   * @returns in the order asked for; undefined: nothing is charged to that limit
   * @throws ClavigerError `store_unavailable`
   */
  look(cost: number, limits: readonly LimitDraw[]): Promise<readonly (LimitSight | undefined)[]>
}
