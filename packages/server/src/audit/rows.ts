/** SQL of the log's entries; nobody else names these tables. The journal's stands in `rows-journal.ts`. */
import { sql, type Selectable } from 'kysely'
import type { Db, Tables } from '#store'
import type { EntryColumns } from './entry-fields.ts'

export type EntryRow = Selectable<Tables['audit_entry']> & { readonly position: number | null }
export type TextByName = Readonly<Record<string, string>>

/** The database's clock, to the millisecond. */
export async function readNow(db: Db): Promise<Date> {
  const { rows } = await sql<{ now: Date }>`select date_trunc('milliseconds', statement_timestamp()) as now`.execute(db)
  const now = rows[0]?.now
  if (now === undefined) throw new TypeError('The database did not tell the time.')
  return now
}

/** Writes the entry and queues its leaf for the sequencer. */
export async function insertEntry(db: Db, columns: EntryColumns, salts: TextByName, leaf: Uint8Array): Promise<void> {
  await db
    .with('entry', (cte) =>
      cte
        .insertInto('audit_entry')
        .values({ ...columns, facts: JSON.stringify(columns.facts), salts: JSON.stringify(salts), leaf })
        .returning(['id', 'leaf']),
    )
    .insertInto('audit_pending')
    .columns(['source', 'source_id', 'leaf'])
    .expression((eb) => eb.selectFrom('entry').select([sql.lit('entry').as('source'), 'id', 'leaf']))
    .execute()
}

/** Gives up to `batch` waiting leaves their positions. @returns how many got one */
export async function sequenceLeaves(db: Db, batch: number): Promise<number> {
  const { rows } = await sql<{ placed: number }>`select audit_sequence(${batch}) as placed`.execute(db)
  return rows[0]?.placed ?? 0
}

export interface EntryFilter {
  readonly workspaceId: string | undefined
  readonly actorId?: string | undefined
  readonly resourceId?: string | undefined
  readonly operation?: string | undefined
  readonly keyId?: string | undefined
  readonly requestId?: string | undefined
  /** At or after. */
  readonly from?: Date | undefined
  /** Before. */
  readonly to?: Date | undefined
  readonly before: { readonly at: Date; readonly id: number } | undefined
  readonly limit: number
}

/** Newest first. */
export async function selectEntries(db: Db, filter: EntryFilter): Promise<readonly EntryRow[]> {
  let query = db
    .selectFrom('audit_entry as entry')
    .leftJoin('audit_leaf as leaf', (join) =>
      join.onRef('leaf.source_id', '=', 'entry.id').on('leaf.source', '=', 'entry'),
    )
    .selectAll('entry')
    .select('leaf.position')
  query =
    filter.workspaceId === undefined
      ? query.where('entry.workspace_id', 'is', null)
      : query.where('entry.workspace_id', '=', filter.workspaceId)
  if (filter.actorId !== undefined) query = query.where('entry.actor_id', '=', filter.actorId)
  if (filter.resourceId !== undefined) query = query.where('entry.resource_id', '=', filter.resourceId)
  if (filter.operation !== undefined) query = query.where('entry.operation', '=', filter.operation)
  if (filter.keyId !== undefined) query = query.where('entry.key_id', '=', filter.keyId)
  if (filter.requestId !== undefined) query = query.where('entry.request_id', '=', filter.requestId)
  if (filter.from !== undefined) query = query.where('entry.at', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('entry.at', '<', filter.to)
  const { before } = filter
  if (before !== undefined)
    query = query.where((eb) => eb(eb.refTuple('entry.at', 'entry.id'), '<', eb.tuple(before.at, before.id)))
  return query.orderBy('entry.at', 'desc').orderBy('entry.id', 'desc').limit(filter.limit).execute()
}

export async function lockEntry(
  db: Db,
  workspaceId: string | undefined,
  id: number,
): Promise<Selectable<Tables['audit_entry']> | undefined> {
  const query = db.selectFrom('audit_entry').selectAll().where('id', '=', id).forUpdate()
  return (
    workspaceId === undefined ? query.where('workspace_id', 'is', null) : query.where('workspace_id', '=', workspaceId)
  ).executeTakeFirst()
}

export interface Erasure {
  /** Columns and members of `facts` that go; the leaf's names. */
  readonly columns: Partial<
    Record<'actor_id' | 'resource_id', string> &
      Record<'key_id' | 'client_ip' | 'user_agent' | 'request_id' | 'endpoint', string | null>
  >
  readonly facts: Readonly<Record<string, unknown>>
  readonly salts: TextByName
  readonly erased: TextByName
}

/** The only change that the log's own trigger lets through, and only within this transaction. */
export async function eraseFromEntry(db: Db, id: number, erasure: Erasure): Promise<void> {
  await sql`select set_config('claviger.audit_erasure', 'on', true)`.execute(db)
  await db
    .updateTable('audit_entry')
    .set({
      ...erasure.columns,
      facts: JSON.stringify(erasure.facts),
      salts: JSON.stringify(erasure.salts),
      erased: JSON.stringify(erasure.erased),
    })
    .where('id', '=', id)
    .execute()
  await sql`select set_config('claviger.audit_erasure', 'off', true)`.execute(db)
}
