import { isIP } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { formatIp, ipPrefix, parseIp } from './ip.ts'

const MUTATION = fc.constantFrom(...':.0123456789abcdefABCDEFgx%/[] -+\n\0')

describe('parseIp', () => {
  test.each([
    // RFC 4291 §2.2
    ['ABCD:EF01:2345:6789:ABCD:EF01:2345:6789', 'abcd:ef01:2345:6789:abcd:ef01:2345:6789'],
    ['2001:DB8:0:0:8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['2001:DB8::8:800:200C:417A', '2001:db8::8:800:200c:417a'],
    ['FF01:0:0:0:0:0:0:101', 'ff01::101'],
    ['0:0:0:0:0:0:0:1', '::1'],
    ['0:0:0:0:0:0:0:0', '::'],
    ['::13.1.68.3', '::d01:4403'],
    ['0:0:0:0:0:FFFF:129.144.52.38', '129.144.52.38'],
    ['::FFFF:129.144.52.38', '129.144.52.38'],
    // RFC 5952 §2 and §4: many spellings, one form
    ['2001:db8:0:0:1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:0db8::0001', '2001:db8::1'],
    ['2001:db8::1:0:0:1', '2001:db8::1:0:0:1'],
    ['2001:db8:0:1:1:1:1:1', '2001:db8:0:1:1:1:1:1'],
    ['2001:0:0:1:0:0:0:1', '2001:0:0:1::1'],
    ['1:2:3:4:5:6:7::', '1:2:3:4:5:6:7:0'],
    ['::2:3:4:5:6:7:8', '0:2:3:4:5:6:7:8'],
    ['1::', '1::'],
    // IPv4
    ['0.0.0.0', '0.0.0.0'],
    ['255.255.255.255', '255.255.255.255'],
    ['192.0.2.1', '192.0.2.1'],
    ['::ffff:c000:0201', '192.0.2.1'],
    ['0000:0000:0000:0000:0000:ffff:192.000.2.1', undefined],
  ])('reads %j as %j', (text, written) => {
    const ip = parseIp(text)
    expect(ip === undefined ? undefined : formatIp(ip)).toBe(written)
  })

  test.each([
    '',
    '1',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.',
    '.1.2.3',
    '1..2.3',
    '256.1.1.1',
    '1.2.3.04',
    '00.1.1.1',
    '0x7f.0.0.1',
    '127.1',
    '2130706433',
    ' 1.2.3.4',
    '1.2.3.4 ',
    '1.2.3.4\n',
    '1.2.3.4:80',
    '1.2.3.4/32',
    '\u0661.2.3.4',
    '1\u30022.3.4',
    ':',
    ':::',
    '1:',
    ':1',
    '1::2::3',
    '::1::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '::1:2:3:4:5:6:7:8',
    '12345::',
    '::g',
    '1:2:3:4:5:6:7:1.2.3.4',
    '1::2:3:4:5:6:7:1.2.3.4',
    '::1.2.3.4:5',
    '1.2.3.4::',
    '::1.2.3',
    '::01.2.3.4',
    '[::1]',
    'fe80::1%eth0',
    '::1/128',
    'localhost',
  ])('does not take %j for an address', (text) => {
    expect(parseIp(text)).toBeUndefined()
  })

  test('keeps the words of an address apart and unsigned', () => {
    expect(parseIp('ffff:fffe:8000:1:2:3:ffff:ffff')).toEqual({
      family: 6,
      word0: 0xfffffffe,
      word1: 0x80000001,
      word2: 0x20003,
      word3: 0xffffffff,
    })
    expect(parseIp('255.0.0.1')).toEqual({ family: 4, word0: 0, word1: 0, word2: 0, word3: 0xff000001 })
  })

  test('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (text) => {
        const ip = parseIp(text)
        expect(ip).toBeDefined()
        if (ip !== undefined) expect(parseIp(formatIp(ip))).toEqual(ip)
      }),
    )
  })

  test('knows exactly what the operating system knows (Node asks inet_pton), zones aside', () => {
    fc.assert(
      fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), fc.nat(50), fc.nat(2), MUTATION, (address, at, cut, put) => {
        const text = address.slice(0, at) + put + address.slice(at + cut)
        fc.pre(!text.includes('%'))
        expect(parseIp(text) !== undefined, text).toBe(isIP(text) !== 0)
      }),
      { numRuns: 2_000 },
    )
  })
})

describe('ipPrefix', () => {
  test.each([
    ['203.0.113.7', '203.0.113.7/32'],
    ['::ffff:203.0.113.7', '203.0.113.7/32'],
    ['2001:db8:1:23ff:4:5:6:7', '2001:db8:1:2300::/56'],
    ['2001:db8:1:ff::1', '2001:db8:1::/56'],
    ['::1', '::/56'],
  ])('counts %s with %s', (text, prefix) => {
    const ip = parseIp(text)
    expect(ip === undefined ? undefined : ipPrefix(ip)).toBe(prefix)
  })
})
