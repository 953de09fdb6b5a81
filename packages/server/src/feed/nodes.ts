/** Every process is a node: it says that it lives, how far it has read the feed, and how far its spool is stored. */
import { sql } from 'kysely'
import type { Db, Log, Store, Tx } from '#store'
import type { Feed } from './feed.ts'

export interface NewNode {
  /** `nod_…`, made anew at each start of a process. */
  readonly id: string
  readonly name: string
  readonly roles: readonly string[]
  readonly version: string
}

export interface RegisteredNode {
  readonly id: string
  /** Says that the process ends, and stops the heartbeat. */
  close(): Promise<void>
}

export interface NodeFacts extends NewNode {
  /** `away`: has not been heard of for a while; it may still serve what it knows (decision 4). */
  readonly state: 'live' | 'away' | 'ended'
  readonly startedAtMs: number
  readonly seenAtMs: number
  /** Since then, by the clock of the database. */
  readonly silentMs: number
  readonly position: number
  readonly drainedSequence: number
}

const BEAT_MS = 1_500
const LIVE_MS = 10_000

const BEAT =
  'update feed_node set seen_at = clock_timestamp(), ended_at = null, position = greatest(position, $2) where id = $1'

/** Registers this process, and keeps telling that it lives; at once when a revocation has been taken in. */
export async function registerNode(store: Store, feed: Feed, node: NewNode, log: Log): Promise<RegisteredNode> {
  const { id, name, roles, version } = node
  await store.db
    .insertInto('feed_node')
    .values({ id, name, roles: [...roles], version, position: feed.position })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ name, roles: [...roles], version, position: feed.position, ended_at: null }),
    )
    .execute()
  let beating: Promise<void> | undefined
  const beat = async (): Promise<void> => {
    beating ??= store
      .raw(BEAT, [id, feed.position])
      .then(() => undefined)
      .catch((error: unknown) => log.debug({ err: error }, 'the heartbeat could not be written'))
      .finally(() => (beating = undefined))
    return beating
  }
  const timer = setInterval(() => void beat(), BEAT_MS)
  timer.unref()
  const forget = feed.onChange((changes) => {
    const revocation = changes.findLast((change) => change.kind === 'revocation')
    if (revocation !== undefined) void feed.reached(revocation.position).then(beat)
  })
  return {
    id,
    close: async () => {
      clearInterval(timer)
      forget()
      await beating
      await endNode(store.db, id)
    },
  }
}

/** A process has ended: nobody waits for it any more. */
export async function endNode(db: Db, nodeId: string): Promise<void> {
  await db
    .updateTable('feed_node')
    .set({ ended_at: sql`clock_timestamp()` })
    .where('id', '=', nodeId)
    .where('ended_at', 'is', null)
    .execute()
}

export async function listNodes(db: Db): Promise<readonly NodeFacts[]> {
  const rows = await selectNodes(db).orderBy('started_at', 'desc').orderBy('id', 'desc').limit(1_000).execute()
  return rows.map(factsOf)
}

/** Those of them that are known. */
export async function findNodes(db: Db, ids: readonly string[]): Promise<readonly NodeFacts[]> {
  if (ids.length === 0) return []
  return (await selectNodes(db).where('id', 'in', ids).execute()).map(factsOf)
}

const selectNodes = (db: Db) =>
  db
    .selectFrom('feed_node')
    .selectAll()
    .select(sql<number>`(extract(epoch from clock_timestamp() - seen_at) * 1000)::float8`.as('silent_ms'))

type NodeRow = Awaited<ReturnType<ReturnType<typeof selectNodes>['executeTakeFirstOrThrow']>>

function factsOf(row: NodeRow): NodeFacts {
  return {
    id: row.id,
    name: row.name,
    roles: row.roles,
    version: row.version,
    state: row.ended_at !== null ? 'ended' : row.silent_ms < LIVE_MS ? 'live' : 'away',
    startedAtMs: row.started_at.getTime(),
    seenAtMs: row.seen_at.getTime(),
    silentMs: row.silent_ms,
    position: row.position,
    drainedSequence: row.drained_sequence,
  }
}

/** How many of the running nodes have taken in the change at `position`; a silent one has not. */
export async function ackedBy(db: Db, position: number): Promise<{ readonly acked: number; readonly running: number }> {
  const { rows } = await sql<{ acked: number; running: number }>`
    select count(*) filter (where position >= ${position}) as acked, count(*) as running
      from feed_node where ended_at is null`.execute(db)
  return rows[0] ?? { acked: 0, running: 0 }
}

/**
 * Waits for this process, and tells how many of the running ones have taken the change in. This one counts when it has,
 * though its own heartbeat may be under way still; when it has not in time, it is not counted.
 */
export async function acknowledgedBy(
  { db, feed }: { readonly db: Db; readonly feed: Pick<Feed, 'reached'> },
  position: number,
): Promise<{ readonly acknowledged: number; readonly total: number }> {
  const isHere = await feed.reached(position)
  const { acked, running } = await ackedBy(db, position)
  return { acknowledged: isHere ? Math.max(1, acked) : acked, total: running }
}

/**
 * Moves a node's cursor over lines that this transaction stores. Call it first in the transaction that stores them: the
 * row lock keeps two drains of one spool apart.
 *
 * @param from sequence of the first line; lines before it that were lost to damage leave a gap, which is fine
 * @returns `seen` when an earlier transaction has stored these very lines: store nothing
 * @throws Error when only some of them are stored: ask `drainedTo` and begin there
 */
export async function advanceDrained(tx: Tx, nodeId: string, from: number, to: number): Promise<'new' | 'seen'> {
  const moved = await tx
    .insertInto('feed_node')
    .values({
      id: nodeId,
      name: '',
      roles: [],
      version: '',
      ended_at: sql<Date>`clock_timestamp()`,
      drained_sequence: to,
    })
    .onConflict((conflict) =>
      conflict.column('id').doUpdateSet({ drained_sequence: to }).where('feed_node.drained_sequence', '<', from),
    )
    .returning('drained_sequence')
    .executeTakeFirst()
  if (moved !== undefined) return 'new'
  const stored = await drainedTo(tx, nodeId)
  if (stored >= to) return 'seen'
  throw new Error(`the lines ${from} to ${to} of ${nodeId} are stored in part, up to ${stored}`)
}

/** The last line of a node's spool that is stored; 0 when none is. */
export async function drainedTo(db: Db, nodeId: string): Promise<number> {
  const row = await db.selectFrom('feed_node').select('drained_sequence').where('id', '=', nodeId).executeTakeFirst()
  return row?.drained_sequence ?? 0
}
