import { expect, test } from 'vitest'
import { rateLimitFields, retryAfterSeconds } from '../http/rate-limit-fields.ts'
import type { LimitPolicy } from './policy.ts'
import { limitFacts, limitStateFrom } from './wire-limit.ts'

const ANY = {
  id: 'key:key_1:x',
  name: 'x',
  owner: 'key',
  class: 'bounded',
  limit: 10,
  mode: 'enforce',
  onCounterLoss: 'closed',
} as const

const POLICIES: readonly LimitPolicy[] = [
  { ...ANY, kind: 'window', windowMs: 60_000, buckets: 10 },
  { ...ANY, kind: 'window', windowMs: 1_000, buckets: 10, partition: 'AAECAwQF' },
  { ...ANY, kind: 'burst', windowMs: 60_000, burst: 3 },
  { ...ANY, kind: 'quota', period: 'week', anchorDay: 1, anchorMonth: 1, zone: 'Europe/Berlin' },
  { ...ANY, kind: 'quota', period: 'month', anchorDay: 1, anchorMonth: 1, zone: 'UTC' },
  { ...ANY, kind: 'concurrency' },
  { ...ANY, kind: 'credits', account: 'key_1' },
]

test.each(POLICIES)('a limit of kind $kind is told on by who heard of it as by who counts it', (policy) => {
  for (const resetMs of [0, 1_500, Infinity]) {
    const here = { policy, remaining: 4, resetMs }
    const wire = { ...limitFacts(policy), remaining: 4, reset_ms: Number.isFinite(resetMs) ? resetMs : null }
    const there = limitStateFrom(JSON.parse(JSON.stringify(wire)))
    expect(rateLimitFields([there])).toEqual(rateLimitFields([here]))
    expect(retryAfterSeconds(there)).toBe(retryAfterSeconds(here))
    expect(JSON.stringify(wire)).not.toContain('key_1')
  }
})
