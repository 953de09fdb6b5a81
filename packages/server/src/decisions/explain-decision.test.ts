/** Every kind of limit that refuses is explained: its code, its state, and what would allow the call. */
import type { KeyPart, LimitPolicy, VersionPart } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import type { LimitPeek } from '#usage'
import { explainDecision, type ExplainRoom } from './explain-decision.ts'
import { explanationToWire } from './schemas.ts'
import { keyWith, version } from './testing/parts.ts'

const AT_MS = Date.UTC(2026, 10, 18, 11, 6, 40)
const common = { owner: 'key', class: 'bounded', mode: 'enforce', onCounterLoss: 'closed' } as const
const window: LimitPolicy = {
  ...common,
  id: 'w',
  name: 'requests',
  kind: 'window',
  limit: 10,
  windowMs: 60_000,
  buckets: 60,
}
const burst: LimitPolicy = { ...common, id: 'b', name: 'burst', kind: 'burst', limit: 1, windowMs: 1_000, burst: 5 }
const quota: LimitPolicy = {
  ...common,
  id: 'q',
  name: 'monthly',
  kind: 'quota',
  limit: 100,
  period: 'month',
  anchorDay: 1,
  anchorMonth: 1,
  zone: 'UTC',
}
const slots: LimitPolicy = { ...common, id: 's', name: 'at-once', kind: 'concurrency', limit: 2 }
const credits: LimitPolicy = { ...common, id: 'c', name: 'paid', kind: 'credits', limit: 1, account: 'key_1' }

/** @param peeks what the counters tell of the key's limits */
function roomOf(
  peeks: readonly LimitPeek[],
  key: KeyPart = keyWith({ limits: peeks.map(({ policy }) => policy) }),
): ExplainRoom {
  return {
    nowMs: () => AT_MS,
    keys: {
      read: async () => new Map([[key.id, key]]),
      find: async () => ({ kind: 'unknown', reason: 'unknown_id' }),
      isRevoked: (_key: KeyPart, { revokedAtMs }: VersionPart) => revokedAtMs !== undefined,
    },
    geo: () => undefined,
    peekLimits: async (policies) => {
      expect(policies).toEqual(peeks.map(({ policy }) => policy))
      return peeks
    },
  }
}

async function explained(peeks: readonly LimitPeek[], cost = 1, scopes = ['read']) {
  const ask = { clientIp: undefined, apiId: undefined, scopes }
  const key = { kind: 'id', keyId: 'key_1', version: version.number } as const
  return explanationToWire(
    await explainDecision(roomOf(peeks), { workspaceId: 'wsp_1', key, ask, cost, atMs: undefined }),
  )
}

const used = (policy: LimitPolicy, resetMs: number, remaining = 0): LimitPeek => ({
  policy,
  remaining,
  resetMs,
  blocks: true,
})

describe('a limit that refuses', () => {
  test.each([
    {
      peek: used(window, 30_100),
      code: 'limit_reached',
      change: 'wait 31 s, or raise the limit requests',
      detail: '0 of 10 units are left, more in 31 s.',
      limit: 10,
      reset_ms: 30_100,
    },
    {
      peek: used(burst, 1_000),
      code: 'limit_reached',
      change: 'wait 1 s, or raise the limit burst',
      detail: '0 of 5 units are left, more in 1 s.',
      limit: 1,
      reset_ms: 1_000,
    },
    {
      peek: used(quota, 1_000_000_000),
      code: 'limit_reached',
      change: 'wait 1000000 s, or raise the limit monthly',
      detail: '0 of 100 units are left, more in 1000000 s.',
      limit: 100,
      reset_ms: 1_000_000_000,
    },
    {
      peek: used(slots, Infinity),
      code: 'concurrency_reached',
      change: 'wait until a call has ended, or raise the limit at-once',
      detail: '0 of 2 places are free.',
      limit: 2,
      reset_ms: null,
    },
    {
      peek: used(credits, Infinity),
      code: 'credits_exhausted',
      change: 'grant credits paid',
      detail: '0 credits are left.',
      limit: null,
      reset_ms: null,
    },
  ])('of kind $peek.policy.kind names $code, its state and what would allow it', async (given) => {
    const { peek, code, change, detail, limit, reset_ms } = given
    const rule = `limit.key.${peek.policy.name}`
    const told = await explained([peek])
    expect(told).toMatchObject({ valid: false, code, rule, nearest: { rule, change } })
    expect(told.checks.at(-1)).toEqual({ rule, outcome: 'refused', code, detail })
    expect(told.limits).toEqual([
      {
        policy: peek.policy.id,
        name: peek.policy.name,
        kind: peek.policy.kind,
        owner: 'key',
        mode: 'enforce',
        limit,
        remaining: 0,
        reset_ms,
        would_block: true,
      },
    ])
  })

  test('because the call costs more than it can ever hold says to what it must be raised', async () => {
    const told = await explained([used(window, Infinity, 10)], 11)
    expect(told).toMatchObject({ code: 'limit_reached', nearest: { change: 'raise the limit requests to 11 or more' } })
    expect(told.limits).toMatchObject([{ remaining: 10, reset_ms: null, would_block: true }])
  })

  test('among others that do is the one that opens last; each of them is named, and the state of all is told', async () => {
    const free: LimitPeek = { policy: burst, remaining: 3, resetMs: 2_000, blocks: false }
    const told = await explained([used(window, 5_000), free, used(quota, 90_000)])
    expect(told).toMatchObject({
      rule: 'limit.key.monthly',
      nearest: { change: 'wait 90 s, or raise the limit monthly; wait 5 s, or raise the limit requests' },
    })
    expect(
      told.limits.map(({ name, remaining, reset_ms, would_block }) => [name, remaining, reset_ms, would_block]),
    ).toEqual([
      ['requests', 0, 5_000, true],
      ['burst', 3, 2_000, false],
      ['monthly', 0, 90_000, true],
    ])
  })

  test('behind a rule that does is not reached, and is in the way too', async () => {
    const told = await explained([used(window, 5_000)], 1, ['read', 'write'])
    expect(told).toMatchObject({
      code: 'scope_missing',
      nearest: { rule: 'key.scopes', change: 'grant write; wait 5 s, or raise the limit requests' },
      limits: [{ remaining: 0, reset_ms: 5_000, would_block: true }],
    })
    expect(told.checks.at(-1)).toMatchObject({ rule: 'limit.key.requests', outcome: 'not_reached' })
  })

  test('in shadow mode is told, and allows', async () => {
    const told = await explained([used({ ...window, mode: 'shadow' }, 5_000)])
    expect(told).toMatchObject({
      valid: true,
      nearest: null,
      shadow: [{ code: 'limit_reached', rule: 'limit.key.requests' }],
    })
    expect(told.checks.at(-1)).toMatchObject({ outcome: 'shadow_refused', code: 'limit_reached' })
  })
})
