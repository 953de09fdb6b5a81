import { describe, expect, test } from 'vitest'
import { compileRestrictions } from '../restriction/compile-restrictions.ts'
import type { Restriction } from '../restriction/restriction.ts'
import { compileScopes } from '../scope/scope-set.ts'
import { decide } from './decide.ts'
import { NO_SHADOW, type Ask, type DecisionCode } from './decision.ts'
import type { KeyPart, RolePart, VersionPart } from './parts.ts'
import { RULES_OF_THE_KEY, SCOPES_RULE } from './rules.ts'
import { API, APP, ASK, KEY, NOW_MS, VERSION, WORKSPACE, addressOf } from './testing.ts'

interface Change {
  readonly key?: Partial<KeyPart>
  readonly version?: Partial<VersionPart>
  readonly ask?: Partial<Ask>
}

const NOT_FROM_HERE: Restriction = { kind: 'ip', deny: ['203.0.113.0/24'] }
const BY_VERSION_2: Restriction = { kind: 'api_version', allow: ['2'] }

/** Each rule with one change that makes it refuse, in the order of the contract. */
const NO_MAXIMUM = { scopes: undefined, lifetimeMs: undefined, requiredRestrictions: [] }

const RULES: readonly (Change & { readonly rule: string; readonly code: DecisionCode })[] = [
  { rule: 'key.revoked', code: 'key_revoked', key: { revokedAtMs: NOW_MS - 1 } },
  { rule: 'version.revoked', code: 'key_revoked', version: { revokedAtMs: NOW_MS - 1 } },
  { rule: 'key.deleted', code: 'key_deleted', key: { deletedAtMs: NOW_MS - 1 } },
  { rule: 'key.expires_at', code: 'key_expired', key: { expiresAtMs: NOW_MS } },
  { rule: 'version.expires_at', code: 'key_expired', version: { expiresAtMs: NOW_MS } },
  { rule: 'key.not_before', code: 'key_not_yet_valid', key: { notBeforeAtMs: NOW_MS + 1 } },
  {
    rule: 'workspace.disabled',
    code: 'workspace_disabled',
    key: { workspace: { current: { ...WORKSPACE, disabledAtMs: 1 } } },
  },
  { rule: 'app.disabled', code: 'app_disabled', key: { app: { current: { ...APP, disabledAtMs: 1 } } } },
  { rule: 'key.disabled', code: 'key_disabled', key: { disabledAtMs: 1 } },
  { rule: 'key.dormant', code: 'key_dormant', key: { dormantAtMs: NOW_MS } },
  { rule: 'key.apis', code: 'api_not_allowed', ask: { apiId: 'api_9' } },
  {
    rule: 'api.disabled',
    code: 'api_not_allowed',
    key: { apis: [{ current: { ...API, disabledAtMs: 1 } }] },
    ask: { apiId: 'api_1' },
  },
  { rule: 'key.api_version', code: 'api_version_not_allowed', key: { apiVersion: '2' }, ask: { apiVersion: '1' } },
  {
    rule: 'api.maximum.lifetime',
    code: 'key_expired',
    key: { apis: [{ current: { ...API, maximum: { ...NO_MAXIMUM, lifetimeMs: 1 } } }], createdAtMs: ASK.nowMs - 1 },
  },
  {
    rule: 'api.maximum.restrictions',
    code: 'api_not_allowed',
    key: { apis: [{ current: { ...API, maximum: { ...NO_MAXIMUM, requiredRestrictions: ['time'] } } }] },
  },
  {
    rule: 'key.restrictions/0.ip',
    code: 'ip_not_allowed',
    key: { restrictions: compileRestrictions([NOT_FROM_HERE, BY_VERSION_2]) },
  },
  {
    rule: 'key.restrictions/1.api_version',
    code: 'api_version_not_allowed',
    key: { restrictions: compileRestrictions([{ ...NOT_FROM_HERE, mode: 'shadow' }, BY_VERSION_2]) },
  },
  { rule: 'key.scopes', code: 'scope_missing', ask: { scopes: ['orders.read', 'orders.delete'] } },
]

