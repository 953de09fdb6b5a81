/** HTTP edge of a key's life after its creation: versions, deletion and the way back, waking. */
import { z } from 'zod'
import { defineList, defineOperation, found, pageOf, wire, type Operation } from '#edge'
import { deleteKey, restoreKey } from '../delete-key.ts'
import { versionFromRow } from '../key.ts'
import type { KeysRoutesRoom } from '../room.ts'
import { selectKey, selectVersionsPage } from '../rows.ts'
import { keyAnswer, keyToWire, versionAnswer, versionToWire } from '../schemas.ts'
import { wakeKey } from '../wake-key.ts'

type Room = KeysRoutesRoom
const params = z.object({ id: wire.idOf('key') })

export const lifecycleOperations: readonly Operation<KeysRoutesRoom>[] = [
  defineList({
    operationId: 'listKeyVersions',
    path: '/keys/{id}/versions',
    tag: 'keys',
    summary: 'List the secrets that a key has had, never the secrets themselves.',
    permission: 'keys.read',
    params,
    sort: '-number',
    item: versionAnswer,
    async handler(room: Room, call, { params: { id }, page }) {
      const key = found('key', id, await selectKey(room.store.db, call.workspaceId, id))
      const rows = await selectVersionsPage(room.store.db, id, page)
      return pageOf(rows, page, {
        place: (row) => ({ value: row.number, id: row.id }),
        item: (row) => versionToWire(versionFromRow(key, row)),
      })
    },
  }),
  defineOperation({
    operationId: 'deleteKey',
    method: 'delete',
    path: '/keys/{id}',
    tag: 'keys',
    summary: 'Delete a key; it can be restored for a while.',
    description:
      'It refuses at once with `key_deleted`, and its open streams are cut. Until `restorable_until` it can be restored; then it is purged.',
    permission: 'keys.delete',
    errors: ['precondition_failed'],
    params,
    status: 204,
    async handler(room: Room, call, { params: { id } }) {
      await room.applied(await deleteKey(room, call, { keyId: id, expectedRevision: call.expectedRevision }))
    },
  }),
  defineOperation({
    operationId: 'restoreKey',
    method: 'post',
    path: '/keys/{id}/restore',
    tag: 'keys',
    summary: 'Take the deletion of a key back.',
    description:
      'The key is as it was before: also revoked, disabled or expired, if it was; without roles that were deleted meanwhile.',
    permission: 'keys.delete',
    errors: ['gone'],
    params,
    status: 200,
    answer: keyAnswer,
    async handler(room: Room, call, { params: { id } }) {
      const { key, position } = await restoreKey(room, call, id)
      await room.applied(position)
      return keyToWire(key)
    },
  }),
  defineOperation({
    operationId: 'wakeKey',
    method: 'post',
    path: '/keys/{id}/wake',
    tag: 'keys',
    summary: 'Wake a key that sleeps because nobody used it.',
    description: 'The time without use counts anew. A key that is awake stays as it is.',
    permission: 'keys.update',
    errors: ['conflict'],
    params,
    status: 200,
    answer: keyAnswer,
    async handler(room: Room, call, { params: { id } }) {
      const { key, position } = await wakeKey(room, call, id)
      await room.applied(position)
      return keyToWire(key)
    },
  }),
]
