/** HTTP edge of orders on many keys. */
import { ClavigerError } from '@claviger/core'
import { z } from 'zod'
import { defineList, defineOperation, pageOf, wire, type Operation } from '#edge'
import { previewRevocation, revokeKeys } from '../revoke-keys.ts'
import type { KeysRoutesRoom } from '../room.ts'
import { selectOrder, selectOrders } from '../rows-orders.ts'
import { orderReceipt } from './order-receipt.ts'
import {
  confirm,
  filterOfOrder,
  orderAnswer,
  orderFilter,
  orderPreviewAnswer,
  orderReceiptAnswer,
  orderToWire,
  previewToWire,
  subjectOfFilter,
} from '../schemas-orders.ts'

type Room = KeysRoutesRoom

export const orderOperations: readonly Operation<KeysRoutesRoom>[] = [
  defineOperation({
    operationId: 'previewKeyRevocation',
    method: 'post',
    path: '/keys/bulk-revoke/preview',
    tag: 'keys',
    summary: 'Show which keys a revocation by filter would end.',
    description:
      'Freezes the keys that the filter means now: `confirm` names exactly these, for an hour. Deleted keys are among ' +
      'them, for they could be restored; revoked ones are not.',
    permission: 'keys.revoke',
    body: z.strictObject({ filter: orderFilter }),
    status: 200,
    answer: orderPreviewAnswer,
    async handler(room: Room, call, { body: { filter } }) {
      const wanted = { subject: subjectOfFilter(filter), filter: filterOfOrder(filter, room.nowMs()) }
      return previewToWire(await previewRevocation(room, call, wanted))
    },
  }),
  defineOperation({
    operationId: 'revokeKeys',
    method: 'post',
    path: '/keys/bulk-revoke',
    tag: 'keys',
    summary: 'End all keys that were previewed, open streams included.',
    description:
      'Keys that were made or changed since the preview are not touched. 5,000 keys are revoked before the answer, the ' +
      'rest right after it: read the order until it is `done`. Sending the same again answers the same order.',
    permission: 'keys.revoke',
    errors: ['conflict', 'gone'],
    body: z.strictObject({ filter: orderFilter, confirm, reason: wire.note.optional() }),
    status: 200,
    answer: orderReceiptAnswer,
    async handler(room: Room, call, { body }) {
      const given = {
        subject: subjectOfFilter(body.filter),
        confirm: body.confirm,
        reason: body.reason ?? null,
      }
      return orderReceipt(room, await revokeKeys(room, call, given))
    },
  }),
  defineList({
    operationId: 'listKeyOrders',
    path: '/key-orders',
    tag: 'keys',
    summary: 'List the orders that ended many keys at once.',
    permission: 'keys.read',
    sort: '-created_at',
    item: orderAnswer,
    async handler(room: Room, call, { page }) {
      const rows = await selectOrders(room.store.db, call.workspaceId, page)
      return pageOf(rows, page, {
        place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
        item: orderToWire,
      })
    },
  }),
  defineOperation({
    operationId: 'getKeyOrder',
    method: 'get',
    path: '/key-orders/{id}',
    tag: 'keys',
    summary: 'Show how far an order on many keys is.',
    permission: 'keys.read',
    params: z.object({ id: wire.idOf('ord') }),
    status: 200,
    answer: orderReceiptAnswer,
    async handler(room: Room, call, { params: { id } }) {
      const row = await selectOrder(room.store.db, id)
      if (row === undefined || row.workspace_id !== call.workspaceId || row.state === 'previewed')
        throw new ClavigerError('not_found', `There is no order ${id}.`)
      return orderReceipt(room, row)
    },
  }),
]
