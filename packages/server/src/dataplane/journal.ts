/** The journal port over this process's spool: lines in, written once per turn; the drain does the rest. */
import type { DecisionRecord, Journal } from '@claviger/gateway'
import { encodeDecision, encodeHead, encodeOpening } from '#audit'
import type { Spool } from '#spool'
import type { ProbeTally } from './probe-tally.ts'

export function createJournal(spool: Spool, probes: ProbeTally): Journal {
  const waitFor = (audit: 'ordinary' | 'before-answer'): Promise<void> =>
    audit === 'before-answer' ? spool.durable() : spool.written()
  return {
    open(record, audit) {
      record.headText = encodeHead(record)
      if (audit === 'ordinary') spool.offer(encodeOpening(record))
      else spool.append(encodeOpening(record))
      return waitFor(audit)
    },
    record(record: DecisionRecord, audit) {
      if (audit === 'ordinary') {
        spool.offer(encodeDecision(record))
        return undefined // nothing depends on it: the line goes to the disk with the turn
      }
      spool.append(encodeDecision(record))
      return spool.durable()
    },
    refusedBefore: (clientIp, reason) => probes.add(clientIp, reason),
    isFull: () => spool.isFull(),
  }
}
