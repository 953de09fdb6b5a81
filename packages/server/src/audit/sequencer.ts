/**
 * Gives leaves their positions. Entries are written without waiting for each other; once they are committed, the
 * sequencer numbers them in the order of insertion. So positions are dense, and whatever was committed before something
 * else began stands before it.
 */
import { ClavigerError } from '@claviger/core'
import type { Log } from '#config'
import type { Store } from '#store'
import { sequenceLeaves } from './rows.ts'

const EVERY_MS = 1_000
const BATCH = 5_000

/** Numbers all leaves that wait now. @returns how many got a position */
export async function sequence(store: Store): Promise<number> {
  let placed = 0
  for (;;) {
    const more = await store.transaction((tx) => sequenceLeaves(tx, BATCH))
    placed += more
    if (more < BATCH) return placed
  }
}

export interface Sequencer {
  /** Waits for the round that is under way. */
  close(): Promise<void>
}

/** Every second, from every worker: who comes while another is at it does nothing. */
export function startSequencer(store: Store, log: Log): Sequencer {
  let round: Promise<unknown> | undefined
  const timer = setInterval(() => {
    if (round !== undefined || !store.available()) return
    round = sequence(store)
      .catch((err: unknown) => {
        const away = err instanceof ClavigerError && err.code === 'store_unavailable'
        if (!away) log.error({ err }, 'The audit log could not be numbered; it is tried again.')
      })
      .finally(() => {
        round = undefined
      })
  }, EVERY_MS)
  timer.unref()
  return {
    async close() {
      clearInterval(timer)
      await round
    },
  }
}
