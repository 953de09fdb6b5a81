/**
 * The journal port over this process's spool: lines in, written once per turn; the drain does the rest. A line that tells of
 * spent credits is never dropped, and always waited for: it is the only word of the spend, should this process die. So while
 * the disk takes nothing, calls that spend credits are refused, and those that are audited before the answer, whatever mode
 * is declared for ordinary ones.
 */
import { JOURNAL_TARGET, forwardsHere, type DecisionRecord, type FailureModeUse, type Journal } from '@claviger/gateway'
import { encodeDecision, encodeHead, encodeOpening } from '#audit'
import type { Spool } from '#spool'
import type { ProbeTally } from './probe-tally.ts'

export interface JournalOptions {
  readonly spool: Spool
  readonly probes: ProbeTally
  readonly nowMs: () => number
  /** Counts; told by the doors, and for each decision that is not journaled. */
  readonly failureModeUsed: (use: FailureModeUse) => void
}

const DROPPED: FailureModeUse = {
  dependency: 'journal',
  mode: 'drop',
  target: JOURNAL_TARGET,
  outcome: 'dropped',
}

export function createJournal({ spool, probes, nowMs, failureModeUsed }: JournalOptions): Journal {
  /** Since when openings are dropped, and whose was the first. */
  let dropping: { readonly sinceMs: number; readonly requestId: string } | undefined
  /** What was opened before the disk was full is ended in the journal too: else it would look interrupted. */
  const wasOpened = ({ atMs, requestId, door }: DecisionRecord): boolean =>
    forwardsHere(door) && (dropping === undefined || (atMs <= dropping.sinceMs && requestId !== dropping.requestId))
  return {
    open(record, audit) {
      record.headText = encodeHead(record)
      const line = encodeOpening(record)
      if (audit === 'before-answer') {
        spool.append(line)
        return spool.durable()
      }
      if (record.credits !== undefined) {
        spool.append(line)
        return spool.taken()
      }
      if (spool.offer(line) !== undefined) dropping = undefined
      else dropping ??= { sinceMs: nowMs(), requestId: record.requestId }
      return spool.written()
    },
    record(record, audit) {
      const line = encodeDecision(record)
      if (audit !== 'ordinary') {
        spool.append(line)
        return audit === 'kept' ? undefined : spool.durable()
      }
      if (record.credits !== undefined) {
        spool.append(line)
        return spool.taken()
      }
      if (spool.offer(line) !== undefined) return undefined // nothing depends on it: it goes to the disk with the turn
      if (record.usage !== undefined && wasOpened(record)) spool.append(line)
      else failureModeUsed(DROPPED)
      return undefined
    },
    refusedBefore: (clientIp, reason) => probes.add(clientIp, reason),
    isFull: () => spool.isFull(),
    failureModeUsed,
  }
}
