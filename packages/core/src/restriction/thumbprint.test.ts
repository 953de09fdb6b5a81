import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseThumbprint } from './thumbprint.ts'

const digest = createHash('sha256').update('a certificate').digest()
const hex = digest.toString('hex')

describe('parseThumbprint', () => {
  test('reads every spelling of one digest as the same text', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 32, maxLength: 32 }), (bytes) => {
        const given = Buffer.from(bytes)
        const wanted = given.toString('hex')
        const pairs = (wanted.match(/../g) ?? []).join(':')
        for (const text of [given.toString('base64url'), wanted, wanted.toUpperCase(), pairs, pairs.toUpperCase()]) {
          expect(parseThumbprint(text)).toBe(wanted)
        }
      }),
    )
  })

  test('reads the example of RFC 8705 §3.1, whose last two bits belong to no byte', () => {
    const example = 'bwcK0esc3ACC3DB2Y5_lESsXE8o9ltc05O89jdN-dg2'
    expect(parseThumbprint(example)).toBe(Buffer.from(example, 'base64url').toString('hex'))
  })

  test.each([
    ['empty', ''],
    ['SHA-1', createHash('sha1').update('x').digest('hex')],
    ['SHA-512', createHash('sha512').update('x').digest('base64url')],
    ['one digit less', hex.slice(1)],
    ['one digit more', `${hex}0`],
    ['a letter that is no digit', `g${hex.slice(1)}`],
    ['padded', digest.toString('base64')],
    ['the other alphabet', '+'.repeat(43)],
    ['a colon lost', `${hex.slice(0, 2)}:${hex.slice(2)}`],
    ['a blank', ` ${hex.slice(1)}`],
  ])('refuses %s', (_what, text) => {
    expect(parseThumbprint(text)).toBeUndefined()
  })
})
