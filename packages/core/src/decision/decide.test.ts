import { describe, expect, test } from 'vitest'
import { compileCidrs } from '../net/cidr.ts'
import { parseIp } from '../net/ip.ts'
import { decide, type Ask, type DecisionCode } from './decide.ts'
import type { ApiPart, AppPart, KeyPart, VersionPart, WorkspacePart } from './parts.ts'

const NOW_MS = 1_795_000_000_000
const workspace: WorkspacePart = { id: 'wsp_1', disabledAtMs: undefined }
const app: AppPart = { id: 'app_1', workspaceId: 'wsp_1', name: 'shop', disabledAtMs: undefined }
const api: ApiPart = {
  id: 'api_1',
  workspaceId: 'wsp_1',
  name: 'orders',
  prefix: 'acme',
  onFeedLoss: { mode: 'deny' },
  limits: [],
  disabledAtMs: undefined,
}
const version: VersionPart = {
  number: 1,
  publicId: '0123456789AZ',
  pepperVersion: 1,
  digest: new Uint8Array(32),
  expiresAtMs: undefined,
  revokedAtMs: undefined,
}
const key: KeyPart = {
  id: 'key_1',
  workspace: { current: workspace },
  app: { current: app },
  apis: [{ current: { ...api, id: 'api_0' } }, { current: api }],
  environment: 'live',
  scopes: new Set(['orders.read', 'orders.write']),
  notBeforeAtMs: undefined,
  expiresAtMs: undefined,
  disabledAtMs: undefined,
  dormantAtMs: undefined,
  revokedAtMs: undefined,
  deletedAtMs: undefined,
  cidrAllow: undefined,
  limits: [],
  versions: [version],
}
const ask: Ask = { nowMs: NOW_MS, clientIp: parseIp('203.0.113.7'), apiId: 'api_1', scopes: ['orders.read'] }

/** Each rule with one change that makes it refuse, in the order of the contract. */
const RULES: readonly {
  readonly rule: string
  readonly code: DecisionCode
  readonly key?: Partial<KeyPart>
  readonly version?: Partial<VersionPart>
  readonly ask?: Partial<Ask>
}[] = [
  { rule: 'key.revoked', code: 'key_revoked', key: { revokedAtMs: NOW_MS - 1 } },
  { rule: 'key.deleted', code: 'key_deleted', key: { deletedAtMs: NOW_MS - 1 } },
  { rule: 'version.revoked', code: 'key_revoked', version: { revokedAtMs: NOW_MS - 1 } },
  { rule: 'key.expires_at', code: 'key_expired', key: { expiresAtMs: NOW_MS } },
  { rule: 'version.expires_at', code: 'key_expired', version: { expiresAtMs: NOW_MS } },
  { rule: 'key.not_before', code: 'key_not_yet_valid', key: { notBeforeAtMs: NOW_MS + 1 } },
  {
    rule: 'workspace.disabled',
    code: 'workspace_disabled',
    key: { workspace: { current: { ...workspace, disabledAtMs: 1 } } },
  },
  { rule: 'app.disabled', code: 'app_disabled', key: { app: { current: { ...app, disabledAtMs: 1 } } } },
  { rule: 'key.disabled', code: 'key_disabled', key: { disabledAtMs: 1 } },
  { rule: 'key.dormant', code: 'key_dormant', key: { dormantAtMs: NOW_MS } },
  { rule: 'key.apis', code: 'api_not_allowed', ask: { apiId: 'api_9' } },
  { rule: 'key.cidr_allow', code: 'ip_not_allowed', key: { cidrAllow: compileCidrs(['10.0.0.0/8']) } },
  { rule: 'key.scopes', code: 'scope_missing', ask: { scopes: ['orders.read', 'orders.delete'] } },
]

