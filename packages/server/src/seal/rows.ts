/** SQL of this room; nobody else names its table. */
import { sql, type Selectable } from 'kysely'
import type { Db, Tables } from '#store'
import { INSTALLATION, keyId, STAGED, type KeyName, type KeyPurpose } from './key-id.ts'

export type KeyRow = Omit<Selectable<Tables['seal_key']>, 'purpose'> & KeyName

const WRAPPED_UNDER_TERM = ['kek', 'pepper', 'audit', 'identity'] as const satisfies readonly KeyPurpose[]

/** One seal is made or changed at a time, also between processes. Until the transaction ends. */
export async function lockSeal(db: Db): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('claviger.seal'))`.execute(db)
}

export async function selectCurrent(db: Db, purpose: KeyPurpose, scope: string): Promise<KeyRow | undefined> {
  const row = await db
    .selectFrom('seal_key')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('scope', '=', scope)
    .where('state', '=', 'current')
    .executeTakeFirst()
  return row === undefined ? undefined : keyRow(row)
}

export async function selectKey(db: Db, name: KeyName): Promise<KeyRow | undefined> {
  const row = await db
    .selectFrom('seal_key')
    .selectAll()
    .where('purpose', '=', name.purpose)
    .where('scope', '=', name.scope)
    .where('version', '=', name.version)
    .executeTakeFirst()
  return row === undefined ? undefined : keyRow(row)
}

export async function selectStagedRoot(db: Db): Promise<KeyRow | undefined> {
  return selectStaged(db, 'root', STAGED)
}

/** The one that waits to become current. */
export async function selectStaged(db: Db, purpose: KeyPurpose, scope: string): Promise<KeyRow | undefined> {
  const row = await db
    .selectFrom('seal_key')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('scope', '=', scope)
    .where('state', '=', 'staged')
    .executeTakeFirst()
  return row === undefined ? undefined : keyRow(row)
}

/** Living keys of one purpose and scope, newest first. */
export async function selectLiving(db: Db, purpose: KeyPurpose, scope: string): Promise<readonly KeyRow[]> {
  const rows = await db
    .selectFrom('seal_key')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('scope', '=', scope)
    .where('state', '<>', 'destroyed')
    .orderBy('version', 'desc')
    .execute()
  return rows.map(keyRow)
}

/**
 * Retired keys that nobody can be using any more without having been told: a process that has not heard of a rotation
 * yet may go on for a moment with what it knows.
 */
export async function selectLongRetired(db: Db, purpose: KeyPurpose, scope: string): Promise<readonly KeyRow[]> {
  const rows = await db
    .selectFrom('seal_key')
    .selectAll()
    .where('purpose', '=', purpose)
    .where('scope', '=', scope)
    .where('state', '=', 'retired')
    .where('retired_at', '<', sql<Date>`now() - interval '1 hour'`)
    .orderBy('version')
    .execute()
  return rows.map(keyRow)
}

/** Living keys of every kind in the order of their names, a page at a time. */
export async function selectPage(db: Db, after: KeyName | undefined, limit: number): Promise<readonly KeyRow[]> {
  let query = db.selectFrom('seal_key').selectAll().where('state', '<>', 'destroyed')
  if (after !== undefined) {
    query = query.where((eb) =>
      eb(eb.refTuple('purpose', 'scope', 'version'), '>', eb.tuple(after.purpose, after.scope, after.version)),
    )
  }
  const rows = await query.orderBy('purpose').orderBy('scope').orderBy('version').limit(limit).execute()
  return rows.map(keyRow)
}

export interface NewKeyRow extends KeyName {
  readonly state: 'current' | 'staged'
  readonly parent: string
  readonly wrapped: Uint8Array
  readonly checkValue: Uint8Array
}

export async function insertKey(db: Db, row: NewKeyRow): Promise<void> {
  await db
    .insertInto('seal_key')
    .values({
      purpose: row.purpose,
      scope: row.scope,
      version: row.version,
      state: row.state,
      parent: row.parent,
      wrapped: Buffer.from(row.wrapped),
      check_value: Buffer.from(row.checkValue),
    })
    .execute()
}

/** Counts operations of the installation's current key and answers its row, locked until the transaction ends. */
export async function countOnCurrent(db: Db, purpose: KeyPurpose, count: number): Promise<KeyRow | undefined> {
  const locked = await lockCurrent(db, purpose, INSTALLATION)
  if (locked === undefined) return undefined
  const row = await named(db, locked)
    .set((eb) => ({ operations: eb('operations', '+', count) }))
    .returningAll()
    .executeTakeFirstOrThrow()
  return keyRow(row)
}

/** Counts operations ahead; answers the new sum, or undefined when the key is not to be seen from here (yet). */
export async function reserveOperations(db: Db, name: KeyName, count: number): Promise<number | undefined> {
  const row = await db
    .updateTable('seal_key')
    .set((eb) => ({ operations: eb('operations', '+', count) }))
    .where('purpose', '=', name.purpose)
    .where('scope', '=', name.scope)
    .where('version', '=', name.version)
    .returning('operations')
    .executeTakeFirst()
  return row?.operations
}

/** The current key's row, locked until the transaction ends. */
export async function lockCurrent(db: Db, purpose: KeyPurpose, scope: string): Promise<KeyRow | undefined> {
  for (;;) {
    const seen = await selectCurrent(db, purpose, scope)
    if (seen === undefined) return undefined
    const row = await db
      .selectFrom('seal_key')
      .selectAll()
      .where('purpose', '=', purpose)
      .where('scope', '=', scope)
      .where('version', '=', seen.version)
      .where('state', '=', 'current')
      .forUpdate()
      .executeTakeFirst()
    // None: while this waited for the lock, another transaction made the next version current.
    if (row !== undefined) return keyRow(row)
  }
}

export async function retireKey(db: Db, name: KeyName): Promise<void> {
  await named(db, name)
    .set({ state: 'retired', retired_at: sql<Date>`now()` })
    .execute()
}

/** A staged key becomes the current one. */
export async function promoteKey(db: Db, name: KeyName): Promise<void> {
  await named(db, name).set({ state: 'current' }).execute()
}

/** Wipes the key itself; its row stays as history. */
export async function destroyKey(db: Db, name: KeyName): Promise<void> {
  await named(db, name)
    .set({ state: 'destroyed', destroyed_at: sql<Date>`now()`, wrapped: Buffer.alloc(0) })
    .execute()
}

export async function rewrapRow(db: Db, name: KeyName, parent: string, wrapped: Uint8Array): Promise<void> {
  await named(db, name)
    .set({ parent, wrapped: Buffer.from(wrapped) })
    .execute()
}

export async function deleteStagedRoot(db: Db): Promise<void> {
  await db.deleteFrom('seal_key').where('purpose', '=', 'root').where('scope', '=', STAGED).execute()
}

/** Keys that are still wrapped under another term than `term`, locked; those that others work on are left out. */
export async function lockWrappedElsewhere(db: Db, term: KeyName, limit: number): Promise<readonly KeyRow[]> {
  const rows = await db
    .selectFrom('seal_key')
    .selectAll()
    .where('purpose', 'in', WRAPPED_UNDER_TERM)
    .where('state', '<>', 'destroyed')
    .where('parent', '<>', keyId(term))
    .limit(limit)
    .forUpdate()
    .skipLocked()
    .execute()
  return rows.map(keyRow)
}

export async function countWrappedUnder(db: Db, parent: string): Promise<number> {
  const { count } = await db
    .selectFrom('seal_key')
    .select((eb) => eb.fn.countAll<number>().as('count'))
    .where('parent', '=', parent)
    .where('state', '<>', 'destroyed')
    .executeTakeFirstOrThrow()
  return count
}

/** Current keys that have done at least so many operations. */
export async function selectWornOut(db: Db, operations: number): Promise<readonly KeyRow[]> {
  const rows = await db
    .selectFrom('seal_key')
    .selectAll()
    .where('state', '=', 'current')
    .where('operations', '>=', operations)
    .execute()
  return rows.map(keyRow)
}

function named(db: Db, name: KeyName) {
  return db
    .updateTable('seal_key')
    .where('purpose', '=', name.purpose)
    .where('scope', '=', name.scope)
    .where('version', '=', name.version)
}

function keyRow(row: Selectable<Tables['seal_key']>): KeyRow {
  // The table's own check keeps `purpose` to these words.
  return { ...row, purpose: row.purpose as KeyPurpose }
}
