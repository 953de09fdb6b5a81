import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { DecisionRecord } from '@claviger/gateway'
import { creditsOf, decodeDecision, encodeDecision, encodeOpening, headOf } from './decision-line.ts'

const record: DecisionRecord = {
  atMs: 1_790_000_000_123,
  requestId: 'req_1',
  door: 'gw',
  workspaceId: 'wsp_1',
  appId: 'app_1',
  keyId: 'key_1',
  versionNumber: 3,
  apiId: 'api_1',
  targetId: 'rte_1',
  method: 'POST',
  path: '/gw/echo',
  clientIp: '192.0.2.1',
  userAgent: 'curl/8',
  code: 'valid',
  rule: 'all',
  status: 200,
  durationMs: 12.3,
  usage: {
    requests: 1,
    inputTokens: 2,
    outputTokens: 3,
    cachedTokens: 4,
    bytesIn: 5,
    bytesOut: 6,
    firstByteMs: 7.8,
    metered: false,
    ended: 'client_abort',
  },
}

describe('a line', () => {
  test('tells the whole decision', () => {
    expect(decodeDecision(encodeDecision(record))).toEqual(record)
  })

  test('leaves out what is not known', () => {
    const bare = { ...record, apiId: undefined, targetId: undefined, usage: undefined }
    expect(decodeDecision(encodeDecision(bare))).toEqual(bare)
    expect(decodeDecision(encodeDecision({ ...record, askedBy: 'adm_1' }))).toEqual({ ...record, askedBy: 'adm_1' })
  })

  test('tells what would have been refused, with and without who asked', () => {
    const shadow = [
      { code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' },
      { code: 'time_not_allowed', rule: 'key.restrictions/2.time' },
    ] as const
    expect(decodeDecision(encodeDecision({ ...record, shadow }))).toEqual({ ...record, shadow })
    expect(decodeDecision(encodeOpening({ ...record, shadow, askedBy: 'adm_1' }))).toEqual({
      ...record,
      shadow,
      askedBy: 'adm_1',
    })
    expect(encodeDecision({ ...record, shadow: [] })).toBe(encodeDecision(record))
  })

  test('tells what was asked, beside whatever else stands at the end', () => {
    const whole = {
      scopes: ['orders.read', '"],[\\'],
      origin: 'https://app.example.com',
      referer: 'https://app.example.com',
      clientCertificate: 'ab'.repeat(32),
      apiVersion: '2026-11","',
    }
    const shadow = [{ code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' }] as const
    for (const facts of [
      whole,
      { ...whole, cost: 7 },
      { cost: 1_000_000_000 },
      { path: '/orders/"7"' },
      { cost: 3, path: '/' },
      { scopes: ['a'] },
      { apiVersion: '1' },
      { referer: 'null' },
      {},
    ])
      for (const more of [
        {},
        { askedBy: 'adm_1' },
        { shadow },
        { shadow, askedBy: 'adm_1' },
        { credits: [{ block: 7, units: 3 }] },
        { shadow, credits: [{ block: 7, units: 3 }] },
      ]) {
        expect(decodeDecision(encodeDecision({ ...record, ...more, facts }))).toEqual({ ...record, ...more, facts })
        expect(decodeDecision(encodeOpening({ ...record, ...more, facts }))).toEqual({ ...record, ...more, facts })
        expect(creditsOf(encodeDecision({ ...record, ...more, facts }))).toEqual('credits' in more ? more.credits : [])
      }
    expect(encodeDecision({ ...record, facts: undefined })).toBe(encodeDecision(record))
  })

  test('tells what was paid, and says so at its end, without being read whole', () => {
    const credits = [
      { block: 7, units: 3 },
      { block: 12, units: 1 },
    ]
    const asked = { ...record, askedBy: 'adm_1' }
    for (const paid of [
      { ...record, credits },
      { ...asked, credits },
      { ...record, usage: undefined, credits },
    ]) {
      expect(decodeDecision(encodeOpening(paid))).toEqual(paid)
      expect(creditsOf(encodeDecision(paid))).toEqual(credits)
    }
    for (const unpaid of [record, asked, { ...record, userAgent: ']]]' }])
      expect(creditsOf(encodeDecision(unpaid))).toEqual([])
  })

  test('tells how often it was sent, where that was more than once', () => {
    for (const tried of [
      { ...record, tries: 3 },
      { ...record, askedBy: 'adm_1', usage: undefined, tries: 2 },
    ]) {
      expect(decodeDecision(encodeDecision(tried))).toEqual(tried)
      expect(creditsOf(encodeDecision(tried))).toEqual([])
    }
  })

  test('says what it is sorted by without being read whole', () => {
    const { atMs, requestId, door, workspaceId, keyId } = record
    expect(headOf(encodeOpening(record))).toEqual({ kind: 'opening', atMs, requestId, door, workspaceId, keyId })
    expect(headOf(encodeDecision(record))).toEqual({ kind: 'decision', atMs, requestId, door, workspaceId, keyId })
    expect(decodeDecision(encodeOpening(record))).toEqual(record)
  })

  test('keeps tenths of a millisecond', () => {
    expect(decodeDecision(encodeDecision({ ...record, durationMs: 1.2345 })).durationMs).toBe(1.2)
  })

  test('holds whatever path and user agent strangers send, on one line', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (path, userAgent) => {
        const line = encodeDecision({ ...record, path, userAgent })
        expect(line).not.toContain('\n')
        const decoded = decodeDecision(Buffer.from(line).toString())
        expect(decoded).toEqual({ ...record, path, userAgent })
      }),
    )
    expect(decodeDecision(encodeDecision({ ...record, path: '/"],["d\\\n\u2028\ud800' })).path).toBe(
      '/"],["d\\\n\u2028\ud800',
    )
  })

  test.each(['', '{}', '[]', '["d"]', '["x",1]', 'null', '["d",1,2,3', '["o",1790000000000,1]'])(
    'that is none of ours is refused: %s',
    (line) => {
      expect(() => decodeDecision(line)).toThrow(expect.objectContaining({ code: '22P02' }))
    },
  )

  test.each([
    '',
    'rubbish',
    '["o",17,"req_1","gw","w","a","k"]',
    '["x",1790000000000,"r","gw","w","a","k"]',
    '["d",1790000000000,"r","gw","w","a',
  ])('whose head cannot be read is refused: %s', (line) => {
    expect(() => headOf(line)).toThrow(expect.objectContaining({ code: '22P02' }))
  })
})
