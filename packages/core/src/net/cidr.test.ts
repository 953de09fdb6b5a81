import { BlockList, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileCidrs } from './cidr.ts'
import { formatIp, parseIp, type IpAddress } from './ip.ts'

const word = fc.nat(0xffffffff)
/** Few different high bits, so that addresses do fall into networks. */
const ipv4 = fc.tuple(fc.constantFrom(10, 11, 192), fc.nat(3), fc.nat(255)).map(([a, b, c]) => `${a}.${b}.0.${c}`)
const ipv6 = fc
  .tuple(fc.constantFrom('2001:db8', '2001:db9', 'fd00:1'), fc.nat(3), fc.nat(0xffff))
  .map(([a, b, c]) => `${a}:${b.toString(16)}::${c.toString(16)}`)
const network = fc.oneof(fc.tuple(ipv4, fc.nat(32)), fc.tuple(ipv6, fc.nat(128)))

/** Matchers are typed `any`. */
const SOME_TEXT: unknown = expect.any(String)
const NAMES_THE_NETWORK: unknown = expect.stringContaining('10.0.0.0/8')

describe('compileCidrs', () => {
  test('agrees with the block list of Node on any networks and addresses', () => {
    fc.assert(
      fc.property(
        fc.array(network, { maxLength: 12 }),
        fc.array(fc.oneof(ipv4, ipv6), { maxLength: 10 }),
        (networks, addresses) => {
          // One for each family: Node's takes `::/0` to hold every IPv4 address, too.
          const oracle = { ipv4: new BlockList(), ipv6: new BlockList() }
          const texts = networks.map(([address, bits]) => {
            const canonical = networkOf(address, bits)
            oracle[familyOf(canonical)].addSubnet(canonical, bits, familyOf(canonical))
            return `${canonical}/${bits}`
          })
          const set = compileCidrs(texts)
          expect(set.texts).toEqual(texts)
          for (const address of addresses) {
            expect(set.contains(ip(address)), `${address} in ${texts.join(' ')}`).toBe(
              oracle[familyOf(address)].check(address, familyOf(address)),
            )
          }
        },
      ),
      { numRuns: 500 },
    )
  })

  test.each([
    {
      network: '10.0.0.0/8',
      inside: ['10.0.0.0', '10.255.255.255', '::ffff:10.1.2.3'],
      outside: ['9.255.255.255', '11.0.0.0', '::10.1.2.3'],
    },
    { network: '0.0.0.0/0', inside: ['0.0.0.0', '255.255.255.255'], outside: ['::', '::1'] },
    { network: '203.0.113.7', inside: ['203.0.113.7'], outside: ['203.0.113.6', '203.0.113.8'] },
    { network: '128.0.0.0/1', inside: ['128.0.0.0', '255.255.255.255'], outside: ['127.255.255.255'] },
    { network: '2001:db8::/33', inside: ['2001:db8:7fff:ffff::'], outside: ['2001:db8:8000::', '2001:db7:ffff::'] },
    { network: '::/0', inside: ['::', 'ffff::ffff'], outside: ['1.2.3.4', '::ffff:1.2.3.4'] },
    { network: '::1', inside: ['::1'], outside: ['::2', '0.0.0.1'] },
    { network: '::ffff:10.0.0.0/104', inside: ['10.9.8.7'], outside: ['11.0.0.0'] },
    { network: '::ffff:1.2.3.4', inside: ['1.2.3.4'], outside: ['1.2.3.5'] },
  ])('$network holds $inside and not $outside', ({ network: text, inside, outside }) => {
    const set = compileCidrs([text])
    for (const address of inside) expect(set.contains(ip(address)), address).toBe(true)
    for (const address of outside) expect(set.contains(ip(address)), address).toBe(false)
  })

  test('an empty list holds nothing', () => {
    const set = compileCidrs([])
    fc.assert(fc.property(word, (word3) => !set.contains({ family: 4, word0: 0, word1: 0, word2: 0, word3 })))
  })

  test('shows networks in their one spelling', () => {
    expect(compileCidrs(['1.2.3.4', '2001:DB8:0::/32', '::ffff:10.0.0.0/104', '1.2.3.4']).texts).toEqual([
      '1.2.3.4/32',
      '2001:db8::/32',
      '10.0.0.0/8',
      '1.2.3.4/32',
    ])
  })

  test.each([
    '',
    '/8',
    '10.0.0.0/',
    '10.0.0.0/33',
    '10.0.0.0/08',
    '10.0.0.0/-1',
    '10.0.0.0/8/8',
    '10.0.0.0/ 8',
    '10.0.0.0/255.0.0.0',
    '10/8',
    '::/129',
    '::/0x1',
    '10.0.0.1/8',
    '2001:db8::1/64',
    '::ffff:0.0.0.0/95',
    '::ffff:10.0.0.0/8',
    'fe80::%eth0/64',
    'example.com',
  ])('refuses %j and says where it stands', (text) => {
    expect(() => compileCidrs(['10.0.0.0/8', text], '/cidr_allow')).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        errors: [{ pointer: '/cidr_allow/1', detail: SOME_TEXT }],
      }),
    )
  })

  test('names the network that was probably meant when host bits are set', () => {
    expect(() => compileCidrs(['10.1.2.3/8'])).toThrow(
      expect.objectContaining({ errors: [{ pointer: '/0', detail: NAMES_THE_NETWORK }] }),
    )
  })
})

function familyOf(text: string): 'ipv4' | 'ipv6' {
  return isIPv6(text) ? 'ipv6' : 'ipv4'
}

function ip(text: string): IpAddress {
  const address = parseIp(text)
  if (address === undefined) throw new Error(`${text} is no address`)
  return address
}

/** The network's own address, computed another way than the code does: on big numbers. */
function networkOf(address: string, bits: number): string {
  const { family, word0, word1, word2, word3 } = ip(address)
  const width = family === 4 ? 32n : 128n
  const value = [word0, word1, word2, word3].reduce((sum, each) => (sum << 32n) | BigInt(each), 0n)
  const kept = (value >> (width - BigInt(bits))) << (width - BigInt(bits))
  const at = (index: bigint): number => Number((kept >> (96n - 32n * index)) & 0xffffffffn)
  return formatIp({ family, word0: at(0n), word1: at(1n), word2: at(2n), word3: at(3n) })
}
