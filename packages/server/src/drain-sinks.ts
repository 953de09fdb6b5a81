/**
 * Where the lines of a spool go: the journal, the roll-ups, the uses of keys and the ledger, in one transaction that moves
 * the node's cursor too.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { writeJournal } from '#audit'
import { advanceDrained, drainedTo } from '#feed'
import { UseRecorder } from '#keys'
import { asideWriter, type Sink } from '#spool'
import type { Store } from '#store'
import { noteCreditSpends, UsageTally, writeTally } from '#usage'

/** So many decisions are decoded in one turn: calls under way do not wait for a whole batch, which would be milliseconds. */
const DECODED_A_TURN = 200

/** @param spoolRoot beside the spools, lines are kept that no database takes */
export function journalSink(store: Store, nodeId: string, spoolRoot: string): Sink {
  const recorder = new UseRecorder()
  return {
    storedTo: async () => drainedTo(store.db, nodeId),
    async store(lines, firstSequence) {
      const news = await store.transaction(async (tx) => {
        if ((await advanceDrained(tx, nodeId, firstSequence, firstSequence + lines.length - 1)) === 'seen')
          return undefined
        const tally = new UsageTally()
        const uses = recorder.gather()
        let read = 0
        // each is decoded when it is asked for, and kept no longer
        for (const decision of await writeJournal(tx, nodeId, firstSequence, lines)) {
          tally.add(decision)
          uses.add(decision)
          if (++read % DECODED_A_TURN === 0) await nextTurn()
        }
        await writeTally(tx, tally)
        await noteCreditSpends(tx, nodeId, lines)
        return recorder.record(tx, uses)
      })
      if (news !== undefined) recorder.remember(news)
    },
    setAside: asideWriter(spoolRoot, nodeId),
  }
}
