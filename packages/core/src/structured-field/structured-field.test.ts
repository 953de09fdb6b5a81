import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseDictionary, parseItem, parseList } from './parse.ts'
import { serializeDictionary, serializeItem } from './serialize.ts'
import type { BareItem, Member } from './value.ts'

const key = fc.stringMatching(/^[a-z*][a-z0-9_\-.*]{0,9}$/)
const bare: fc.Arbitrary<BareItem> = fc.oneof(
  fc.record({ kind: fc.constantFrom('integer' as const, 'date' as const), value: fc.integer() }),
  fc.record({ kind: fc.constant('decimal' as const), value: fc.integer().map((value) => value / 1_000 + 0) }),
  fc.record({ kind: fc.constant('string' as const), value: fc.stringMatching(/^[ -~]*$/) }),
  fc.record({ kind: fc.constant('token' as const), value: fc.stringMatching(/^[A-Za-z*][\w:/*!~.+-]*$/) }),
  fc.record({ kind: fc.constant('display' as const), value: fc.string({ unit: 'grapheme' }) }),
  fc.record({ kind: fc.constant('binary' as const), value: fc.uint8Array() }),
  fc.record({ kind: fc.constant('boolean' as const), value: fc.boolean() }),
)
const parameters = fc.array(fc.tuple(key, bare)).map((entries) => new Map(entries))
const item = fc.record({ bare, parameters })
const member: fc.Arbitrary<Member> = fc.oneof(item, fc.record({ items: fc.array(item), parameters }))

describe('a structured field', () => {
  test('reads back as what was written', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(key, member), { minLength: 1 }), (entries) => {
        const dictionary = new Map(entries)
        expect(parseDictionary(serializeDictionary(dictionary))).toEqual(dictionary)
      }),
    )
  })

  test('is read or not, whatever the text, and what was read is written in a form that reads the same', () => {
    const text = fc.stringMatching(/^[a-z0-9"%?@:;=,. ()\\*-]*$/)
    fc.assert(
      fc.property(fc.oneof(text, fc.string({ unit: 'binary' })), (any) => {
        parseList(any)
        parseDictionary(any)
        const read = parseItem(any)
        if (read !== undefined) expect(parseItem(serializeItem(read))).toEqual(read)
      }),
      { numRuns: 2_000 },
    )
  })

  test.each([
    { kind: 'integer', value: 1.5 },
    { kind: 'integer', value: NaN },
    { kind: 'decimal', value: Infinity },
    { kind: 'decimal', value: 999_999_999_999.9996 },
    { kind: 'date', value: 1e15 },
    { kind: 'token', value: '' },
    { kind: 'display', value: '\ud800' },
  ] as const satisfies readonly BareItem[])('cannot say %o', (wrong) => {
    expect(() => serializeItem({ bare: wrong, parameters: new Map() })).toThrow(RangeError)
  })

  test.each([
    { value: 0.0015, written: '0.002' },
    { value: 0.0025, written: '0.002' },
    { value: -0.0001, written: '0.0' },
    { value: 999_999_999_999.999, written: '999999999999.999' },
  ])('writes the decimal $value as $written', ({ value, written }) => {
    expect(serializeItem({ bare: { kind: 'decimal', value }, parameters: new Map() })).toBe(written)
  })
})
