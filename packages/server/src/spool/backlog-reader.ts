/**
 * Reads lines back from the segments, in order, a piece of a segment at a time. Used after an outage or a restart;
 * in the steady state nobody reads files. Damage is reported and stepped over.
 */
import { open } from 'node:fs/promises'
import { linesOf, scan, type Scanned } from './frame.ts'
import type { Batch } from './recent-lines.ts'
import type { Segment } from './segment.ts'

export interface DamageReport {
  readonly path: string
  readonly startByte: number
  readonly endByte: number
  readonly reason: 'bad_frame' | 'file_missing' | 'torn_tail'
}

/** The part of a segment that is in memory. */
interface Piece {
  readonly segment: Segment
  readonly bytes: Buffer
  /** Where in the file the piece begins and ends. */
  readonly startByte: number
  readonly endByte: number
  readonly frames: Iterator<Scanned>
}

export class BacklogReader {
  readonly #segments: () => readonly Segment[]
  readonly #onDamage: (report: DamageReport) => void
  #piece: Piece | undefined
  /** Lines of the last frame that were not asked for yet. */
  #rest: Batch | undefined
  #nextSequence = -1

  constructor(segments: () => readonly Segment[], onDamage: (report: DamageReport) => void) {
    this.#segments = segments
    this.#onDamage = onDamage
  }

  /** The first lines at or after `sequence`: consecutive, at most `maxLines`; undefined when the files hold none. */
  async read(sequence: number, maxLines: number): Promise<Batch | undefined> {
    if (sequence !== this.#nextSequence) {
      this.#piece = undefined
      this.#rest = undefined
    }
    const lines: string[] = []
    let firstSequence = sequence
    while (lines.length < maxLines) {
      const frame = this.#rest ?? (await this.#nextFrame(sequence))
      if (frame === undefined) break
      this.#rest = frame
      const skipped = Math.max(0, sequence - frame.firstSequence)
      const frameFirst = frame.firstSequence + skipped
      if (lines.length === 0) firstSequence = frameFirst
      else if (frameFirst !== firstSequence + lines.length) break
      const end = skipped + maxLines - lines.length
      for (const line of frame.lines.slice(skipped, end)) lines.push(line)
      this.#rest =
        end < frame.lines.length
          ? { firstSequence: frame.firstSequence + end, lines: frame.lines.slice(end) }
          : undefined
    }
    this.#nextSequence = firstSequence + lines.length
    return lines.length === 0 ? undefined : { firstSequence, lines }
  }

  /** The next frame that holds a line at or after `sequence`. */
  async #nextFrame(sequence: number): Promise<Batch | undefined> {
    for (;;) {
      const piece = (this.#piece ??= await this.#load(sequence))
      if (piece === undefined) return undefined
      const next = piece.frames.next()
      if (next.done === true) {
        const after = await this.#after(piece)
        if (after === undefined) return undefined
        this.#piece = after
      } else if (next.value.kind === 'damage') {
        const { start, end } = next.value.damage
        const { path } = piece.segment
        this.#onDamage({
          path,
          startByte: piece.startByte + start,
          endByte: piece.startByte + end,
          reason: 'bad_frame',
        })
      } else if (next.value.frame.firstSequence + next.value.frame.lineCount > sequence) {
        const { frame } = next.value
        return { firstSequence: frame.firstSequence, lines: linesOf(piece.bytes, frame) }
      }
    }
  }

  async #load(sequence: number): Promise<Piece | undefined> {
    const segment = this.#segments().find((one) => one.lastSequence === undefined || one.lastSequence >= sequence)
    return segment === undefined ? undefined : this.#readPiece(segment, 0)
  }

  /** What follows a piece: more of its segment, or the next segment. */
  async #after(piece: Piece): Promise<Piece | undefined> {
    const { segment, endByte } = piece
    if (segment.bytes > endByte) return this.#readPiece(segment, endByte)
    const next = this.#segments().find((one) => one.firstSequence > segment.firstSequence)
    return next === undefined ? undefined : this.#readPiece(next, 0)
  }

  async #readPiece(segment: Segment, startByte: number): Promise<Piece> {
    const endByte = segment.bytes
    const bytes = await readBytes(segment.path, startByte, endByte)
    if (bytes === undefined) this.#onDamage({ path: segment.path, startByte, endByte, reason: 'file_missing' })
    const present = bytes ?? Buffer.alloc(0)
    return { segment, bytes: present, startByte, endByte, frames: scan(present, 0) }
  }
}

async function readBytes(path: string, start: number, end: number): Promise<Buffer | undefined> {
  try {
    await using file = await open(path, 'r')
    const bytes = Buffer.alloc(end - start)
    let filled = 0
    while (filled < bytes.length) {
      const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, start + filled)
      if (bytesRead === 0) break
      filled += bytesRead
    }
    return bytes.subarray(0, filled)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  }
}