describe('decide', () => {
  test('says yes when no rule refuses', () => {
    expect(decide(KEY, VERSION, ASK)).toEqual({ code: 'valid', rule: 'all', shadow: [] })
  })

  test('has one answer for every yes, so that a good call allocates none', () => {
    expect(decide(KEY, VERSION, ASK)).toBe(decide({ ...KEY }, VERSION, { ...ASK, scopes: [] }))
    expect(decide(KEY, VERSION, ASK).shadow).toBe(NO_SHADOW)
  })

  test('has no rule that the table above does not know, and no other order', () => {
    const known = RULES.map(({ rule }) => rule)
    const all = [...RULES_OF_THE_KEY, SCOPES_RULE].map(({ rule }) => rule)
    expect(known.filter((rule) => !rule.startsWith('key.restrictions/'))).toEqual(all)
  })

  test.each(RULES)('$rule alone refuses with $code', ({ rule, code, ...change }) => {
    expect(decideChanged([change])).toMatchObject({ code, rule })
  })

  test.each(RULES.map((each, from) => ({ ...each, from })))(
    '$rule is the answer when the rules after it refuse as well',
    ({ rule, code, from }) => {
      // the first change of a member stands: what comes after may not undo what makes this rule refuse
      expect(decideChanged(RULES.slice(from).toReversed())).toMatchObject({ code, rule })
    },
  )

  test.each([
    { what: 'a key', when: 'the millisecond before its expiry', key: { expiresAtMs: NOW_MS + 1 }, code: 'valid' },
    { what: 'a key', when: 'the millisecond of its expiry', key: { expiresAtMs: NOW_MS }, code: 'key_expired' },
    {
      what: 'a rotated version',
      when: 'the last millisecond of its grace',
      version: { expiresAtMs: NOW_MS + 1 },
      code: 'valid',
    },
    {
      what: 'a rotated version',
      when: 'the millisecond its grace ends',
      version: { expiresAtMs: NOW_MS },
      code: 'key_expired',
    },
    {
      what: 'a key',
      when: 'the millisecond before it begins',
      key: { notBeforeAtMs: NOW_MS + 1 },
      code: 'key_not_yet_valid',
    },
    { what: 'a key', when: 'the millisecond it begins', key: { notBeforeAtMs: NOW_MS }, code: 'valid' },
    {
      what: 'a key',
      when: 'the millisecond before it becomes dormant',
      key: { dormantAtMs: NOW_MS + 1 },
      code: 'valid',
    },
    { what: 'a key', when: 'the millisecond it becomes dormant', key: { dormantAtMs: NOW_MS }, code: 'key_dormant' },
    { what: 'a key', when: 'expiry 0', key: { expiresAtMs: 0 }, code: 'key_expired' },
    { what: 'a key', when: 'revocation at instant 0', key: { revokedAtMs: 0 }, code: 'key_revoked' },
    { what: 'a key', when: 'deletion at instant 0', key: { deletedAtMs: 0 }, code: 'key_deleted' },
  ] satisfies (Change & { what: string; when: string; code: DecisionCode })[])(
    '$what at $when is $code',
    ({ code, ...change }) => {
      expect(decideChanged([change]).code).toBe(code)
    },
  )

  test('the grace of one version does not touch another of the same key', () => {
    expect(decide(KEY, { ...VERSION, number: 2 }, ASK).code).toBe('valid')
  })

  test('no api asked for: any api of the key will do, a disabled one too', () => {
    const disabled = { ...KEY, apis: [{ current: { ...API, disabledAtMs: 1 } }] }
    expect(decide(disabled, VERSION, { ...ASK, apiId: undefined }).code).toBe('valid')
    expect(decide(disabled, VERSION, ASK)).toMatchObject({ code: 'api_not_allowed', rule: 'api.disabled' })
  })

  test.each([
    { bound: undefined, asked: '2', code: 'valid' },
    { bound: '1', asked: undefined, code: 'valid' },
    { bound: '1', asked: '1', code: 'valid' },
    { bound: '1', asked: '2', code: 'api_version_not_allowed' },
  ])('a key bound to version $bound, asked about version $asked, is $code', ({ bound, asked, code }) => {
    expect(decide({ ...KEY, apiVersion: bound }, VERSION, { ...ASK, apiVersion: asked }).code).toBe(code)
  })

  test('an edit of a part is seen through its reference', () => {
    const reference = { current: APP }
    const joined = { ...KEY, app: reference }
    expect(decide(joined, VERSION, ASK).code).toBe('valid')
    reference.current = { ...APP, disabledAtMs: NOW_MS }
    expect(decide(joined, VERSION, ASK).code).toBe('app_disabled')
  })
})

