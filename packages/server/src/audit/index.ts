/** Floor 3: the append-only log of changes and the journal of decisions. */
export { appendEntry } from './append-entry.ts'
export { keepPartitions, registerAuditJobs } from './audit-jobs.ts'
export {
  creditsOf,
  decodeDecision,
  encodeDecision,
  encodeHead,
  encodeOpening,
  UnreadableLine,
} from './decision-line.ts'
export type { Actor, ActorType, Entry, NewEntry } from './entry.ts'
export { encodeEpisode, type FailureEpisode } from './episode-line.ts'
export { eraseFields, type ErasureRequest } from './erase-fields.ts'
export { listDecisions, type DecisionQuery } from './list-decisions.ts'
export { listEntries, type AuditQuery, type EntryQuery, type Page } from './list-entries.ts'
export { sequence, startSequencer, type Sequencer } from './sequencer.ts'
export { streamDecisions, type JournalRange } from './stream-decisions.ts'
export { streamForward, type DatedLine } from './stream-forward.ts'
export { recordInterrupted, writeJournal } from './write-journal.ts'
export { listProbes, writeProbes, type ProbeCount, type ProbeQuery } from './write-probes.ts'
