/** The spool: a process's local append-only log, and the drain that copies it to the database (decision 5). */
export { Drain, startDrain, type DrainEvent, type DrainFacts, type DrainOptions, type Sink } from './drain.ts'
export { openSpool } from './open-spool.ts'
export { startRecovery, type Recovery, type RecoveryEvent, type RecoveryOptions } from './recover-spools.ts'
export { asideWriter } from './set-aside.ts'
export type { DamageReport } from './backlog-reader.ts'
export type { Batch } from './recent-lines.ts'
export type { DiskLevel, Spool, SpoolEvent, SpoolFacts, SpoolOptions } from './spool.ts'
