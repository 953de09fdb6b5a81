/** SQL of this room: roles of keys. */
import { sql, type Insertable, type Selectable, type Updateable } from 'kysely'
import type { PageInput } from '#edge'
import { inPage, type Db, type Tables, type Tx } from '#store'

export type RoleRow = Selectable<Tables['keys_role']>

export async function insertRole(tx: Tx, row: Insertable<Tables['keys_role']>): Promise<RoleRow> {
  return tx.insertInto('keys_role').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectRole(db: Db, workspaceId: string, id: string): Promise<RoleRow | undefined> {
  return roleQuery(db, workspaceId).where('id', '=', id).executeTakeFirst()
}

/** Nobody else changes or deletes it, or gives it to a key, until the transaction ends. */
export async function lockRole(tx: Tx, workspaceId: string, id: string): Promise<RoleRow | undefined> {
  return roleQuery(tx, workspaceId).where('id', '=', id).forUpdate().executeTakeFirst()
}

/** Those of the roles that the workspace has, by id; in a transaction they stay as they are until that ends. */
export async function shareRoles(
  db: Db,
  workspaceId: string,
  ids: readonly string[],
): Promise<ReadonlyMap<string, RoleRow>> {
  if (ids.length === 0) return new Map()
  // more of them than a statement has parameters, in an import
  const rows = await roleQuery(db, workspaceId)
    .where(sql<boolean>`id = any(${[...ids]}::text[])`)
    .orderBy('id')
    .forShare()
    .execute()
  return new Map(rows.map((row) => [row.id, row]))
}

/** For the data plane: whatever the workspace, deleted ones too (a deleted key may still point at one). */
export async function selectAnyRole(db: Db, id: string): Promise<RoleRow | undefined> {
  return db.selectFrom('keys_role').selectAll().where('id', '=', id).executeTakeFirst()
}

export async function roleNameTaken(db: Db, workspaceId: string, name: string): Promise<boolean> {
  return (await roleQuery(db, workspaceId).where('name', '=', name).executeTakeFirst()) !== undefined
}

export async function selectRoles(db: Db, workspaceId: string, page: PageInput): Promise<readonly RoleRow[]> {
  const query = roleQuery(db, workspaceId)
  return inPage(query, page).execute()
}

export async function updateRoleRow(tx: Tx, id: string, change: Updateable<Tables['keys_role']>): Promise<RoleRow> {
  return tx
    .updateTable('keys_role')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Keys that hold the role, and are neither revoked nor deleted. */
export async function countLivingKeysOfRole(db: Db, roleId: string): Promise<number> {
  const row = await keysOfRole(db, roleId)
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where('deleted_at', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Keys that hold the role and could not be given a wildcard; deleted ones that can be restored count. */
export async function countKeysWithoutReason(db: Db, roleId: string): Promise<number> {
  const row = await keysOfRole(db, roleId)
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .where((eb) => eb.or([eb('grant_reason', 'is', null), eb('expires_at', 'is', null)]))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Apis of all keys that hold the role; those of deleted keys that can be restored too. */
export async function selectApisOfRole(db: Db, roleId: string): Promise<readonly string[]> {
  const rows = await keysOfRole(db, roleId)
    .select(sql<string>`unnest(api_ids)`.as('id'))
    .distinct()
    .execute()
  return rows.map((row) => row.id)
}

/** Keys that hold the role, whatever their state. */
export async function selectKeyIdsOfRole(db: Db, workspaceId: string, roleId: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('keys_key')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where(holdsRole(roleId))
    .execute()
  return rows.map((row) => row.id)
}

const roleQuery = (db: Db, workspaceId: string) =>
  db.selectFrom('keys_role').selectAll().where('workspace_id', '=', workspaceId).where('deleted_at', 'is', null)

const keysOfRole = (db: Db, roleId: string) =>
  db.selectFrom('keys_key').where(holdsRole(roleId)).where('revoked_at', 'is', null)

/** Said twice, so that the index of keys with roles serves. */
export const holdsRole = (roleId: string) => sql<boolean>`role_ids @> array[${roleId}] and role_ids <> '{}'`
