import { composeKey, parseIp, type IpAddress } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import type { BackOff } from './offenders.ts'
import { Shield, shieldedRange, type ShieldOptions } from './shield.ts'

const backOff: BackOff = {
  freeFailures: 20,
  perMs: 10_000,
  firstBlockMs: 1_000,
  maxBlockMs: 8_000,
  decayMs: 60_000,
  maxRemembered: 200,
}
const options: ShieldOptions = {
  address: backOff,
  key: backOff,
  prefix: { ...backOff, freeFailures: 60 },
  sternWeight: 10,
}

function ip(text: string): IpAddress {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

let made = 0
/** Another secret each time. */
const keyOf = (publicId: string, prefix = 'acme'): string =>
  composeKey({ prefix, environment: 'live', publicId, secret: new Uint8Array(32).fill((made += 1)) })

const prober = ip('203.0.113.7')
const someone = (count: number): IpAddress => ip(`10.0.${count >> 8}.${count & 255}`)

function fail(shield: Shield, clientIp: IpAddress | undefined, presented: string | undefined): number {
  return shield.recordFailure({ clientIp, presented, reason: 'unknown_id' }, 1_000)
}

describe('the shield', () => {
  test('shuts out an address that keeps failing, with whatever', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 21; count++) expect(fail(shield, prober, 'nonsense')).toBe(0)
    expect(shield.blockedForMs(prober, 1_000)).toBe(1_000)
  })

  test('blames the address alone in IPv4, the /56 in IPv6', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 21; count++) {
      fail(shield, prober, undefined)
      fail(shield, ip(`2001:db8:0:1100::${count}`), undefined)
    }
    expect(shield.blockedForMs(ip('203.0.113.8'), 1_000)).toBe(0)
    expect(shield.blockedForMs(ip('2001:db8:0:11ff::2'), 1_000)).toBe(1_000)
    expect(shield.blockedForMs(ip('2001:db8:0:1200::1'), 1_000)).toBe(0)
    expect(shield.blocks(1_000).map(({ subject }) => subject)).toEqual(['203.0.113.7/32', '2001:db8:0:1100::/56'])
  })

  test('tells who fails at a key that many fail at to wait, from whatever address', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 20; count++) expect(fail(shield, someone(count), keyOf('AAAAAAAAAAAA'))).toBe(0)
    expect(fail(shield, someone(20), keyOf('AAAAAAAAAAAA'))).toBe(1_000)
    expect(fail(shield, undefined, keyOf('AAAAAAAAAAAA'))).toBe(1_000)
    expect(fail(shield, someone(21), keyOf('BBBBBBBBBBBB'))).toBe(0)
  })

  test('does not shut out an address for what others do to its key', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 500; count++) fail(shield, someone(count), keyOf('AAAAAAAAAAAA'))
    expect(shield.blockedForMs(prober, 1_000)).toBe(0)
  })

  test('gives each address fewer failures at a key that is blocked', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 21; count++) fail(shield, someone(count), keyOf('AAAAAAAAAAAA'))
    for (let count = 0; count < 3; count++) fail(shield, prober, keyOf('AAAAAAAAAAAA'))
    expect(shield.blockedForMs(prober, 1_000)).toBe(1_000)
  })

  test('takes many ids of one prefix for a probe of the prefix', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 61; count++)
      fail(shield, someone(count), keyOf(`AAAAAAAAAA${String(count).padStart(2, '0')}`))
    expect(fail(shield, someone(100), keyOf('CCCCCCCCCCCC'))).toBe(1_000)
    expect(fail(shield, someone(100), keyOf('CCCCCCCCCCCC', 'other'))).toBe(0)
    expect(shield.blocks(1_000)).toMatchObject([{ scope: 'prefix', subject: 'acme', agoMs: 0, forMs: 1_000 }])
  })

  test('tells of each block that begins, and of no more', () => {
    const begun: string[] = []
    const shield = new Shield(options, (scope) => begun.push(scope))
    for (let count = 0; count < 40; count++) fail(shield, prober, keyOf('AAAAAAAAAAAA'))
    expect(begun).toEqual(['key', 'address'])
  })

  test('remembers no more than its bounds, of thousands of addresses, ids and prefixes', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 3_000; count++)
      fail(shield, someone(count), keyOf(`AAAAAAAA${String(count).padStart(4, '0')}`, `p${count}`))
    for (const remembered of Object.values(shield.remembered())) expect(remembered).toBeLessThanOrEqual(200)
  })
})

describe('a block that is lifted', () => {
  test.each(['203.0.113.7/32', '203.0.113.7'])('is that of %s, and of nobody else', (subject) => {
    const shield = new Shield(options)
    for (let count = 0; count < 21; count++) {
      fail(shield, prober, undefined)
      fail(shield, ip('2001:db8:0:1100::1'), undefined)
    }
    shield.lift({ scope: 'address', subject })
    expect(shield.blocks(1_000).map((block) => block.subject)).toEqual(['2001:db8:0:1100::/56'])
    shield.lift({ scope: 'address', subject: '2001:db8:0:1100::/56' })
    expect(shield.blocks(1_000)).toEqual([])
  })

  test('is that of a key or of a prefix', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 70; count++) fail(shield, someone(count), keyOf('AAAAAAAAAAAA'))
    expect(shield.blocks(1_000)).toMatchObject([
      { scope: 'key', subject: 'AAAAAAAAAAAA', failures: 70 },
      { scope: 'prefix', subject: 'acme', failures: 70 },
    ])
    shield.lift({ scope: 'key', subject: 'AAAAAAAAAAAA' })
    shield.lift({ scope: 'prefix', subject: 'acme' })
    expect(shield.blocks(1_000)).toEqual([])
    expect(fail(shield, someone(99), keyOf('AAAAAAAAAAAA'))).toBe(0)
  })
})

test.each([
  ['203.0.113.7', '203.0.113.7/32'],
  ['203.0.113.7/32', '203.0.113.7/32'],
  ['2001:DB8:0:11ab::9', '2001:db8:0:1100::/56'],
  ['2001:db8:0:1100::/56', '2001:db8:0:1100::/56'],
  ['203.0.113.0/24', undefined],
  ['2001:db8::1/128', undefined],
  ['203.0.113.7/32/32', undefined],
  ['acme', undefined],
])('%s stands for the range %s', (text, range) => expect(shieldedRange(text)).toBe(range))
