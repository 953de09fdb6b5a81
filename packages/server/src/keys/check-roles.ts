/** What comes to a key by its roles: it counts as if it were the key's own. */
import { ClavigerError, isPattern, type FieldProblem } from '@claviger/core'
import { covers } from '#identity'
import type { Db } from '#store'
import { scopesOverMaximum } from './maximum.ts'
import type { Caller } from './room.ts'
import { shareRoles, type RoleRow } from './rows-roles.ts'
import type { ApiRow } from './rows.ts'

/**
 * The roles of a grant, in its order. In a transaction they stay as they are until that ends.
 *
 * @throws ClavigerError `validation_failed` with a pointer for each that the workspace has not
 */
export async function readRoles(db: Db, workspaceId: string, ids: readonly string[]): Promise<readonly RoleRow[]> {
  const found = await shareRoles(db, workspaceId, ids)
  const roles = ids.flatMap((id) => found.get(id) ?? [])
  if (roles.length === ids.length) return roles
  const errors = ids.flatMap((id, index) => (found.has(id) ? [] : [{ pointer: pointerOf(index), detail: unknown(id) }]))
  throw new ClavigerError('validation_failed', 'The key cannot be given this.', { errors })
}

/** Scopes of roles that some api of the key has, and lets nobody have. What none of its apis has simply does not count. */
export function rolesOverMaximum(apis: readonly ApiRow[], roles: readonly RoleRow[]): readonly FieldProblem[] {
  return roles.flatMap(({ name, scopes }, index) =>
    scopesOverMaximum(apis, scopes, () => pointerOf(index)).map(({ pointer, detail }) => ({
      pointer,
      detail: `Of the role ${name}: ${detail}`,
    })),
  )
}

/** A role within which somebody is bounded holds nothing beyond: not even for apis that the key is not for today. */
export function rolesBeyondBounds({ operator }: Caller, roles: readonly RoleRow[]): readonly FieldProblem[] {
  const most = operator?.bounds.scopes
  if (most === undefined) return []
  return roles.flatMap(({ name, scopes }, index) => {
    const beyond = scopes.filter((scope) => !covers(most, scope))
    if (beyond.length === 0) return []
    const detail = `Your admin key may not grant all of the role ${name}: ${beyond.join(' ')}.`
    return [{ pointer: pointerOf(index), detail }]
  })
}

/** @throws ClavigerError `validation_failed` with a pointer for each role that holds more than the caller may grant */
export function checkRoleBounds(caller: Caller, roles: readonly RoleRow[]): void {
  const errors = rolesBeyondBounds(caller, roles)
  if (errors.length > 0)
    throw new ClavigerError('validation_failed', 'Your admin key may not grant all of this.', { errors })
}

/** The first wildcard of the roles; undefined: they have none. */
export function wildcardOfRoles(roles: readonly RoleRow[]): string | undefined {
  for (const { name, scopes } of roles) {
    const wildcard = scopes.find(isPattern)
    if (wildcard !== undefined) return `${wildcard} of the role ${name}`
  }
  return undefined
}

/**
 * Why a role cannot be given to keys of an import, which have no reason of their own; undefined: it can.
 *
 * @param role undefined: the workspace has none such
 */
export function faultOfImportedRole(
  caller: Caller,
  apis: readonly ApiRow[],
  { id, role }: { readonly id: string; readonly role: RoleRow | undefined },
): string | undefined {
  if (role === undefined) return unknown(id)
  const [problem] = [...rolesBeyondBounds(caller, [role]), ...rolesOverMaximum(apis, [role])]
  if (problem !== undefined) return problem.detail
  const wildcard = wildcardOfRoles([role])
  return wildcard === undefined
    ? undefined
    : `The wildcard ${wildcard} needs a reason: give the role when the key is imported.`
}

const pointerOf = (index: number): string => `/role_ids/${index}`
const unknown = (id: string): string => `There is no role ${id} in this workspace.`
