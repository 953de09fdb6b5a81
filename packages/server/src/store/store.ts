/** What a store offers to the rooms above. */
import type { Kysely, Transaction } from 'kysely'
import type { DiskState } from './disk.ts'
import type { Jobs } from './jobs.ts'
import type { ListenState, Subscription } from './listen.ts'
import type { Tables } from './tables.ts'

export type Tx = Transaction<Tables>
export type Db = Kysely<Tables> | Tx
export type Row = Readonly<Record<string, unknown>>

export interface Store {
  /** Over the pool. `int8` comes as a number, and throws beyond 2^53; `timestamptz` as a Date; `numeric` as text. */
  readonly db: Kysely<Tables>
  /**
   * READ COMMITTED. Runs `work` again, up to 3 times, after a deadlock or a serialization failure: `work` must change
   * nothing but the database.
   *
   * @throws ClavigerError `store_unavailable` when the connection is lost; whether the commit took place is then unknown
   */
  transaction<Result>(work: (tx: Tx) => Promise<Result>): Promise<Result>
  /**
   * One statement, prepared once per connection, for the hot single reads. `text` must be a constant: each text is kept.
   *
   * @throws ClavigerError `store_unavailable` when the database does not answer within 5 s
   */
  raw(text: string, values: readonly unknown[]): Promise<readonly Row[]>
  /** Notifications over a connection of its own, opened again whenever it breaks. What was sent while it was down is lost: read the truth again on `up`. */
  listen(
    channel: string,
    onNotify: (payload: string) => void,
    onState: (state: ListenState) => void,
  ): Promise<Subscription>
  readonly jobs: Jobs
  readonly engine: 'embedded' | 'external'
  /** Where the embedded cluster really is (root may have had to put it elsewhere); else the configured folder. */
  readonly dataDir: string
  /** Whether the database answered when it was last asked. */
  available(): boolean
  /** Free space where the data is, against the watermarks; sampled every few seconds. */
  disk(): DiskState
  /** Ends jobs, listeners and connections, then the embedded engine if this process owns it. */
  close(): Promise<void>
}
