/** What the behaviours of this room need, handed in once at start. */
import type { UpstreamPool } from '@claviger/gateway'
import type { Seal } from '#seal'
import type { Store, Tx } from '#store'

export interface DataplaneRoom {
  readonly store: Store
  readonly seal: Seal
  readonly nowMs: () => number
  /** Settles when this process has applied the change at that position. */
  readonly reached: (position: number) => Promise<unknown>
}

/** The route or model that a call is about. */
export interface Target {
  readonly id: string
  /** From `If-Match`; undefined: any will do. */
  readonly expectedRevision: number | undefined
}

/** What its part of the control API needs beside that. */
export interface DataplaneRoutesRoom extends DataplaneRoom {
  /** The process that answers. */
  readonly nodeId: string
  /** The upstreams of a route as this process meets them; undefined: it watches none. */
  readonly poolOf: (routeId: string) => UpstreamPool | undefined
  /** Where the control API answers on when routes have hosts of their own. */
  readonly isControlHost: (host: string) => boolean
}

/**
 * Runs the work in a transaction, and answers when this process serves by its outcome: who made a route may call it.
 *
 * @param work answers the position of its change in the feed too
 */
export async function changeAndApply<Result>(
  room: DataplaneRoom,
  work: (tx: Tx) => Promise<{ readonly result: Result; readonly position: number }>,
): Promise<Result> {
  const { result, position } = await room.store.transaction(work)
  await room.reached(position)
  return result
}
