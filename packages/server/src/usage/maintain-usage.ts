/** What keeps this room's tables small. */
import type { Store } from '#store'
import { expireCredits } from './credits.ts'
import { deleteOldBlocks } from './rows-shield.ts'

const EVERY_MS = 3_600_000
const EXPIRE_EVERY_MS = 60_000
/** A counter that nobody has drawn from since long after its window holds nothing that counts. */
const FORGET_COUNTERS = `
  delete from usage_counter
   where last_ms + 2 * window_ms + 3600000 < floor(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** By then no draw of that node, or into that block, is under way. */
const FORGET_CLOSED = `delete from usage_credit_closed where at < clock_timestamp() - interval '30 days'`

/** Registers the jobs of this room. */
export function registerUsageJobs(store: Store, clock: { nowMs(): number }): void {
  store.jobs.every('usage_maintain', EVERY_MS, async () => maintainUsage(store))
  store.jobs.every('usage_expire_credits', EXPIRE_EVERY_MS, async () => expireCredits(store, new Date(clock.nowMs())))
}

export async function maintainUsage(store: Pick<Store, 'raw' | 'db'>): Promise<void> {
  await store.raw(FORGET_COUNTERS, [])
  await deleteOldBlocks(store)
  await store.raw(FORGET_CLOSED, [])
}
