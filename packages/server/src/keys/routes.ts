/** The control API of this room: apis and keys. */
import { defineList, defineOperation, found, pageOf, wire, type Operation } from '#edge'
import { z } from 'zod'
import { apiFromRow, createApi, deleteApi, updateApi } from './apis.ts'
import { apiChangeFromWire, keyChangeFromWire } from './change-from-wire.ts'
import { createKey } from './create-key.ts'
import { describeKey, describeKeys } from './describe-keys.ts'
import { resolveFilter } from './key-filter.ts'
import { countOverMaximum } from './over-maximum.ts'
import { revokeKey, revokeVersion, type Revoked } from './revoke-key.ts'
import type { KeysRoutesRoom } from './room.ts'
import { rotateKey } from './rotate-key.ts'
import { decommissionOperations } from './routes/decommission.ts'
import { importOperations } from './routes/import.ts'
import { lifecycleOperations } from './routes/lifecycle.ts'
import { orderOperations } from './routes/orders.ts'
import { planOperations } from './routes/plans.ts'
import { roleOperations } from './routes/roles.ts'
import { verifyOperations } from './routes/verify.ts'
import { matching } from './rows-filter.ts'
import { selectApi, selectApis, selectKey, selectKeys } from './rows.ts'
import { filterOfQuery, keyQuery } from './schemas-filter.ts'
import {
  apiAnswer,
  apiBody,
  apiPatch,
  apiToWire,
  feedLossFromWire,
  issuedAnswer,
  keyAnswer,
  keyBody,
  keyPatch,
  keyToWire,
  revokedAnswer,
  updatedApiAnswer,
} from './schemas.ts'
import { updateKey } from './update-key.ts'

const MAX_GRACE_SECONDS = 90 * 86_400
const apiId = z.object({ id: wire.idOf('api') })
const keyId = z.object({ id: wire.idOf('key') })
type Room = KeysRoutesRoom

const createApiOperation = defineOperation({
  operationId: 'createApi',
  method: 'post',
  path: '/apis',
  tag: 'apis',
  summary: 'Make an api.',
  permission: 'apis.create',
  errors: ['conflict'],
  body: apiBody,
  status: 201,
  answer: apiAnswer,
  async handler(room: Room, call, { body }) {
    const api = await createApi(room, call, {
      name: body.name,
      prefix: body.prefix,
      scopes: body.scopes,
      maximum: body.maximum,
      onFeedLoss: feedLossFromWire(body.on_feed_loss),
      limits: body.limits,
    })
    return apiToWire(api, room.deniesAfterSeconds)
  },
})

const listApis = defineList({
  operationId: 'listApis',
  path: '/apis',
  tag: 'apis',
  summary: 'List apis.',
  permission: 'apis.read',
  sort: '-created_at',
  item: apiAnswer,
  async handler(room: Room, call, { page }) {
    const rows = await selectApis(room.store.db, call.workspaceId, page)
    return pageOf(rows, page, {
      place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
      item: (row) => apiToWire(apiFromRow(row), room.deniesAfterSeconds),
    })
  },
})

const getApi = defineOperation({
  operationId: 'getApi',
  method: 'get',
  path: '/apis/{id}',
  tag: 'apis',
  summary: 'Read an api.',
  permission: 'apis.read',
  params: apiId,
  status: 200,
  answer: apiAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params }) {
    const row = found('api', params.id, await selectApi(room.store.db, call.workspaceId, params.id))
    return apiToWire(apiFromRow(row), room.deniesAfterSeconds)
  },
})

const updateApiOperation = defineOperation({
  operationId: 'updateApi',
  method: 'patch',
  path: '/apis/{id}',
  tag: 'apis',
  summary: 'Change an api.',
  permission: 'apis.update',
  description:
    'The prefix stays: keys that are out carry it. A disabled api refuses all of its keys until it is enabled again. A ' +
    'maximum caps keys that are out at once; `keys_over_maximum` and `GET /keys?over_maximum=true` tell whom it concerns.',
  errors: ['conflict', 'precondition_failed'],
  params: apiId,
  body: apiPatch,
  status: 200,
  answer: updatedApiAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params, body }) {
    const { result: api, position } = await updateApi(
      room,
      call,
      { apiId: params.id, expectedRevision: call.expectedRevision },
      apiChangeFromWire(body),
    )
    await room.applied(position)
    const answer = apiToWire(api, room.deniesAfterSeconds)
    if (body.maximum === undefined) return answer
    const now = new Date(room.nowMs())
    const count = await countOverMaximum(room.store.db, { id: api.id, workspaceId: call.workspaceId }, now)
    return { ...answer, keys_over_maximum: count }
  },
})

const deleteApiOperation = defineOperation({
  operationId: 'deleteApi',
  method: 'delete',
  path: '/apis/{id}',
  tag: 'apis',
  summary: 'Delete an api without living keys.',
  permission: 'apis.delete',
  errors: ['conflict', 'precondition_failed'],
  params: apiId,
  status: 204,
  async handler(room: Room, call, { params }) {
    await room.applied(await deleteApi(room, call, { apiId: params.id, expectedRevision: call.expectedRevision }))
  },
})

