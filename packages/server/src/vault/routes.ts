/** HTTP edge of provider keys. No answer holds anything of a secret. */
import { Secret } from '@claviger/core'
import { z } from 'zod'
import { defineList, defineOperation, found, pageOf, wire } from '#edge'
import { injection } from '#injections'
import { deleteProviderKey, rotateProviderKey, updateProviderKey } from './change-provider-key.ts'
import { createProviderKey } from './create-provider-key.ts'
import { providerKeyFromRows, type ProviderKey } from './provider-key.ts'
import type { VaultRoom } from './room.ts'
import { selectProviderKey, selectProviderKeys } from './rows.ts'

const params = z.strictObject({ id: wire.idOf('pvk') })
const provider = wire.slug.meta({ description: 'Whose API it opens. For people and filters.', example: 'openai' })
const origins = z
  .array(z.string().max(300).meta({ example: 'https://api.openai.com' }))
  .min(1)
  .max(20)
  .meta({ description: 'Where it may be sent: https, exact host and port.' })
const injectionInput = injection.meta({ id: 'Injection', description: 'How the secret is put into a request.' })

const usedBy = z
  .strictObject({
    routes: wire.unique(wire.idOf('rte'), 100).default([]),
    models: wire.unique(wire.idOf('mdl'), 100).default([]),
    apps: wire.unique(wire.idOf('app'), 100).default([]),
  })
  .meta({
    id: 'CredentialUsers',
    description:
      'Who may use it. Routes and models are restricted as soon as one of them is named, apps as soon as one app is. Empty: all.',
  })

const ProviderKeyAnswer = z
  .object({
    id: wire.idOf('pvk'),
    name: wire.name,
    provider: z.string(),
    origins: z.array(z.string()),
    injection: injectionInput,
    used_by: z.object({ routes: z.array(z.string()), models: z.array(z.string()), apps: z.array(z.string()) }),
    version: z.int().meta({ description: 'Grows with each rotation.' }),
    fingerprint: z
      .string()
      .meta({ description: 'Keyed hash: the same secret stored twice has the same one. Tells nothing else of it.' }),
    expires_at: wire.instant
      .nullable()
      .meta({ description: 'When it ends by itself: the end of its client certificate. Null: it does not say.' }),
    created_at: wire.instant,
    updated_at: wire.instant,
    rotated_at: wire.instant,
    revision: z.int(),
  })
  .meta({ id: 'ProviderKey', description: "Somebody else's credential. The secret is never shown again." })

function answer(key: ProviderKey): z.input<typeof ProviderKeyAnswer> {
  return {
    id: key.id,
    name: key.name,
    provider: key.provider,
    origins: [...key.origins],
    injection: key.injection,
    used_by: { routes: [...key.usedBy.routes], models: [...key.usedBy.models], apps: [...key.usedBy.apps] },
    version: key.version,
    fingerprint: key.fingerprint,
    expires_at: wire.instantText(key.expiresAt),
    created_at: wire.instantText(key.createdAt),
    updated_at: wire.instantText(key.updatedAt),
    rotated_at: wire.instantText(key.rotatedAt),
    revision: key.revision,
  }
}

