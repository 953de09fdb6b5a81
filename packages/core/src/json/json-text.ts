/**
 * Walks over JSON text byte by byte and checks it (RFC 8259, strict; RFC 3629 for UTF-8) without building anything.
 * Made for bodies of megabytes that consist of a few long strings: those are passed four bytes at a step.
 */
import { ClavigerError } from '../error/claviger-error.ts'
import { utf8Problem } from './utf8.ts'

const MAX_DEPTH = 128

const QUOTE = 0x22
const BACKSLASH = 0x5c
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d
const OPEN_ARRAY = 0x5b
const CLOSE_ARRAY = 0x5d

const EVERY_BYTE = 0x01010101
const HIGH_BITS = 0x80808080 | 0
const SPACES = 0x20202020
const QUOTES = 0x22222222
const BACKSLASHES = 0x5c5c5c5c

const WORDS: ReadonlyMap<number, string> = new Map([
  [0x74, 'true'],
  [0x66, 'false'],
  [0x6e, 'null'],
])
/** What a byte does in a string. */
const PLAIN = 0
const ENDS = 1
const ESCAPES = 2
const FORBIDDEN = 3
const ROLE_IN_STRING = rolesInString()
/** 1 for the bytes that may stand behind a backslash, `u` aside. */
const ESCAPABLE = escapableBytes()

/** Only after so many plain bytes are words tried: text full of escapes is passed faster byte by byte. */
const LONG_RUN_BYTES = 16
const SHORT_NAME_BYTES = 32

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

export class JsonText {
  /** The byte offset that is read next. */
  at: number
  readonly #bytes: Uint8Array
  readonly #start: number
  readonly #end: number
  /** The same bytes in steps of four; word 0 begins at byte `#wordsAt`. */
  readonly #words: Int32Array
  readonly #wordsAt: number
  /** All words and bytes of strings, or-ed: tells at the end whether any was beyond ASCII. */
  #seen = 0
  #hasEscape = false

