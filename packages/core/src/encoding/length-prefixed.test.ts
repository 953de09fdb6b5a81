import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { lengthPrefixed, type CanonicalPart } from './length-prefixed.ts'

const part: fc.Arbitrary<CanonicalPart> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.uint8Array({ maxLength: 8 }),
  fc.maxSafeInteger(),
  fc.bigInt(),
)

describe('lengthPrefixed', () => {
  // Stored bytes are authenticated with this for ever: the form may never change.
  test('writes type, length and bytes of each part', () => {
    const bytes = lengthPrefixed(['claviger', 7, new Uint8Array([0xff, 0x00]), '', -12n])
    expect(Buffer.from(bytes).toString('hex')).toBe(
      ['0100000008636c617669676572', '020000000137', '0300000002ff00', '0100000000', '02000000032d3132'].join(''),
    )
  })

  test('writes nothing for nothing', () => {
    expect(lengthPrefixed([])).toHaveLength(0)
  })

  test.each([
    { one: ['ab', 'c'], other: ['a', 'bc'], what: 'the border between two texts' },
    { one: ['1'], other: [1], what: 'a text and a number' },
    { one: ['a'], other: [new Uint8Array([0x61])], what: 'a text and its bytes' },
    { one: [''], other: [], what: 'an empty part and no part' },
    { one: ['a', ''], other: ['', 'a'], what: 'the place of an empty part' },
  ] satisfies { one: CanonicalPart[]; other: CanonicalPart[]; what: string }[])(
    'tells $what apart',
    ({ one, other }) => {
      expect(lengthPrefixed(one)).not.toEqual(lengthPrefixed(other))
    },
  )

  test('gives different lists different bytes, and equal ones the same', () => {
    fc.assert(
      fc.property(fc.array(part, { maxLength: 5 }), fc.array(part, { maxLength: 5 }), (one, other) => {
        const isSame = Buffer.from(lengthPrefixed(one)).equals(Buffer.from(lengthPrefixed(other)))
        expect(isSame).toBe(meaning(one) === meaning(other))
      }),
    )
  })

  test('takes a number and a bigint of one value for the same', () => {
    expect(lengthPrefixed([-0, 2 ** 40])).toEqual(lengthPrefixed([0n, 2n ** 40n]))
  })

  test.each([0.5, NaN, Infinity, 2 ** 53])('refuses %s, which has no one exact form', (value) => {
    expect(() => lengthPrefixed([value])).toThrow(RangeError)
  })

  test('refuses a lone surrogate, which would be hashed like the replacement character', () => {
    expect(() => lengthPrefixed(['\ud800'])).toThrow(RangeError)
  })
})

/** What two lists must agree in to be the same. */
function meaning(parts: readonly CanonicalPart[]): string {
  return JSON.stringify(
    parts.map((each) => {
      if (typeof each === 'string') return ['text', each]
      return typeof each === 'object' ? ['bytes', Array.from(each)] : ['integer', BigInt(each).toString()]
    }),
  )
}
