/**
 * A process's local append-only log: lines in, in order, until a drain has copied them to the database.
 *
 * What holds: a line that `written` has answered for survives SIGKILL of the process (it is in the page cache); one that
 * `durable` has answered for survives the loss of power. Sequences begin at 1 and have no gaps while the process lives.
 * Appending copies the line into a frame; there is one write per turn of the event loop.
 */
import type { DamageReport } from './backlog-reader.ts'
import type { Batch } from './recent-lines.ts'

export interface SpoolOptions {
  /** Made when it is missing; belongs to one process at a time. */
  readonly directory: string
  /** What happens to ordinary lines while the disk is full: nobody may begin new work, or they are dropped and counted. */
  readonly fullMode: 'refuse' | 'drop'
  /** Free space against the watermarks, as somebody else samples it. */
  readonly diskLevel: () => DiskLevel
  readonly clock: { nowMs(): number }
  readonly onEvent: (event: SpoolEvent) => void
  readonly segmentBytes?: number
  /** Bound of the lines kept in memory, in bytes. */
  readonly maxRecentBytes?: number
  readonly retryMs?: number
}

export type DiskLevel = 'ok' | 'warn' | 'full'

export type SpoolEvent =
  | { readonly kind: 'write_failed'; readonly cause: unknown }
  | { readonly kind: 'write_recovered' }
  | { readonly kind: 'sync_failed'; readonly cause: unknown }
  | { readonly kind: 'lines_lost'; readonly lines: number }
  | ({ readonly kind: 'damage' } & DamageReport)

export interface SpoolFacts {
  readonly lastSequence: number
  /** Appended and not yet trimmed. */
  readonly pendingLines: number
  readonly diskBytes: number
  /** `full` also when the disk refuses writes. */
  readonly diskLevel: DiskLevel
  /** Dropped by the declared mode, or left memory while the disk took nothing. */
  readonly droppedLines: number
  readonly damagedBytes: number
}

export interface Spool {
  /**
   * Adds a line that must be kept; answers its sequence.
   *
   * @param line without a line feed
   */
  append(line: string): number
  /** Adds an ordinary line; while the disk is full and the mode is `drop` it is counted and undefined is answered. */
  offer(line: string): number | undefined
  /**
   * Settles when everything appended so far is in the page cache.
   *
   * @throws ClavigerError `journal_full` when the disk does not take it and the mode is `refuse`; in the mode `drop` it settles
   *   all the same, so nothing may depend on the lines
   */
  written(): Promise<void>
  /**
   * The same, for lines that something depends on.
   *
   * @throws ClavigerError `journal_full` when the disk does not take it, whatever the mode
   */
  taken(): Promise<void>
  /**
   * Settles when everything appended so far is on the disk (fdatasync, shared by all who wait).
   *
   * @throws ClavigerError `journal_full` when the disk does not take it, whatever the mode
   */
  durable(): Promise<void>
  /** The first lines at or after `sequence`, consecutive; undefined when there are none yet. */
  readFrom(sequence: number, maxLines: number): Promise<Batch | undefined>
  /** The lines up to and with `sequence` are stored elsewhere. */
  trimTo(sequence: number): Promise<void>
  /** Called after each turn that brought lines. One listener: the drain. */
  onLines(listener: () => void): void
  /** True when the declared mode says that no new work may begin. */
  isFull(): boolean
  readonly lastSequence: number
  pending(): number
  facts(): SpoolFacts
  /** Writes and syncs what is left, and gives the directory back; an empty one is removed. */
  close(): Promise<void>
  /** The same, but the directory stays, as something that is still to be done. */
  leave(): Promise<void>
}
