/** What the operations of this room need, handed in once at start. Nothing here changes anything. */
import type { GeoLookup, LimitPolicy } from '@claviger/core'
import type { LimitSubject, ModelPart, RoutePart } from '@claviger/gateway'
import type { KeySnapshots, KeysRoom } from '#keys'
import type { Store } from '#store'
import type { LimitPeek } from '#usage'

/** What decisions ask of a route or a model. */
export type AskedTarget = Pick<RoutePart | ModelPart, 'requiredScopes' | 'limits' | 'api'>

export interface DecisionsRoom {
  readonly store: Store
  readonly nowMs: () => number
  readonly keys: Pick<KeySnapshots, 'find' | 'isRevoked' | 'read'>
  /** Where changes are judged, as if they were made. */
  readonly keysRoom: KeysRoom
  /** A route or a model; undefined: there is none such. */
  readonly targetOf: (targetId: string) => AskedTarget | undefined
  /** So long the journal is kept. */
  readonly journalRetentionDays: number
  /** Never jumps. */
  readonly monotonicMs: () => number
  /** What the doors know of addresses; undefined: nothing. */
  readonly geo: () => GeoLookup | undefined
  /** What is left of limits; charges nothing. */
  readonly peekLimits: (
    policies: readonly LimitPolicy[],
    cost: number,
    subject: LimitSubject,
  ) => Promise<readonly LimitPeek[]>
}
