/** Floor 3: the append-only log of changes and the journal of decisions. */
export { appendEntry } from './append-entry.ts'
export type { Actor, ActorType, Entry, NewEntry } from './entry.ts'
export { eraseFields, type ErasureRequest } from './erase-fields.ts'
export { listEntries, type AuditQuery, type Page } from './list-entries.ts'
export { sequence, startSequencer, type Sequencer } from './sequencer.ts'
