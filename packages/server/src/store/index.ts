/** Floor 1: PostgreSQL, embedded or given; transactions, migrations, jobs, the disk. */
export type { DiskState } from './disk.ts'
export type { Jobs } from './jobs.ts'
export type { ListenState, Subscription } from './listen.ts'
export { isLost, storeUnavailable } from './lost-connection.ts'
export { readMigrations, type Migration } from './migrate.ts'
export { openStore, type StoreOptions } from './open-store.ts'
export type { Db, Row, Store, Tx } from './store.ts'
export type * from './tables.ts'
