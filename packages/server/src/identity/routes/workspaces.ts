/** HTTP edge of workspaces. Operators of the first workspace see all of them; others see their own. */
import { ClavigerError } from '@claviger/core'
import { z } from 'zod'
import { defineList, defineOperation, pageOf, wire, type OperatorCall } from '#edge'
import type { IdentityRoom } from '../room.ts'
import { selectWorkspace, selectWorkspaces, type WorkspaceRow } from '../rows.ts'
import { addSetupLink, createSetupLink } from '../setup-link.ts'
import {
  createWorkspace,
  DEFAULT_MAX_KEY_AGE_SECONDS,
  DEFAULT_RESTORE_WINDOW_DAYS,
  updateWorkspace,
} from '../workspaces.ts'

const params = z.strictObject({ id: wire.idOf('wsp') })
const maxKeyAgeSeconds = z.int().min(60).max(315_360_000).meta({
  description: 'No key of the workspace lives longer. A key that is made without an expiry gets this one.',
  example: 31_536_000,
})

const dormantAfterDays = z.int().min(1).max(3650).meta({
  description:
    'A key that is not used for so long refuses with `key_dormant` until an operator wakes it, unless the key says otherwise. Null: never.',
  example: 90,
})
const restoreWindowDays = z
  .int()
  .min(0)
  .max(365)
  .meta({ description: 'A deleted key can be restored for so long; then it is purged.', example: 30 })

const members = {
  id: wire.idOf('wsp'),
  name: wire.name,
  is_home: z.boolean().meta({ description: 'The first workspace: its operators look after the installation.' }),
  max_key_age_seconds: maxKeyAgeSeconds,
  dormant_after_days: dormantAfterDays.nullable(),
  restore_window_days: restoreWindowDays,
  disabled_at: wire.instant.nullable(),
  created_at: wire.instant,
  updated_at: wire.instant,
  revision: z.int(),
}
const Workspace = z.object(members).meta({ id: 'Workspace', description: 'A tenant: nothing crosses it.' })

const link = {
  setup_url: z
    .url()
    .meta({ description: 'Good for one use within one hour; whoever opens it first becomes an owner. Shown once.' }),
  setup_url_expires_at: wire.instant,
}
const NewWorkspace = z.object({ ...members, ...link }).meta({ id: 'NewWorkspace' })
const SetupLink = z.object(link).meta({ id: 'SetupLink' })

function answer(row: WorkspaceRow): z.input<typeof Workspace> {
  return {
    id: row.id,
    name: row.name,
    is_home: row.is_home,
    max_key_age_seconds: row.max_key_age_seconds,
    dormant_after_days: row.dormant_after_days,
    restore_window_days: row.restore_window_days,
    disabled_at: wire.instantText(row.disabled_at),
    created_at: wire.instantText(row.created_at),
    updated_at: wire.instantText(row.updated_at),
    revision: row.revision,
  }
}

/** Of the operator's own key: what the link makes may not outlive it. */
function expiryOf({ operator }: OperatorCall): Date | null {
  return operator.expiresAtMs === undefined ? null : new Date(operator.expiresAtMs)
}

/** Foreign workspaces are as unknown as those that do not exist. */
function refuseForeign(call: OperatorCall, id: string): void {
  if (!call.operator.isHome && id !== call.workspaceId) throw unknown(id)
}

function unknown(id: string): ClavigerError {
  return new ClavigerError('not_found', `There is no workspace ${id}.`)
}

