/** The door of `dataplane`: routes, models, and the adapters of the gateway's ports. */
export { cutStreams } from './cut-streams.ts'
export { createJournal } from './journal.ts'
export { ProbeTally, type ProbeCount } from './probe-tally.ts'
export type { DataplaneRoom } from './room.ts'
export { dataplaneOperations } from './routes.ts'
export { createSnapshots } from './snapshots.ts'
export { TargetTables, type TargetTablesOptions } from './target-tables.ts'
export { Verifiers } from './verifiers.ts'
