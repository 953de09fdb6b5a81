import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readHash, type HashEncoding } from './check-import.ts'

const ENCODINGS: readonly HashEncoding[] = ['hex', 'base64', 'base64url']
const ALGORITHMS = ['sha256', 'sha512'] as const

describe('readHash', () => {
  test.each(ALGORITHMS.flatMap((algorithm) => ENCODINGS.map((encoding) => ({ algorithm, encoding }))))(
    'reads every $algorithm in $encoding, with padding and without',
    (how) => {
      fc.assert(
        fc.property(fc.string(), (secret) => {
          const hash = createHash(how.algorithm).update(secret).digest()
          const text = hash.toString(how.encoding)
          expect(readHash(text, how)).toEqual(hash)
          expect(readHash(text.replace(/=+$/, ''), how)).toEqual(hash)
        }),
        { numRuns: 50 },
      )
    },
  )

  const sha256 = createHash('sha256').update('secret').digest()
  test.each([
    { what: 'nothing', text: '', encoding: 'hex' },
    { what: 'an odd number of digits', text: sha256.toString('hex').slice(1), encoding: 'hex' },
    { what: 'a digit that is none', text: `g${sha256.toString('hex').slice(1)}`, encoding: 'hex' },
    { what: 'a byte too few', text: sha256.toString('hex').slice(2), encoding: 'hex' },
    { what: 'a byte too many', text: `${sha256.toString('hex')}00`, encoding: 'hex' },
    { what: 'white space around it', text: ` ${sha256.toString('hex')}`, encoding: 'hex' },
    { what: 'a line break behind it', text: `${sha256.toString('hex')}\n`, encoding: 'hex' },
    { what: '0x before it', text: `0x${sha256.toString('hex').slice(2)}`, encoding: 'hex' },
    { what: 'letters beyond ASCII', text: 'é'.repeat(64), encoding: 'hex' },
    { what: 'full-width digits', text: '１'.repeat(64), encoding: 'hex' },
    { what: 'hex where base64 was said', text: sha256.toString('hex'), encoding: 'base64' },
    { what: 'the other alphabet', text: Buffer.alloc(32, 0xff).toString('base64url'), encoding: 'base64' },
    { what: 'the other alphabet', text: Buffer.alloc(32, 0xff).toString('base64'), encoding: 'base64url' },
    { what: 'bits behind the last byte', text: `${'A'.repeat(42)}B=`, encoding: 'base64' },
    { what: 'padding in the middle', text: `${'A'.repeat(20)}=${'A'.repeat(22)}`, encoding: 'base64' },
    { what: 'three signs of padding', text: `${'A'.repeat(42)}===`, encoding: 'base64' },
    { what: 'a NUL', text: `${'A'.repeat(42)}\0`, encoding: 'base64' },
  ] as const)('refuses $what in $encoding', ({ text, encoding }) => {
    expect(readHash(text, { algorithm: 'sha256', encoding })).toEqual(expect.any(String))
  })

  test('tells a SHA-512 from a SHA-256', () => {
    const text = createHash('sha512').update('secret').digest('hex')
    expect(readHash(text, { algorithm: 'sha256', encoding: 'hex' })).toContain('64')
    expect(readHash(text, { algorithm: 'sha512', encoding: 'hex' })).toBeInstanceOf(Uint8Array)
  })

  test('reads each text that it takes back into the same text', () => {
    const anyText = fc.string({ unit: fc.constantFrom(...'abAB01+/-_='), minLength: 40, maxLength: 46 })
    fc.assert(
      fc.property(anyText, fc.constantFrom(...ENCODINGS), (text, encoding) => {
        const bytes = readHash(text, { algorithm: 'sha256', encoding })
        if (typeof bytes === 'string') return
        expect(Buffer.from(bytes).toString(encoding).replace(/=+$/, '')).toBe(text.replace(/=+$/, ''))
      }),
      { numRuns: 2_000 },
    )
  })
})
