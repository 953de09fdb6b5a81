import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { LimitState, WindowPolicy } from '../limit/policy.ts'
import { parseList } from '../structured-field/parse.ts'
import type { Item } from '../structured-field/value.ts'
import { legacyRateLimit, rateLimitFields, retryAfterSeconds } from './rate-limit-fields.ts'

const policy: WindowPolicy = {
  kind: 'window',
  id: 'key:key_01:requests',
  name: 'requests',
  class: 'bounded',
  limit: 100,
  windowMs: 60_000,
  buckets: 60,
  mode: 'enforce',
  onCounterLoss: 'closed',
}
const state = (changes: Partial<LimitState>, named: Partial<WindowPolicy> = {}): LimitState => ({
  policy: { ...policy, ...named },
  remaining: 50,
  resetMs: 30_000,
  ...changes,
})

const itemOf = (name: string, parameters: Readonly<Record<string, number>>): Item => ({
  bare: { kind: 'string', value: name },
  parameters: new Map(Object.entries(parameters).map(([key, value]) => [key, { kind: 'integer', value }])),
})

describe('rateLimitFields', () => {
  // The form of the examples in draft-ietf-httpapi-ratelimit-headers-11 §3.1 and §4.1.
  test('writes one item for each limit, in order', () => {
    expect(
      rateLimitFields([
        state({}, { name: 'burst' }),
        state({ remaining: 999, resetMs: 86_400_000 }, { name: 'daily', limit: 1_000, windowMs: 86_400_000 }),
      ]),
    ).toEqual({
      policy: '"burst";q=100;w=60, "daily";q=1000;w=86400',
      state: '"burst";r=50;t=30, "daily";r=999;t=86400',
    })
  })

  // §3.1.4 and §4.1.3: a Byte Sequence, the same in both
  test('says which of its counters a limit is that is counted apart', () => {
    const { policy: declared, state: now } = rateLimitFields([
      state({}, { partition: 'QXBwLTk5' }),
      state({}, { name: 'all' }),
    ])
    expect(declared).toBe('"requests";q=100;w=60;pk=:QXBwLTk5:, "all";q=100;w=60')
    expect(now).toBe('"requests";r=50;t=30;pk=:QXBwLTk5:, "all";r=50;t=30')
    const [item] = parseList(now) ?? []
    expect(item !== undefined && 'parameters' in item ? item.parameters.get('pk') : undefined).toEqual({
      kind: 'binary',
      value: Uint8Array.from(Buffer.from('App-99')),
    })
  })

  test('writes nothing for no limits', () => {
    expect(rateLimitFields([])).toEqual({ policy: '', state: '' })
  })

  test.each([
    { resetMs: 0, t: 0 },
    { resetMs: 1, t: 1 },
    { resetMs: 1_000, t: 1 },
    { resetMs: 12_345.678 + 3_600_000 - 12_345.678 + 1e-7, t: 3_600 },
    { resetMs: 1_001, t: 2 },
  ])('rounds $resetMs ms up to $t s, so that nobody comes too early', ({ resetMs, t }) => {
    expect(rateLimitFields([state({ resetMs })]).state).toBe(`"requests";r=50;t=${t}`)
  })

  test('tells a window below one second as one second', () => {
    expect(rateLimitFields([state({}, { windowMs: 200 })]).policy).toBe('"requests";q=100;w=1')
  })

  test.each([
    { value: -3, written: 0 },
    { value: 1.9, written: 1 },
    { value: NaN, written: 0 },
    { value: Infinity, written: 999_999_999_999_999 },
    { value: 1e16, written: 999_999_999_999_999 },
  ])('keeps $value within the 15 digits of an Integer (RFC 9651 §3.3.1)', ({ value, written }) => {
    expect(rateLimitFields([state({ remaining: value })]).state).toBe(`"requests";r=${written};t=30`)
  })

  // RFC 9651 §4.1.6
  test('escapes quotes and backslashes in a name', () => {
    expect(rateLimitFields([state({}, { name: 'a"b\\c' })]).policy).toBe('"a\\"b\\\\c";q=100;w=60')
  })

  test('writes what reads back as it was, whatever the name, and lets no other text into the field', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)) }), {
          minLength: 1,
        }),
        (names) => {
          const fields = rateLimitFields(names.map((name) => state({}, { name })))
          expect(parseList(fields.policy)).toEqual(names.map((name) => itemOf(name, { q: 100, w: 60 })))
          expect(parseList(fields.state)).toEqual(names.map((name) => itemOf(name, { r: 50, t: 30 })))
        },
      ),
    )
  })

  test.each(['a\r\nSet-Cookie: x', 'caf\u00e9', 'tab\there', '\u007f'])(
    'refuses the name %j, as the RFC demands',
    (name) => {
      expect(() => rateLimitFields([state({}, { name })])).toThrow(RangeError)
    },
  )
})

describe('limits of one name', () => {
  test('are told apart by who declares them', () => {
    const fields = rateLimitFields([
      state({}, { owner: 'key' }),
      state({}, { owner: 'api', limit: 200 }),
      state({}, { owner: 'key', name: 'daily' }),
    ])
    expect(fields.policy).toBe('"key-requests";q=100;w=60, "api-requests";q=200;w=60, "daily";q=100;w=60')
    expect(fields.state).toBe('"key-requests";r=50;t=30, "api-requests";r=50;t=30, "daily";r=50;t=30')
  })
})

describe('the older trio', () => {
  test('tells the enforced limit over time of which the smallest part is left', () => {
    const running: LimitState = { policy: { ...policy, kind: 'concurrency' }, remaining: 0, resetMs: Infinity }
    const states = [
      state({ remaining: 50 }),
      state({ remaining: 90, resetMs: 1_001 }, { limit: 200 }),
      state({ remaining: 0 }, { mode: 'shadow' }),
      running,
    ]
    expect(legacyRateLimit(states)).toEqual({ limit: '200', remaining: '90', reset: '2' })
    expect(legacyRateLimit([running])).toBeUndefined()
  })
})

describe('retryAfterSeconds', () => {
  test('says 1 s for calls that run: they end at any time', () => {
    const running = { ...policy, kind: 'concurrency' } as const
    expect(retryAfterSeconds({ policy: running, remaining: 0, resetMs: Infinity })).toBe(1)
  })

  test.each([
    { resetMs: 0, seconds: 1 },
    { resetMs: 1_001, seconds: 2 },
    { resetMs: Infinity, seconds: 2_147_483_647 },
  ])('says $seconds s for $resetMs ms', ({ resetMs, seconds }) => {
    expect(retryAfterSeconds(state({ resetMs }))).toBe(seconds)
  })
})