export const vaultOperations = [
  defineList({
    operationId: 'listProviderKeys',
    path: '/provider-keys',
    tag: 'provider keys',
    summary: 'List the provider keys of the workspace.',
    permission: 'provider_keys.read',
    query: z.strictObject({ name: wire.name.optional(), provider: provider.optional() }),
    sort: '-created_at',
    item: ProviderKeyAnswer,
    handler: async (room: VaultRoom, call, { query, page }) => {
      const rows = await selectProviderKeys(
        room.store.db,
        call.workspaceId,
        { name: query.name, provider: query.provider },
        page,
      )
      return pageOf(rows, page, {
        place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
        item: (row) => answer(providerKeyFromRows(row, row)),
      })
    },
  }),
  defineOperation({
    operationId: 'createProviderKey',
    method: 'post',
    path: '/provider-keys',
    tag: 'provider keys',
    summary: 'Store a provider key.',
    description: 'It is sealed together with its origins; it leaves the server only in requests to them.',
    permission: 'provider_keys.create',
    body: z.strictObject({
      name: wire.name,
      provider,
      origins,
      injection: injectionInput.default({ kind: 'bearer' }),
      secret: wire.secretInput,
      used_by: usedBy.prefault({}),
    }),
    status: 201,
    answer: ProviderKeyAnswer,
    errors: ['conflict'],
    handler: async (room: VaultRoom, call, { body }) => {
      const { used_by: users, secret, ...rest } = body
      const { providerKey, position } = await createProviderKey(room, call, {
        ...rest,
        usedBy: users,
        secret: new Secret(secret),
      })
      await room.reached(position)
      return answer(providerKey)
    },
  }),
  defineOperation({
    operationId: 'getProviderKey',
    method: 'get',
    path: '/provider-keys/{id}',
    tag: 'provider keys',
    summary: 'Show one provider key.',
    permission: 'provider_keys.read',
    params,
    status: 200,
    answer: ProviderKeyAnswer,
    handler: async (room: VaultRoom, call, { params: { id } }) => {
      const row = found('provider key', id, await selectProviderKey(room.store.db, call.workspaceId, id))
      return answer(providerKeyFromRows(row, row))
    },
  }),
  defineOperation({
    operationId: 'updateProviderKey',
    method: 'patch',
    path: '/provider-keys/{id}',
    tag: 'provider keys',
    summary: 'Change the name of a provider key, who may use it, or take origins away.',
    description:
      'A new origin needs the secret again: rotate it. Otherwise whoever may change it could have it sent to themselves.',
    permission: 'provider_keys.update',
    params,
    body: z.strictObject({
      name: wire.name.optional(),
      provider: provider.optional(),
      origins: origins.optional(),
      used_by: usedBy.optional(),
    }),
    status: 200,
    answer: ProviderKeyAnswer,
    errors: ['conflict', 'precondition_failed'],
    handler: async (room: VaultRoom, call, { params: { id }, body }) => {
      const { used_by: users, ...rest } = body
      const change = { ...rest, ...(users !== undefined && { usedBy: users }) }
      const { providerKey, position } = await updateProviderKey(
        room,
        call,
        { id, expectedRevision: call.expectedRevision },
        change,
      )
      await room.reached(position)
      return answer(providerKey)
    },
  }),
  defineOperation({
    operationId: 'rotateProviderKey',
    method: 'post',
    path: '/provider-keys/{id}/rotate',
    tag: 'provider keys',
    summary: 'Replace the secret of a provider key.',
    description: 'The secret before is destroyed in the same step. Origins and injection may change with it.',
    permission: 'provider_keys.rotate',
    params,
    body: z.strictObject({
      secret: wire.secretInput,
      origins: origins.optional(),
      injection: injectionInput.optional(),
    }),
    status: 200,
    answer: ProviderKeyAnswer,
    errors: ['precondition_failed'],
    handler: async (room: VaultRoom, call, { params: { id }, body }) => {
      const rotation = { secret: new Secret(body.secret), origins: body.origins, injection: body.injection }
      const { providerKey, position } = await rotateProviderKey(
        room,
        call,
        { id, expectedRevision: call.expectedRevision },
        rotation,
      )
      await room.reached(position)
      return answer(providerKey)
    },
  }),
  defineOperation({
    operationId: 'deleteProviderKey',
    method: 'delete',
    path: '/provider-keys/{id}',
    tag: 'provider keys',
    summary: 'Delete a provider key and destroy its secret.',
    description: 'Routes and models that use it fail until they are given another.',
    permission: 'provider_keys.delete',
    params,
    status: 204,
    errors: ['precondition_failed'],
    handler: async (room: VaultRoom, call, { params: { id } }) => {
      await room.reached(await deleteProviderKey(room, call, { id, expectedRevision: call.expectedRevision }))
    },
  }),
]
