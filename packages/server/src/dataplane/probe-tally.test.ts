import { parseIp, type IpAddress } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { ProbeTally } from './probe-tally.ts'

function ip(text: string): IpAddress {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

describe('ProbeTally', () => {
  test('counts per prefix, reason and second', () => {
    let nowMs = 1_000
    const tally = new ProbeTally(() => nowMs)
    tally.add(ip('2001:db8::1'), 'checksum')
    tally.add(ip('2001:db8::2'), 'checksum')
    tally.add(ip('192.0.2.1'), 'checksum')
    nowMs = 2_500
    tally.add(ip('192.0.2.1'), 'checksum')
    expect(tally.take()).toEqual([
      { atMs: 1_000, ipPrefix: '2001:db8::/56', reason: 'checksum', count: 2 },
      { atMs: 1_000, ipPrefix: '192.0.2.1/32', reason: 'checksum', count: 1 },
      { atMs: 2_000, ipPrefix: '192.0.2.1/32', reason: 'checksum', count: 1 },
    ])
    expect(tally.take()).toEqual([])
  })

  test('what could not be stored is counted on', () => {
    const tally = new ProbeTally(() => 0)
    tally.add(ip('192.0.2.1'), 'unknown_id')
    const rows = tally.take()
    tally.add(ip('192.0.2.1'), 'unknown_id')
    tally.putBack(rows)
    expect(tally.take()).toEqual([{ atMs: 0, ipPrefix: '192.0.2.1/32', reason: 'unknown_id', count: 2 }])
  })

  test('is bounded, and loses no count', () => {
    const tally = new ProbeTally(() => 0)
    for (let index = 0; index < 30_000; index++)
      tally.add({ family: 4, word0: 0, word1: 0, word2: 0, word3: index }, 'checksum')
    const rows = tally.take()
    expect(rows.length).toBeLessThanOrEqual(20_001)
    expect(rows.reduce((sum, row) => sum + row.count, 0)).toBe(30_000)
  })
})