describe('scopes', () => {
  test('that are missing are named, all of them, in the order asked', () => {
    expect(decide(KEY, VERSION, { ...ASK, scopes: ['z', 'orders.read', 'a'] }).missingScopes).toEqual(['z', 'a'])
  })

  test('that are asked for are exact: no prefix, wildcard or other case stands for one', () => {
    for (const scope of ['orders', 'orders.*', '*', 'ORDERS.READ', 'orders.read ', '']) {
      expect(decide(KEY, VERSION, { ...ASK, scopes: [scope] }).code).toBe('scope_missing')
    }
  })

  test('that are held may be patterns', () => {
    const wide = { ...KEY, scopes: compileScopes(['orders.*']) }
    expect(decide(wide, VERSION, { ...ASK, scopes: ['orders.read', 'orders.items.read'] }).code).toBe('valid')
    expect(decide(wide, VERSION, { ...ASK, scopes: ['orders'] }).code).toBe('scope_missing')
  })

  test('of roles count like the key’s own, as the roles are at the moment', () => {
    const role: { current: RolePart } = { current: { id: 'rol_1', scopes: compileScopes(['invoices.*']) } }
    const withRole = { ...KEY, roles: [{ current: { id: 'rol_0', scopes: compileScopes([]) } }, role] }
    const ask = { ...ASK, scopes: ['orders.read', 'invoices.pay', 'a'] }
    expect(decide(withRole, VERSION, ask).missingScopes).toEqual(['a'])
    role.current = { ...role.current, scopes: compileScopes(['a']) }
    expect(decide(withRole, VERSION, ask).missingScopes).toEqual(['invoices.pay'])
  })

  test('none held: only what asks for none is let through', () => {
    const bare = { ...KEY, scopes: compileScopes([]) }
    expect(decide(bare, VERSION, ASK).code).toBe('scope_missing')
    expect(decide(bare, VERSION, { ...ASK, scopes: [] }).code).toBe('valid')
  })
})

describe('restrictions', () => {
  const shadowed: Restriction = { ...NOT_FROM_HERE, mode: 'shadow' }
  const note = { code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' }
  const decideWith = (list: readonly Restriction[], ask: Partial<Ask> = {}) =>
    decide({ ...KEY, restrictions: compileRestrictions(list) }, VERSION, { ...ASK, ...ask })

  test('in shadow mode refuse nothing and say what they would have refused', () => {
    expect(decideWith([shadowed, BY_VERSION_2], { apiVersion: '2' })).toEqual({
      code: 'valid',
      rule: 'all',
      shadow: [note],
    })
    const elsewhere = { apiVersion: '2', clientIp: addressOf('198.51.100.1') }
    expect(decideWith([shadowed, BY_VERSION_2], elsewhere).shadow).toBe(NO_SHADOW)
  })

  test('in shadow mode are told beside a refusal that comes after them', () => {
    expect(decideWith([shadowed], { scopes: ['a'] })).toMatchObject({ code: 'scope_missing', shadow: [note] })
    expect(decideWith([shadowed, BY_VERSION_2])).toMatchObject({ code: 'api_version_not_allowed', shadow: [note] })
  })

  test('in shadow mode are not reached behind a refusal', () => {
    expect(decideWith([BY_VERSION_2, shadowed])).toEqual({
      code: 'api_version_not_allowed',
      rule: 'key.restrictions/0.api_version',
      shadow: [],
    })
    expect(decideWith([shadowed], { apiId: 'api_9' }).shadow).toEqual([])
  })

  test('all have to be met', () => {
    const list: readonly Restriction[] = [{ kind: 'ip', allow: ['203.0.113.7'] }, BY_VERSION_2]
    expect(decideWith(list, { apiVersion: '2' }).code).toBe('valid')
    expect(decideWith(list).code).toBe('api_version_not_allowed')
    expect(decideWith(list, { clientIp: undefined, apiVersion: '2' }).code).toBe('ip_not_allowed')
  })

  test('that need a country do not look for it when a rule before them refuses', () => {
    let looked = 0
    const geo = {
      countryOf: () => {
        looked += 1
        return 'DE'
      },
      asnOf: () => undefined,
    }
    const list: readonly Restriction[] = [NOT_FROM_HERE, { kind: 'country', allow: ['DE'] }]
    expect(decideWith(list, { geo }).code).toBe('ip_not_allowed')
    expect(decideWith([], { geo }).code).toBe('valid')
    expect(looked).toBe(0)
    expect(decideWith(list.slice(1), { geo }).code).toBe('valid')
    expect(looked).toBe(1)
  })
})

function decideChanged(changes: readonly Change[]) {
  const all = changes.reduce<{ readonly key: KeyPart; readonly version: VersionPart; readonly ask: Ask }>(
    (sum, each) => ({
      key: { ...sum.key, ...each.key },
      version: { ...sum.version, ...each.version },
      ask: { ...sum.ask, ...each.ask },
    }),
    { key: KEY, version: VERSION, ask: ASK },
  )
  return decide(all.key, all.version, all.ask)
}
