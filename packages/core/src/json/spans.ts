/**
 * Finds the members of a JSON object by their bytes, so that single spans can be replaced and everything else stays as
 * it was sent. One pass, strict (RFC 8259): what this accepts, every parser reads alike.
 *
 * Only the outermost object is listed. Its names may not be repeated: of two equal names one parser takes the first and
 * another the last. Prototype names (`__proto__`) are refused there too; deeper down they are the payload's own affair,
 * for nothing here builds objects of it.
 */
import { ClavigerError } from '../error/claviger-error.ts'

export interface Span {
  /** Byte offsets: from `start` up to, but not with, `end`. */
  readonly start: number
  readonly end: number
}

export interface Member extends Span {
  /** Where the name begins, with its quote. */
  readonly nameStart: number
}

export interface ScannedObject {
  /** Value spans by name. */
  readonly members: ReadonlyMap<string, Member>
  /** Offset of `{`. */
  readonly open: number
  /** Offset of `}`. */
  readonly close: number
}

export interface Edit extends Span {
  readonly replacement: Uint8Array
}

const MAX_DEPTH = 128
const FORBIDDEN_NAMES = new Set(['__proto__', 'constructor', 'prototype'])

const QUOTE = 0x22
const BACKSLASH = 0x5c
const decoder = new TextDecoder('utf-8', { fatal: true })

/**
 * Lists the members of the object that `bytes` (or the span `within` of it) holds.
 *
 * @param owned names that we read or write: spelling them with escapes is refused
 * @throws ClavigerError `bad_json`: it says at which byte and why
 */
export function scanObject(bytes: Uint8Array, owned: ReadonlySet<string>, within?: Span): ScannedObject {
  const scanner = new Scanner(bytes, within?.end ?? bytes.length, owned)
  return scanner.object(within?.start ?? 0)
}

/** Replaces spans; they may come in any order and must not overlap. A span of length 0 inserts. */
export function splice(bytes: Uint8Array, edits: readonly Edit[]): Uint8Array {
  const ordered = edits.toSorted((a, b) => a.start - b.start || a.end - b.end)
  const grown = ordered.reduce((sum, edit) => sum + edit.replacement.length - (edit.end - edit.start), bytes.length)
  const result = new Uint8Array(grown)
  let from = 0
  let to = 0
  for (const edit of ordered) {
    if (edit.start < from) throw new RangeError('Edits overlap.')
    result.set(bytes.subarray(from, edit.start), to)
    to += edit.start - from
    result.set(edit.replacement, to)
    to += edit.replacement.length
    from = edit.end
  }
  result.set(bytes.subarray(from), to)
  return result
}

class Scanner {
  readonly #bytes: Uint8Array
  readonly #end: number
  readonly #owned: ReadonlySet<string>
  #at = 0
  /** Whether the string just passed holds an escape. */
  #escaped = false

  constructor(bytes: Uint8Array, end: number, owned: ReadonlySet<string>) {
    this.#bytes = bytes
    this.#end = end
    this.#owned = owned
  }

