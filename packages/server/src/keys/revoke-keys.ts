/** Revokes many keys at once: a preview first, then exactly the keys that were previewed. */
import { carryOut, startOrder } from './carry-out-order.ts'
import { resolveFilter, type KeyFilter } from './key-filter.ts'
import { previewOrder, type OrderPreview, type OrderSubject } from './preview-order.ts'
import type { Caller, KeysRoom } from './room.ts'
import { selectOrder, type OrderRow } from './rows-orders.ts'

/** So much is done before the answer; a job does the rest. */
export const BATCHES_BEFORE_ANSWER = 25

export interface Revocation {
  readonly subject: OrderSubject
  readonly filter: KeyFilter
}

/** Whoever is meant and is not revoked: deleted keys too, for they could be restored. */
export async function previewRevocation(room: KeysRoom, caller: Caller, wanted: Revocation): Promise<OrderPreview> {
  return previewOrder(room, caller, wanted, async (tx) => [await resolveFilter(tx, caller.workspaceId, wanted.filter)])
}

/** @throws ClavigerError as `startOrder` does */
export async function revokeKeys(
  room: KeysRoom,
  caller: Caller,
  given: Parameters<typeof startOrder>[2],
): Promise<OrderRow> {
  const order = await startOrder(room, caller, given)
  if (order.state === 'running') await carryOut(room, order, BATCHES_BEFORE_ANSWER)
  return (await selectOrder(room.store.db, order.id)) ?? order
}
