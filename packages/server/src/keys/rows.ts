/** SQL of this room; nobody else names its tables. */
import type { PageInput } from '#edge'
import { inPage, type Db, type Tables } from '#store'
import {
  sql,
  type Expression,
  type ExpressionBuilder,
  type Insertable,
  type Selectable,
  type SqlBool,
  type Updateable,
} from 'kysely'

export type ApiRow = Selectable<Tables['keys_api']>
export type KeyRow = Selectable<Tables['keys_key']>
export type VersionRow = Selectable<Tables['keys_version']>

// ── apis ─────────────────────────────────────────────────────────────────────────────────────────────────────────────

export async function insertApi(db: Db, row: Insertable<Tables['keys_api']>): Promise<ApiRow> {
  return db.insertInto('keys_api').values(row).returningAll().executeTakeFirstOrThrow()
}

/**
 * Holds the apis as they are until the transaction ends: whoever lowers what may be granted for one of them waits, and
 * whoever grants waits for that. In one order, so that nobody waits in a circle. Read them after this.
 */
export async function shareApis(db: Db, workspaceId: string, ids: readonly string[]): Promise<void> {
  await db
    .selectFrom('keys_api')
    .select('id')
    .where('id', 'in', [...ids, ''])
    .where('workspace_id', '=', workspaceId)
    .orderBy('id')
    .forShare()
    .execute()
}

/** Waits for those who grant keys for it. */
export async function lockApi(db: Db, workspaceId: string, id: string): Promise<ApiRow | undefined> {
  return db
    .selectFrom('keys_api')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .forUpdate()
    .executeTakeFirst()
}

