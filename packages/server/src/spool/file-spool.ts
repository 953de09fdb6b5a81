/** The spool on files: see spool.ts for what it promises. */
import { rm } from 'node:fs/promises'
import { ClavigerError } from '@claviger/core'
import { BacklogReader, type DamageReport } from './backlog-reader.ts'
import type { DirectoryLock } from './directory-lock.ts'
import { FrameBuilder } from './frame-builder.ts'
import { GroupSync } from './group-sync.ts'
import { RecentLines, type Batch, type RecentFrame } from './recent-lines.ts'
import { SegmentWriter } from './segment-writer.ts'
import type { FoundSegments } from './segment.ts'
import type { Spool, SpoolFacts, SpoolOptions } from './spool.ts'

const MEBIBYTE = 1024 * 1024
/** A frame that has grown so far is written before the turn ends. */
const FRAME_BYTES = 256 * 1024
const TOUCH_MS = 5_000
const WRITTEN = Promise.resolve()

export class FileSpool implements Spool {
  readonly #options: SpoolOptions
  readonly #lock: DirectoryLock
  readonly #writer: SegmentWriter
  readonly #reader: BacklogReader
  readonly #recent: RecentLines
  readonly #group: GroupSync
  readonly #touching: NodeJS.Timeout
  /** Lines of this turn that are not written yet. */
  readonly #frame = new FrameBuilder()
  #retrying: NodeJS.Timeout | undefined
  #scheduled = false
  #turn: PromiseWithResolvers<void> | undefined
  #turnDurable: Promise<void> | undefined
  #listener: () => void = () => undefined
  #failure: unknown
  #lastSequence: number
  #trimmedTo: number
  #dropped = 0
  #damagedBytes: number

