import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileRestrictions } from '../restriction/compile-restrictions.ts'
import type { Restriction } from '../restriction/restriction.ts'
import { compileScopes } from '../scope/scope-set.ts'
import { decide } from './decide.ts'
import type { Ask } from './decision.ts'
import { explain } from './explain.ts'
import type { KeyPart, VersionPart } from './parts.ts'
import { API, APP, ASK, KEY, NOW_MS, VERSION, WORKSPACE, addressOf } from './testing.ts'

/** Mostly nothing; else an instant around now. */
const instant = fc.option(fc.integer({ min: NOW_MS - 1, max: NOW_MS + 1 }), { nil: undefined, freq: 3 })
const disabledAtMs = instant
const mode = fc.constantFrom('enforce', 'shadow', undefined)
const restriction: fc.Arbitrary<Restriction> = fc.oneof(
  fc.record({ kind: fc.constant('ip' as const), mode, allow: fc.constantFrom(['10.0.0.0/8'], ['203.0.113.0/24']) }),
  fc.record({ kind: fc.constant('ip' as const), mode, deny: fc.constantFrom(['10.0.0.0/8'], ['2001:db8::/32']) }),
  fc.record({ kind: fc.constant('api_version' as const), mode, allow: fc.constantFrom(['1'], ['1', '2']) }),
  fc.record({ kind: fc.constant('country' as const), mode, allow: fc.constantFrom(['DE'], ['FR', 'GB']) }),
  fc.record({ kind: fc.constant('request' as const), mode, allow: fc.constant([{ path: '/orders/{id}' }]) }),
  fc.record({
    kind: fc.constant('time' as const),
    mode,
    zone: fc.constantFrom('UTC', 'Asia/Kathmandu'),
    windows: fc.constant([{ from: '12:00', to: '17:00' }]),
  }),
)
const scopes = fc.array(fc.constantFrom('orders.read', 'orders.write', 'invoices.pay'), { maxLength: 3 })
const heldScopes = fc
  .array(fc.constantFrom('orders.read', 'orders.*', 'invoices.pay', '*'), { maxLength: 3 })
  .map(compileScopes)

const key: fc.Arbitrary<KeyPart> = fc
  .record({
    workspace: fc.record({ current: fc.record({ id: fc.constant('wsp_1'), disabledAtMs }) }),
    app: fc.record({ current: disabledAtMs.map((atMs) => ({ ...APP, disabledAtMs: atMs })) }),
    apis: fc.array(
      fc
        .record({ id: fc.constantFrom('api_0', 'api_1'), disabledAtMs })
        .map((change) => ({ current: { ...API, ...change } })),
      { maxLength: 2 },
    ),
    scopes: heldScopes,
    roles: fc.array(
      heldScopes.map((held) => ({ current: { id: 'rol_1', scopes: held } })),
      { maxLength: 2 },
    ),
    apiVersion: fc.constantFrom('1', undefined),
    notBeforeAtMs: instant,
    expiresAtMs: instant,
    dormantAtMs: instant,
    disabledAtMs,
    deletedAtMs: instant,
    revokedAtMs: instant,
    restrictions: fc.array(restriction, { maxLength: 4 }).map((list) => compileRestrictions(list)),
  })
  .map((change) => ({ ...KEY, ...change }))
const version: fc.Arbitrary<VersionPart> = fc
  .record({ expiresAtMs: instant, revokedAtMs: instant })
  .map((change) => ({ ...VERSION, ...change }))
const ask: fc.Arbitrary<Ask> = fc.record({
  nowMs: fc.constant(NOW_MS),
  clientIp: fc.constantFrom(addressOf('203.0.113.7'), addressOf('10.0.0.1'), addressOf('2001:db8::1'), undefined),
  apiId: fc.constantFrom('api_1', 'api_0', undefined),
  scopes,
  apiVersion: fc.constantFrom('1', '2', undefined),
  method: fc.constantFrom('GET', undefined),
  path: fc.constantFrom('/orders/17', '/orders', undefined),
  geo: fc.constantFrom({ countryOf: () => 'DE', asnOf: () => undefined }, undefined),
})

/** One call in four is good up to its restrictions: else hardly any would ever get so far. */
const call = fc.oneof(
  { arbitrary: fc.tuple(key, version, ask), weight: 3 },
  {
    arbitrary: fc.tuple(
      key.map(({ restrictions, scopes: held, roles }) => ({ ...KEY, restrictions, scopes: held, roles })),
      fc.constant(VERSION),
      ask.map((asked) => ({ ...asked, apiId: 'api_1' })),
    ),
    weight: 1,
  },
)