describe('decide', () => {
  test('says yes when no rule refuses', () => {
    expect(decide(key, version, ask)).toEqual({ code: 'valid', rule: 'all' })
  })

  test.each(RULES)('$rule alone refuses with $code', (each) => {
    expect(decide({ ...key, ...each.key }, { ...version, ...each.version }, { ...ask, ...each.ask })).toMatchObject({
      code: each.code,
      rule: each.rule,
    })
  })

  test.each(RULES.map((each, from) => ({ ...each, from })))(
    '$rule is the answer when all rules from it on refuse',
    ({ rule, code, from }) => {
      const rest = RULES.slice(from)
      const all = rest.reduce(
        (sum, each) => ({
          key: { ...sum.key, ...each.key },
          version: { ...sum.version, ...each.version },
          ask: { ...sum.ask, ...each.ask },
        }),
        { key, version, ask },
      )
      expect(decide(all.key, all.version, all.ask)).toMatchObject({ code, rule })
    },
  )

  test.each([
    {
      what: 'a key',
      when: 'the millisecond before its expiry',
      change: { key: { expiresAtMs: NOW_MS + 1 } },
      code: 'valid',
    },
    {
      what: 'a key',
      when: 'the millisecond of its expiry',
      change: { key: { expiresAtMs: NOW_MS } },
      code: 'key_expired',
    },
    {
      what: 'a rotated version',
      when: 'the last millisecond of its grace',
      change: { version: { expiresAtMs: NOW_MS + 1 } },
      code: 'valid',
    },
    {
      what: 'a rotated version',
      when: 'the millisecond its grace ends',
      change: { version: { expiresAtMs: NOW_MS } },
      code: 'key_expired',
    },
    {
      what: 'a key',
      when: 'the millisecond before it begins',
      change: { key: { notBeforeAtMs: NOW_MS + 1 } },
      code: 'key_not_yet_valid',
    },
    { what: 'a key', when: 'the millisecond it begins', change: { key: { notBeforeAtMs: NOW_MS } }, code: 'valid' },
    {
      what: 'a key',
      when: 'the millisecond before it sleeps',
      change: { key: { dormantAtMs: NOW_MS + 1 } },
      code: 'valid',
    },
    {
      what: 'a key',
      when: 'the millisecond from which it sleeps',
      change: { key: { dormantAtMs: NOW_MS } },
      code: 'key_dormant',
    },
    { what: 'a key', when: 'deletion at instant 0', change: { key: { deletedAtMs: 0 } }, code: 'key_deleted' },
    { what: 'a key', when: 'expiry 0', change: { key: { expiresAtMs: 0 } }, code: 'key_expired' },
    { what: 'a key', when: 'revocation at instant 0', change: { key: { revokedAtMs: 0 } }, code: 'key_revoked' },
  ] satisfies {
    what: string
    when: string
    change: { key?: Partial<KeyPart>; version?: Partial<VersionPart> }
    code: DecisionCode
  }[])('$what at $when is $code', ({ change, code }) => {
    const { key: keyChange, version: versionChange } = { key: {}, version: {}, ...change }
    expect(decide({ ...key, ...keyChange }, { ...version, ...versionChange }, ask).code).toBe(code)
  })

  test('the grace of one version does not touch another of the same key', () => {
    expect(decide(key, { ...version, number: 2 }, ask).code).toBe('valid')
  })

  test('no api asked for: any api of the key will do, a disabled one too', () => {
    const disabled = { ...key, apis: [{ current: { ...api, disabledAtMs: 1 } }] }
    expect(decide(disabled, version, { ...ask, apiId: undefined }).code).toBe('valid')
    expect(decide(disabled, version, ask)).toEqual({ code: 'api_not_allowed', rule: 'api.disabled' })
  })

  test('an edit of a part is seen through its reference', () => {
    const reference = { current: app }
    const joined = { ...key, app: reference }
    expect(decide(joined, version, ask).code).toBe('valid')
    reference.current = { ...app, disabledAtMs: NOW_MS }
    expect(decide(joined, version, ask).code).toBe('app_disabled')
  })

  test.each([
    { from: '10.1.2.3', code: 'valid' },
    { from: '::ffff:10.1.2.3', code: 'valid' },
    { from: '11.0.0.0', code: 'ip_not_allowed' },
    { from: '2001:db8::1', code: 'ip_not_allowed' },
    { from: undefined, code: 'ip_not_allowed' },
  ])('a key for 10.0.0.0/8 used from $from is $code', ({ from, code }) => {
    const clientIp = from === undefined ? undefined : parseIp(from)
    expect(decide({ ...key, cidrAllow: compileCidrs(['10.0.0.0/8']) }, version, { ...ask, clientIp }).code).toBe(code)
  })

  test('an empty list of networks lets nobody in, no list everybody', () => {
    expect(decide({ ...key, cidrAllow: compileCidrs([]) }, version, ask).code).toBe('ip_not_allowed')
    expect(decide(key, version, { ...ask, clientIp: undefined }).code).toBe('valid')
  })

  test('names every scope that is missing, in the order asked', () => {
    expect(decide(key, version, { ...ask, scopes: ['z', 'orders.read', 'a'] }).missingScopes).toEqual(['z', 'a'])
  })

  test('scopes are exact: no prefix, wildcard or other case stands for another', () => {
    for (const scope of ['orders', 'orders.*', '*', 'ORDERS.READ', 'orders.read ', '']) {
      expect(decide(key, version, { ...ask, scopes: [scope] }).code).toBe('scope_missing')
    }
  })

  test('a key without scopes passes only where none is asked for', () => {
    const bare = { ...key, scopes: new Set<string>() }
    expect(decide(bare, version, ask).code).toBe('scope_missing')
    expect(decide(bare, version, { ...ask, scopes: [] }).code).toBe('valid')
  })
})
