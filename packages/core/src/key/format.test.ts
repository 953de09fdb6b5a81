import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32 } from '../encoding/crc32.ts'
import { composeKey, keyPattern, makePublicId, parseKey, type KeyText } from './format.ts'

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'

const EXAMPLE: KeyText = {
  prefix: 'acme',
  environment: 'live',
  publicId: '0123456789AZ',
  secret: Uint8Array.from({ length: 32 }, (_, index) => index),
}

const name = fc.string({
  unit: fc.constantFrom(...'abcdefghijklmnopqrstuvwxyz0123456789'),
  minLength: 2,
  maxLength: 12,
})
const anyText = fc.oneof(
  fc.string({ maxLength: 100 }),
  fc.string({ unit: fc.constantFrom(...'_az09AZ'), minLength: 60, maxLength: 90 }),
)
const keyText: fc.Arbitrary<KeyText> = fc.record({
  prefix: name,
  environment: name,
  publicId: fc.string({ unit: fc.constantFrom(...BASE62), minLength: 12, maxLength: 12 }),
  secret: fc.uint8Array({ minLength: 32, maxLength: 32 }),
})

describe('composeKey', () => {
  // The example of docs/reference/key-format.md.
  test('writes prefix, environment, public id, secret and checksum', () => {
    expect(composeKey(EXAMPLE)).toBe('acme_live_0123456789AZ003aUlTJC7tjlCTQj2uNU3MFagCXG9LRKRcwGkBIDlf4anA3w')
  })

  test('ends in six base62 digits of the CRC-32 of all before', () => {
    const key = composeKey(EXAMPLE)
    const checksum = Array.from(key.slice(-6)).reduce((sum, digit) => sum * 62 + BASE62.indexOf(digit), 0)
    expect(checksum).toBe(crc32(key.slice(0, -6)))
  })

  test.each([
    { part: 'prefix', value: 'a' },
    { part: 'prefix', value: 'thirteenchars' },
    { part: 'prefix', value: 'Acme' },
    { part: 'prefix', value: 'ac_me' },
    { part: 'environment', value: '' },
    { part: 'environment', value: 'live\n' },
    { part: 'publicId', value: '0123456789A' },
    { part: 'publicId', value: '0123456789A-' },
    { part: 'secret', value: new Uint8Array(31) },
  ])('refuses $value as $part', ({ part, value }) => {
    expect(() => composeKey({ ...EXAMPLE, [part]: value })).toThrow(RangeError)
  })
})

describe('parseKey', () => {
  test('reads back what was written', () => {
    fc.assert(
      fc.property(keyText, (parts) => {
        const key = composeKey(parts)
        expect(parseKey(key)).toEqual({
          kind: 'key',
          prefix: parts.prefix,
          environment: parts.environment,
          publicId: parts.publicId,
          lastFour: key.slice(-4),
        })
      }),
    )
  })

  test('sees every single wrong character of a key', () => {
    const key = composeKey(EXAMPLE)
    for (let at = 0; at < key.length; at += 1) {
      for (const character of `${BASE62}_`) {
        if (character === key[at]) continue
        expect(parseKey(key.slice(0, at) + character + key.slice(at + 1)).kind, `${character} at ${at}`).not.toBe('key')
      }
    }
  })

  test('sees two neighbours that have changed places', () => {
    const key = composeKey(EXAMPLE)
    for (let at = 0; at + 1 < key.length; at += 1) {
      if (key[at] === key[at + 1]) continue
      const swapped = key.slice(0, at) + key.charAt(at + 1) + key.charAt(at) + key.slice(at + 2)
      expect(parseKey(swapped).kind).not.toBe('key')
    }
  })

  test('tells a well-formed text with a wrong checksum from one that is no key at all', () => {
    const key = composeKey(EXAMPLE)
    expect(parseKey(`${key.slice(0, -1)}${key.endsWith('0') ? '1' : '0'}`)).toEqual({ kind: 'checksum' })
    // The largest checksum that can be written does not fit into 32 bits.
    expect(parseKey(`${key.slice(0, -6)}zzzzzz`)).toEqual({ kind: 'checksum' })
  })

  const key = composeKey(EXAMPLE)
  test.each([
    { text: '', why: 'empty' },
    { text: ` ${key}`, why: 'white space before' },
    { text: `${key}\n`, why: 'white space behind' },
    { text: key.slice(0, -1), why: 'cut short' },
    { text: `${key}0`, why: 'one character too many' },
    { text: key.toUpperCase(), why: 'upper case' },
    { text: key.replace('_', '-'), why: 'another separator' },
    { text: key.replace('acme_live', 'acmelive'), why: 'one separator only' },
    { text: key.replace('acme_live', 'acme_li_ve'), why: 'three separators' },
    { text: key.replace('acme_live', '_acme_live'), why: 'a separator first' },
    { text: key.replace('acme_live', 'acme__live'), why: 'two separators together' },
    { text: key.replace('acme_live', 'a_live'), why: 'a prefix of one character' },
    { text: key.replace('acme', 'thirteenchars'), why: 'a prefix of 13 characters' },
    { text: key.replace('live', 'l'), why: 'an environment of one character' },
    { text: key.replace('live', 'Live'), why: 'an environment with a capital' },
    { text: key.replace('acme', 'acm\u00e9'), why: 'a prefix beyond ASCII' },
    { text: `${key.slice(0, -1)}\u0130`, why: 'a character whose low byte is a digit' },
    { text: `${key.slice(0, 20)}_${key.slice(21)}`, why: 'a separator in the secret' },
    { text: `${key.slice(0, 20)}\0${key.slice(21)}`, why: 'a NUL' },
  ])('takes a text for malformed: $why', ({ text }) => {
    expect(parseKey(text)).toEqual({ kind: 'malformed' })
  })

  test('never throws, and never takes a made-up text for a key', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(parseKey(text).kind).not.toBe('key')
      }),
    )
  })
})

describe('makePublicId', () => {
  test('writes the random number modulo 62^12, so that each id is as likely as any other', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 17, maxLength: 32 }), (random) => {
        const wanted = BigInt(`0x${Buffer.from(random).toString('hex')}`) % 62n ** 12n
        const got = Array.from(makePublicId(random)).reduce(
          (sum, digit) => sum * 62n + BigInt(BASE62.indexOf(digit)),
          0n,
        )
        expect(got).toBe(wanted)
      }),
    )
  })

  test('refuses so few bytes that some ids would be likelier', () => {
    expect(() => makePublicId(new Uint8Array(16))).toThrow(RangeError)
  })
})

describe('keyPattern', () => {
  test('finds every key of its prefix in other text, whole', () => {
    fc.assert(
      fc.property(keyText, (parts) => {
        const key = composeKey(parts)
        const found = new RegExp(keyPattern(parts.prefix)).exec(`export API_KEY="${key}"; # ${parts.prefix}_`)
        expect(found?.[0]).toBe(key)
      }),
    )
  })

  test('refuses what is no prefix, so that nothing foreign gets into a pattern', () => {
    expect(() => keyPattern('.*')).toThrow(RangeError)
  })
})
