/**
 * Keeps the values of a few top-level members of a JSON text that arrives in chunks, and nothing else of it: an answer
 * of any length is metered in constant memory. It reads texts of providers, so it is lenient: what is no JSON object
 * simply has no members.
 */
import { asBuffer } from '../http/as-buffer.ts'

/** A wanted value longer than this is not kept. */
const MAX_VALUE_BYTES = 256 * 1024
/** A name longer than this is none that anyone wants. */
const MAX_NAME_BYTES = 64

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_OBJECT = 0x7b
const OPEN_LIST = 0x5b
const CLOSE_LIST = 0x5d
const CLOSE_OBJECT = 0x7d

/** `name`: a name or its colon is next in the top object; `value`: inside a member's value; `over`: nothing to find. */
type Place = 'before' | 'name' | 'value' | 'over'

export class JsonMembers {
  readonly #wanted: ReadonlySet<string>
  readonly #values = new Map<string, Buffer>()
  #place: Place = 'before'
  #depth = 0
  #inString = false
  /** The byte before was a backslash that escapes the next. */
  #escaped = false
  /** What is being kept: the characters of a name, or the value of the wanted member. */
  #kept: Buffer[] = []
  #keptBytes = 0
  #name: string | undefined

  constructor(wanted: ReadonlySet<string>) {
    this.#wanted = wanted
  }

  push(bytes: Uint8Array): void {
    const chunk = asBuffer(bytes)
    let at = 0
    while (at < chunk.length && this.#place !== 'over') {
      at = this.#inString ? this.#readString(chunk, at) : this.#readPlain(chunk, at)
    }
  }

  /** The wanted members that came whole, parsed; those that are no JSON are left out. */
  members(): Readonly<Record<string, unknown>> {
    return Object.fromEntries(
      [...this.#values].flatMap(([name, value]) => {
        const parsed = parse(value)
        return parsed === undefined ? [] : [[name, parsed]]
      }),
    )
  }

  /** From inside a string: to just behind its end, or to the chunk's. */
  #readString(chunk: Buffer, from: number): number {
    let at = from
    while (at < chunk.length && this.#inString) {
      const byte = chunk[at]
      if (this.#escaped) this.#escaped = false
      else if (byte === BACKSLASH) this.#escaped = true
      else if (byte === QUOTE) this.#inString = false
      at += 1
    }
    this.#keep(chunk, from, at)
    return at
  }

  /** Outside strings: to just behind the next byte that changes where we are. */
  #readPlain(chunk: Buffer, from: number): number {
    for (let at = from; at < chunk.length; at++) {
      const byte = chunk[at]
      if (byte === QUOTE) {
        this.#inString = true
        this.#keep(chunk, from, at + 1)
        return at + 1
      }
      if (byte === OPEN_OBJECT || byte === OPEN_LIST) {
        this.#depth += 1
        if (this.#place === 'before') {
          this.#place = byte === OPEN_OBJECT ? 'name' : 'over'
          return at + 1
        }
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_LIST) {
        this.#depth -= 1
      }
      const turns = this.#depth < 1 || (this.#depth === 1 && (byte === COLON || byte === COMMA))
      if (turns && this.#place !== 'before') {
        this.#keep(chunk, from, at)
        this.#turn(byte)
        return at + 1
      }
    }
    this.#keep(chunk, from, chunk.length)
    return chunk.length
  }

  /** Behind a `:` or `,` of the top object, or its end. */
  #turn(byte: number | undefined): void {
    if (byte === COLON && this.#place === 'name') {
      const name = parse(Buffer.concat(this.#kept))
      this.#name = typeof name === 'string' && this.#wanted.has(name) ? name : undefined
      this.#place = 'value'
    } else {
      const whole = this.#keptBytes <= MAX_VALUE_BYTES
      if (this.#name !== undefined && whole) this.#values.set(this.#name, Buffer.concat(this.#kept))
      this.#name = undefined
      this.#place = this.#depth < 1 ? 'over' : 'name'
    }
    this.#kept = []
    this.#keptBytes = 0
  }

  #keep(chunk: Buffer, from: number, to: number): void {
    const limit = this.#place === 'name' ? MAX_NAME_BYTES : this.#name === undefined ? 0 : MAX_VALUE_BYTES
    if (limit === 0 || from >= to || this.#place === 'before') return
    this.#keptBytes += to - from
    // Copied: the chunk is not ours, and a part of it would hold all of it in memory.
    if (this.#keptBytes <= limit) this.#kept.push(Buffer.from(chunk.subarray(from, to)))
  }
}

function parse(text: Buffer): unknown {
  try {
    return JSON.parse(text.toString('utf8'))
  } catch {
    return undefined
  }
}
