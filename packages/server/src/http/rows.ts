/** SQL of this room; nobody else names its tables. */
import type { Insertable, Selectable } from 'kysely'
import type { Db, Tables } from '#store'

export type IdempotencyRow = Selectable<Tables['http_idempotency']>

/** Whose use of a key it is. */
export interface UseOf {
  readonly adminKeyId: string
  readonly keyHash: string
}

/** @returns false when there is a use of this key already */
export async function insertUse(db: Db, row: Insertable<Tables['http_idempotency']>): Promise<boolean> {
  const inserted = await db
    .insertInto('http_idempotency')
    .values(row)
    .onConflict((on) => on.doNothing())
    .returning('key_hash')
    .executeTakeFirst()
  return inserted !== undefined
}

export async function selectUse(db: Db, use: UseOf): Promise<IdempotencyRow | undefined> {
  return db
    .selectFrom('http_idempotency')
    .selectAll()
    .where('admin_key_id', '=', use.adminKeyId)
    .where('key_hash', '=', use.keyHash)
    .executeTakeFirst()
}

/** Lets another request do the work of one that is given up. @returns false when somebody else was faster */
export async function takeOverUse(
  db: Db,
  use: UseOf,
  change: { readonly from: string; readonly to: string; readonly runningUntil: Date },
): Promise<boolean> {
  const taken = await db
    .updateTable('http_idempotency')
    .set({ request_id: change.to, running_until: change.runningUntil })
    .where('admin_key_id', '=', use.adminKeyId)
    .where('key_hash', '=', use.keyHash)
    .where('request_id', '=', change.from)
    .where('state', '=', 'running')
    .returning('key_hash')
    .executeTakeFirst()
  return taken !== undefined
}

export interface DoneUse {
  readonly status: number | null
  readonly location: string | null
  readonly etag: string | null
  /** JSON text. */
  readonly answer: string | null
  readonly resource_id: string | null
}

export async function finishUse(db: Db, use: UseOf & { readonly requestId: string }, done: DoneUse): Promise<void> {
  await db
    .updateTable('http_idempotency')
    .set({ state: 'done', ...done })
    .where('admin_key_id', '=', use.adminKeyId)
    .where('key_hash', '=', use.keyHash)
    .where('request_id', '=', use.requestId)
    .execute()
}

export async function deleteUse(db: Db, use: UseOf & { readonly requestId: string }): Promise<void> {
  await db
    .deleteFrom('http_idempotency')
    .where('admin_key_id', '=', use.adminKeyId)
    .where('key_hash', '=', use.keyHash)
    .where('request_id', '=', use.requestId)
    .where('state', '=', 'running')
    .execute()
}

export async function insertHandover(db: Db, row: Insertable<Tables['http_handover']>): Promise<void> {
  await db.insertInto('http_handover').values(row).execute()
}

/** Takes it out: whoever gets the row is the only one who ever does. */
export async function takeHandover(
  db: Db,
  use: UseOf,
  now: Date,
): Promise<{ readonly id: string; readonly sealed: Buffer } | undefined> {
  return db
    .deleteFrom('http_handover')
    .where('admin_key_id', '=', use.adminKeyId)
    .where('key_hash', '=', use.keyHash)
    .where('expires_at', '>', now)
    .returning(['id', 'sealed'])
    .executeTakeFirst()
}

export async function selectAnyHandover(db: Db) {
  return db
    .selectFrom('http_handover')
    .select(['id', 'workspace_id', 'sealed'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
}

export async function deleteExpired(db: Db, now: Date): Promise<void> {
  await db.deleteFrom('http_handover').where('expires_at', '<=', now).execute()
  await db.deleteFrom('http_idempotency').where('expires_at', '<=', now).execute()
}