export async function selectApi(db: Db, workspaceId: string, id: string): Promise<ApiRow | undefined> {
  return db
    .selectFrom('keys_api')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

export async function selectApiByName(db: Db, workspaceId: string, name: string): Promise<ApiRow | undefined> {
  return db
    .selectFrom('keys_api')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
}

/** For the data plane: whatever the workspace, deleted ones too (a key may still point at one). */
export async function selectAnyApi(db: Db, id: string): Promise<ApiRow | undefined> {
  return db.selectFrom('keys_api').selectAll().where('id', '=', id).executeTakeFirst()
}

/** A living api of a workspace by its name. */
export async function selectApiIdByName(db: Db, workspaceId: string, name: string): Promise<string | undefined> {
  const row = await db
    .selectFrom('keys_api')
    .select('id')
    .where('workspace_id', '=', workspaceId)
    .where('name', '=', name)
    .where('deleted_at', 'is', null)
    .executeTakeFirst()
  return row?.id
}

export async function selectApis(db: Db, workspaceId: string, page: PageInput): Promise<readonly ApiRow[]> {
  const query = db
    .selectFrom('keys_api')
    .selectAll()
    .where('workspace_id', '=', workspaceId)
    .where('deleted_at', 'is', null)
  return inPage(query, page).execute()
}

export async function updateApiRow(db: Db, id: string, change: Updateable<Tables['keys_api']>): Promise<ApiRow> {
  return db
    .updateTable('keys_api')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function countLivingKeysOfApi(db: Db, apiId: string): Promise<number> {
  const row = await livingKeysOfApi(db, apiId)
    .select((eb) => eb.fn.countAll<string>().as('count'))
    .executeTakeFirstOrThrow()
  return Number(row.count)
}

/** Contained, not `= any (api_ids)`: the index of api_ids knows only what an array contains. */
export const livingKeysOfApi = (db: Db, apiId: string) =>
  db
    .selectFrom('keys_key')
    .where(sql<boolean>`api_ids @> array[${apiId}]::text[]`)
    .where('revoked_at', 'is', null)
    .where('deleted_at', 'is', null)

// ── keys and their versions ──────────────────────────────────────────────────────────────────────────────────────────

export async function insertKey(db: Db, row: Insertable<Tables['keys_key']>): Promise<KeyRow> {
  return db.insertInto('keys_key').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function insertVersion(db: Db, row: Insertable<Tables['keys_version']>): Promise<VersionRow> {
  return db.insertInto('keys_version').values(row).returningAll().executeTakeFirstOrThrow()
}

export async function selectKey(db: Db, workspaceId: string, id: string): Promise<KeyRow | undefined> {
  return db
    .selectFrom('keys_key')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .executeTakeFirst()
}

/** Locks the key's row: two rotations or a rotation and a revocation of one key never cross. */
export async function lockKey(db: Db, workspaceId: string, id: string): Promise<KeyRow | undefined> {
  return db
    .selectFrom('keys_key')
    .selectAll()
    .where('id', '=', id)
    .where('workspace_id', '=', workspaceId)
    .forUpdate()
    .executeTakeFirst()
}

/** @param matches which keys; one row more than the page is read */
export async function selectKeys(
  db: Db,
  matches: (eb: ExpressionBuilder<Tables, 'keys_key'>) => Expression<SqlBool>,
  page: PageInput,
): Promise<readonly KeyRow[]> {
  const query = db.selectFrom('keys_key').selectAll().where(matches)
  return inPage(query, page).execute()
}

export async function selectVersions(db: Db, keyIds: readonly string[]): Promise<readonly VersionRow[]> {
  if (keyIds.length === 0) return []
  return db.selectFrom('keys_version').selectAll().where('key_id', 'in', keyIds).orderBy('number').execute()
}

/** By number, one row more than the page. */
export async function selectVersionsPage(db: Db, keyId: string, page: PageInput): Promise<readonly VersionRow[]> {
  const [direction, beyond] = page.order === 'ascending' ? (['asc', '>'] as const) : (['desc', '<'] as const)
  let query = db.selectFrom('keys_version').selectAll().where('key_id', '=', keyId)
  if (page.after !== undefined) query = query.where('number', beyond, Number(page.after.value))
  return query
    .orderBy('number', direction)
    .limit(page.limit + 1)
    .execute()
}

export async function updateKeyRow(db: Db, id: string, change: Updateable<Tables['keys_key']>): Promise<KeyRow> {
  return db
    .updateTable('keys_key')
    .set(change)
    .set((eb) => ({ revision: eb('revision', '+', 1) }))
    .where('id', '=', id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

export async function updateVersionRow(db: Db, id: string, change: Updateable<Tables['keys_version']>): Promise<void> {
  await db.updateTable('keys_version').set(change).where('id', '=', id).execute()
}

/** Moves a hash to the current pepper, unless somebody was faster. */
export async function upgradeDigest(
  db: Db,
  publicId: string,
  from: number,
  to: { pepperVersion: number; digest: Uint8Array },
): Promise<void> {
  await db
    .updateTable('keys_version')
    .set({ pepper_version: to.pepperVersion, digest: Buffer.from(to.digest) })
    .where('public_id', '=', publicId)
    .where('pepper_version', '=', from)
    .execute()
}

/**
 * Peppers that some hash of a key that may still be used needs; and those of imported hashes, of ended keys too: a hash that
 * is not recognised would be taken in again, and a revoked secret would work.
 */
export async function selectPepperVersions(db: Db, now: Date): Promise<readonly number[]> {
  const rows = await db
    .selectFrom('keys_version as v')
    .innerJoin('keys_key as k', 'k.id', 'v.key_id')
    .select('v.pepper_version')
    .distinct()
    .where((eb) =>
      eb.or([
        eb('v.import_algorithm', 'is not', null),
        eb.and([
          eb('v.revoked_at', 'is', null),
          eb('k.revoked_at', 'is', null),
          eb.or([eb('k.expires_at', 'is', null), eb('k.expires_at', '>', now)]),
        ]),
      ]),
    )
    .execute()
  return rows.map((row) => row.pepper_version)
}

/** Of public ids, those of keys of the workspace, dead ones too. */
export async function selectKeyIds(
  db: Db,
  workspaceId: string,
  publicIds: readonly string[],
): Promise<readonly { readonly publicId: string; readonly id: string }[]> {
  return db
    .selectFrom('keys_version as v')
    .innerJoin('keys_key as k', 'k.id', 'v.key_id')
    .select(['v.public_id as publicId', 'k.id'])
    .where('k.workspace_id', '=', workspaceId)
    .where('v.public_id', '=', sql<string>`any(${publicIds})`)
    .execute()
}

/** All public ids after `after`, in order, a page at a time: feeds the filter. */
export async function selectPublicIds(db: Db, after: string, limit: number): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('keys_version')
    .select('public_id')
    .where('public_id', '>', after)
    .orderBy('public_id')
    .limit(limit)
    .execute()
  return rows.map((row) => row.public_id)
}

/** One version of the key that a public id belongs to, beside the key's own columns; and where the feed stood. */
export interface SnapshotRow {
  readonly id: string
  readonly workspace_id: string
  readonly app_id: string
  readonly plan_id: string | null
  readonly environment: string
  readonly api_ids: readonly string[]
  readonly scopes: readonly string[]
  readonly role_ids: readonly string[]
  readonly restrictions: unknown
  readonly created_at: Date
  readonly limits: unknown
  readonly not_before: Date | null
  readonly expires_at: Date | null
  readonly disabled_at: Date | null
  readonly dormant_at: Date | null
  readonly deleted_at: Date | null
  readonly revoked_at: Date | null
  /** Of the version that was asked for. */
  readonly asked_number: number
  readonly number: number
  readonly public_id: string
  readonly pepper_version: number
  readonly digest: Buffer
  readonly version_expires_at: Date | null
  readonly version_revoked_at: Date | null
  readonly position: number
}

const SNAPSHOT_COLUMNS = `
         k.id, k.workspace_id, k.app_id, k.plan_id, k.environment, k.api_ids, k.scopes, k.role_ids, k.restrictions,
         k.limits, k.created_at, k.not_before, k.expires_at, k.disabled_at, k.dormant_at,
         k.deleted_at, k.revoked_at,
         v.number, v.public_id, v.pepper_version, v.digest, v.expires_at as version_expires_at,
         v.revoked_at as version_revoked_at, feed_position() as position`

/** One statement, so that the row and the feed's position come from one snapshot of the database. */
export const SELECT_SNAPSHOT = `
  select ${SNAPSHOT_COLUMNS}, asked.number as asked_number
    from keys_version asked
    join keys_key k on k.id = asked.key_id
    join keys_version v on v.key_id = k.id
   where asked.public_id = $1
   order by v.number`

/** The same of keys that are known by their ids, of one workspace. */
export const SELECT_SNAPSHOTS_OF_KEYS = `
  select ${SNAPSHOT_COLUMNS}, v.number as asked_number
    from keys_key k
    join keys_version v on v.key_id = k.id
   where k.workspace_id = $1 and k.id = any($2::text[])
   order by k.id, v.number`

/** Of an imported secret: also by public ids that it had before. */
export const SELECT_IMPORTED_SNAPSHOT = `
  select ${SNAPSHOT_COLUMNS}, asked.number as asked_number
    from keys_version asked
    join keys_key k on k.id = asked.key_id
    join keys_version v on v.key_id = k.id
   where asked.import_algorithm is not null and (asked.public_id = $1 or asked.import_tag = $1 or asked.earlier_id = $1)
   order by v.number`
