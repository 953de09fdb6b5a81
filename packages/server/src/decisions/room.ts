/** What the operations of this room need, handed in once at start. Nothing here changes anything. */
import type { GeoLookup, LimitPolicy } from '@claviger/core'
import type { LimitSubject } from '@claviger/gateway'
import type { KeySnapshots, KeysRoom } from '#keys'
import type { Store } from '#store'
import type { LimitPeek } from '#usage'

export interface DecisionsRoom {
  readonly store: Store
  readonly nowMs: () => number
  readonly keys: Pick<KeySnapshots, 'find' | 'isRevoked' | 'read'>
  /** Where changes are judged, as if they were made. */
  readonly keysRoom: KeysRoom
  /** What a route or model needs; undefined: there is none such. */
  readonly scopesOf: (targetId: string) => readonly string[] | undefined
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
