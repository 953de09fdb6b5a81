/** What keeps this room's tables small. */
import type { Store } from '#store'

const EVERY_MS = 3_600_000
/** A counter that nobody has drawn from since long after its window holds nothing that counts. */
const FORGET_COUNTERS = `
  delete from usage_counter
   where last_ms + 2 * window_ms + 3600000 < floor(extract(epoch from clock_timestamp()) * 1000)::bigint`

/** Registers the jobs of this room. */
export function registerUsageJobs(store: Pick<Store, 'raw' | 'jobs'>): void {
  store.jobs.every('usage_maintain', EVERY_MS, async () => maintainUsage(store))
}

export async function maintainUsage(store: Pick<Store, 'raw'>): Promise<void> {
  await store.raw(FORGET_COUNTERS, [])
}
