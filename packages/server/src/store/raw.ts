/** The short way to one row: no query builder, one prepared statement per text and connection. */
import type pg from 'pg'
import { isDiskFull } from '#config'
import { isLost, storeUnavailable } from './lost-connection.ts'
import type { Row } from './store.ts'
import type { Watch } from './transaction.ts'

const TIMEOUT_MS = 5_000
const MOST_TEXTS = 500

/** See `Store.raw`. Behind a pooler nothing is prepared by name: the next query may meet another connection. */
export function createRaw(
  pool: pg.Pool,
  watch: Watch,
  options: { readonly pooler: boolean },
): (text: string, values: readonly unknown[]) => Promise<readonly Row[]> {
  const names = new Map<string, string>()
  return async (text, values) => {
    const name = names.get(text) ?? remember(names, text)
    try {
      const config = { ...(options.pooler ? {} : { name }), text, values: [...values], query_timeout: TIMEOUT_MS }
      return (await pool.query<Row>(config)).rows
    } catch (error) {
      if (!isLost(error)) throw error
      // with a full disk it answers all the same
      if (!isDiskFull(error)) watch.lost(error)
      throw storeUnavailable(error)
    }
  }
}

function remember(names: Map<string, string>, text: string): string {
  if (names.size >= MOST_TEXTS)
    throw new Error(
      'store.raw keeps every text that it is given: texts must be constants, and values go in as parameters',
    )
  const name = `raw_${names.size}`
  names.set(text, name)
  return name
}