  constructor(bytes: Uint8Array, within: { readonly start: number; readonly end: number }) {
    if (within.start < 0 || within.end > bytes.length) throw new RangeError('the span lies outside of the bytes')
    this.#bytes = bytes
    this.#start = within.start
    this.#end = within.end
    this.at = within.start
    const misaligned = bytes.byteOffset & 3
    this.#wordsAt = misaligned === 0 ? 0 : 4 - misaligned
    const wholeWords = Math.max(0, (within.end - this.#wordsAt) >> 2)
    this.#words = new Int32Array(bytes.buffer, wholeWords === 0 ? 0 : bytes.byteOffset + this.#wordsAt, wholeWords)
  }

  /** The byte here, or 0 at the end: 0 begins nothing in JSON. */
  peek(): number {
    return this.at < this.#end ? (this.#bytes[this.at] ?? 0) : 0
  }

  skipSpace(): void {
    for (;;) {
      const byte = this.peek()
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return
      this.at += 1
    }
  }

  /** Reads a member's name. */
  readName(): { readonly name: string; readonly hasEscape: boolean } {
    const start = this.at
    const seenBefore = this.#seen
    this.#seen = 0
    this.#skipName()
    const quoted = this.#bytes.subarray(start, this.at)
    const isAscii = (this.#seen & HIGH_BITS) === 0
    this.#seen |= seenBefore
    if (isAscii && !this.#hasEscape) return { name: asciiText(quoted.subarray(1, -1)), hasEscape: false }
    const problem = utf8Problem(quoted)
    if (problem !== undefined) this.fail('The text is not valid UTF-8', start + problem)
    const name: unknown = JSON.parse(decoder.decode(quoted))
    if (typeof name !== 'string') return this.fail('A member name in double quotes is expected', start)
    return { name, hasEscape: this.#hasEscape }
  }

  skipColon(): void {
    this.skipSpace()
    if (this.peek() !== 0x3a) this.fail('A colon is expected')
    this.at += 1
    this.skipSpace()
  }

  /** After a value: true when a comma says that another follows, false when `closing` has ended the list. */
  skipToNext(closing: number): boolean {
    this.skipSpace()
    const byte = this.peek()
    if (byte !== closing && byte !== 0x2c) this.fail('A comma or the end of the list is expected')
    this.at += 1
    if (byte === closing) return false
    this.skipSpace()
    return true
  }

  /** @param depth how many objects and arrays stand around the value */
  skipValue(depth: number): void {
    const byte = this.peek()
    if (byte === QUOTE) this.#skipString()
    else if (byte === OPEN_OBJECT) this.#skipObject(depth + 1)
    else if (byte === OPEN_ARRAY) this.#skipArray(depth + 1)
    else if (byte === 0x2d || isDigit(byte)) this.#skipNumber()
    else this.#skipWord(WORDS.get(byte) ?? this.fail('A JSON value is expected'))
  }

  /** Checks that nothing but white space is left, and what was put off: that the strings are UTF-8. */
  finish(): void {
    this.skipSpace()
    if (this.at !== this.#end) this.fail('Nothing may follow the JSON value')
    if ((this.#seen & HIGH_BITS) === 0) return
    const problem = utf8Problem(this.#bytes.subarray(this.#start, this.#end))
    if (problem !== undefined) this.fail('The text is not valid UTF-8', this.#start + problem)
  }

  fail(why: string, at = this.at): never {
    throw new ClavigerError('bad_json', `${why} (at byte ${at}).`, { facts: { byte: at } })
  }

  #skipObject(depth: number): void {
    this.#enter(depth)
    if (this.peek() === CLOSE_OBJECT) {
      this.at += 1
      return
    }
    do {
      this.#skipName()
      this.skipColon()
      this.skipValue(depth)
    } while (this.skipToNext(CLOSE_OBJECT))
  }

  #skipArray(depth: number): void {
    this.#enter(depth)
    if (this.peek() === CLOSE_ARRAY) {
      this.at += 1
      return
    }
    do this.skipValue(depth)
    while (this.skipToNext(CLOSE_ARRAY))
  }

  #enter(depth: number): void {
    if (depth > MAX_DEPTH) this.fail(`The JSON is nested deeper than ${MAX_DEPTH} levels`)
    this.at += 1
    this.skipSpace()
  }

  #skipName(): void {
    if (this.peek() !== QUOTE) this.fail('A member name in double quotes is expected')
    this.#skipString()
  }

  #skipString(): void {
    const bytes = this.#bytes
    const end = this.#end
    const wordsAt = this.#wordsAt
    let seen = 0
    let at = this.at + 1
    let wordsFrom = at + LONG_RUN_BYTES
    this.#hasEscape = false
    for (;;) {
      if (at >= wordsFrom && ((at - wordsAt) & 3) === 0) {
        at = wordsAt + (this.#plainWordsEnd((at - wordsAt) >> 2) << 2)
        wordsFrom = at + LONG_RUN_BYTES
      }
      const byte = at < end ? (bytes[at] ?? 0) : this.fail('The text ends within a string', at)
      const role = ROLE_IN_STRING[byte]
      if (role === PLAIN) {
        seen |= byte
        at += 1
      } else if (role === ESCAPES) {
        at = this.#escapeEnd(at)
        wordsFrom = at + LONG_RUN_BYTES
      } else if (role === ENDS) break
      else this.fail('A control character stands in a string', at)
    }
    // The bits of bytes and words are or-ed alike: only the high bit of any byte is asked for.
    this.#seen |= seen
    this.at = at + 1
  }

  /** From word `from` on: the first word that may hold a quote, a backslash or a control character, or the end. */
  #plainWordsEnd(from: number): number {
    const words = this.#words
    let seen = 0
    let index = from
    for (; index < words.length; index += 1) {
      const word = words[index] ?? 0
      const quotes = word ^ QUOTES
      const backslashes = word ^ BACKSLASHES
      // Each term sets the high bit of a byte that is below 0x20, or 0 after the xor ("Hacker's Delight" §6-1). A false
      // alarm costs a closer look, nothing else.
      const alarm =
        ((word - SPACES) & ~word) | ((quotes - EVERY_BYTE) & ~quotes) | ((backslashes - EVERY_BYTE) & ~backslashes)
      if ((alarm & HIGH_BITS) !== 0) break
      seen |= word
    }
    this.#seen |= seen
    return index
  }

  #escapeEnd(at: number): number {
    this.#hasEscape = true
    const byte = at + 1 < this.#end ? (this.#bytes[at + 1] ?? 0) : 0
    if (byte !== 0x75) return ESCAPABLE[byte] === 1 ? at + 2 : this.fail('This escape does not exist', at)
    for (let digit = at + 2; digit < at + 6; digit += 1) {
      if (digit >= this.#end || !isHexDigit(this.#bytes[digit] ?? 0)) this.fail('\\u needs four hex digits', at)
    }
    return at + 6
  }

  #skipNumber(): void {
    if (this.peek() === 0x2d) this.at += 1
    if (this.peek() === 0x30) this.at += 1
    else this.#skipDigits()
    if (this.peek() === 0x2e) {
      this.at += 1
      this.#skipDigits()
    }
    if ((this.peek() | 0x20) === 0x65) {
      this.at += 1
      if (this.peek() === 0x2b || this.peek() === 0x2d) this.at += 1
      this.#skipDigits()
    }
  }

  #skipDigits(): void {
    const bytes = this.#bytes
    let at = this.at
    while (at < this.#end && isDigit(bytes[at] ?? 0)) at += 1
    if (at === this.at) this.fail('A digit is expected')
    this.at = at
  }

  #skipWord(word: string): void {
    for (let index = 0; index < word.length; index += 1) {
      if (this.peek() !== word.charCodeAt(index)) this.fail('A JSON value is expected')
      this.at += 1
    }
  }
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39
}

function isHexDigit(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}

/** Short names are put together faster here than the platform's decoder is called. */
function asciiText(bytes: Uint8Array): string {
  if (bytes.length > SHORT_NAME_BYTES) return decoder.decode(bytes)
  let text = ''
  for (const byte of bytes) text += String.fromCharCode(byte)
  return text
}

function rolesInString(): Uint8Array {
  const roles = new Uint8Array(256).fill(FORBIDDEN, 0, 0x20)
  roles[QUOTE] = ENDS
  roles[BACKSLASH] = ESCAPES
  return roles
}

function escapableBytes(): Uint8Array {
  const escapable = new Uint8Array(256)
  for (const character of '"\\/bfnrt') escapable[character.charCodeAt(0)] = 1
  return escapable
}
