/** Remembers whether the database answered, and asks again by itself after it did not. */
import type pg from 'pg'
import type { Log } from '#config'
import type { Watch } from './transaction.ts'

export interface Availability extends Watch {
  available(): boolean
  close(): void
}

const ASK_AGAIN_MS = 250

/** Available until somebody meets a lost connection; then again as soon as the database answers. */
export function createAvailability(pool: pg.Pool, log: Log): Availability {
  let up = true
  let closed = false
  return {
    available: () => up,
    lost(error) {
      if (!up || closed) return
      up = false
      log.warn({ err: error }, 'the database does not answer')
      void askUntilItAnswers()
    },
    close() {
      closed = true
    },
  }

  async function askUntilItAnswers(): Promise<void> {
    while (!closed) {
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MS).unref())
      try {
        await pool.query('select 1')
        up = true
        log.info({}, 'the database answers again')
        return
      } catch {
        // still away: that is what we wait for
      }
    }
  }
}
