/** SQL of the journal and of probes; nobody else names these tables. */
import { sql, type Insertable, type Selectable } from 'kysely'
import type { Db, Tables } from '#store'
import { keyTag } from './key-tag.ts'

const DAY_MS = 86_400_000

/** Where in a node's spool blocks come from. */
export interface BlockOrigin {
  readonly nodeId: string
  readonly firstSequence: number
  readonly lastSequence: number
}

export interface NewBlock {
  readonly workspaceId: string
  /** Of the first and the last decision in it. */
  readonly fromMs: number
  readonly toMs: number
  readonly decisions: number
  readonly keyTags: readonly number[]
  readonly block: Uint8Array
  /** 16 bytes. */
  readonly salt: Uint8Array
  /** 32 bytes. */
  readonly leaf: Uint8Array
}

export type BlockRow = Pick<
  Selectable<Tables['audit_journal']>,
  'id' | 'node_id' | 'first_sequence' | 'from_at' | 'to_at' | 'block'
>
export type PartitionedTable = 'audit_journal' | 'audit_probe'

/** Makes the partition for rows of a day (UTC) where it is missing. */
export async function makePartition(db: Db, table: PartitionedTable, day: Date): Promise<void> {
  await sql`select audit_make_partition(${table}, ${day.toISOString().slice(0, 10)}::date)`.execute(db)
}

/** Makes the partitions from the database's today (UTC) to `daysAhead` later. */
export async function makePartitions(db: Db, table: PartitionedTable, daysAhead: number): Promise<void> {
  await sql`select audit_make_partition(${table}, (now() at time zone 'UTC')::date + ahead) from generate_series(0, ${daysAhead}::integer) ahead`.execute(
    db,
  )
}

/** Drops the partitions of days that ended more than `days` ago. @returns how many */
export async function dropPartitions(db: Db, table: PartitionedTable, days: number): Promise<number> {
  const { rows } = await sql<{ dropped: number }>`
    select audit_drop_partitions(${table}, (now() at time zone 'UTC')::date - ${days}::integer) as dropped`.execute(db)
  return rows[0]?.dropped ?? 0
}

/** Writes the blocks of one batch and queues their leaves for the sequencer. Makes today's partition if it is missing. */
export async function insertBlocks(db: Db, origin: BlockOrigin, blocks: readonly NewBlock[]): Promise<void> {
  let offset = 0
  const heads = blocks.map(({ workspaceId, fromMs, toMs, decisions, keyTags, block }) => {
    const head = {
      workspace: workspaceId,
      from: fromMs,
      to: toMs,
      decisions,
      tags: `{${keyTags.join(',')}}`,
      offset,
      bytes: block.byteLength,
    }
    offset += block.byteLength
    return head
  })
  const joined = (part: 'block' | 'salt' | 'leaf'): Buffer => Buffer.concat(blocks.map((block) => block[part]))
  await sql`select audit_write_blocks(${origin.nodeId}, ${origin.firstSequence}, ${origin.lastSequence}, ${JSON.stringify(heads)},
    ${joined('block')}, ${joined('salt')}, ${joined('leaf')})`.execute(db)
}

/** What has begun and has no end yet: calls, and episodes of a failure mode. */
export interface OpenLine {
  /** Or the episode's id. */
  readonly requestId: string
  readonly line: string
}

/** The last word on each counts. */
export async function insertOpen(db: Db, nodeId: string, open: readonly OpenLine[]): Promise<void> {
  const ids = open.map(({ requestId }) => requestId)
  const lines = open.map(({ line }) => line)
  await sql`insert into audit_open (node_id, request_id, line)
    select ${nodeId}, opened.request_id, opened.line from unnest(${ids}::text[], ${lines}::text[]) as opened (request_id, line)
    on conflict (node_id, request_id) do update set line = excluded.line`.execute(db)
}

export async function deleteOpen(db: Db, nodeId: string, requestIds: readonly string[]): Promise<void> {
  await sql`delete from audit_open where node_id = ${nodeId} and request_id = any(${requestIds}::text[])`.execute(db)
}

