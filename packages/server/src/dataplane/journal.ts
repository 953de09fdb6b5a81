/**
 * The journal port over this process's spool: lines in, written once per turn; the drain does the rest. A line that tells of
 * spent credits is never dropped, and always waited for: it is the only word of the spend, should this process die.
 */
import type { DecisionRecord, Journal } from '@claviger/gateway'
import { encodeDecision, encodeOpening } from '#audit'
import type { Spool } from '#spool'
import type { ProbeTally } from './probe-tally.ts'

export function createJournal(spool: Spool, probes: ProbeTally): Journal {
  const waitFor = (audit: 'ordinary' | 'before-answer'): Promise<void> =>
    audit === 'before-answer' ? spool.durable() : spool.written()
  return {
    open(record, audit) {
      if (audit === 'ordinary' && record.credits === undefined) spool.offer(encodeOpening(record))
      else spool.append(encodeOpening(record))
      return waitFor(audit)
    },
    record(record: DecisionRecord, audit) {
      if (audit === 'ordinary' && record.credits === undefined) {
        spool.offer(encodeDecision(record))
        return undefined // nothing depends on it: the line goes to the disk with the turn
      }
      spool.append(encodeDecision(record))
      return waitFor(audit)
    },
    refusedBefore: (clientIp, reason) => probes.add(clientIp, reason),
    isFull: () => spool.isFull(),
  }
}
