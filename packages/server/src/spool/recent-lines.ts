/**
 * The newest lines, in memory and bounded: in the steady state the drain takes them from here and reads no file.
 * Beyond the bound the oldest leave; those that no file holds are lost, and counted.
 */
import { linesOf } from './frame.ts'

export interface Batch {
  readonly firstSequence: number
  /** Consecutive. */
  readonly lines: readonly string[]
}

export interface RecentFrame {
  readonly firstSequence: number
  readonly lineCount: number
  /** As it is written: header and lines. Bytes, because texts that wait for the drain would be copied by the collector. */
  readonly bytes: Buffer
  onDisk: boolean
}

export class RecentLines {
  readonly #maxBytes: number
  #frames: RecentFrame[] = []
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  /** The sequence of the oldest line here; undefined when there is none. */
  get firstSequence(): number | undefined {
    return this.#frames[0]?.firstSequence
  }

  /** @returns how many lines left that no file holds */
  push(frame: RecentFrame): number {
    this.#frames.push(frame)
    this.#bytes += frame.bytes.length
    let lost = 0
    while (this.#bytes > this.#maxBytes && this.#frames.length > 1) {
      const oldest = this.#dropFirst()
      if (oldest !== undefined && !oldest.onDisk) lost += oldest.lineCount
    }
    return lost
  }

  /** Those that could not be written yet, in order. */
  unwritten(): readonly RecentFrame[] {
    return this.#frames.filter((frame) => !frame.onDisk)
  }

  /** Up to `maxLines` consecutive lines from `sequence` on; undefined when the line is not here. */
  take(sequence: number, maxLines: number): Batch | undefined {
    const lines: string[] = []
    let wanted = sequence
    for (const frame of this.#frames) {
      const skipped = wanted - frame.firstSequence
      if (skipped < 0) break
      if (skipped >= frame.lineCount) continue
      const all = linesOf(frame.bytes, { start: 0, end: frame.bytes.length })
      const taken = all.slice(skipped, skipped + maxLines - lines.length)
      for (const line of taken) lines.push(line)
      wanted += taken.length
      if (lines.length >= maxLines) break
    }
    return lines.length === 0 ? undefined : { firstSequence: sequence, lines }
  }

  /** Forgets the lines up to and with `sequence`, frame by frame. */
  trimTo(sequence: number): void {
    for (let first = this.#frames[0]; first !== undefined; first = this.#frames[0]) {
      if (first.firstSequence + first.lineCount - 1 > sequence) return
      this.#dropFirst()
    }
  }

  #dropFirst(): RecentFrame | undefined {
    const frame = this.#frames.shift()
    if (frame === undefined) return undefined
    this.#bytes -= frame.bytes.length
    return frame
  }
}
