import { describe, expect, test } from 'vitest'
import { UsageError } from './context.ts'
import { limit, limits } from './parse-limits.ts'

describe('a limit in short', () => {
  test.each([
    ['100/60s', { kind: 'window', name: 'requests', limit: 100, window_seconds: 60 }],
    ['minute=100/1m', { kind: 'window', name: 'minute', limit: 100, window_seconds: 60 }],
    ['10/1s+50', { kind: 'burst', name: 'burst', limit: 10, window_seconds: 1, burst: 50 }],
    ['1000000/month', { kind: 'quota', name: 'per-month', limit: 1_000_000, period: 'month' }],
    ['5/once', { kind: 'concurrency', name: 'concurrent', limit: 5 }],
    ['credits', { kind: 'credits', name: 'credits' }],
    [
      'minute=100/60s,exact,shadow,ip,key',
      {
        kind: 'window',
        name: 'minute',
        limit: 100,
        window_seconds: 60,
        class: 'exact',
        mode: 'shadow',
        per: ['ip', 'key'],
      },
    ],
    ['{"kind":"credits","name":"paid"}', { kind: 'credits', name: 'paid' }],
  ])('%s', (text, expected) => {
    expect(limit(text)).toEqual(expected)
  })

  test.each(['', '100', '0/60s', '100/', '100/60x', '5/once+3', 'A=100/60s', '100/60s,fast', '{"kind"', '[1]'])(
    'is not %j',
    (text) => {
      expect(() => limit(text)).toThrow(UsageError)
    },
  )

  test('given more than once is a list, not given is none of our business, and none is no limits', () => {
    expect(limits(['100/60s', 'credits'])).toHaveLength(2)
    expect(limits(undefined)).toBeUndefined()
    expect(limits(['none'])).toEqual([])
  })
})
