/**
 * Server-sent events as bytes: where each event begins and ends, whatever the line ends (LF, CRLF, CR, mixed) and
 * wherever the chunks were cut. Nothing is decoded, nothing is copied. Offsets count from the first byte of the stream.
 *
 * @see WHATWG HTML §9.2.5 (line ends, byte order mark), §9.2.6 (fields, blank lines)
 */

const LF = 0x0a
const CR = 0x0d
const COLON = 0x3a
const SPACE = 0x20
const BYTE_ORDER_MARK = [0xef, 0xbb, 0xbf] as const

/**
 * Told of each event: `startByte` is its first field line (comments before it are not part of it), `endByte` stands
 * behind the end of its blank line. A LF that completes a CRLF cut in two by a chunk's end comes after `endByte`.
 */
export type OnEvent = (startByte: number, endByte: number) => void

/** Finds events in a stream. Its memory is five numbers, however long a line is. */
export class SseScanner {
  #positionByte = 0
  /** First byte of the event that has begun and not ended; -1: between events. */
  #eventStartByte = -1
  /** Of the current line, up to now; a line of 0 bytes is a blank line. */
  #lineBytes = 0
  #afterCr = false
  /** How many bytes of a byte order mark have come; 3: whole, or there is none. */
  #markBytes = 0

  /** How many bytes have been seen. */
  get positionByte(): number {
    return this.#positionByte
  }

  /** Everything before this byte belongs to finished events, or to none (comments, blank lines). */
  get settledByte(): number {
    if (this.#eventStartByte >= 0) return this.#eventStartByte
    return this.#markBytes > 0 && this.#markBytes < BYTE_ORDER_MARK.length ? 0 : this.#positionByte
  }

  /** True between the lines of no event: what is written here begins a new event. */
  get isBetweenEvents(): boolean {
    return this.#eventStartByte < 0 && this.#lineBytes === 0
  }

  push(chunk: Uint8Array, onEvent: OnEvent): void {
    const base = this.#positionByte
    let at = this.#markBytes < BYTE_ORDER_MARK.length ? this.#readMark(chunk) : 0
    if (this.#afterCr && chunk.length > 0) {
      this.#afterCr = false
      if (chunk[at] === LF) at += 1
    }
    // JSON never holds a raw CR, so most streams have none, and LF alone is found by the engine's own fast search.
    const hasCr = chunk.indexOf(CR, at) >= 0
    while (at < chunk.length) {
      const end = hasCr ? lineEnd(chunk, at) : chunk.indexOf(LF, at)
      const stop = end < 0 ? chunk.length : end
      if (stop > at) this.#readLine(chunk[at], base + at, stop - at)
      if (end < 0) break
      at = this.#pastLineEnd(chunk, end)
      this.#endLine(base + at, onEvent)
    }
    this.#positionByte = base + chunk.length
  }

  /** At the end of the stream: an event without its blank line is told too, as most clients read it. */
  end(onEvent: OnEvent): void {
    const startByte = this.#eventStartByte
    this.#eventStartByte = -1
    if (startByte >= 0) onEvent(startByte, this.#positionByte)
  }

  #readLine(first: number | undefined, atByte: number, bytes: number): void {
    const beginsField = this.#lineBytes === 0 && first !== COLON
    if (beginsField && this.#eventStartByte < 0) this.#eventStartByte = atByte
    this.#lineBytes += bytes
  }

  #pastLineEnd(chunk: Uint8Array, end: number): number {
    if (chunk[end] === LF) return end + 1
    if (end + 1 === chunk.length) this.#afterCr = true
    return chunk[end + 1] === LF ? end + 2 : end + 1
  }

  #endLine(endByte: number, onEvent: OnEvent): void {
    const blank = this.#lineBytes === 0
    this.#lineBytes = 0
    if (!blank || this.#eventStartByte < 0) return
    const startByte = this.#eventStartByte
    this.#eventStartByte = -1
    onEvent(startByte, endByte)
  }

  /** Steps over a byte order mark at the very start; bytes that only began like one are the start of a field line. */
  #readMark(chunk: Uint8Array): number {
    let at = 0
    while (at < chunk.length && this.#markBytes < BYTE_ORDER_MARK.length) {
      if (chunk[at] !== BYTE_ORDER_MARK[this.#markBytes]) {
        const begun = this.#markBytes
        this.#markBytes = BYTE_ORDER_MARK.length
        if (begun > 0) this.#readLine(BYTE_ORDER_MARK[0], 0, begun)
        return at
      }
      this.#markBytes += 1
      at += 1
    }
    return at
  }
}

/**
 * The data of one event: the values of its `data` lines, joined by LF. No copy when there is one line.
 *
 * @param event whole, from its first field line on, as {@link SseScanner} tells it
 */
export function eventData(event: Uint8Array): Uint8Array {
  const lines: Uint8Array[] = []
  let at = 0
  while (at < event.length) {
    const found = lineEnd(event, at)
    const end = found < 0 ? event.length : found
    const value = dataValue(event.subarray(at, end))
    if (value !== undefined) lines.push(value)
    at = event[end] === CR && event[end + 1] === LF ? end + 2 : end + 1
  }
  const [first, ...more] = lines
  if (first === undefined) return new Uint8Array()
  return more.length === 0 ? first : Buffer.concat([first, ...more.flatMap((line) => [Buffer.of(LF), line])])
}

/** `data:x`, `data: x` and bare `data` (an empty value); a field of any other name is none of ours. */
function dataValue(line: Uint8Array): Uint8Array | undefined {
  const named = line[0] === 0x64 && line[1] === 0x61 && line[2] === 0x74 && line[3] === 0x61
  if (!named) return undefined
  if (line.length === 4) return line.subarray(4)
  if (line[4] !== COLON) return undefined
  return line.subarray(line[5] === SPACE ? 6 : 5)
}

function lineEnd(bytes: Uint8Array, from: number): number {
  for (let at = from; at < bytes.length; at++) {
    const byte = bytes[at]
    if (byte === LF || byte === CR) return at
  }
  return -1
}
