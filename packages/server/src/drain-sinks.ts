/**
 * Where the lines of a spool go: the journal, the roll-ups, the uses of keys and the ledger, in one transaction that moves
 * the node's cursor too.
 */
import { writeJournal } from '#audit'
import { advanceDrained, drainedTo } from '#feed'
import { UseRecorder } from '#keys'
import { asideWriter, type Sink } from '#spool'
import type { Store } from '#store'
import { noteCreditSpends, writeUsage } from '#usage'

/** @param spoolRoot beside the spools, lines are kept that no database takes */
export function journalSink(store: Store, nodeId: string, spoolRoot: string): Sink {
  const recorder = new UseRecorder()
  return {
    storedTo: async () => drainedTo(store.db, nodeId),
    async store(lines, firstSequence) {
      const news = await store.transaction(async (tx) => {
        if ((await advanceDrained(tx, nodeId, firstSequence, firstSequence + lines.length - 1)) === 'seen')
          return undefined
        // read once: each is decoded when it is asked for
        const decisions = [...(await writeJournal(tx, nodeId, firstSequence, lines))]
        await writeUsage(tx, decisions)
        await noteCreditSpends(tx, nodeId, lines)
        return recorder.record(tx, decisions)
      })
      if (news !== undefined) recorder.remember(news)
    },
    setAside: asideWriter(spoolRoot, nodeId),
  }
}
