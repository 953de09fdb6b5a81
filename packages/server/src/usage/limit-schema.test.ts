import { describe, expect, test } from 'vitest'
import { limitPolicyOf, limitSchema, limitsSchema, type LimitOwner } from './limit-schema.ts'

const key: LimitOwner = { kind: 'key', id: 'key_1' }
const policyOf = (wire: object, owner: LimitOwner = key) => limitPolicyOf(limitSchema.parse(wire), owner)
const window = { kind: 'window', name: 'requests', limit: 100, window_seconds: 60 }

describe('a limit on the wire', () => {
  test.each([
    [window, { kind: 'window', limit: 100, windowMs: 60_000, buckets: 60 }],
    [
      { ...window, kind: 'burst', burst: 20 },
      { kind: 'burst', limit: 100, windowMs: 60_000, burst: 20 },
    ],
    [
      { kind: 'concurrency', name: 'requests', limit: 5 },
      { kind: 'concurrency', limit: 5 },
    ],
    [
      { kind: 'quota', name: 'requests', limit: 5, period: 'month', anchor_day: 31, zone: 'Europe/Berlin' },
      { kind: 'quota', limit: 5, period: 'month', anchorDay: 31, anchorMonth: 1, zone: 'Europe/Berlin' },
    ],
  ])('%j compiles to %j, bounded, enforced, closed', (wire, expected) => {
    expect(policyOf(wire)).toEqual({
      id: `key:key_1:${wire.kind}:requests`,
      name: 'requests',
      owner: 'key',
      class: 'bounded',
      mode: 'enforce',
      onCounterLoss: 'closed',
      ...expected,
    })
  })

  test('says class, mode and what holds when the counter is lost', () => {
    const said = { class: 'approximate', mode: 'shadow', on_counter_loss: 'local' }
    expect(policyOf({ ...window, ...said })).toMatchObject({
      class: 'approximate',
      mode: 'shadow',
      onCounterLoss: 'local',
    })
  })

  test.each([
    [{ ...window, limit: 0 }, ['limit']],
    [{ ...window, limit: 1.5 }, ['limit']],
    [{ ...window, window_seconds: 31 * 86_400 + 1 }, ['window_seconds']],
    [{ ...window, name: 'Requests' }, ['name']],
    [{ ...window, class: 'loose' }, ['class']],
    [{ ...window, per: [] }, ['per']],
    [{ ...window, per: ['ip', 'ip'] }, ['per']],
    [{ ...window, per: 'country' }, ['per']],
    [{ ...window, kind: 'burst', burst: 1_000_000_000, window_seconds: 86_400 }, ['burst']],
    [{ kind: 'quota', name: 'q', limit: 1, period: 'week', anchor_day: 8 }, ['anchor_day']],
    [{ kind: 'quota', name: 'q', limit: 1, period: 'month', zone: 'Mars/Olympus' }, ['zone']],
    [{ kind: 'quota', name: 'q', limit: 1, period: 'day', class: 'approximate' }, ['class']],
    [{ kind: 'credits', name: 'c', on_counter_loss: 'local' }, ['on_counter_loss']],
    [{ kind: 'credits', name: 'c', per: 'ip' }, ['per']],
    [{ kind: 'sliding', name: 'c' }, ['kind']],
  ])('%j is refused at %j', (wire, path) => {
    expect(limitSchema.safeParse(wire).error?.issues.map((issue) => issue.path)).toContainEqual(path)
  })

  test('has no members that its kind does not know', () => {
    expect(limitSchema.safeParse({ ...window, burst: 5 }).success).toBe(false)
    expect(limitSchema.safeParse({ kind: 'credits', name: 'c', limit: 5 }).success).toBe(false)
  })
})

describe('whose counter it is', () => {
  const app: LimitOwner = { kind: 'app', id: 'app_1' }
  const plan: LimitOwner = { kind: 'plan', id: 'pln_1' }
  const api: LimitOwner = { kind: 'api', id: 'api_1' }
  const route: LimitOwner = { kind: 'route', id: 'rte_1' }

  test.each([
    [key, undefined, undefined],
    [key, ['key', 'app', 'ip'], ['ip']],
    [key, 'key', undefined],
    [app, undefined, undefined],
    [app, 'key', ['key']],
    [plan, undefined, ['key']],
    [plan, 'app', ['app']],
    [plan, ['ip'], ['ip']],
    [api, undefined, undefined],
    [api, ['key', 'ip'], ['key', 'ip']],
    [route, ['route', 'ip'], ['ip']],
  ] as const)('on %j per %j: %j', (owner, per, expected) => {
    const policy = policyOf(per === undefined ? window : { ...window, per }, owner)
    expect(policy.per).toEqual(expected)
    expect(policy.id).toBe(`${owner.kind}:${owner.id}:window:requests`)
  })

  test.each([
    [key, undefined, { id: 'credits:key_1', account: 'key_1' }],
    [app, undefined, { id: 'credits:app_1', account: 'app_1' }],
    [app, 'key', { account: undefined, per: ['key'] }],
    [plan, undefined, { account: undefined, per: ['key'] }],
    [api, 'app', { account: undefined, per: ['app'] }],
    [route, undefined, { account: undefined, per: ['key'] }],
  ] as const)('credits on %j per %j: %j', (owner, per, expected) => {
    const wire = { kind: 'credits', name: 'credits' }
    expect(policyOf(per === undefined ? wire : { ...wire, per }, owner)).toMatchObject(expected)
  })
})

describe('the limits of one thing', () => {
  test('have names of their own, and one balance at most', () => {
    expect(limitsSchema.safeParse([window, { ...window, name: 'other' }]).success).toBe(true)
    expect(limitsSchema.safeParse([window, { ...window, limit: 5 }]).error?.issues[0]?.path).toEqual([1, 'name'])
    const paid = { kind: 'credits', name: 'a' }
    expect(limitsSchema.safeParse([paid, { ...paid, name: 'b' }]).error?.issues[0]?.path).toEqual([1, 'kind'])
  })

  test('are sixteen at most', () => {
    const limits = Array.from({ length: 17 }, (_, at) => ({ ...window, name: `l${at}` }))
    expect(limitsSchema.safeParse(limits).success).toBe(false)
    expect(limitsSchema.safeParse(limits.slice(1)).success).toBe(true)
  })
})
