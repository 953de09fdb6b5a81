import { createSecretKey } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hmacSha256 } from './primitives.ts'
import { ReadyHmac } from './ready-hmac.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

describe('ReadyHmac', () => {
  // RFC 4231 §4.3
  test('gives the digest of RFC 4231 for "Jefe"', () => {
    expect(hex(new ReadyHmac(createSecretKey(Buffer.from('Jefe'))).digest('what do ya want for nothing?'))).toBe(
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    )
  })

  test('agrees with the library for keys and texts of every length, also when it is used again', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        fc.array(fc.string({ unit: 'binary', maxLength: 2_000 }), { minLength: 1, maxLength: 5 }),
        (key, messages) => {
          const secret = createSecretKey(key)
          const ready = new ReadyHmac(secret)
          for (const message of messages) {
            const digest = hex(hmacSha256(secret, message))
            expect([hex(ready.digest(message)), hex(ready.digest(Buffer.from(message)))]).toEqual([digest, digest])
          }
        },
      ),
    )
  })

  test('knows no key any more when it was wiped', () => {
    const secret = createSecretKey(Buffer.from('k'.repeat(32)))
    const ready = new ReadyHmac(secret)
    ready.wipe()
    expect(hex(ready.digest('text'))).not.toBe(hex(hmacSha256(secret, 'text')))
  })
})
