/** HTTP edge of admin keys. */
import { z } from 'zod'
import { ALL_PERMISSIONS, defineList, defineOperation, found, pageOf, wire } from '#edge'
import { createAdminKey, revokeAdminKey } from '../admin-keys.ts'
import { boundsToRow } from '../grant-bounds.ts'
import { ROLE_NAMES, ROLES } from '../roles.ts'
import type { IdentityRoom } from '../room.ts'
import { selectAdminKey, selectAdminKeys, type AdminKeyRow } from '../rows-admin-keys.ts'

const params = z.strictObject({ id: wire.idOf('adm') })
const role = z
  .enum(ROLE_NAMES)
  .meta({ description: ROLE_NAMES.map((name) => `${name}: ${ROLES[name].what}`).join(' ') })
const apiIds = wire.unique(wire.idOf('api'), 100).min(1).meta({
  description: 'The apis whose keys it may verify, and for which it may grant keys. Null: as the key that makes it.',
})
const scopes = wire
  .unique(wire.scope, 200)
  .meta({ description: 'The scopes that it may grant to keys. Null: as the key that makes it.' })

const members = {
  id: wire.idOf('adm'),
  name: wire.name,
  role: z.string().meta({ description: `One of ${ROLE_NAMES.join(', ')}.` }),
  api_ids: z.array(z.string()).nullable().meta({ description: 'Null: all of the workspace.' }),
  scopes: z.array(z.string()).nullable().meta({ description: 'Null: all.' }),
  public_id: z.string().meta({ description: 'Stands in the secret in clear.' }),
  last_four: z.string(),
  expires_at: wire.instant.nullable(),
  revoked_at: wire.instant.nullable(),
  created_by: z.string(),
  created_at: wire.instant,
}
const AdminKey = z.object(members).meta({ id: 'AdminKey', description: 'The credential of an operator.' })
const secret = z.string().meta({ description: 'Shown once; only its keyed hash is stored.', format: 'password' })
export const NewAdminKey = z.object({ ...members, secret }).meta({ id: 'NewAdminKey' })

const Me = z
  .object({
    admin_key_id: wire.idOf('adm'),
    workspace_id: wire.idOf('wsp'),
    is_home: z.boolean(),
    role: z.string(),
    permissions: z.array(z.enum(ALL_PERMISSIONS)),
    api_ids: z.array(z.string()).nullable().meta({ description: 'May verify and grant keys of these; null: all.' }),
    scopes: z.array(z.string()).nullable().meta({ description: 'May grant these; null: all.' }),
    expires_at: wire.instant.nullable(),
  })
  .meta({ id: 'Me', description: 'Whose admin key this is and what it may do.' })

export function adminKeyAnswer(row: AdminKeyRow): z.input<typeof AdminKey> {
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    api_ids: row.api_ids === null ? null : [...row.api_ids],
    scopes: row.scopes === null ? null : [...row.scopes],
    public_id: row.public_id,
    last_four: row.last_four,
    expires_at: wire.instantText(row.expires_at),
    revoked_at: wire.instantText(row.revoked_at),
    created_by: row.created_by,
    created_at: wire.instantText(row.created_at),
  }
}

export const adminKeyOperations = [
  defineOperation({
    operationId: 'getMe',
    method: 'get',
    path: '/me',
    tag: 'admin keys',
    summary: 'Show whose admin key this is and what it may do.',
    permission: 'authenticated',
    status: 200,
    answer: Me,
    handler: async (_room: IdentityRoom, { operator }) => ({
      admin_key_id: operator.adminKeyId,
      workspace_id: operator.workspaceId,
      is_home: operator.isHome,
      role: operator.role,
      permissions: [...operator.permissions],
      ...boundsToRow(operator.bounds),
      expires_at: operator.expiresAtMs === undefined ? null : wire.instantText(new Date(operator.expiresAtMs)),
    }),
  }),
  defineList({
    operationId: 'listAdminKeys',
    path: '/admin-keys',
    tag: 'admin keys',
    summary: 'List the admin keys of the workspace.',
    permission: 'admin_keys.read',
    query: z.strictObject({ role: role.optional(), revoked: wire.flag.optional() }),
    sort: '-created_at',
    item: AdminKey,
    handler: async (room: IdentityRoom, call, { query, page }) => {
      const rows = await selectAdminKeys(
        room.store.db,
        call.workspaceId,
        { role: query.role, revoked: query.revoked },
        page,
      )
      return pageOf(rows, page, {
        place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
        item: adminKeyAnswer,
      })
    },
  }),
  defineOperation({
    operationId: 'createAdminKey',
    method: 'post',
    path: '/admin-keys',
    tag: 'admin keys',
    summary: 'Make an admin key.',
    description:
      'It may not outlive the key that makes it, nor have a higher role, nor grant apis or scopes that the other may not. ' +
      'A key with bounds makes no workspaces and no set-up links.',
    permission: 'admin_keys.create',
    body: z.strictObject({
      name: wire.name,
      role,
      api_ids: apiIds.nullable().default(null),
      scopes: scopes.nullable().default(null),
      expires_at: wire.instantInput.nullable().default(null),
    }),
    status: 201,
    answer: NewAdminKey,
    secretMembers: ['secret'],
    handler: async (room: IdentityRoom, call, { body }) => {
      const wanted = {
        name: body.name,
        role: body.role,
        apiIds: body.api_ids,
        scopes: body.scopes,
        expiresAt: body.expires_at,
      }
      const issued = await createAdminKey(room, call, wanted, call.operator)
      await room.reached(issued.position)
      return { ...adminKeyAnswer(issued.row), secret: issued.secret.reveal() }
    },
  }),
  defineOperation({
    operationId: 'getAdminKey',
    method: 'get',
    path: '/admin-keys/{id}',
    tag: 'admin keys',
    summary: 'Show one admin key.',
    permission: 'admin_keys.read',
    params,
    status: 200,
    answer: AdminKey,
    handler: async (room: IdentityRoom, call, { params: { id } }) => {
      const row = found('admin key', id, await selectAdminKey(room.store.db, call.workspaceId, id))
      return adminKeyAnswer(row)
    },
  }),
  defineOperation({
    operationId: 'revokeAdminKey',
    method: 'post',
    path: '/admin-keys/{id}/revoke',
    tag: 'admin keys',
    summary: 'Revoke an admin key.',
    description:
      'It refuses at once on this node, and on all others within the delay of the change feed. Revoking it again changes nothing.',
    permission: 'admin_keys.revoke',
    params,
    status: 200,
    answer: AdminKey,
    errors: ['conflict'],
    handler: async (room: IdentityRoom, call, { params: { id } }) => {
      const { row, position } = await revokeAdminKey(room, call, id)
      if (position !== undefined) await room.reached(position)
      return adminKeyAnswer(row)
    },
  }),
]