const createKeyOperation = defineOperation({
  operationId: 'createKey',
  method: 'post',
  path: '/keys',
  tag: 'keys',
  summary: 'Make a key and show its secret, this once.',
  permission: 'keys.create',
  errors: ['conflict'],
  body: keyBody,
  status: 201,
  answer: issuedAnswer,
  secretMembers: ['secret'],
  async handler(room: Room, call, { body }) {
    const issued = await createKey(room, call, {
      name: body.name,
      appId: body.app_id,
      owner: body.owner,
      tags: body.tags,
      apiIds: body.api_ids,
      environment: body.environment,
      scopes: body.scopes,
      roleIds: body.role_ids,
      grantReason: body.grant_reason,
      restrictions: body.restrictions,
      limits: body.limits,
      planId: body.plan_id,
      metadata: body.metadata,
      notBefore: body.not_before,
      expiresAt: body.expires_at,
      dormantAfterDays: body.dormant_after_days,
    })
    await room.applied(issued.position)
    return { ...keyToWire(issued.key), secret: issued.secret.reveal() }
  },
})

const listKeys = defineList({
  operationId: 'listKeys',
  path: '/keys',
  tag: 'keys',
  summary: 'List keys, never their secrets.',
  description: 'Deleted keys are left out unless `deleted=true` asks for them.',
  permission: 'keys.read',
  query: keyQuery,
  sort: '-created_at',
  item: keyAnswer,
  async handler(room: Room, call, { query, page }) {
    const { db } = room.store
    const filter = await resolveFilter(db, call.workspaceId, filterOfQuery(query, room.nowMs()))
    const keys = await describeKeys(db, await selectKeys(db, matching(filter), page))
    return pageOf(keys, page, {
      place: (key) => ({ value: key.createdAt.getTime(), id: key.id }),
      item: keyToWire,
    })
  },
})

const getKey = defineOperation({
  operationId: 'getKey',
  method: 'get',
  path: '/keys/{id}',
  tag: 'keys',
  summary: 'Read a key, never its secrets.',
  permission: 'keys.read',
  params: keyId,
  status: 200,
  answer: keyAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params }) {
    const row = found('key', params.id, await selectKey(room.store.db, call.workspaceId, params.id))
    return keyToWire(await describeKey(room.store.db, row))
  },
})

const updateKeyOperation = defineOperation({
  operationId: 'updateKey',
  method: 'patch',
  path: '/keys/{id}',
  tag: 'keys',
  summary: 'Change a key.',
  permission: 'keys.update',
  errors: ['conflict', 'precondition_failed'],
  params: keyId,
  body: keyPatch,
  status: 200,
  answer: keyAnswer,
  revision: (answer) => answer.revision,
  async handler(room: Room, call, { params, body }) {
    const { key, position } = await updateKey(
      room,
      call,
      { keyId: params.id, expectedRevision: call.expectedRevision },
      keyChangeFromWire(body),
    )
    await room.applied(position)
    return keyToWire(key)
  },
})

const rotateKeyOperation = defineOperation({
  operationId: 'rotateKey',
  method: 'post',
  path: '/keys/{id}/rotate',
  tag: 'keys',
  summary: 'Give a key a new secret and show it, this once.',
  description: 'The secrets before it live on for the grace period. The key keeps its id, limits and scopes.',
  permission: 'keys.rotate',
  errors: ['conflict'],
  params: keyId,
  body: z.strictObject({ grace_seconds: z.int().min(0).max(MAX_GRACE_SECONDS).default(86_400) }).prefault({}),
  status: 200,
  answer: issuedAnswer,
  secretMembers: ['secret'],
  async handler(room: Room, call, { params, body }) {
    const issued = await rotateKey(room, call, params.id, body.grace_seconds)
    await room.applied(issued.position)
    return { ...keyToWire(issued.key), secret: issued.secret.reveal() }
  },
})

const revokeKeyOperation = defineOperation({
  operationId: 'revokeKey',
  method: 'post',
  path: '/keys/{id}/revoke',
  tag: 'keys',
  summary: 'End a key for good, open streams included.',
  permission: 'keys.revoke',
  params: keyId,
  body: z.strictObject({ reason: wire.note.optional() }).prefault({}),
  status: 200,
  answer: revokedAnswer,
  async handler(room: Room, call, { params, body }) {
    return receipt(room, await revokeKey(room, call, params.id, body.reason ?? null))
  },
})

const revokeKeyVersion = defineOperation({
  operationId: 'revokeKeyVersion',
  method: 'post',
  path: '/keys/{id}/versions/{number}/revoke',
  tag: 'keys',
  summary: 'End one secret of a key.',
  permission: 'keys.revoke',
  params: keyId.extend({
    number: z
      .string()
      .regex(/^[1-9][0-9]{0,8}$/)
      .transform(Number)
      .meta({ description: 'Number of a version of the key.', example: '1' }),
  }),
  status: 200,
  answer: revokedAnswer,
  async handler(room: Room, call, { params }) {
    return receipt(room, await revokeVersion(room, call, params.id, params.number))
  },
})

/** Answers when this node itself refuses the key, or did not in time; and says who does. */
async function receipt(room: Room, revoked: Revoked): Promise<z.input<typeof revokedAnswer>> {
  return { ...keyToWire(revoked.key), position: revoked.position, nodes: await room.acknowledgedBy(revoked.position) }
}

export const keysOperations: readonly Operation<KeysRoutesRoom>[] = [
  createApiOperation,
  listApis,
  getApi,
  updateApiOperation,
  deleteApiOperation,
  createKeyOperation,
  listKeys,
  getKey,
  updateKeyOperation,
  rotateKeyOperation,
  revokeKeyOperation,
  revokeKeyVersion,
  ...lifecycleOperations,
  ...orderOperations,
  ...decommissionOperations,
  ...importOperations,
  ...planOperations,
  ...roleOperations,
  ...verifyOperations,
]
