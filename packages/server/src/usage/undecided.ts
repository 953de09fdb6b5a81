/** A request on its way through the limits: what is known of it until it is decided. */
import type { LimitPolicy, LimitState } from '@claviger/core'
import type { Admission } from '@claviger/gateway'
import type { Answered } from './draw-queue.ts'
import type { LimitDraw } from './lease-store.ts'

/** A request that cannot be decided yet. */
export interface Waiting {
  readonly policies: readonly LimitPolicy[]
  readonly cost: number
  readonly resolve: (admission: Admission) => void
  draws: number
  /** Draws that were sent for it and are not answered. */
  pending: number
  /** Of its answers that came too late, in ms. */
  slowestMs: number
}

/** What is known of one limit of a request: a state is a refusal, `lost` means that the store is away and it refuses then. */
export type Verdict = 'ready' | 'lacking' | 'lost' | LimitState

export interface Judging {
  readonly cost: number
  readonly nowMs: number
  /** The store has answered too late too often: it counts as away. */
  readonly isLate: boolean
}

export interface Drawn {
  readonly cost: number
  readonly limits: readonly LimitDraw[]
  readonly answered: Answered
}
