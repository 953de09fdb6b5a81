/** SQL of this room: keys that fall asleep, and keys that are purged. */
import { sql } from 'kysely'
import type { Db, Tx } from '#store'

/** Workspaces in which some key says by itself when it sleeps. */
export async function selectWorkspacesWithDormancy(db: Db): Promise<readonly string[]> {
  const rows = await db
    .selectFrom('keys_key')
    .select('workspace_id')
    .distinct()
    .where('dormant_after_days', 'is not', null)
    .execute()
  return rows.map((row) => row.workspace_id)
}

export interface Dormancy {
  readonly workspaceId: string
  /** For keys that do not say it themselves; null: those never sleep. */
  readonly defaultDays: number | null
  readonly now: Date
}

/** Living, enabled keys that nobody has used for too long. */
export async function selectIdleKeys(db: Db, dormancy: Dormancy, limit: number): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from keys_key where ${isIdle(dormancy)} limit ${limit}`.execute(db)
  return rows.map((row) => row.id)
}

/** Marks those of the keys that are still idle. @returns which were */
export async function markDormant(tx: Tx, dormancy: Dormancy, ids: readonly string[]): Promise<readonly string[]> {
  const { rows } = await sql<{ id: string }>`
    update keys_key set dormant_at = ${dormancy.now}, updated_at = ${dormancy.now}, revision = revision + 1
     where id in (select id from keys_key where id = any(${ids}::text[]) and ${isIdle(dormancy)} order by id for update)
    returning id`.execute(tx)
  return rows.map((row) => row.id)
}

/** Hours, not days: a day of the calendar may be longer or shorter. */
function isIdle({ workspaceId, defaultDays, now }: Dormancy) {
  return sql<boolean>`
    workspace_id = ${workspaceId} and dormant_at is null and disabled_at is null and revoked_at is null
    and deleted_at is null and (expires_at is null or expires_at > ${now})
    and greatest(awake_at, (select last_used_at from keys_use where key_id = keys_key.id))
        <= ${now}::timestamptz - make_interval(hours => 24 * coalesce(dormant_after_days, ${defaultDays}::integer))`
}

/** Deleted keys whose window is over, locked; those that somebody restores this moment are left out. */
export async function lockPurgeable(
  tx: Tx,
  now: Date,
  limit: number,
): Promise<readonly { readonly id: string; readonly workspaceId: string }[]> {
  return tx
    .selectFrom('keys_key')
    .select(['id', 'workspace_id as workspaceId'])
    .where('purge_at', '<=', now)
    .orderBy('purge_at')
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
}

/** Removes keys with all that this room holds of them. */
export async function deleteKeyRows(tx: Tx, ids: readonly string[]): Promise<void> {
  await tx.deleteFrom('keys_version').where('key_id', 'in', ids).execute()
  await tx.deleteFrom('keys_use').where('key_id', 'in', ids).execute()
  await tx.deleteFrom('keys_seen_ip').where('key_id', 'in', ids).execute()
  await tx.deleteFrom('keys_key').where('id', 'in', ids).execute()
}
