/**
 * Reads structured header fields, strictly: what is wrong in one place makes the whole field unreadable, as the RFC
 * demands. Several lines of one field are joined with `, ` first. Time is linear in the length.
 *
 * @see RFC 9651 §4.2
 */
import type { BareItem, Dictionary, InnerList, Item, List, Member, Parameters } from './value.ts'

const KEY = /[a-z*][a-z0-9_\-.*]*/y
const NUMBER = /-?(?:\d{1,12}\.\d{1,3}|\d{1,15})/y
const STRING = /"((?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*)"/y
const TOKEN = /[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y
const BINARY = /:([A-Za-z0-9+/]*={0,2}):/y
const BOOLEAN = /\?[01]/y
const DISPLAY = /%"((?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*)"/y
const SPACES = / */y
/** RFC 9110 §5.6.3: around commas. */
const OPTIONAL_WHITESPACE = /[ \t]*/y

const TRUE: BareItem = { kind: 'boolean', value: true }
const NO_PARAMETERS: Parameters = new Map()
const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** @returns undefined when the field is no Item */
export function parseItem(text: string): Item | undefined {
  return whole(text, (reader) => reader.item())
}

/** @returns undefined when the field is no List */
export function parseList(text: string): List | undefined {
  return whole(text, (reader) => {
    const members: Member[] = []
    while (reader.hasMember(members.length)) members.push(reader.member())
    return members
  })
}

/** A name that comes twice has its last value. @returns undefined when the field is no Dictionary */
export function parseDictionary(text: string): Dictionary | undefined {
  return whole(text, (reader) => {
    const members = new Map<string, Member>()
    for (let count = 0; reader.hasMember(count); count += 1) {
      const name = reader.take(KEY)
      members.set(name, reader.skip('=') ? reader.member() : { bare: TRUE, parameters: reader.parameters() })
    }
    return members
  })
}

/** Thrown within this file only; made once, because strangers choose how often. */
const UNREADABLE = new SyntaxError('not a structured field')

function whole<Value>(text: string, read: (reader: Reader) => Value): Value | undefined {
  const reader = new Reader(text)
  try {
    reader.take(SPACES)
    const value = read(reader)
    reader.take(SPACES)
    return reader.isAtEnd ? value : undefined
  } catch (thrown) {
    if (thrown === UNREADABLE) return undefined
    throw thrown
  }
}

class Reader {
  readonly #text: string
  #at = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#at === this.#text.length
  }

  /** Whether there is one more member; the comma before it is read. */
  hasMember(count: number): boolean {
    if (count === 0) return !this.isAtEnd
    this.take(OPTIONAL_WHITESPACE)
    if (this.isAtEnd) return false
    if (!this.skip(',')) throw UNREADABLE
    this.take(OPTIONAL_WHITESPACE)
    if (this.isAtEnd) throw UNREADABLE
    return true
  }

  member(): Member {
    return this.skip('(') ? this.#innerList() : this.item()
  }

  item(): Item {
    return { bare: this.#bareItem(), parameters: this.parameters() }
  }

  parameters(): Parameters {
    if (this.#text[this.#at] !== ';') return NO_PARAMETERS
    const parameters = new Map<string, BareItem>()
    while (this.skip(';')) {
      this.take(SPACES)
      const name = this.take(KEY)
      parameters.set(name, this.skip('=') ? this.#bareItem() : TRUE)
    }
    return parameters
  }

  skip(character: string): boolean {
    if (this.#text[this.#at] !== character) return false
    this.#at += 1
    return true
  }

  /** @returns what stands here of that form, its group if it has one */
  take(form: RegExp): string {
    form.lastIndex = this.#at
    const match = form.exec(this.#text)
    if (match === null) throw UNREADABLE
    this.#at = form.lastIndex
    return match[1] ?? match[0]
  }

  #innerList(): InnerList {
    const items: Item[] = []
    for (;;) {
      this.take(SPACES)
      if (this.skip(')')) return { items, parameters: this.parameters() }
      items.push(this.item())
      const next = this.#text[this.#at]
      if (next !== ' ' && next !== ')') throw UNREADABLE
    }
  }

  #bareItem(): BareItem {
    switch (this.#text[this.#at]) {
      case '"':
        return { kind: 'string', value: this.take(STRING).replaceAll(/\\(["\\])/g, '$1') }
      case ':':
        return { kind: 'binary', value: bytesOf(this.take(BINARY)) }
      case '?':
        return { kind: 'boolean', value: this.take(BOOLEAN) === '?1' }
      case '%':
        return { kind: 'display', value: displayText(this.take(DISPLAY)) }
      case '@': {
        this.#at += 1
        const seconds = this.#number()
        if (seconds.kind !== 'integer') throw UNREADABLE
        return { kind: 'date', value: seconds.value }
      }
      case '-':
      case '0':
      case '1':
      case '2':
      case '3':
      case '4':
      case '5':
      case '6':
      case '7':
      case '8':
      case '9':
        return this.#number()
      default:
        return { kind: 'token', value: this.take(TOKEN) }
    }
  }

  /** What is too long leaves a digit or a point behind it, and nothing may begin with those. */
  #number(): BareItem & { readonly value: number } {
    const text = this.take(NUMBER)
    // `-0` is 0
    return { kind: text.includes('.') ? 'decimal' : 'integer', value: Number(text) + 0 }
  }
}

/** Missing padding and bits left over are let pass, as RFC 9651 §4.2.7 allows. */
function bytesOf(base64: string): Uint8Array {
  let text: string
  try {
    text = atob(base64)
  } catch {
    throw UNREADABLE
  }
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}

function displayText(encoded: string): string {
  if (!encoded.includes('%')) return encoded
  try {
    return UTF8.decode(percentDecoded(encoded))
  } catch {
    throw UNREADABLE
  }
}

function percentDecoded(encoded: string): Uint8Array {
  const bytes = new Uint8Array(encoded.length)
  let length = 0
  for (let at = 0; at < encoded.length; at += 1) {
    const code = encoded.charCodeAt(at)
    if (code === 0x25) {
      bytes[length] = Number.parseInt(encoded.slice(at + 1, at + 3), 16)
      at += 2
    } else bytes[length] = code
    length += 1
  }
  return bytes.subarray(0, length)
}
