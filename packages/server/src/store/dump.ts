/**
 * All rows of the installation as lines of text, from one snapshot of the database, and back into an empty one.
 * Rows travel as PostgreSQL's own JSON (`to_jsonb`), never parsed on the way, so every type survives exactly.
 *
 * Lines: `{"table":…}` begins a table, `{"partition":…}` names one of its partitions, every other line is a row.
 */
import { sql } from 'kysely'
import type { Db, Store, Tx } from './store.ts'

interface TableFacts {
  readonly name: string
  readonly isPartitioned: boolean
}

interface TableLine {
  readonly table: string
}

interface PartitionLine {
  readonly partition: string
  readonly of: string
  /** As PostgreSQL writes it: `FOR VALUES FROM (…) TO (…)`. */
  readonly bound: string
}

const BATCH_ROWS = 500
/** The migrator's own; the database that is loaded has them already. */
const NOT_DATA = /^store_migration/

/** The migrations that a database has seen, in order. */
export async function schemaOf(db: Db): Promise<readonly string[]> {
  const { rows } = await sql<{ name: string }>`select name from store_migration order by name`.execute(db)
  return rows.map((row) => row.name)
}

/** Writes all rows, line by line; waits for each line to be taken. Returns how many rows there were. */
export async function dumpRows(store: Store, write: (line: string) => Promise<void>): Promise<number> {
  return store.db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      let rows = 0
      for (const table of await tablesOf(tx)) {
        await write(JSON.stringify({ table: table.name } satisfies TableLine))
        if (table.isPartitioned)
          for (const partition of await partitionsOf(tx, table.name)) await write(JSON.stringify(partition))
        rows += await dumpTable(tx, table.name, write)
      }
      return rows
    })
}

/** Loads what `dumpRows` wrote into a database of the same schema. What the schema itself put into the tables is replaced. */
export async function loadRows(tx: Tx, lines: AsyncIterable<string>): Promise<number> {
  const known = new Set((await tablesOf(tx)).map((table) => table.name))
  let table: string | undefined
  let batch: string[] = []
  let rows = 0
  const flush = async (): Promise<void> => {
    if (table !== undefined && batch.length > 0) await insertBatch(tx, table, batch)
    rows += batch.length
    batch = []
  }
  for await (const line of lines) {
    const head = headOf(line)
    if (head === undefined) {
      batch.push(line)
      if (batch.length >= BATCH_ROWS) await flush()
    } else if ('table' in head) {
      await flush()
      if (!known.has(head.table)) throw new Error(`The backup has a table that this schema has not: ${head.table}`)
      table = head.table
      await sql`delete from ${sql.table(table)}`.execute(tx)
    } else {
      await sql`create table if not exists ${sql.table(head.partition)} partition of ${sql.table(head.of)} ${sql.raw(checkedBound(head.bound))}`.execute(
        tx,
      )
    }
  }
  await flush()
  await advanceSequences(tx)
  return rows
}

/** Tables that hold rows of their own or through partitions, those that others point at first. */
async function tablesOf(db: Db): Promise<readonly TableFacts[]> {
  const { rows } = await sql<{ name: string; is_partitioned: boolean; points_at: readonly string[] }>`
    select c.relname as name, c.relkind = 'p' as is_partitioned,
           array(select f.relname::text from pg_constraint k join pg_class f on f.oid = k.confrelid
                  where k.conrelid = c.oid and k.contype = 'f' and f.oid <> c.oid) as points_at
      from pg_class c
     where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     order by c.relname`.execute(db)
  const waiting = rows.filter((row) => !NOT_DATA.test(row.name))
  const ordered: TableFacts[] = []
  while (waiting.length > 0) {
    const at = waiting.findIndex((row) => row.points_at.every((name) => !waiting.some((other) => other.name === name)))
    const [next] = waiting.splice(Math.max(0, at), 1)
    if (next !== undefined) ordered.push({ name: next.name, isPartitioned: next.is_partitioned })
  }
  return ordered
}

async function partitionsOf(db: Db, table: string): Promise<readonly PartitionLine[]> {
  const { rows } = await sql<{ name: string; bound: string }>`
    select c.relname as name, pg_get_expr(c.relpartbound, c.oid) as bound
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = ${table}::regclass order by c.relname`.execute(db)
  return rows.map((row) => ({ partition: row.name, of: table, bound: row.bound }))
}

async function dumpTable(tx: Tx, table: string, write: (line: string) => Promise<void>): Promise<number> {
  let count = 0
  await sql`declare dump no scroll cursor for select to_jsonb(t)::text as line from ${sql.table(table)} t`.execute(tx)
  for (;;) {
    const { rows } = await sql<{ line: string }>`fetch ${sql.raw(String(BATCH_ROWS))} from dump`.execute(tx)
    for (const row of rows) await write(row.line)
    count += rows.length
    if (rows.length < BATCH_ROWS) break
  }
  await sql`close dump`.execute(tx)
  return count
}

async function insertBatch(tx: Tx, table: string, lines: readonly string[]): Promise<void> {
  const rows = `[${lines.join(',')}]`
  await sql`insert into ${sql.table(table)} overriding system value
    select * from jsonb_populate_recordset(null::${sql.table(table)}, ${rows}::jsonb)`.execute(tx)
}

/** Whatever is counted goes on after the rows that were loaded. */
async function advanceSequences(tx: Tx): Promise<void> {
  const { rows } = await sql<{ sequence: string; table_name: string; column_name: string }>`
    select s.oid::regclass::text as sequence, t.relname as table_name, a.attname as column_name
      from pg_class s
      join pg_depend d on d.objid = s.oid and d.classid = 'pg_class'::regclass and d.deptype in ('a', 'i')
      join pg_class t on t.oid = d.refobjid
      join pg_attribute a on a.attrelid = t.oid and a.attnum = d.refobjsubid
     where s.relkind = 'S' and s.relnamespace = 'public'::regnamespace`.execute(tx)
  for (const row of rows) {
    await sql`select setval(${row.sequence}::regclass, (select coalesce(max(${sql.ref(row.column_name)}), 0) + 1 from ${sql.table(row.table_name)}), false)`.execute(
      tx,
    )
  }
}

function headOf(line: string): TableLine | PartitionLine | undefined {
  if (!line.startsWith('{"table":') && !line.startsWith('{"partition":')) return undefined
  const parsed: unknown = JSON.parse(line)
  if (typeof parsed !== 'object' || parsed === null) return undefined
  // A row of a table may begin like a head: heads have these members and no others.
  const names = Object.keys(parsed).join()
  if (names !== 'table' && names !== 'partition,of,bound') return undefined
  return parsed as TableLine | PartitionLine
}

/** A backup is a file: what it says is not run as SQL but for this one form. */
function checkedBound(bound: string): string {
  if (!/^FOR VALUES FROM \('[0-9 :+.-]+'\) TO \('[0-9 :+.-]+'\)$/.test(bound))
    throw new Error(`The backup has a partition of an unknown form: ${bound}`)
  return bound
}
