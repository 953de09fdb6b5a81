/** Reads HTTP/1.1 answers off a socket with as little work as will tell where each one ends. For the load generator only. */

export interface Answer {
  readonly status: number
  /** Of the body, without the framing of chunks. */
  readonly bodyBytes: number
}

export interface ReaderEvents {
  onFirstByte(): void
  onAnswer(answer: Answer): void
}

const HEAD_END = Buffer.from('\r\n\r\n')
const CR_LF = Buffer.from('\r\n')

type Place = 'head' | 'body' | 'chunk-size' | 'chunk' | 'trailer'

/**
 * Knows `Content-Length` and chunks, no answers without a length and no HEAD. One answer at a time: no pipelining.
 * Throws on what it does not know.
 */
export class ResponseReader {
  readonly #events: ReaderEvents
  #place: Place = 'head'
  #status = 0
  /** Of the body or the chunk (with its line end), in bytes. */
  #missing = 0
  #bodyBytes = 0
  #kept: Buffer | undefined
  #isBegun = false

  constructor(events: ReaderEvents) {
    this.#events = events
  }

  read(bytes: Buffer): void {
    if (!this.#isBegun) {
      this.#isBegun = true
      this.#events.onFirstByte()
    }
    let rest = this.#kept === undefined ? bytes : Buffer.concat([this.#kept, bytes])
    this.#kept = undefined
    while (rest.byteLength > 0) {
      const taken = this.#step(rest)
      if (taken === 0) {
        this.#kept = rest
        return
      }
      rest = rest.subarray(taken)
    }
  }

  /** @returns how many bytes it has taken; 0 when it needs more to go on */
  #step(bytes: Buffer): number {
    switch (this.#place) {
      case 'head':
        return this.#head(bytes)
      case 'body':
        return this.#body(bytes)
      case 'chunk-size':
        return this.#chunkSize(bytes)
      case 'chunk':
        return this.#chunk(bytes)
      case 'trailer':
        return this.#trailer(bytes)
    }
  }

  #head(bytes: Buffer): number {
    const end = bytes.indexOf(HEAD_END)
    if (end === -1) return 0
    const head = bytes.toString('latin1', 0, end)
    this.#status = Number(head.slice(9, 12))
    this.#bodyBytes = 0
    const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1]
    if (length !== undefined) {
      this.#place = 'body'
      this.#missing = Number(length)
      if (this.#missing === 0) this.#finish()
    } else if (/\r\ntransfer-encoding: *chunked/i.test(head)) {
      this.#place = 'chunk-size'
    } else {
      throw new Error(`an answer without a length: ${head}`)
    }
    return end + HEAD_END.byteLength
  }

  #body(bytes: Buffer): number {
    const taken = Math.min(this.#missing, bytes.byteLength)
    this.#missing -= taken
    this.#bodyBytes += taken
    if (this.#missing === 0) this.#finish()
    return taken
  }

  #chunkSize(bytes: Buffer): number {
    const end = bytes.indexOf(CR_LF)
    if (end === -1) return 0
    const size = Number.parseInt(bytes.toString('latin1', 0, end), 16)
    if (Number.isNaN(size)) throw new Error('a chunk without a size')
    this.#place = size === 0 ? 'trailer' : 'chunk'
    this.#bodyBytes += size
    this.#missing = size + CR_LF.byteLength
    return end + CR_LF.byteLength
  }

  #chunk(bytes: Buffer): number {
    const taken = Math.min(this.#missing, bytes.byteLength)
    this.#missing -= taken
    if (this.#missing === 0) this.#place = 'chunk-size'
    return taken
  }

  #trailer(bytes: Buffer): number {
    const end = bytes.indexOf(CR_LF)
    if (end === -1) return 0
    if (end === 0) this.#finish()
    return end + CR_LF.byteLength
  }

  #finish(): void {
    this.#place = 'head'
    this.#isBegun = false
    this.#events.onAnswer({ status: this.#status, bodyBytes: this.#bodyBytes })
  }
}
