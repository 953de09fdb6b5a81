/**
 * The test suite of the HTTP working group, all of it: no vector is skipped. A vector that says `can_fail` leaves the
 * choice to the parser; ours takes what those describe, so they are expected to be read.
 */
import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { parseDictionary, parseItem, parseList } from './parse.ts'
import { serializeDictionary, serializeItem, serializeList } from './serialize.ts'
import type { BareItem, Dictionary, Item, List, Member, Parameters } from './value.ts'

type WireBare = number | string | boolean | { readonly __type: string; readonly value: string | number }
type WireParameters = readonly (readonly [string, WireBare])[]
type WireMember = readonly [WireBare | readonly WireMember[], WireParameters]

interface Vector {
  readonly name: string
  readonly header_type: 'item' | 'list' | 'dictionary'
  readonly raw?: readonly string[]
  readonly expected?: unknown
  readonly canonical?: readonly string[]
  readonly must_fail?: boolean
  readonly can_fail?: boolean
}

const folder = new URL('../../../../test/vectors/structured-fields/', import.meta.url)

function vectorsIn(path: string): readonly { readonly file: string; readonly vectors: readonly Vector[] }[] {
  const place = new URL(path, folder)
  return readdirSync(place)
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ file, vectors: JSON.parse(readFileSync(new URL(file, place), 'utf8')) }))
}

describe.each(vectorsIn('./'))('the vectors of $file', ({ vectors }) => {
  test.each(vectors)('parse and write again: $name', (vector) => {
    const text = (vector.raw ?? []).join(', ')
    const parsed = parse(vector.header_type, text)
    if (vector.must_fail === true) {
      expect(parsed).toBeUndefined()
      return
    }
    expect(wireOf(parsed)).toEqual(vector.expected)
    expect(serialize(parsed)).toBe((vector.canonical ?? vector.raw ?? []).join(', '))
  })
})

describe.each(vectorsIn('./serialisation-tests/'))('the vectors to be written of $file', ({ vectors }) => {
  test.each(vectors)('write: $name', (vector) => {
    const value = valueOf(vector)
    if (vector.must_fail === true) expect(() => serialize(value)).toThrow(RangeError)
    else expect(serialize(value)).toBe((vector.canonical ?? []).join(', '))
  })
})

type Value = Item | List | Dictionary

function parse(type: Vector['header_type'], text: string): Value | undefined {
  if (type === 'item') return parseItem(text)
  return type === 'list' ? parseList(text) : parseDictionary(text)
}

function serialize(value: Value | undefined): string {
  if (value === undefined) throw new Error('it was not read')
  if (value instanceof Map) return serializeDictionary(value)
  return Array.isArray(value) ? serializeList(value) : serializeItem(value as Item)
}

/** As the vectors write it. */
function wireOf(value: Value | undefined): unknown {
  if (value === undefined) return undefined
  if (value instanceof Map) return Array.from(value as Dictionary, ([name, member]) => [name, wireOfMember(member)])
  return Array.isArray(value) ? (value as List).map(wireOfMember) : wireOfMember(value as Item)
}

function wireOfMember(member: Member): unknown {
  const parameters = Array.from(member.parameters, ([name, bare]) => [name, wireOfBare(bare)])
  return 'bare' in member ? [wireOfBare(member.bare), parameters] : [member.items.map(wireOfMember), parameters]
}

function wireOfBare({ kind, value }: BareItem): unknown {
  if (kind === 'binary') return { __type: 'binary', value: base32(value) }
  if (kind === 'display') return { __type: 'displaystring', value }
  return kind === 'token' || kind === 'date' ? { __type: kind, value } : value
}

function valueOf({ header_type: type, expected }: Vector): Value {
  if (type === 'item') return memberOf(expected as WireMember) as Item
  if (type === 'list') return (expected as readonly WireMember[]).map(memberOf)
  return new Map(
    (expected as readonly (readonly [string, WireMember])[]).map(([name, member]) => [name, memberOf(member)]),
  )
}

function memberOf([value, wireParameters]: WireMember): Member {
  const parameters: Parameters = new Map(wireParameters.map(([name, bare]) => [name, bareOf(bare)]))
  if (Array.isArray(value)) return { items: (value as readonly WireMember[]).map(memberOf) as Item[], parameters }
  return { bare: bareOf(value as WireBare), parameters }
}

/** The vectors to be written hold numbers, texts and tokens only. */
function bareOf(value: WireBare): BareItem {
  if (typeof value === 'number') return { kind: Number.isInteger(value) ? 'integer' : 'decimal', value }
  if (typeof value === 'string') return { kind: 'string', value }
  if (typeof value === 'boolean') return { kind: 'boolean', value }
  const { __type: type, value: written } = value
  if (type === 'token') return { kind: 'token', value: String(written) }
  throw new Error(`no vector had a ${type} yet`)
}

function base32(bytes: Uint8Array): string {
  let bits = ''
  for (const byte of bytes) bits += byte.toString(2).padStart(8, '0')
  let text = ''
  for (let at = 0; at < bits.length; at += 5)
    text += 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[Number.parseInt(bits.slice(at, at + 5).padEnd(5, '0'), 2)]
  return text.padEnd(Math.ceil(text.length / 8) * 8, '=')
}