/** Takes out all that a node left open. */
export async function takeOpen(db: Db, nodeId: string): Promise<readonly string[]> {
  const rows = await db.deleteFrom('audit_open').where('node_id', '=', nodeId).returning('line').execute()
  return rows.map(({ line }) => line)
}

export interface BlockFilter {
  readonly workspaceId: string
  readonly keyId: string | undefined
  /** Blocks that may hold decisions at or after `from`, before `to`. */
  readonly from: Date | undefined
  readonly to: Date | undefined
  /** After this one in the order of the answer. */
  readonly after: { readonly toAt: Date; readonly id: number } | undefined
  readonly limit: number
}

/** Newest last decision first. */
export async function selectBlocks(db: Db, filter: BlockFilter): Promise<readonly BlockRow[]> {
  const { after } = filter
  let query = blocksIn(db, filter)
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('to_at', 'id'), '<', eb.tuple(after.toAt, after.id)))
  return query.orderBy('to_at', 'desc').orderBy('id', 'desc').limit(filter.limit).execute()
}

/** Oldest last decision first. */
export async function selectBlocksForward(db: Db, filter: BlockFilter): Promise<readonly BlockRow[]> {
  const { after } = filter
  let query = blocksIn(db, filter)
  if (after !== undefined)
    query = query.where((eb) => eb(eb.refTuple('to_at', 'id'), '>', eb.tuple(after.toAt, after.id)))
  return query.orderBy('to_at', 'asc').orderBy('id', 'asc').limit(filter.limit).execute()
}

function blocksIn(db: Db, { workspaceId, keyId, from, to }: BlockFilter) {
  let query = db
    .selectFrom('audit_journal')
    .select(['id', 'node_id', 'first_sequence', 'from_at', 'to_at', 'block'])
    .where('workspace_id', '=', workspaceId)
  if (keyId !== undefined) query = query.where(sql<boolean>`key_tags @> array[${keyTag(keyId)}::int4]`)
  if (from !== undefined) {
    // A block is written after its last decision: older partitions need not be opened. A day for clocks that differ.
    query = query.where('to_at', '>=', from).where('written_at', '>=', new Date(from.getTime() - DAY_MS))
  }
  return to === undefined ? query : query.where('from_at', '<', to)
}

export type NewProbe = Insertable<Tables['audit_probe']>
export type ProbeRow = Selectable<Tables['audit_probe']>

export async function insertProbes(db: Db, probes: readonly NewProbe[]): Promise<void> {
  await db
    .insertInto('audit_probe')
    .values(probes)
    .onConflict((conflict) =>
      conflict
        .columns(['second', 'node_id', 'ip_prefix', 'reason'])
        .doUpdateSet((eb) => ({ refusals: eb('audit_probe.refusals', '+', eb.ref('excluded.refusals')) })),
    )
    .execute()
}

export interface ProbeFilter {
  readonly ipPrefix: string | undefined
  readonly reason: string | undefined
  readonly from: Date | undefined
  readonly to: Date | undefined
  readonly limit: number
}

/** Newest first, all nodes together. */
export async function selectProbes(db: Db, filter: ProbeFilter): Promise<readonly Omit<ProbeRow, 'node_id'>[]> {
  let query = db
    .selectFrom('audit_probe')
    .select(['second', 'ip_prefix', 'reason', (eb) => eb.fn.sum<number>('refusals').as('refusals')])
    .groupBy(['second', 'ip_prefix', 'reason'])
  if (filter.ipPrefix !== undefined) query = query.where('ip_prefix', '=', filter.ipPrefix)
  if (filter.reason !== undefined) query = query.where('reason', '=', filter.reason)
  if (filter.from !== undefined) query = query.where('second', '>=', filter.from)
  if (filter.to !== undefined) query = query.where('second', '<', filter.to)
  return query.orderBy('second', 'desc').orderBy('ip_prefix').orderBy('reason').limit(filter.limit).execute()
}
