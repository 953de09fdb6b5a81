/** Transactions that survive deadlocks and tell a lost database from a bug. */
import type { Kysely } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { isDiskFull, systemCode } from '#config'
import { isLost, storeUnavailable } from './lost-connection.ts'
import type { Tx } from './store.ts'
import type { Tables } from './tables.ts'

const RETRIES = 3
const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'

export interface Watch {
  /** The database did not answer. */
  lost(error: unknown): void
}

/** See `Store.transaction`. */
export async function runTransaction<Result>(
  db: Kysely<Tables>,
  watch: Watch,
  work: (tx: Tx) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await db.transaction().execute(work)
    } catch (error) {
      const code = systemCode(error)
      if ((code === SERIALIZATION_FAILURE || code === DEADLOCK) && attempt < RETRIES) {
        await sleep(5 * 4 ** attempt)
        continue
      }
      if (!isLost(error)) throw error
      // with a full disk it answers all the same
      if (!isDiskFull(error)) watch.lost(error)
      throw storeUnavailable(error)
    }
  }
}
