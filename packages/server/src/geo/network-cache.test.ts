import type { IpAddress } from '@claviger/core'
import { expect, test } from 'vitest'
import { NetworkCache, type Network } from './network-cache.ts'
import { ip } from './testing/vectors.ts'

/** A cache over a made-up file, and what that was asked. */
function cacheOver(look: (address: IpAddress) => Network<string>, slots?: number) {
  const asked: IpAddress[] = []
  const cache = new NetworkCache((address: IpAddress) => {
    asked.push(address)
    return look(address)
  }, slots)
  return { answerOf: (text: string) => cache.answerOf(ip(text)), asked }
}

test('an address of a network that is known is not looked up again, whatever its last bits are', () => {
  const { answerOf, asked } = cacheOver(() => ({ answer: 'DE', prefixLength: 22 }))
  expect([answerOf('192.0.2.1'), answerOf('192.0.2.2'), answerOf('192.0.2.255')]).toEqual(['DE', 'DE', 'DE'])
  expect(asked).toHaveLength(1)
})

test('that nothing is known is remembered as well', () => {
  const { answerOf, asked } = cacheOver(() => ({ answer: undefined, prefixLength: 24 }))
  expect([answerOf('192.0.2.1'), answerOf('192.0.2.1')]).toEqual([undefined, undefined])
  expect(asked).toHaveLength(1)
})

test('neighbours in one /24 keep their own answers, and none pushes the other out', () => {
  const { answerOf, asked } = cacheOver((address) => ({ answer: String(address.word3 % 256), prefixLength: 32 }))
  for (let round = 0; round < 3; round += 1) {
    for (const last of [0, 1, 127, 128, 255]) expect(answerOf(`192.0.2.${last}`)).toBe(String(last))
  }
  expect(asked).toHaveLength(5)
})

test.each([
  ['2001:db8:1::', '2001:db8:1:ffff:ffff:ffff:ffff:ffff', '2001:db8:2::', 48],
  ['2001:db8:1:2::', '2001:db8:1:2:ffff::', '2001:db8:1:3::', 64],
  ['2001:db8::4', '2001:db8::5', '2001:db8::6', 127],
  ['2001:db8::1', '2001:db8::1', '2001:db8::', 128],
])('a network begins at %s, still holds %s, and not %s: /%i', (first, last, next, prefixLength) => {
  const { answerOf, asked } = cacheOver((address) => ({
    answer: address.word1 === ip(next).word1 && address.word3 === ip(next).word3 ? 'next' : 'this',
    prefixLength,
  }))
  expect([answerOf(first), answerOf(last), answerOf(next)]).toEqual(['this', 'this', 'next'])
  expect(asked).toHaveLength(2)
})

test('IPv4 is not taken for the IPv6 address with the same last bits', () => {
  const { answerOf } = cacheOver((address) => ({ answer: `IPv${address.family}`, prefixLength: address.family * 8 }))
  expect(answerOf('1.2.3.4')).toBe('IPv4')
  expect(answerOf('::102:304')).toBe('IPv6')
  expect(answerOf('1.2.3.4')).toBe('IPv4')
})

test('a network that holds all of IPv4 is remembered', () => {
  const { answerOf, asked } = cacheOver(() => ({ answer: 'all', prefixLength: 0 }))
  expect([answerOf('192.0.2.1'), answerOf('192.0.2.2')]).toEqual(['all', 'all'])
  expect(asked).toHaveLength(1)
})

test('it stays as small as it is: more networks than slots push each other out, and answers stay right', () => {
  const { answerOf, asked } = cacheOver((address) => ({ answer: String(address.word3 >>> 8), prefixLength: 24 }), 2)
  for (let round = 0; round < 2; round += 1) {
    for (let third = 0; third < 50; third += 1)
      expect(answerOf(`192.0.${third}.1`)).toBe(String((ip(`192.0.${third}.1`).word3 >>> 8) >>> 0))
  }
  expect(asked.length).toBeGreaterThan(90)
})