export const workspaceOperations = [
  defineList({
    operationId: 'listWorkspaces',
    path: '/workspaces',
    tag: 'workspaces',
    summary: 'List the workspaces that you may see.',
    permission: 'workspaces.read',
    sort: '-created_at',
    item: Workspace,
    handler: async (room: IdentityRoom, call, { page }) => {
      const rows = await selectWorkspaces(room.store.db, call.operator.isHome ? undefined : call.workspaceId, page)
      return pageOf(rows, page, { place: (row) => ({ value: row.created_at.getTime(), id: row.id }), item: answer })
    },
  }),
  defineOperation({
    operationId: 'createWorkspace',
    method: 'post',
    path: '/workspaces',
    tag: 'workspaces',
    summary: 'Make another workspace.',
    description: 'Answers a one-time link for its first owner, whose key does not outlive the one that asks.',
    permission: 'workspaces.create',
    body: z.strictObject({
      name: wire.name,
      max_key_age_seconds: maxKeyAgeSeconds.default(DEFAULT_MAX_KEY_AGE_SECONDS),
      dormant_after_days: dormantAfterDays.nullable().default(null),
      restore_window_days: restoreWindowDays.default(DEFAULT_RESTORE_WINDOW_DAYS),
    }),
    status: 201,
    answer: NewWorkspace,
    secretMembers: ['setup_url'],
    revision: (workspace) => workspace.revision,
    errors: ['conflict'],
    handler: async (room: IdentityRoom, call, { body }) =>
      room.store.transaction(async (tx) => {
        const row = await createWorkspace(room, tx, call, {
          name: body.name,
          maxKeyAgeSeconds: body.max_key_age_seconds,
          dormantAfterDays: body.dormant_after_days,
          restoreWindowDays: body.restore_window_days,
        })
        const { url, expiresAt } = await addSetupLink(
          room,
          tx,
          { workspaceId: row.id, actor: call.actor },
          expiryOf(call),
        )
        return { ...answer(row), setup_url: url.reveal(), setup_url_expires_at: wire.instantText(expiresAt) }
      }),
  }),
  defineOperation({
    operationId: 'getWorkspace',
    method: 'get',
    path: '/workspaces/{id}',
    tag: 'workspaces',
    summary: 'Show one workspace.',
    permission: 'workspaces.read',
    params,
    status: 200,
    answer: Workspace,
    revision: (workspace) => workspace.revision,
    handler: async (room: IdentityRoom, call, { params: { id } }) => {
      refuseForeign(call, id)
      const row = await selectWorkspace(room.store.db, id)
      if (row === undefined) throw unknown(id)
      return answer(row)
    },
  }),
  defineOperation({
    operationId: 'updateWorkspace',
    method: 'patch',
    path: '/workspaces/{id}',
    tag: 'workspaces',
    summary: 'Change, disable or enable a workspace.',
    description:
      'With `"disabled": true` all keys and admin keys of the workspace refuse and its open streams are cut. ' +
      'The first workspace cannot be disabled; only its operators can enable another one again.',
    permission: 'workspaces.update',
    params,
    body: z.strictObject({
      name: wire.name.optional(),
      max_key_age_seconds: maxKeyAgeSeconds.optional(),
      dormant_after_days: dormantAfterDays.nullable().optional(),
      restore_window_days: restoreWindowDays.optional(),
      disabled: z.boolean().optional(),
    }),
    status: 200,
    answer: Workspace,
    revision: (workspace) => workspace.revision,
    errors: ['conflict', 'precondition_failed'],
    handler: async (room: IdentityRoom, call, { params: { id }, body }) => {
      refuseForeign(call, id)
      const change = {
        name: body.name,
        maxKeyAgeSeconds: body.max_key_age_seconds,
        dormantAfterDays: body.dormant_after_days,
        restoreWindowDays: body.restore_window_days,
        disabled: body.disabled,
      }
      const target = { id, expectedRevision: call.expectedRevision }
      const { result, position } = await updateWorkspace(room, call, target, change)
      await room.reached(position)
      return answer(result)
    },
  }),
  defineOperation({
    operationId: 'createSetupLink',
    method: 'post',
    path: '/workspaces/{id}/setup-links',
    tag: 'workspaces',
    summary: 'Make a one-time link by which somebody becomes an owner of the workspace.',
    description:
      'Links made before and not used are void from then on. The key that it makes does not outlive the one that asks.',
    permission: 'workspaces.create',
    params,
    status: 200,
    answer: SetupLink,
    secretMembers: ['setup_url'],
    handler: async (room: IdentityRoom, call, { params: { id } }) => {
      if ((await selectWorkspace(room.store.db, id)) === undefined) throw unknown(id)
      const { url, expiresAt } = await createSetupLink(room, { workspaceId: id, actor: call.actor }, expiryOf(call))
      return { setup_url: url.reveal(), setup_url_expires_at: wire.instantText(expiresAt) }
    },
  }),
]
