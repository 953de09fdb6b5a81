/** SQL of this room: admin keys and set-up links. */
import { sql, type Insertable, type Selectable } from 'kysely'
import type { PageInput } from '#edge'
import { inPage, type Db, type Tables } from '#store'

export type AdminKeyRow = Selectable<Tables['identity_admin_key']>
export type SetupLinkRow = Selectable<Tables['identity_setup_link']>

export async function insertAdminKey(db: Db, row: Insertable<Tables['identity_admin_key']>): Promise<AdminKeyRow> {
  return db.insertInto('identity_admin_key').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectAdminKey(db: Db, workspaceId: string, id: string): Promise<AdminKeyRow | undefined> {
  return db
    .selectFrom('identity_admin_key')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
}

export async function lockAdminKey(db: Db, workspaceId: string, id: string): Promise<AdminKeyRow | undefined> {
  return db
    .selectFrom('identity_admin_key')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .executeTakeFirst()
}

/** Of public ids, those of admin keys of the workspace, revoked ones too. */
export async function selectAdminKeyIds(
  db: Db,
  workspaceId: string,
  publicIds: readonly string[],
): Promise<readonly { readonly publicId: string; readonly id: string }[]> {
  return db
    .selectFrom('identity_admin_key')
    .select(['public_id as publicId', 'id'])
    .where('workspace_id', '=', workspaceId)
    .where('public_id', '=', sql<string>`any(${publicIds})`)
    .execute()
}

export interface AdminKeyFilter {
  readonly role: string | undefined
  readonly revoked: boolean | undefined
}

export async function selectAdminKeys(
  db: Db,
  workspaceId: string,
  filter: AdminKeyFilter,
  page: PageInput,
): Promise<readonly AdminKeyRow[]> {
  let query = db.selectFrom('identity_admin_key').selectAll().where('workspace_id', '=', workspaceId)
  if (filter.role !== undefined) query = query.where('role', '=', filter.role)
  if (filter.revoked !== undefined) query = query.where('revoked_at', filter.revoked ? 'is not' : 'is', null)
  return inPage(query, page).execute()
}

/** Owners' keys without bounds that are good now, locked in the order of their ids. */
export async function lockLivingOwnerKeys(
  db: Db,
  workspaceId: string,
  now: Date,
): Promise<readonly { readonly id: string }[]> {
  return livingOwnerKeys(db, workspaceId, now).orderBy('id').forUpdate().execute()
}

export async function selectLivingOwnerKey(
  db: Db,
  workspaceId: string,
  now: Date,
): Promise<{ readonly id: string } | undefined> {
  return livingOwnerKeys(db, workspaceId, now).limit(1).executeTakeFirst()
}

export async function revokeAdminKeyRow(db: Db, id: string, now: Date): Promise<AdminKeyRow> {
  return db
    .updateTable('identity_admin_key')
    .set({ revoked_at: now })
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Moves a hash to the current pepper, unless somebody was faster. */
export async function upgradeAdminKeyDigest(
  db: Db,
  id: string,
  from: number,
  to: { readonly pepperVersion: number; readonly digest: Uint8Array },
): Promise<void> {
  await db
    .updateTable('identity_admin_key')
    .set({ pepper_version: to.pepperVersion, digest: Buffer.from(to.digest) })
    .where('id', '=', id)
    .where('pepper_version', '=', from)
    .execute()
}

/** What the cache of admin keys holds of each. */
export interface KnownAdminKeyRow extends AdminKeyRow {
  readonly workspace_disabled_at: Date | null
  readonly workspace_is_home: boolean
}

/** Keys that are not revoked, after `afterId`, a page at a time; or just one. */
export async function selectKnownAdminKeys(
  db: Db,
  which: { readonly afterId: string; readonly limit: number } | { readonly id: string },
): Promise<readonly KnownAdminKeyRow[]> {
  let query = db
    .selectFrom('identity_admin_key as key')
    .innerJoin('identity_workspace as workspace', 'workspace.id', 'key.workspace_id')
    .selectAll('key')
    .select(['workspace.disabled_at as workspace_disabled_at', 'workspace.is_home as workspace_is_home'])
    .orderBy('key.id')
  if ('id' in which) query = query.where('key.id', '=', which.id)
  else query = query.where('key.id', '>', which.afterId).where('key.revoked_at', 'is', null).limit(which.limit)
  return query.execute()
}

/** Peppers that a stored hash needs: they must not be destroyed. */
export async function selectPepperVersions(db: Db, now: Date): Promise<readonly number[]> {
  const keys = db.selectFrom('identity_admin_key').select('pepper_version').where('revoked_at', 'is', null)
  const links = db
    .selectFrom('identity_setup_link')
    .select('pepper_version')
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
  const rows = await keys.union(links).execute()
  return rows.map((row) => row.pepper_version)
}

export async function insertSetupLink(db: Db, row: Insertable<Tables['identity_setup_link']>): Promise<void> {
  await db.insertInto('identity_setup_link').values(row).execute()
}

export async function selectSetupLink(db: Db, publicId: string): Promise<SetupLinkRow | undefined> {
  return db.selectFrom('identity_setup_link').selectAll().where('public_id', '=', publicId).executeTakeFirst()
}

/** @returns false when it is used or has expired */
export async function burnSetupLink(db: Db, id: string, now: Date): Promise<boolean> {
  const row = await db
    .updateTable('identity_setup_link')
    .set({ used_at: now })
    .where('id', '=', id)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .returning('id')
    .executeTakeFirst()
  return row !== undefined
}

export async function endSetupLinks(db: Db, workspaceId: string, now: Date): Promise<void> {
  await db
    .updateTable('identity_setup_link')
    .set({ expires_at: now })
    .where('workspace_id', '=', workspaceId)
    .where('used_at', 'is', null)
    .where('expires_at', '>', now)
    .execute()
}

function livingOwnerKeys(db: Db, workspaceId: string, now: Date) {
  return db
    .selectFrom('identity_admin_key')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('role', '=', 'owner')
    .where('api_ids', 'is', null)
    .where('scopes', 'is', null)
    .where('revoked_at', 'is', null)
    .where((eb) => eb.or([eb('expires_at', 'is', null), eb('expires_at', '>', now)]))
}
