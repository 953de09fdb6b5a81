import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { base62Decode, base62Encode, base62OfNumber } from './base62.ts'

const bytes = fc.uint8Array({ minLength: 0, maxLength: 40 })
/** Digits that always suffice: log(256)/log(62) = 1.344 a byte. */
const enoughDigits = (length: number): number => Math.ceil(length * 1.344) + 1

describe('base62', () => {
  test.each([
    { hex: '00', width: 3, text: '000' },
    { hex: '3d', width: 1, text: 'z' },
    { hex: '3e', width: 2, text: '10' },
    { hex: 'ffffffff', width: 6, text: '4gfFC3' },
    // 2^256 - 1 is the largest secret of a key and must fit into its 43 digits.
    { hex: 'ff'.repeat(32), width: 43, text: 'yhjskwdA6OZ1AL1YmHWZWm8LLG7HjnuCA2j5rOw8Xp1' },
  ])('writes 0x$hex in $width digits as $text', ({ hex, width, text }) => {
    expect(base62Encode(Buffer.from(hex, 'hex'), width)).toBe(text)
  })

  test('reads back what it wrote', () => {
    fc.assert(
      fc.property(bytes, (given) => {
        expect(base62Decode(base62Encode(given, enoughDigits(given.length)), given.length)).toEqual(given)
      }),
    )
  })

  test('keeps the order of numbers of one width', () => {
    fc.assert(
      fc.property(fc.bigInt(0n, 62n ** 9n - 1n), fc.bigInt(0n, 62n ** 9n - 1n), (one, other) => {
        expect(base62OfNumber(one, 9) < base62OfNumber(other, 9)).toBe(one < other)
      }),
    )
  })

  test.each([
    { text: 'a-b', why: 'a foreign character' },
    { text: 'é', why: 'a character beyond ASCII' },
    { text: '\u0130', why: 'a character whose low byte is a digit' },
    { text: 'zz', why: 'a number of two bytes' },
  ])('does not read $why into one byte', ({ text }) => {
    expect(base62Decode(text, 1)).toBeUndefined()
  })

  test('refuses a number that does not fit, and a negative one', () => {
    expect(() => base62Encode(new Uint8Array([62]), 1)).toThrow(RangeError)
    expect(() => base62OfNumber(-1n, 4)).toThrow(RangeError)
  })
})
