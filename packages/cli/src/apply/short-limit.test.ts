import { describe, expect, test } from 'vitest'
import { limit } from '../parse-limits.ts'
import { shortLimit } from './short-limit.ts'

describe('shortLimit', () => {
  test.each([
    '100/60s',
    'minute=100/60s',
    '10/1s+50',
    '1000000/month',
    'per-day=5/month',
    '5/once',
    'credits',
    'paid=credits,exact',
    '100/60s,exact,shadow,ip,route',
  ])('%s is told as it was typed', (text) => {
    expect(shortLimit(limit(text))).toBe(text)
  })

  test.each([
    { what: 'a zone', value: { kind: 'quota', name: 'q', limit: 1, period: 'day', zone: 'Europe/Berlin' } },
    { what: 'a loss policy', value: { ...limit('1/1s'), on_counter_loss: 'open' } },
    { what: 'what it is counted apart by, as one word', value: { ...limit('1/1s'), per: 'ip' } },
  ])('has no short form for $what', ({ value }) => {
    expect(shortLimit({ ...value, mode: 'enforce' })).toEqual(value)
  })
})
