/**
 * Writes frames to the active segment, seals it when it is full, and syncs what has been written.
 * A frame that fails leaves no trace: the next write goes to the same place in the file.
 */
import { close, fdatasync, fsync, ftruncateSync, openSync, closeSync, writeSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { promisify } from 'node:util'
import { segmentPath, type Segment } from './segment.ts'

interface OpenFile {
  readonly segment: Segment
  readonly fd: number
  dirty: boolean
}

const closeFile = promisify(close)
const syncData = promisify(fdatasync)
const syncAll = promisify(fsync)

export class SegmentWriter {
  readonly #directory: string
  readonly #segmentBytes: number
  readonly #directoryFd: number
  readonly #segments: Segment[]
  /** The active file last; before it sealed files that are not on the disk yet. */
  #open: OpenFile[] = []
  #directoryDirty = true

  constructor(directory: string, segmentBytes: number, existing: readonly Segment[]) {
    this.#directory = directory
    this.#segmentBytes = segmentBytes
    this.#directoryFd = openSync(directory, 'r')
    this.#segments = [...existing]
  }

  get segments(): readonly Segment[] {
    return this.#segments
  }

  /**
   * Writes one frame to the page cache.
   *
   * @returns true when the segment is full and has been sealed: it wants a sync
   * @throws what the file system says (ENOSPC, EIO, …); then nothing of the frame counts
   */
  write(frame: Buffer, firstSequence: number, lastSequence: number): boolean {
    const file = this.#active() ?? this.#openSegment(firstSequence)
    const { segment, fd } = file
    let written = 0
    try {
      while (written < frame.length) {
        written += writeSync(fd, frame, written, frame.length - written, segment.bytes + written)
      }
    } catch (error) {
      if (written > 0) ignoringErrors(() => ftruncateSync(fd, segment.bytes))
      throw error
    }
    file.dirty = true
    segment.bytes += frame.length
    if (segment.bytes < this.#segmentBytes) return false
    segment.lastSequence = lastSequence
    return true
  }

  /** Puts everything written before the call on the disk. */
  async sync(): Promise<void> {
    if (this.#directoryDirty) {
      this.#directoryDirty = false
      await this.#orElse(syncAll(this.#directoryFd), () => (this.#directoryDirty = true))
    }
    for (const file of [...this.#open]) {
      if (file.dirty) {
        file.dirty = false
        await this.#orElse(syncData(file.fd), () => (file.dirty = true))
      }
      if (file.segment.lastSequence !== undefined && !file.dirty) await this.#forget(file)
    }
  }

  /** Deletes the sealed segments whose lines all stand at or before `sequence`. */
  async trimTo(sequence: number): Promise<void> {
    while (this.#segments[0]?.lastSequence !== undefined && this.#segments[0].lastSequence <= sequence) {
      const segment = this.#segments.shift()
      if (segment === undefined) return
      const file = this.#open.find((one) => one.segment === segment)
      // A sync may be running on it: only `sync` closes files.
      if (file !== undefined) file.dirty = false
      await rm(segment.path, { force: true })
    }
  }

  /** Closes the files; writes and syncs nothing. */
  close(): void {
    for (const file of this.#open.splice(0)) closeSync(file.fd)
    closeSync(this.#directoryFd)
  }

  #active(): OpenFile | undefined {
    const last = this.#open.at(-1)
    return last?.segment.lastSequence === undefined ? last : undefined
  }

  #openSegment(firstSequence: number): OpenFile {
    const path = segmentPath(this.#directory, firstSequence)
    const fd = openSync(path, 'w', 0o600)
    const segment: Segment = { path, firstSequence, lastSequence: undefined, bytes: 0 }
    const file = { segment, fd, dirty: false }
    this.#segments.push(segment)
    this.#open.push(file)
    this.#directoryDirty = true
    return file
  }

  async #forget(file: OpenFile): Promise<void> {
    const index = this.#open.indexOf(file)
    if (index === -1) return
    this.#open.splice(index, 1)
    await closeFile(file.fd)
  }

  async #orElse(work: Promise<void>, onFailure: () => void): Promise<void> {
    try {
      await work
    } catch (error) {
      onFailure()
      throw error
    }
  }
}

function ignoringErrors(work: () => void): void {
  try {
    work()
  } catch {
    // The next write overwrites the same bytes; what may be left behind it is a torn tail.
  }
}
