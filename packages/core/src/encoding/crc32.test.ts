import { crc32 as zlibCrc32 } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { crc32 } from './crc32.ts'

describe('crc32', () => {
  // The check value of CRC-32/ISO-HDLC in the catalogue of parametrised CRC algorithms (reveng).
  test('gives the check value of the catalogue', () => {
    expect(crc32('123456789')).toBe(0xcbf43926)
  })

  test('is 0 for nothing', () => {
    expect(crc32('')).toBe(0)
  })

  test('agrees with zlib on any ASCII text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary-ascii', maxLength: 200 }), (text) => {
        expect(crc32(text)).toBe(zlibCrc32(text))
      }),
    )
  })

  test('refuses what is not ASCII', () => {
    expect(() => crc32('é')).toThrow(RangeError)
  })
})
