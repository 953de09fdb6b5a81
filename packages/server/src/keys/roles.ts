/**
 * A role is a named set of scopes. Keys point at it, so that an edit of it changes one row and one part. To widen it is to
 * grant the difference to every key that holds it, and is judged so; what an api does not let count, its keys do not get.
 */
import { ClavigerError, compileScopes, isPattern, makeId } from '@claviger/core'
import { atRevision, nameTaken } from '#edge'
import { beyondBounds } from '#identity'
import type { Tx } from '#store'
import { tellEdit } from './tell-edit.ts'
import type { Caller, KeysRoom } from './room.ts'
import {
  countKeysWithoutReason,
  countLivingKeysOfRole,
  insertRole,
  lockRole,
  roleNameTaken,
  selectApisOfRole,
  updateRoleRow,
  type RoleRow,
} from './rows-roles.ts'

export interface Role {
  readonly id: string
  readonly name: string
  readonly description: string
  readonly scopes: readonly string[]
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly revision: number
}

export interface RoleChange {
  readonly name?: string | undefined
  readonly description?: string | undefined
  readonly scopes?: readonly string[] | undefined
}

export interface RoleTarget {
  readonly roleId: string
  readonly expectedRevision: number | undefined
}

interface Changed<Result> {
  readonly result: Result
  /** In the feed. */
  readonly position: number
}

export function roleFromRow(row: RoleRow): Role {
  return {
    id: row.id,
    name: row.name,
    description: row.description,
    scopes: row.scopes,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  }
}

/**
 * @throws ClavigerError `conflict` when the workspace has a role of that name; `validation_failed` for scopes that the
 *   caller may not grant
 */
export async function createRole(
  room: KeysRoom,
  caller: Caller,
  wanted: Pick<Role, 'name' | 'description' | 'scopes'>,
): Promise<Changed<Role>> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    if (await roleNameTaken(tx, caller.workspaceId, wanted.name)) throw nameTaken('a role', wanted.name)
    refuseBeyond(caller, { scopes: wanted.scopes, added: wanted.scopes, apiIds: [] })
    const { name, description, scopes } = wanted
    const row = await insertRole(tx, {
      id: makeId('rol', now.getTime(), room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      name,
      description,
      scopes: [...scopes],
      created_at: now,
      updated_at: now,
    })
    const values = { name, description, scopes }
    return {
      result: roleFromRow(row),
      position: await tellEdit(tx, caller, { type: 'role', id: row.id, verb: 'create', values }),
    }
  })
}

/**
 * @throws ClavigerError `not_found`, `precondition_failed`; `conflict` when the new name is taken, and for a wildcard while
 *   keys without a reason hold the role; `validation_failed` for a scope that the caller may not grant to all of them
 */
export async function updateRole(
  room: KeysRoom,
  caller: Caller,
  target: RoleTarget,
  change: RoleChange,
): Promise<Changed<Role>> {
  return room.store.transaction(async (tx) => {
    const before = await lockedRole(tx, caller, target)
    if (
      change.name !== undefined &&
      change.name !== before.name &&
      (await roleNameTaken(tx, caller.workspaceId, change.name))
    )
      throw nameTaken('a role', change.name)
    await refuseWider(tx, caller, before, change.scopes ?? before.scopes)
    const row = await updateRoleRow(tx, before.id, {
      ...changedRoleColumns(change),
      updated_at: new Date(room.nowMs()),
    })
    const values = { ...change, changed: Object.keys(change) }
    return {
      result: roleFromRow(row),
      position: await tellEdit(tx, caller, { type: 'role', id: row.id, verb: 'update', values }),
    }
  })
}

/** What a change makes of a role's row. Writes nothing. */
export function changedRoleColumns(change: RoleChange) {
  return {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.description !== undefined && { description: change.description }),
    ...(change.scopes !== undefined && { scopes: [...change.scopes] }),
  }
}

/** @throws ClavigerError `not_found`, `precondition_failed`, `conflict` while living keys hold it */
export async function deleteRole(room: KeysRoom, caller: Caller, target: RoleTarget): Promise<number> {
  return room.store.transaction(async (tx) => {
    const { id } = await lockedRole(tx, caller, target)
    const keys = await countLivingKeysOfRole(tx, id)
    if (keys > 0) {
      const detail = `The role is in use: ${keys} keys hold it. Take it from them first; "GET /keys?role_id=${id}" lists them.`
      throw new ClavigerError('conflict', detail)
    }
    const now = new Date(room.nowMs())
    await updateRoleRow(tx, id, { deleted_at: now, updated_at: now })
    return tellEdit(tx, caller, { type: 'role', id, verb: 'delete', values: {} })
  })
}

async function lockedRole(tx: Tx, { workspaceId }: Caller, target: RoleTarget): Promise<RoleRow> {
  const { roleId, expectedRevision } = target
  return atRevision('role', roleId, await lockRole(tx, workspaceId, roleId), expectedRevision)
}

/** The role is locked: no key takes it, and none that holds it changes its apis or its reason, before this is over. */
async function refuseWider(tx: Tx, caller: Caller, before: RoleRow, scopes: readonly string[]): Promise<void> {
  const held = compileScopes(before.scopes)
  const added = scopes.filter((scope) => !held.covers(scope))
  if (added.length === 0) return
  const apiIds = caller.operator?.bounds.apiIds === undefined ? [] : await selectApisOfRole(tx, before.id)
  refuseBeyond(caller, { scopes, added, apiIds })
  const wildcard = added.find(isPattern)
  if (wildcard === undefined) return
  const keys = await countKeysWithoutReason(tx, before.id)
  if (keys === 0) return
  const detail = `A wildcard needs a reason and an expiry on each key that holds the role: ${keys} keys (deleted ones that can be restored among them) have none.`
  throw new ClavigerError('conflict', detail, { errors: [{ pointer: `/scopes/${scopes.indexOf(wildcard)}`, detail }] })
}

/** @param apiIds of the keys that are given more */
function refuseBeyond(
  { operator }: Caller,
  given: { readonly scopes: readonly string[]; readonly added: readonly string[]; readonly apiIds: readonly string[] },
): void {
  if (operator === undefined) return
  const { scopes, added, apiIds } = given
  const errors = [
    ...added.flatMap((scope) =>
      beyondBounds(operator.bounds, { apiIds: [], scopes: [scope] }).map(({ detail }) => ({
        pointer: `/scopes/${scopes.indexOf(scope)}`,
        detail,
      })),
    ),
    ...beyondBounds(operator.bounds, { apiIds, scopes: [] }).map(({ detail }) => ({ pointer: '/scopes', detail })),
  ]
  if (errors.length > 0)
    throw new ClavigerError('validation_failed', 'Your admin key may not grant all of this.', { errors })
}