describe('explain', () => {
  test('decides as `decide` does, and its checks tell how that came about', () => {
    const seen = new Set<string>()
    fc.assert(
      fc.property(call, ([somebody, by, asked]) => {
        const decision = decide(somebody, by, asked)
        const { decision: explained, checks } = explain(somebody, by, asked)
        expect(explained).toEqual(decision)
        seen.add(decision.code)
        const refused = checks.filter(({ outcome }) => outcome === 'refused').map(({ code, rule }) => ({ code, rule }))
        const isValid = decision.code === 'valid'
        expect(refused).toEqual(isValid ? [] : [{ code: decision.code, rule: decision.rule }])
        const shadowed = checks.filter(({ outcome }) => outcome === 'shadow_refused')
        expect(shadowed.map(({ code, rule }) => ({ code, rule }))).toEqual(decision.shadow)
        const decidedAt = isValid ? checks.length : checks.findIndex(({ outcome }) => outcome === 'refused')
        const outcomes = checks.map(({ outcome }) => outcome)
        expect(outcomes.slice(0, decidedAt)).not.toContain('not_reached')
        expect(new Set(outcomes.slice(decidedAt + 1))).toEqual(
          decidedAt + 1 < outcomes.length ? new Set(['not_reached']) : new Set(),
        )
      }),
      { numRuns: 1_500 },
    )
    // a test that never saw a refusal would prove little
    for (const code of ['valid', 'key_revoked', 'key_deleted', 'ip_not_allowed', 'time_not_allowed', 'scope_missing'])
      expect(seen).toContain(code)
  })

  test('finds the same of a rule whether it was reached or not, and every check says what it found', () => {
    fc.assert(
      fc.property(call, ([somebody, by, asked]) => {
        const whole = explain(somebody, by, asked).checks
        const revoked = explain({ ...somebody, revokedAtMs: 1 }, by, asked).checks
        expect(revoked.slice(1).map(({ rule, detail }) => ({ rule, detail }))).toEqual(
          whole.slice(1).map(({ rule, detail }) => ({ rule, detail })),
        )
        for (const { detail } of whole) expect(detail).toMatch(/^\S.*\.$/)
      }),
    )
  })

  test('names a change exactly when the call is refused and the key can be saved', () => {
    fc.assert(
      fc.property(call, ([somebody, by, asked]) => {
        const { decision, nearest } = explain(somebody, by, asked)
        const isLost = decision.code === 'valid' || somebody.revokedAtMs !== undefined
        if (isLost) expect(nearest).toBeUndefined()
        else expect(nearest).toMatchObject({ rule: decision.rule })
      }),
    )
  })

  test('tells every rule in its order, each with what it found', () => {
    const limited = {
      ...KEY,
      restrictions: compileRestrictions([{ kind: 'ip', mode: 'shadow', deny: ['203.0.113.7'] }]),
    }
    const { checks, nearest } = explain(limited, VERSION, { ...ASK, scopes: ['orders.read', 'orders.pay'] })
    expect(checks.slice(-5)).toEqual([
      { rule: 'key.api_version', outcome: 'passed', detail: 'The key is bound to no version of its api.' },
      {
        rule: 'api.maximum.lifetime',
        outcome: 'passed',
        detail: 'The longest life that the api allows has no end.',
      },
      {
        rule: 'api.maximum.restrictions',
        outcome: 'passed',
        detail: 'The key has the restrictions that the api demands.',
      },
      {
        rule: 'key.restrictions/0.ip',
        outcome: 'shadow_refused',
        code: 'ip_not_allowed',
        detail: '203.0.113.7 lies in 203.0.113.7/32 of deny.',
      },
      {
        rule: 'key.scopes',
        outcome: 'refused',
        code: 'scope_missing',
        detail: 'orders.read is held by orders.read of the key; orders.pay is held by nothing.',
      },
    ])
    expect(nearest).toEqual({ rule: 'key.scopes', change: 'grant orders.pay' })
  })

  test('says by which role a scope is held', () => {
    const withRole = { ...KEY, roles: [{ current: { id: 'rol_1', scopes: compileScopes(['invoices.*']) } }] }
    const { checks } = explain(withRole, VERSION, { ...ASK, scopes: ['invoices.pay'] })
    expect(checks.at(-1)?.detail).toBe('invoices.pay is held by invoices.* of the role rol_1.')
  })
})

