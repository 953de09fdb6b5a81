/** HTTP edge of apps: parse, call, answer. */
import { z } from 'zod'
import { defineList, defineOperation, found, pageOf, wire } from '#edge'
import { limitsFromColumn, limitsSchema } from '#usage'
import { createApp, deleteApp, updateApp } from '../apps.ts'
import type { IdentityRoom } from '../room.ts'
import { selectApp, selectApps, type AppRow } from '../rows.ts'

const params = z.strictObject({ id: wire.idOf('app') })
const { owner } = wire
const planId = wire
  .idOf('pln')
  .meta({ description: 'Its limits hold for each key of the app that has no plan of its own.' })

export const appPatch = z.strictObject({
  name: wire.name.optional(),
  owner: owner.optional(),
  description: wire.note.optional(),
  metadata: wire.metadata.optional(),
  limits: limitsSchema.optional(),
  plan_id: planId.nullable().optional(),
  disabled: z.boolean().optional(),
})

export type AppPatch = z.output<typeof appPatch>

const App = z
  .object({
    id: wire.idOf('app'),
    name: wire.name,
    owner,
    description: wire.note,
    metadata: wire.metadata,
    limits: limitsSchema.meta({ description: 'Shared by all its keys.' }),
    plan_id: planId.nullable(),
    disabled_at: wire.instant.nullable(),
    decommissioned_at: wire.instant.nullable().meta({ description: 'Ended for good, with all its keys.' }),
    created_at: wire.instant,
    updated_at: wire.instant,
    revision: z.int(),
  })
  .meta({ id: 'App', description: 'A consumer: it owns keys. Disabled, all its keys refuse.' })

function answer(row: AppRow): z.input<typeof App> {
  return {
    id: row.id,
    name: row.name,
    owner: row.owner,
    description: row.description,
    metadata: wire.jsonObject(row.metadata),
    limits: [...limitsFromColumn(row.limits)],
    plan_id: row.plan_id,
    disabled_at: wire.instantText(row.disabled_at),
    decommissioned_at: wire.instantText(row.decommissioned_at),
    created_at: wire.instantText(row.created_at),
    updated_at: wire.instantText(row.updated_at),
    revision: row.revision,
  }
}

export const appOperations = [
  defineList({
    operationId: 'listApps',
    path: '/apps',
    tag: 'apps',
    summary: 'List the apps of the workspace.',
    permission: 'apps.read',
    query: z.strictObject({ name: wire.name.optional(), owner: owner.optional() }),
    sort: '-created_at',
    item: App,
    handler: async (room: IdentityRoom, call, { query, page }) => {
      const rows = await selectApps(room.store.db, call.workspaceId, { name: query.name, owner: query.owner }, page)
      return pageOf(rows, page, { place: (row) => ({ value: row.created_at.getTime(), id: row.id }), item: answer })
    },
  }),
  defineOperation({
    operationId: 'createApp',
    method: 'post',
    path: '/apps',
    tag: 'apps',
    summary: 'Make an app.',
    permission: 'apps.create',
    body: z.strictObject({
      name: wire.name,
      owner,
      description: wire.note.default(''),
      metadata: wire.metadata.default({}),
      limits: limitsSchema.default([]).meta({ description: 'Shared by all its keys.' }),
      plan_id: planId.nullable().default(null),
    }),
    status: 201,
    answer: App,
    revision: (app) => app.revision,
    errors: ['conflict'],
    handler: async (room: IdentityRoom, call, { body }) => {
      const { plan_id, ...members } = body
      return answer(await createApp(room, call, { ...members, planId: plan_id }))
    },
  }),
  defineOperation({
    operationId: 'getApp',
    method: 'get',
    path: '/apps/{id}',
    tag: 'apps',
    summary: 'Show one app.',
    permission: 'apps.read',
    params,
    status: 200,
    answer: App,
    revision: (app) => app.revision,
    handler: async (room: IdentityRoom, call, { params: { id } }) => {
      const row = found('app', id, await selectApp(room.store.db, call.workspaceId, id))
      return answer(row)
    },
  }),
  defineOperation({
    operationId: 'updateApp',
    method: 'patch',
    path: '/apps/{id}',
    tag: 'apps',
    summary: 'Change, disable or enable an app.',
    description:
      'Members that are left out stay as they are. With `"disabled": true` every key of the app refuses and its open streams are cut.',
    permission: 'apps.update',
    params,
    body: appPatch,
    status: 200,
    answer: App,
    revision: (app) => app.revision,
    errors: ['conflict', 'precondition_failed'],
    handler: async (room: IdentityRoom, call, { params: { id }, body }) => {
      const { plan_id, ...members } = body
      const change = { ...members, ...(plan_id !== undefined && { planId: plan_id }) }
      const target = { id, expectedRevision: call.expectedRevision }
      const { result, position } = await updateApp(room, call, target, change)
      await room.reached(position)
      return answer(result)
    },
  }),
  defineOperation({
    operationId: 'deleteApp',
    method: 'delete',
    path: '/apps/{id}',
    tag: 'apps',
    summary: 'Delete an app.',
    description: 'Every key of the app refuses from then on, for good.',
    permission: 'apps.delete',
    params,
    status: 204,
    errors: ['precondition_failed'],
    async handler(room: IdentityRoom, call, { params: { id } }) {
      await room.reached(await deleteApp(room, call, { id, expectedRevision: call.expectedRevision }))
    },
  }),
]
