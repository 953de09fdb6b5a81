import { describe, expect, test } from 'vitest'
import { parseIp } from './ip.ts'
import { isPublicAddress } from './public-address.ts'

describe('isPublicAddress', () => {
  test.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '169.255.0.0',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '192.169.0.0',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700:4700::1111',
    '2001:200::1',
    '2001:4860:4860::8888',
    '2a00::1',
    '64:ff9b::8.8.8.8',
    '::ffff:8.8.8.8',
  ])('%s is', (text) => {
    expect(isPublic(text)).toBe(true)
  })

  // The blocks of the IANA special-purpose address registries (RFC 6890), and multicast: first and last address.
  test.each([
    ['0.0.0.0', '0.255.255.255', 'this network'],
    ['10.0.0.0', '10.255.255.255', 'private use'],
    ['100.64.0.0', '100.127.255.255', 'carrier-grade NAT'],
    ['127.0.0.0', '127.255.255.255', 'loopback'],
    ['169.254.0.0', '169.254.255.255', 'link local'],
    ['172.16.0.0', '172.31.255.255', 'private use'],
    ['192.0.0.0', '192.0.0.255', 'IETF protocol assignments'],
    ['192.0.2.0', '192.0.2.255', 'documentation'],
    ['192.88.99.0', '192.88.99.255', '6to4 relay'],
    ['192.168.0.0', '192.168.255.255', 'private use'],
    ['198.18.0.0', '198.19.255.255', 'benchmarking'],
    ['198.51.100.0', '198.51.100.255', 'documentation'],
    ['203.0.113.0', '203.0.113.255', 'documentation'],
    ['224.0.0.0', '239.255.255.255', 'multicast'],
    ['240.0.0.0', '255.255.255.255', 'reserved and broadcast'],
    ['::', '::1', 'unspecified and loopback'],
    ['::7f00:1', '::a00:1', 'IPv4-compatible'],
    ['64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff', 'local-use NAT64'],
    ['100::', '100::ffff:ffff:ffff:ffff', 'discard only'],
    ['2001::', '2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff', 'IETF protocol assignments, Teredo'],
    ['2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
    ['2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff', '6to4'],
    ['3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff', 'documentation'],
    ['5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'segment routing'],
    ['fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'unique local'],
    ['fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'link local'],
    ['fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'site local'],
    ['ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', 'multicast'],
    ['4000::', '4000::1', 'not yet given out'],
  ])('%s and %s are not: %s', (first, last) => {
    expect(isPublic(first)).toBe(false)
    expect(isPublic(last)).toBe(false)
  })

  test.each([
    ['::ffff:127.0.0.1', 'mapped'],
    ['::ffff:169.254.169.254', 'mapped'],
    ['64:ff9b::10.0.0.1', 'NAT64'],
    ['64:ff9b::169.254.169.254', 'NAT64'],
    ['2002:7f00:1::', '6to4'],
    ['2002:808:808::', '6to4, even of a public address: the way there is a tunnel'],
    ['2001:0:53aa:64c::f5ff:fffe', 'Teredo'],
  ])('%s is not: an IPv4 address in disguise (%s)', (text) => {
    expect(isPublic(text)).toBe(false)
  })
})

function isPublic(text: string): boolean {
  const ip = parseIp(text)
  if (ip === undefined) throw new Error(`${text} is no address`)
  return isPublicAddress(ip)
}