  constructor(options: SpoolOptions, lock: DirectoryLock, found: FoundSegments) {
    this.#options = options
    this.#lock = lock
    this.#writer = new SegmentWriter(options.directory, options.segmentBytes ?? 8 * MEBIBYTE, found.segments)
    this.#reader = new BacklogReader(
      () => this.#writer.segments,
      (report) => this.#onDamage(report),
    )
    this.#recent = new RecentLines(options.maxRecentBytes ?? 8 * MEBIBYTE)
    this.#group = new GroupSync(async () => this.#sync())
    this.#lastSequence = found.segments.at(-1)?.lastSequence ?? 0
    this.#trimmedTo = (found.segments[0]?.firstSequence ?? 1) - 1
    this.#damagedBytes = found.damagedBytes
    this.#touching = setInterval(() => void lock.touch().catch(() => undefined), TOUCH_MS)
    this.#touching.unref()
  }

  get lastSequence(): number {
    return this.#lastSequence
  }

  append(line: string): number {
    if (line.includes('\n')) throw new TypeError('A line of the spool may not hold a line feed.')
    this.#frame.add(line)
    if (!this.#scheduled) {
      this.#scheduled = true
      setImmediate(this.#flush)
    }
    const sequence = ++this.#lastSequence
    if (this.#frame.byteLength >= FRAME_BYTES) this.#keepFrame()
    return sequence
  }

  offer(line: string): number | undefined {
    if (this.#options.fullMode === 'drop' && this.#isStopped()) {
      this.#dropped++
      return undefined
    }
    return this.append(line)
  }

  written(): Promise<void> {
    if (this.#frame.lineCount > 0) return (this.#turn ??= Promise.withResolvers<void>()).promise
    return this.#refuses() ? Promise.reject(this.#full()) : WRITTEN
  }

  async taken(): Promise<void> {
    await this.written()
    if (this.#failure !== undefined) throw this.#full()
  }

  durable(): Promise<void> {
    if (this.#frame.lineCount === 0) return this.#writtenThenSynced()
    this.#turnDurable ??= this.#writtenThenSynced()
    return this.#turnDurable
  }

  async readFrom(sequence: number, maxLines: number): Promise<Batch | undefined> {
    if (sequence > this.#lastSequence - this.#frame.lineCount) return undefined
    const first = this.#recent.firstSequence
    if (first !== undefined && sequence >= first) return this.#recent.take(sequence, maxLines)
    const batch = await this.#reader.read(sequence, maxLines)
    if (batch !== undefined) return batch
    // What stands between the files and memory was lost while the disk took nothing.
    const next = this.#recent.firstSequence
    return next === undefined ? undefined : this.#recent.take(next, maxLines)
  }

  async trimTo(sequence: number): Promise<void> {
    this.#trimmedTo = Math.max(this.#trimmedTo, sequence)
    this.#recent.trimTo(sequence)
    await this.#writer.trimTo(sequence)
  }

  onLines(listener: () => void): void {
    this.#listener = listener
  }

  isFull(): boolean {
    return this.#options.fullMode === 'refuse' && this.#isStopped()
  }

  pending(): number {
    return Math.max(0, this.#lastSequence - this.#trimmedTo)
  }

  facts(): SpoolFacts {
    return {
      lastSequence: this.#lastSequence,
      pendingLines: this.pending(),
      diskBytes: this.#writer.segments.reduce((sum, segment) => sum + segment.bytes, 0),
      diskLevel: this.#isStopped() ? 'full' : this.#options.diskLevel(),
      droppedLines: this.#dropped,
      damagedBytes: this.#damagedBytes,
    }
  }

  async close(): Promise<void> {
    await this.#stop()
    if (this.pending() === 0) await rm(this.#options.directory, { recursive: true, force: true })
    else await this.#lock.abandon()
  }

  async leave(): Promise<void> {
    await this.#stop()
    await this.#lock.abandon()
  }

  async #stop(): Promise<void> {
    this.#flush()
    clearTimeout(this.#retrying)
    clearInterval(this.#touching)
    await this.#group.wait().catch(() => undefined)
    this.#writer.close()
  }

  readonly #flush = (): void => {
    const turn = this.#turn
    const hasLines = this.#scheduled
    this.#scheduled = false
    this.#turn = undefined
    this.#turnDurable = undefined
    if (hasLines) {
      this.#keepFrame()
      this.#listener()
    }
    if (turn === undefined) return
    if (this.#refuses()) turn.reject(this.#full())
    else turn.resolve()
  }

  #keepFrame(): void {
    const { lineCount } = this.#frame
    if (lineCount === 0) return
    const firstSequence = this.#lastSequence - lineCount + 1
    const frame = { firstSequence, lineCount, bytes: this.#frame.finish(firstSequence), onDisk: false }
    if (this.#failure === undefined && !this.#tryToWrite(frame)) {
      this.#options.onEvent({ kind: 'write_failed', cause: this.#failure })
    }
    const lost = this.#recent.push(frame)
    if (lost === 0) return
    this.#dropped += lost
    this.#options.onEvent({ kind: 'lines_lost', lines: lost })
  }

  #tryToWrite(frame: RecentFrame): boolean {
    const { firstSequence, lineCount, bytes } = frame
    try {
      const sealed = this.#writer.write(bytes, firstSequence, firstSequence + lineCount - 1)
      if (sealed) void this.#group.wait().catch(() => undefined)
      return (frame.onDisk = true)
    } catch (error) {
      this.#failure = error
      this.#retrying = setTimeout(() => {
        this.#retry()
      }, this.#options.retryMs ?? 500)
      return false
    }
  }

  /** Writes what could not be written, in order; stops at the first failure. */
  #retry(): void {
    for (const frame of this.#recent.unwritten()) if (!this.#tryToWrite(frame)) return
    this.#failure = undefined
    this.#options.onEvent({ kind: 'write_recovered' })
  }

  async #writtenThenSynced(): Promise<void> {
    await this.written()
    await this.#group.wait()
    if (this.#failure !== undefined) throw this.#full()
  }

  async #sync(): Promise<void> {
    try {
      await this.#writer.sync()
    } catch (error) {
      this.#options.onEvent({ kind: 'sync_failed', cause: error })
      throw new ClavigerError('journal_full', 'The journal cannot be written now. Try again later.', { cause: error })
    }
  }

  #refuses(): boolean {
    return this.#failure !== undefined && this.#options.fullMode === 'refuse'
  }

  #isStopped(): boolean {
    return this.#failure !== undefined || this.#options.diskLevel() === 'full'
  }

  #full(): ClavigerError {
    return new ClavigerError('journal_full', 'The journal cannot be written now. Try again later.', {
      cause: this.#failure,
    })
  }

  #onDamage(report: DamageReport): void {
    this.#damagedBytes += report.endByte - report.startByte
    this.#options.onEvent({ kind: 'damage', ...report })
  }
}
