import { createSecretKey } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { equal, hmacSha256, sha256, wipe } from './primitives.ts'

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

// RFC 4231 §4, HMAC-SHA-256 (case 5 is about truncation, which we do not do)
describe('hmacSha256 gives the digests of RFC 4231', () => {
  test.each([
    {
      key: '0b'.repeat(20),
      message: hex(Buffer.from('Hi There')),
      digest: 'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    },
    {
      key: hex(Buffer.from('Jefe')),
      message: hex(Buffer.from('what do ya want for nothing?')),
      digest: '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    },
    {
      key: 'aa'.repeat(20),
      message: 'dd'.repeat(50),
      digest: '773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe',
    },
    {
      key: '0102030405060708090a0b0c0d0e0f10111213141516171819',
      message: 'cd'.repeat(50),
      digest: '82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b',
    },
    {
      key: 'aa'.repeat(131),
      message: hex(Buffer.from('Test Using Larger Than Block-Size Key - Hash Key First')),
      digest: '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
    },
    {
      key: 'aa'.repeat(131),
      message: hex(
        Buffer.from(
          'This is a test using a larger than block-size key and a larger than block-size data. The key needs to be hashed before being used by the HMAC algorithm.',
        ),
      ),
      digest: '9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2',
    },
  ])('$digest', ({ key, message, digest }) => {
    expect(hex(hmacSha256(createSecretKey(Buffer.from(key, 'hex')), Buffer.from(message, 'hex')))).toBe(digest)
  })
})

test('sha256 gives the digest of FIPS 180-4 for "abc"', () => {
  expect(hex(sha256('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
})

test('equal tells different lengths and different bytes apart, and does not throw', () => {
  expect(equal(Buffer.from('ab'), Buffer.from('ab'))).toBe(true)
  expect(equal(Buffer.from('ab'), Buffer.from('abc'))).toBe(false)
  expect(equal(Buffer.from('ab'), Buffer.from('ac'))).toBe(false)
})

test('wipe leaves zeros', () => {
  const bytes = Buffer.from('secret')
  wipe(bytes)
  expect(hex(bytes)).toBe('00'.repeat(6))
})