  object(start: number): ScannedObject {
    this.#at = start
    this.#space()
    const open = this.#at
    if (this.#peek() !== 0x7b) this.#fail('The body must be a JSON object')
    this.#at++
    const members = new Map<string, Member>()
    this.#space()
    if (this.#peek() === 0x7d) this.#at++
    else this.#members(members)
    const close = this.#at - 1
    this.#space()
    if (this.#at !== this.#end) this.#fail('Nothing may follow the JSON value')
    return { members, open, close }
  }

  #members(members: Map<string, Member>): void {
    for (;;) {
      const nameStart = this.#at
      const name = this.#name()
      if (FORBIDDEN_NAMES.has(name)) this.#fail(`The member name ${name} is not accepted`, nameStart)
      if (members.has(name)) this.#fail(`The member ${JSON.stringify(name)} stands twice`, nameStart)
      this.#colon()
      const start = this.#at
      this.#value(1)
      members.set(name, { nameStart, start, end: this.#at })
      if (!this.#more(0x7d)) return
    }
  }

  #name(): string {
    const start = this.#at
    if (this.#peek() !== QUOTE) this.#fail('A member name in double quotes is expected')
    this.#string()
    const raw = this.#bytes.subarray(start, this.#at)
    const name: unknown = JSON.parse(decoder.decode(raw))
    if (typeof name !== 'string') return this.#fail('A member name is expected', start)
    if (this.#escaped && this.#owned.has(name)) this.#fail(`The member ${name} must be spelled without escapes`, start)
    return name
  }

  #colon(): void {
    this.#space()
    if (this.#peek() !== 0x3a) this.#fail('A colon is expected')
    this.#at++
    this.#space()
  }

  /** After a value: true when a comma says that another follows; false when `closing` ended it. */
  #more(closing: number): boolean {
    this.#space()
    const byte = this.#peek()
    this.#at++
    if (byte === closing) return false
    if (byte !== 0x2c) this.#fail('A comma or the end of the list is expected', this.#at - 1)
    this.#space()
    return true
  }

  #value(depth: number): void {
    if (depth > MAX_DEPTH) this.#fail(`The JSON is nested deeper than ${MAX_DEPTH} levels`)
    const byte = this.#peek()
    if (byte === QUOTE) return this.#string()
    if (byte === 0x7b) return this.#nested(depth, 0x7d)
    if (byte === 0x5b) return this.#nested(depth, 0x5d)
    if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) return this.#number()
    if (byte === 0x74) return this.#word('true')
    if (byte === 0x66) return this.#word('false')
    if (byte === 0x6e) return this.#word('null')
    this.#fail('A JSON value is expected')
  }

  #nested(depth: number, closing: number): void {
    this.#at++
    this.#space()
    if (this.#peek() === closing) {
      this.#at++
      return
    }
    do {
      if (closing === 0x7d) {
        if (this.#peek() !== QUOTE) this.#fail('A member name in double quotes is expected')
        this.#string()
        this.#colon()
      }
      this.#value(depth + 1)
    } while (this.#more(closing))
  }

  #string(): void {
    const bytes = this.#bytes
    this.#escaped = false
    let at = this.#at + 1
    for (;;) {
      const byte = at < this.#end ? (bytes[at] ?? 0) : this.#fail('The text ends within a string', at)
      if (byte === QUOTE) break
      if (byte < 0x20) this.#fail('A control character stands in a string', at)
      if (byte === BACKSLASH) {
        this.#escaped = true
        at = this.#escape(at)
      } else if (byte < 0x80) at++
      else at = this.#multibyte(at)
    }
    this.#at = at + 1
  }

  #escape(at: number): number {
    const byte = this.#bytes[at + 1] ?? 0
    if (byte !== 0x75) return '"\\/bfnrt'.includes(String.fromCharCode(byte)) ? at + 2 : this.#fail('This escape does not exist', at)
    for (let index = at + 2; index < at + 6; index++) if (!isHex(this.#bytes[index] ?? 0)) this.#fail('\\u needs four hex digits', at)
    return at + 6
  }

  /** One well-formed UTF-8 sequence (RFC 3629 §4). */
  #multibyte(at: number): number {
    const bytes = this.#bytes
    const [first, second] = [bytes[at] ?? 0, bytes[at + 1] ?? 0]
    const tail = (index: number): boolean => ((bytes[index] ?? 0) & 0xc0) === 0x80
    if (first >= 0xc2 && first <= 0xdf && tail(at + 1)) return at + 2
    if (first >= 0xe0 && first <= 0xef && tail(at + 1) && tail(at + 2)) {
      if (!(first === 0xe0 && second < 0xa0) && !(first === 0xed && second > 0x9f)) return at + 3
    }
    if (first >= 0xf0 && first <= 0xf4 && tail(at + 1) && tail(at + 2) && tail(at + 3)) {
      if (!(first === 0xf0 && second < 0x90) && !(first === 0xf4 && second > 0x8f)) return at + 4
    }
    return this.#fail('The text is not valid UTF-8', at)
  }

  #number(): void {
    if (this.#peek() === 0x2d) this.#at++
    if (this.#peek() === 0x30) this.#at++
    else this.#digits()
    if (this.#peek() === 0x2e) {
      this.#at++
      this.#digits()
    }
    if (this.#peek() === 0x65 || this.#peek() === 0x45) {
      this.#at++
      if (this.#peek() === 0x2b || this.#peek() === 0x2d) this.#at++
      this.#digits()
    }
  }

  #digits(): void {
    const start = this.#at
    while (this.#peek() >= 0x30 && this.#peek() <= 0x39) this.#at++
    if (this.#at === start) this.#fail('A digit is expected')
  }

  #word(word: string): void {
    for (let index = 0; index < word.length; index++) {
      if (this.#at + index >= this.#end || this.#bytes[this.#at + index] !== word.charCodeAt(index)) this.#fail('A JSON value is expected')
    }
    this.#at += word.length
  }

  #space(): void {
    for (;;) {
      const byte = this.#peek()
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.#at++
    }
  }

  /** The byte here, or 0 at the end: 0 begins no JSON value. */
  #peek(): number {
    return this.#at < this.#end ? (this.#bytes[this.#at] ?? 0) : 0
  }

  #fail(why: string, at = this.#at): never {
    throw new ClavigerError('bad_json', `${why} (at byte ${at}).`, { facts: { byte: at } })
  }
}

const isHex = (byte: number): boolean => (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46) || (byte >= 0x61 && byte <= 0x66)
