/**
 * Lets a stream of server-sent events pass, event by event, and shows those that hold a needle to a reader who may
 * keep one back. Every other byte passes as it came; a whole chunk without a remainder passes without a copy.
 * What belongs to an unfinished event waits here: a reader of events can do nothing with half of one, and a stream that
 * is cut can then end with a clean error event.
 */
import { asBuffer } from '../http/as-buffer.ts'
import { SseScanner } from './sse.ts'

/** An event longer than this is let through as it comes, and is not read. */
export const MAX_EVENT_BYTES = 1024 * 1024

/** Shown a whole event that holds the needle; 'drop' keeps it from the caller. */
export type EventReader = (event: Uint8Array) => 'pass' | 'drop'

const LF = 0x0a
const CR = 0x0d

interface Range {
  readonly startByte: number
  readonly endByte: number
}

export class EventGate {
  readonly #needle: Buffer
  readonly #read: EventReader
  readonly #scanner = new SseScanner()
  /** The bytes of the unfinished event that came in earlier chunks: the first `#heldBytes` of `#held`. */
  #held: Buffer = Buffer.alloc(0)
  #heldBytes = 0
  /** The last chunk ended with the CR of a dropped event; a LF now is its other half. */
  #droppedCr = false

  constructor(needle: string, read: EventReader) {
    this.#needle = Buffer.from(needle)
    this.#read = read
  }

  /** True when what has passed ends with a whole event or line: what is written now begins a new event. */
  get isClean(): boolean {
    return this.#scanner.isBetweenEvents || this.#heldBytes > 0
  }

  /** The bytes to pass on; undefined: none for now. */
  push(bytes: Uint8Array): Uint8Array | undefined {
    if (bytes.length === 0) return undefined
    const chunk = this.#withoutHalfLineEnd(asBuffer(bytes))
    const base = this.#scanner.positionByte
    const from = base - this.#heldBytes
    const dropped: Range[] = []
    // One search serves all events of the chunk: most chunks hold no needle at all.
    let hit = chunk.indexOf(this.#needle)
    this.#scanner.push(chunk, (startByte, endByte) => {
      if (startByte < from) return // it was too long to be held
      if (startByte < base) {
        const held = this.#held.subarray(startByte - from, this.#heldBytes)
        this.#show(Buffer.concat([held, chunk.subarray(0, endByte - base)]), startByte, dropped)
        return
      }
      if (hit >= 0 && hit < startByte - base) hit = chunk.indexOf(this.#needle, startByte - base)
      if (hit < 0 || hit >= endByte - base) return
      this.#show(chunk.subarray(startByte - base, endByte - base), startByte, dropped)
    })
    this.#droppedCr = dropped.at(-1)?.endByte === this.#scanner.positionByte && chunk.at(-1) === CR
    return this.#release(chunk, from, dropped)
  }

  /** At the stream's end: what was still held, unless it is dropped now. */
  end(): Uint8Array | undefined {
    const from = this.#scanner.positionByte - this.#heldBytes
    const rest = Buffer.from(this.#held.subarray(0, this.#heldBytes))
    const dropped: Range[] = []
    this.#scanner.end((startByte) => {
      if (startByte >= from) this.#show(rest.subarray(startByte - from), startByte, dropped)
    })
    this.#heldBytes = 0
    return joined(without(rest, from, from + rest.length, dropped))
  }

  #show(event: Buffer, startByte: number, dropped: Range[]): void {
    if (!event.includes(this.#needle)) return
    if (this.#read(event) === 'drop') dropped.push({ startByte, endByte: startByte + event.length })
  }

  #release(chunk: Buffer, from: number, dropped: readonly Range[]): Uint8Array | undefined {
    const end = this.#scanner.positionByte
    const settled = this.#scanner.settledByte
    const until = settled < from || end - settled > MAX_EVENT_BYTES ? end : settled
    if (this.#heldBytes === 0 && until === end && dropped.length === 0) return chunk.length === 0 ? undefined : chunk
    if (until === from) {
      this.#hold(chunk)
      return undefined
    }
    const all = this.#heldBytes === 0 ? chunk : Buffer.concat([this.#held.subarray(0, this.#heldBytes), chunk])
    this.#heldBytes = 0
    this.#hold(all.subarray(until - from))
    return joined(without(all, from, until, dropped))
  }

  #hold(bytes: Buffer): void {
    const needed = this.#heldBytes + bytes.length
    if (needed > this.#held.length) {
      const grown = Buffer.allocUnsafe(Math.max(1024, needed * 2))
      this.#held.copy(grown, 0, 0, this.#heldBytes)
      this.#held = grown
    }
    bytes.copy(this.#held, this.#heldBytes)
    this.#heldBytes = needed
  }

  #withoutHalfLineEnd(chunk: Buffer): Buffer {
    if (!this.#droppedCr) return chunk
    this.#droppedCr = false
    return chunk[0] === LF ? chunk.subarray(1) : chunk
  }
}

/** The parts of `bytes`, which begin at `from` in the stream, up to `until` and outside the dropped ranges. */
function without(bytes: Buffer, from: number, until: number, dropped: readonly Range[]): readonly Buffer[] {
  const parts: Buffer[] = []
  let at = from
  for (const range of [...dropped, { startByte: until, endByte: until }]) {
    if (range.startByte > at) parts.push(bytes.subarray(at - from, range.startByte - from))
    at = range.endByte
  }
  return parts
}

function joined(parts: readonly Buffer[]): Buffer | undefined {
  return parts.length > 1 ? Buffer.concat(parts) : parts[0]
}
