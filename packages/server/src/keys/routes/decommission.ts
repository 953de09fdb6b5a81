/** HTTP edge of the end of apps and owners. */
import { z } from 'zod'
import { defineOperation, wire, type Operation } from '#edge'
import { decommission, previewDecommission } from '../decommission.ts'
import type { KeysRoutesRoom } from '../room.ts'
import { confirm, decommissionPreviewAnswer, decommissionToWire, orderReceiptAnswer } from '../schemas-orders.ts'
import { orderReceipt } from './order-receipt.ts'

type Room = KeysRoutesRoom
const params = z.object({ id: wire.idOf('app') })
const given = { confirm, reason: wire.note.optional() }
const WHAT_ENDS =
  'The apps are disabled for good and their open streams cut at once, so that every key of theirs refuses; then each key ' +
  'is revoked, the larger part of many right after the answer. '

export const decommissionOperations: readonly Operation<KeysRoutesRoom>[] = [
  defineOperation({
    operationId: 'previewAppDecommission',
    method: 'post',
    path: '/apps/{id}/decommission/preview',
    tag: 'apps',
    summary: 'Show what would end with an app.',
    permission: 'apps.decommission',
    params,
    status: 200,
    answer: decommissionPreviewAnswer,
    async handler(room: Room, call, { params: { id } }) {
      return decommissionToWire(await previewDecommission(room, call, { appId: id }))
    },
  }),
  defineOperation({
    operationId: 'decommissionApp',
    method: 'post',
    path: '/apps/{id}/decommission',
    tag: 'apps',
    summary: 'End an app and all its keys for good.',
    description: `${WHAT_ENDS}Keys that the app got since the preview end too.`,
    permission: 'apps.decommission',
    errors: ['conflict', 'gone'],
    params,
    body: z.strictObject(given),
    status: 200,
    answer: orderReceiptAnswer,
    async handler(room: Room, call, { params: { id }, body }) {
      const order = await decommission(
        room,
        call,
        { appId: id },
        { confirm: body.confirm, reason: body.reason ?? null },
      )
      return orderReceipt(room, order)
    },
  }),
  defineOperation({
    operationId: 'previewOwnerDecommission',
    method: 'post',
    path: '/owners/decommission/preview',
    tag: 'apps',
    summary: 'Show what would end with an owner.',
    permission: 'apps.decommission',
    body: z.strictObject({ owner: wire.owner }),
    status: 200,
    answer: decommissionPreviewAnswer,
    async handler(room: Room, call, { body: { owner } }) {
      return decommissionToWire(await previewDecommission(room, call, { owner }))
    },
  }),
  defineOperation({
    operationId: 'decommissionOwner',
    method: 'post',
    path: '/owners/decommission',
    tag: 'apps',
    summary: 'End all apps and keys of an owner in this workspace for good.',
    description:
      `${WHAT_ENDS}All keys of the owner's apps end, whoever owns those keys, and keys of the owner in other apps. ` +
      'Refused when the owner got or lost an app since the preview.',
    permission: 'apps.decommission',
    errors: ['conflict', 'gone'],
    body: z.strictObject({ owner: wire.owner, ...given }),
    status: 200,
    answer: orderReceiptAnswer,
    async handler(room: Room, call, { body }) {
      const order = await decommission(
        room,
        call,
        { owner: body.owner },
        { confirm: body.confirm, reason: body.reason ?? null },
      )
      return orderReceipt(room, order)
    },
  }),
]
