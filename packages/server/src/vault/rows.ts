/** SQL of this room; nobody else names its tables. */
import type { Insertable, Selectable, Updateable } from 'kysely'
import { instantPlace, type PageInput } from '#edge'
import type { Db, Tables } from '#store'

export type ProviderKeyRow = Selectable<Tables['vault_provider_key']>
export type ProviderKeyVersionRow = Selectable<Tables['vault_provider_key_version']>

/** A provider key beside its current version. */
export type ProviderKeyWithVersion = ProviderKeyRow &
  Pick<ProviderKeyVersionRow, 'fingerprint' | 'injection' | 'expires_at'>

export async function insertProviderKey(
  db: Db,
  row: Insertable<Tables['vault_provider_key']>,
): Promise<ProviderKeyRow> {
  return db.insertInto('vault_provider_key').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function insertProviderKeyVersion(
  db: Db,
  row: Insertable<Tables['vault_provider_key_version']>,
): Promise<ProviderKeyVersionRow> {
  return db.insertInto('vault_provider_key_version').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectProviderKey(
  db: Db,
  workspaceId: string,
  id: string,
): Promise<ProviderKeyWithVersion | undefined> {
  return withVersion(db).where('key.id', '=', id).where('key.workspace_id', '=', workspaceId).executeTakeFirst()
}

export async function lockProviderKey(
  db: Db,
  workspaceId: string,
  id: string,
): Promise<ProviderKeyWithVersion | undefined> {
  return withVersion(db)
    .where('key.id', '=', id)
    .where('key.workspace_id', '=', workspaceId)
    .forUpdate('key')
    .executeTakeFirst()
}

export async function providerKeyNameTaken(db: Db, workspaceId: string, name: string): Promise<boolean> {
  const row = await db
    .selectFrom('vault_provider_key')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where((eb) => eb(eb.fn('lower', ['name']), '=', name.toLowerCase()))
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row !== undefined
}

export interface ProviderKeyFilter {
  readonly name: string | undefined
  readonly provider: string | undefined
}

/** One row more than the page, to tell whether there is another page. */
export async function selectProviderKeys(
  db: Db,
  workspaceId: string,
  filter: ProviderKeyFilter,
  page: PageInput,
): Promise<readonly ProviderKeyWithVersion[]> {
  const [beyond, direction] = page.order === 'ascending' ? (['>', 'asc'] as const) : (['<', 'desc'] as const)
  const after = instantPlace(page)
  let query = withVersion(db).where('key.workspace_id', '=', workspaceId)
  if (filter.name !== undefined) query = query.where('key.name', '=', filter.name)
  if (filter.provider !== undefined) query = query.where('key.provider', '=', filter.provider)
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('key.created_at', 'key.id'), beyond, eb.tuple(after.createdAt, after.id)),
    )
  }
  return query
    .orderBy('key.created_at', direction)
    .orderBy('key.id', direction)
    .limit(page.limit + 1)
    .execute()
}

export async function updateProviderKeyRow(
  db: Db,
  id: string,
  change: Updateable<Tables['vault_provider_key']>,
): Promise<ProviderKeyRow> {
  return db
    .updateTable('vault_provider_key')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Takes the ciphertexts away for good; the data keys inside go with them. */
export async function destroyVersions(db: Db, providerKeyId: string, now: Date): Promise<void> {
  await db
    .updateTable('vault_provider_key_version')
    .set({ sealed: Buffer.alloc(0), destroyed_at: now })
    .where('provider_key_id', '=', providerKeyId)
    .where('destroyed_at', 'is', null)
    .execute()
}

/** What egress needs, in one read by primary key. */
export async function selectSealed(db: Db, id: string) {
  return db
    .selectFrom('vault_provider_key as key')
    .innerJoin('vault_provider_key_version as version', (join) =>
      join.onRef('version.provider_key_id', '=', 'key.id').onRef('version.version', '=', 'key.current_version'),
    )
    .select([
      'key.id',
      'key.workspace_id',
      'key.origins',
      'key.route_ids',
      'key.model_ids',
      'key.app_ids',
      'key.current_version',
      'version.sealed',
    ])
    .where('key.id', '=', id)
    .where('key.deleted_at', 'is', null)
    .executeTakeFirst()
}

export async function selectNewestSealed(db: Db) {
  return db
    .selectFrom('vault_provider_key_version as version')
    .innerJoin('vault_provider_key as key', 'key.id', 'version.provider_key_id')
    .select(['key.workspace_id', 'version.provider_key_id', 'version.version', 'version.sealed'])
    .where('version.destroyed_at', 'is', null)
    .orderBy('version.created_at', 'desc')
    .limit(1)
    .executeTakeFirst()
}

function withVersion(db: Db) {
  return db
    .selectFrom('vault_provider_key as key')
    .innerJoin('vault_provider_key_version as version', (join) =>
      join.onRef('version.provider_key_id', '=', 'key.id').onRef('version.version', '=', 'key.current_version'),
    )
    .selectAll('key')
    .select(['version.fingerprint', 'version.injection', 'version.expires_at'])
    .where('key.deleted_at', 'is', null)
}
