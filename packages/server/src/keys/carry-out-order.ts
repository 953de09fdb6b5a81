/**
 * Carries out an order on many keys, a batch at a time: each batch is one transaction with its audit entry, which lists
 * its keys, and one revocation in the feed. Whoever is killed leaves whole batches; any process goes on from there, and
 * several may work on one order at once.
 */
import { ClavigerError } from '@claviger/core'
import { appendEntry, type Actor } from '#audit'
import { appendChange } from '#feed'
import type { Store, Tx } from '#store'
import { actorOf, confirmOf, type OrderSubject } from './preview-order.ts'
import type { Caller, KeysRoom } from './room.ts'
import {
  advanceOrder,
  lockOrderByConfirm,
  revokeKeyRows,
  selectRunningOrders,
  takeItems,
  finishOrder,
  updateOrder,
  type OrderRow,
} from './rows-orders.ts'

/** Also the longest list of ids that an audit entry shows. */
export const ORDER_BATCH_KEYS = 200

export interface GivenOrder {
  readonly subject: OrderSubject
  /** From the preview. */
  readonly confirm: string
  readonly reason: string | null
}

/**
 * Makes a preview an order. Confirming it again answers the order that runs already.
 *
 * @param begin more that takes place in the same transaction, the first time
 * @throws ClavigerError `conflict` when the preview was of something else, or never was; `gone` when it is void by now
 */
export async function startOrder(
  room: KeysRoom,
  caller: Caller,
  given: GivenOrder,
  begin: (tx: Tx, order: OrderRow) => Promise<{ readonly position: number }> = async () => ({ position: 0 }),
): Promise<OrderRow> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const order = await lockOrderByConfirm(tx, caller.workspaceId, given.confirm)
    if (order === undefined) throw unknownPreview()
    if (confirmOf(room, { id: order.id, setDigest: order.set_digest }, given.subject) !== given.confirm) {
      throw unknownPreview()
    }
    if (order.state !== 'previewed') return order
    if (order.expires_at <= now) throw new ClavigerError('gone', 'The preview is too old. Preview again.')
    await updateOrder(tx, order.id, {
      state: 'running',
      reason: given.reason,
      actor: JSON.stringify(actorOf(caller)),
      started_at: now,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: `key_orders.${order.kind}`,
      outcome: 'success',
      status: 200,
      resource: { type: 'key_order', id: order.id },
      values: { kind: order.kind, ...given.subject.members, reason: given.reason, keys: order.keys_total },
    })
    const { position } = await begin(tx, order)
    return updateOrder(tx, order.id, { position })
  })
}

/** Works on an order until it is done or so many batches are. @returns false when something is left */
export async function carryOut(
  { store, nowMs }: Pick<KeysRoom, 'store' | 'nowMs'>,
  order: OrderRow,
  mostBatches: number,
): Promise<boolean> {
  let after = ''
  for (let batch = 0; batch < mostBatches; batch++) {
    const ids = await store.transaction(async (tx) => carryOutBatch(tx, order, { after, now: new Date(nowMs()) }))
    if (ids.length === ORDER_BATCH_KEYS) {
      after = ids.at(-1) ?? ''
    } else if (after !== '') {
      after = '' // the end is reached; what others have let go of stands before it
    } else {
      return store.transaction(async (tx) => finishOrder(tx, order.id, new Date(nowMs())))
    }
  }
  return false
}

/** Goes on with every order that is not done: for a job, and for a start after a crash. */
export async function resumeOrders(room: {
  readonly store: Store
  readonly nowMs: () => number
}): Promise<readonly string[]> {
  const orders = await selectRunningOrders(room.store.db)
  for (const order of orders) await carryOut(room, order, Number.POSITIVE_INFINITY)
  return orders.map((order) => order.id)
}

async function carryOutBatch(
  tx: Tx,
  order: OrderRow,
  { after, now }: { readonly after: string; readonly now: Date },
): Promise<readonly string[]> {
  const ids = await takeItems(tx, order.id, { after, limit: ORDER_BATCH_KEYS })
  if (ids.length > 0) await revokeBatch(tx, order, { ids, now })
  return ids
}

async function revokeBatch(
  tx: Tx,
  order: OrderRow,
  { ids, now }: { readonly ids: readonly string[]; readonly now: Date },
): Promise<void> {
  const revoked = await revokeKeyRows(tx, ids, { now, reason: order.reason })
  const counts = { revoked: revoked.length, skipped: ids.length - revoked.length }
  if (revoked.length === 0) return advanceOrder(tx, order.id, { ...counts, position: 0 })
  await appendEntry(tx, {
    workspaceId: order.workspace_id,
    actor: actorFrom(order),
    operation: 'keys.revoke',
    outcome: 'success',
    status: 200,
    resource: { type: 'key_order', id: order.id },
    values: { reason: order.reason, key_ids: revoked },
  })
  const position = await appendChange(tx, {
    workspaceId: order.workspace_id,
    kind: 'revocation',
    subjectType: 'key_batch',
    subjectId: order.id,
    detail: { key_ids: revoked },
  })
  await advanceOrder(tx, order.id, { ...counts, position })
}

/** `actorOf` wrote it. */
function actorFrom(order: OrderRow): Actor {
  return order.actor as Actor
}

function unknownPreview(): ClavigerError {
  const detail = 'No preview of exactly this has that digest. Preview, look at what would end, and send its digest.'
  return new ClavigerError('conflict', detail, { errors: [{ pointer: '/confirm', detail }] })
}
