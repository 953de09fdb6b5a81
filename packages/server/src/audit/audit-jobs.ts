/** What the audit room does by itself, on the workers, beside the sequencer: partitions and retention. */
import { sql } from 'kysely'
import type { Config } from '#config'
import type { Store } from '#store'
import { dropPartitions, makePartitions } from './rows-journal.ts'

const HOUR_MS = 3_600_000
const DAYS_AHEAD = 3
const TABLES = ['audit_journal', 'audit_probe'] as const

export function registerAuditJobs(store: Store, config: Pick<Config, 'journalRetentionDays'>): void {
  store.jobs.every('audit_partitions', HOUR_MS, async () => keepPartitions(store, config.journalRetentionDays))
}

/** Makes the partitions of the next days, and drops those that are older than the retention. */
export async function keepPartitions(store: Store, retentionDays: number): Promise<void> {
  for (const table of TABLES) {
    await store.transaction((tx) => makePartitions(tx, table, DAYS_AHEAD))
    await store.transaction(async (tx) => {
      // Writers queue behind whoever waits for this lock: rather try again in an hour.
      await sql`set local lock_timeout = '2s'`.execute(tx)
      await dropPartitions(tx, table, retentionDays)
    })
  }
}
