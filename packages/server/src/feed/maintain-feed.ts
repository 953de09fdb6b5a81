/** What keeps the feed small. */
import { sql } from 'kysely'
import type { Store, Tx } from '#store'

const KEEP_CHANGES_DAYS = 7
/** Silent for so long, a node is taken for dead: no receipt waits for it. If it comes back, it lives again. */
const REAP_AFTER_MINUTES = 60
/** A row of a dead node remembers how far its spool is stored: a disk may come back late. */
const KEEP_NODES_DAYS = 400
const EVERY_MS = 60_000

/** Registers the jobs of this room. */
export function registerFeedJobs(store: Pick<Store, 'db' | 'jobs'>): void {
  store.jobs.every('feed_maintain', EVERY_MS, async () => maintainFeed(store))
}

/** Forgets old changes, marks dead nodes as ended, and forgets them after a long time. */
export async function maintainFeed(store: Pick<Store, 'db'>): Promise<void> {
  await store.db.deleteFrom('feed_change').where('at', '<', daysAgo(KEEP_CHANGES_DAYS)).execute()
  await store.db
    .updateTable('feed_node')
    .set({ ended_at: sql`seen_at` })
    .where('ended_at', 'is', null)
    .where('seen_at', '<', sql<Date>`clock_timestamp() - make_interval(mins => ${REAP_AFTER_MINUTES})`)
    .execute()
  await store.db.deleteFrom('feed_node').where('ended_at', '<', daysAgo(KEEP_NODES_DAYS)).execute()
}

/**
 * After a restore: positions that processes remember from before mean nothing any more, so every one of them drops what
 * it knows. Nodes of the past do not run on this database.
 */
export async function renewFeed(tx: Tx): Promise<void> {
  await tx
    .updateTable('feed_head')
    .set({ log_id: sql`gen_random_uuid()` })
    .execute()
  await tx
    .updateTable('feed_node')
    .set({ ended_at: sql`clock_timestamp()` })
    .where('ended_at', 'is', null)
    .execute()
}

const daysAgo = (days: number) => sql<Date>`clock_timestamp() - make_interval(days => ${days})`
