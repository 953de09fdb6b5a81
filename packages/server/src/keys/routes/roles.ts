/** HTTP edge of roles of keys. */
import { z } from 'zod'
import { defineList, defineOperation, found, pageOf, wire, type Operation } from '#edge'
import { createRole, deleteRole, roleFromRow, updateRole } from '../roles.ts'
import type { KeysRoutesRoom } from '../room.ts'
import { selectRole, selectRoles } from '../rows-roles.ts'
import { roleAnswer, roleBody, rolePatch, roleToWire } from '../schemas-roles.ts'

type Room = KeysRoutesRoom
const params = z.object({ id: wire.idOf('rol') })

export const roleOperations: readonly Operation<KeysRoutesRoom>[] = [
  defineOperation({
    operationId: 'createRole',
    method: 'post',
    path: '/roles',
    tag: 'roles',
    summary: 'Make a role: a named set of scopes for keys.',
    description:
      'Scopes may be of any apis. A key that holds the role gets, at each of its apis, what the catalogue has and the ' +
      'maximum lets count.',
    permission: 'roles.create',
    errors: ['conflict'],
    body: roleBody,
    status: 201,
    answer: roleAnswer,
    async handler(room: Room, call, { body }) {
      return roleToWire((await createRole(room, call, body)).result)
    },
  }),
  defineList({
    operationId: 'listRoles',
    path: '/roles',
    tag: 'roles',
    summary: 'List roles.',
    permission: 'roles.read',
    sort: '-created_at',
    item: roleAnswer,
    async handler(room: Room, call, { page }) {
      const rows = await selectRoles(room.store.db, call.workspaceId, page)
      return pageOf(rows, page, {
        place: (row) => ({ value: row.created_at.getTime(), id: row.id }),
        item: (row) => roleToWire(roleFromRow(row)),
      })
    },
  }),
  defineOperation({
    operationId: 'getRole',
    method: 'get',
    path: '/roles/{id}',
    tag: 'roles',
    summary: 'Read a role.',
    permission: 'roles.read',
    params,
    status: 200,
    answer: roleAnswer,
    revision: (role) => role.revision,
    async handler(room: Room, call, { params: { id } }) {
      const row = found('role', id, await selectRole(room.store.db, call.workspaceId, id))
      return roleToWire(roleFromRow(row))
    },
  }),
  defineOperation({
    operationId: 'updateRole',
    method: 'patch',
    path: '/roles/{id}',
    tag: 'roles',
    summary: 'Change a role, for all keys that hold it.',
    description:
      'To widen it is to grant the difference to each of them: within the bounds of your admin key, and with a wildcard ' +
      'only when each has a reason and an expiry. What the maximum of an api does not hold, its keys do not get.',
    permission: 'roles.update',
    errors: ['conflict', 'precondition_failed'],
    params,
    body: rolePatch,
    status: 200,
    answer: roleAnswer,
    revision: (role) => role.revision,
    async handler(room: Room, call, { params: { id }, body }) {
      const target = { roleId: id, expectedRevision: call.expectedRevision }
      const { result, position } = await updateRole(room, call, target, body)
      await room.applied(position)
      return roleToWire(result)
    },
  }),
  defineOperation({
    operationId: 'deleteRole',
    method: 'delete',
    path: '/roles/{id}',
    tag: 'roles',
    summary: 'Delete a role that no living key holds.',
    permission: 'roles.delete',
    errors: ['conflict', 'precondition_failed'],
    params,
    status: 204,
    async handler(room: Room, call, { params: { id } }) {
      await room.applied(await deleteRole(room, call, { roleId: id, expectedRevision: call.expectedRevision }))
    },
  }),
]
