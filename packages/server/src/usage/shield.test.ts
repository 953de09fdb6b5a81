import { parseIp, type IpAddress } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { Shield, type ShieldOptions } from './shield.ts'

const options: ShieldOptions = {
  freeFailures: 5,
  perMs: 10_000,
  firstBlockMs: 1_000,
  maxBlockMs: 8_000,
  forgiveAfterMs: 60_000,
  maxPrefixes: 100,
}

function ip(text: string): IpAddress {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

const prober = ip('203.0.113.7')

/** Fails until it is shut out. @returns for how long */
function provoke(shield: Shield, address: IpAddress, nowMs: number): number {
  for (let count = 0; count < 20 && shield.blockedForMs(address, nowMs) === 0; count++)
    shield.recordFailure(address, nowMs)
  return shield.blockedForMs(address, nowMs)
}

describe('the shield', () => {
  test('leaves some failures free, and those that come slowly', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 5; count++) shield.recordFailure(prober, 1_000)
    expect(shield.blockedForMs(prober, 1_000)).toBe(0)
    for (let count = 0; count < 100; count++) shield.recordFailure(prober, 12_000 + count * 2_100)
    expect(shield.blockedForMs(prober, 12_000 + 100 * 2_100)).toBe(0)
  })

  test('shuts out, each time twice as long, up to a bound; a single failure after a block is enough', () => {
    const shield = new Shield(options)
    let nowMs = 1_000
    const blocks: number[] = []
    for (let round = 0; round < 6; round++) {
      const blockedMs = provoke(shield, prober, nowMs)
      blocks.push(blockedMs)
      nowMs += blockedMs
      expect(shield.blockedForMs(prober, nowMs)).toBe(0)
    }
    expect(blocks).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  })

  test('forgives after a long quiet time', () => {
    const shield = new Shield(options)
    provoke(shield, prober, 1_000)
    provoke(shield, prober, 3_000)
    expect(provoke(shield, prober, 3_000 + 60_001)).toBe(1_000)
  })

  test('does not lengthen a block by calls that were under way when it began', () => {
    const shield = new Shield(options)
    provoke(shield, prober, 1_000)
    for (let count = 0; count < 50; count++) shield.recordFailure(prober, 1_500)
    expect(shield.blockedForMs(prober, 1_500)).toBe(500)
  })

  test('blames the address alone in IPv4, the /56 in IPv6', () => {
    const shield = new Shield(options)
    provoke(shield, prober, 1_000)
    provoke(shield, ip('2001:db8:0:1100::1'), 1_000)
    expect(shield.blockedForMs(ip('203.0.113.8'), 1_000)).toBe(0)
    expect(shield.blockedForMs(ip('2001:db8:0:11ff::2'), 1_000)).toBe(1_000)
    expect(shield.blockedForMs(ip('2001:db8:0:1200::1'), 1_000)).toBe(0)
  })

  test('remembers so many addresses and no more, and keeps the one that goes on failing', () => {
    const shield = new Shield(options)
    for (let count = 0; count < 1_000; count++) {
      if (count % 20 === 0) shield.recordFailure(prober, 1_000)
      shield.recordFailure(ip(`10.0.${count >> 8}.${count & 255}`), 1_000)
    }
    expect(shield.blockedForMs(prober, 1_000)).toBe(1_000)
  })
})