interface Spoiled {
  readonly key?: Partial<KeyPart>
  readonly version?: Partial<VersionPart>
  readonly ask?: Partial<Ask>
  readonly change: string
  /** The change, made. */
  readonly mended: { readonly key?: Partial<KeyPart>; readonly version?: Partial<VersionPart> }
}

describe('the nearest change', () => {
  test.each<Spoiled>([
    { version: { revokedAtMs: 1 }, change: 'use another version of the key than 1', mended: { version: VERSION } },
    { key: { deletedAtMs: 1 }, change: 'restore the key', mended: { key: { deletedAtMs: undefined } } },
    {
      key: { expiresAtMs: NOW_MS },
      change: 'set expires_at of the key to later than 2026-11-18T11:06:40.000Z',
      mended: { key: { expiresAtMs: NOW_MS + 1 } },
    },
    {
      version: { expiresAtMs: NOW_MS },
      change: 'use the version that followed 1',
      mended: { version: { number: 2, expiresAtMs: undefined } },
    },
    {
      key: { notBeforeAtMs: NOW_MS + 5 },
      change: 'set not_before of the key to 2026-11-18T11:06:40.000Z or earlier',
      mended: { key: { notBeforeAtMs: NOW_MS } },
    },
    {
      key: { workspace: { current: { ...WORKSPACE, disabledAtMs: 1 } } },
      change: 'enable the workspace wsp_1',
      mended: { key: { workspace: { current: WORKSPACE } } },
    },
    {
      key: { app: { current: { ...APP, disabledAtMs: 1 } } },
      change: 'enable the app app_1',
      mended: { key: { app: { current: APP } } },
    },
    { key: { disabledAtMs: 1 }, change: 'enable the key', mended: { key: { disabledAtMs: undefined } } },
    { key: { dormantAtMs: NOW_MS }, change: 'wake the key', mended: { key: { dormantAtMs: NOW_MS + 1 } } },
    {
      ask: { apiId: 'api_9' },
      change: 'add api_9 to the apis of the key',
      mended: { key: { apis: [{ current: { ...API, id: 'api_9' } }] } },
    },
    {
      key: { apis: [{ current: { ...API, disabledAtMs: 1 } }] },
      change: 'enable the api api_1',
      mended: { key: { apis: [{ current: API }] } },
    },
    {
      key: { apiVersion: '1' },
      ask: { apiVersion: '2' },
      change: 'bind the key to version 2',
      mended: { key: { apiVersion: '2' } },
    },
    {
      key: { restrictions: compileRestrictions([{ kind: 'ip', allow: ['10.0.0.0/8'] }]) },
      change: 'add 203.0.113.7/32 to ip allow',
      mended: { key: { restrictions: compileRestrictions([{ kind: 'ip', allow: ['10.0.0.0/8', '203.0.113.7/32'] }]) } },
    },
    {
      ask: { scopes: ['a', 'orders.read', 'b'] },
      change: 'grant a b',
      mended: { key: { scopes: compileScopes(['orders.read', 'a', 'b']) } },
    },
    {
      key: {
        disabledAtMs: 1,
        restrictions: compileRestrictions([
          { kind: 'ip', allow: ['10.0.0.0/8'] },
          { kind: 'ip', mode: 'shadow', allow: [] },
        ]),
      },
      ask: { scopes: ['a'] },
      change: 'enable the key; add 203.0.113.7/32 to ip allow; grant a',
      mended: {
        key: {
          disabledAtMs: undefined,
          restrictions: compileRestrictions([{ kind: 'ip', allow: ['203.0.113.7/32'] }]),
          scopes: compileScopes(['a']),
        },
      },
    },
  ])('$change: and the call is let through', ({ change, mended, ...spoiled }) => {
    const somebody = { ...KEY, ...spoiled.key }
    const by = { ...VERSION, ...spoiled.version }
    const asked = { ...ASK, ...spoiled.ask }
    expect(explain(somebody, by, asked).nearest?.change).toBe(change)
    expect(decide({ ...somebody, ...mended.key }, { ...by, ...mended.version }, asked).code).toBe('valid')
  })

  test('there is none for a key that was revoked', () => {
    expect(explain({ ...KEY, revokedAtMs: 1, disabledAtMs: 1 }, VERSION, ASK).nearest).toBeUndefined()
  })
})
