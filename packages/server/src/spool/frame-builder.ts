/**
 * Puts lines into the frame that will be written, as they come: no list of texts, nothing joined, nothing that the
 * collector must look at for as long as the drain takes.
 */
import { HEADER_BYTES, sealFrame } from './frame.ts'

const FIRST_BYTES = 64 * 1024
const LINE_FEED = 0x0a
/** UTF-8 takes at most three bytes for a UTF-16 unit. */
const MAX_BYTES_PER_UNIT = 3

export class FrameBuilder {
  #bytes = Buffer.allocUnsafeSlow(FIRST_BYTES)
  #end = HEADER_BYTES
  #lineCount = 0

  get lineCount(): number {
    return this.#lineCount
  }

  /** Of the frame so far, its header included. */
  get byteLength(): number {
    return this.#end
  }

  /** @param line holds no line feed */
  add(line: string): void {
    const needed = this.#end + 1 + line.length * MAX_BYTES_PER_UNIT
    if (needed > this.#bytes.length) this.#grow(needed)
    if (this.#lineCount > 0) this.#bytes[this.#end++] = LINE_FEED
    this.#end += this.#bytes.write(line, this.#end, 'utf8')
    this.#lineCount++
  }

  /** The whole frame, in bytes of its own; the builder begins a new one. At least one line was added. */
  finish(firstSequence: number): Buffer {
    const frame = Buffer.from(this.#bytes.subarray(0, this.#end))
    sealFrame(frame, firstSequence, this.#lineCount)
    this.#end = HEADER_BYTES
    this.#lineCount = 0
    return frame
  }

  #grow(bytes: number): void {
    const larger = Buffer.allocUnsafeSlow(Math.max(bytes, 2 * this.#bytes.length))
    this.#bytes.copy(larger, 0, 0, this.#end)
    this.#bytes = larger
  }
}
