import { parseIp, type IpAddress } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { Throttle } from './throttle.ts'

function ip(text: string): IpAddress {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(`${text} is no address`)
  return parsed
}

const one = ip('192.0.2.1')

function takeAll(throttle: Throttle, address: IpAddress, nowMs: number): number {
  let taken = 0
  while (taken < 1_000 && throttle.take(address, nowMs) === 0) taken++
  return taken
}

describe('a throttle', () => {
  test.each([1, 7, 60, 240])('of %i gives a minute at once, then as much evenly', (perMinute) => {
    const throttle = new Throttle(perMinute)
    expect(takeAll(throttle, one, 5_000)).toBe(perMinute)
    const waitMs = throttle.take(one, 5_000)
    expect(waitMs).toBe(Math.ceil(60_000 / perMinute))
    expect(takeAll(throttle, one, 5_000 + waitMs)).toBe(1)
    expect(takeAll(throttle, one, 200_000)).toBe(perMinute)
  })

  test('counts addresses apart, and those of one /56 together', () => {
    const throttle = new Throttle(5)
    expect(takeAll(throttle, one, 0)).toBe(5)
    expect(takeAll(throttle, ip('192.0.2.2'), 0)).toBe(5)
    expect(takeAll(throttle, ip('2001:db8:0:1100::1'), 0)).toBe(5)
    expect(takeAll(throttle, ip('2001:db8:0:11ff::1'), 0)).toBe(0)
    expect(takeAll(throttle, ip('2001:db8:0:1200::1'), 0)).toBe(5)
  })

  test('of 0 lets everything pass, and remembers nobody', () => {
    const throttle = new Throttle(0)
    expect(takeAll(throttle, one, 0)).toBe(1_000)
    expect(throttle.remembered).toBe(0)
  })

  test('remembers so many addresses and no more', () => {
    const throttle = new Throttle(5)
    for (let count = 0; count < 50_000; count++)
      throttle.take({ family: 4, word0: 0, word1: 0, word2: 0, word3: count }, 0)
    expect(throttle.remembered).toBeLessThanOrEqual(20_000)
  })
})
