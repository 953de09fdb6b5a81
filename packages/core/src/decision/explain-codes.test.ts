/** Every code that the rules can refuse with is explained: which rule decides, and what would allow the call. */
import { describe, expect, test } from 'vitest'
import { ERROR_STATUS } from '../error/codes.ts'
import { compileRestrictions } from '../restriction/compile-restrictions.ts'
import type { Restriction } from '../restriction/restriction.ts'
import { compileScopes } from '../scope/scope-set.ts'
import { decide } from './decide.ts'
import type { Ask, RefusalCode } from './decision.ts'
import { explain } from './explain.ts'
import type { KeyPart, VersionPart } from './parts.ts'
import { API, APP, ASK, KEY, NOW_MS, VERSION, WORKSPACE, addressOf } from './testing.ts'

/** A presented secret that is none of ours has no key to explain; limits are asked behind the rules. */
type ByRules = Exclude<
  RefusalCode,
  'credential_invalid' | 'limit_reached' | 'credits_exhausted' | 'concurrency_reached'
>

interface Case {
  readonly rule: string
  readonly key?: Partial<KeyPart>
  readonly version?: Partial<VersionPart>
  readonly ask?: Partial<Ask>
  /** Null: nothing would allow it. */
  readonly nearest: string | null
  /** What it names, done. */
  readonly mended?: {
    readonly key?: Partial<KeyPart>
    readonly version?: Partial<VersionPart>
    readonly ask?: Partial<Ask>
  }
}

const HEX = 'ab'.repeat(32)
const geo = { countryOf: () => 'DE', asnOf: () => 64_500 }
const held = (restriction: Restriction): Pick<KeyPart, 'restrictions'> => ({
  restrictions: compileRestrictions([restriction]),
})

const CASES = {
  key_revoked: { rule: 'key.revoked', key: { revokedAtMs: 1 }, nearest: null },
  key_deleted: {
    rule: 'key.deleted',
    key: { deletedAtMs: 1 },
    nearest: 'restore the key',
    mended: { key: { deletedAtMs: undefined } },
  },
  key_expired: {
    rule: 'key.expires_at',
    key: { expiresAtMs: NOW_MS },
    nearest: 'set expires_at of the key to later than 2026-11-18T11:06:40.000Z',
    mended: { key: { expiresAtMs: NOW_MS + 1 } },
  },
  key_not_yet_valid: {
    rule: 'key.not_before',
    key: { notBeforeAtMs: NOW_MS + 1 },
    nearest: 'set not_before of the key to 2026-11-18T11:06:40.000Z or earlier',
    mended: { key: { notBeforeAtMs: NOW_MS } },
  },
  workspace_disabled: {
    rule: 'workspace.disabled',
    key: { workspace: { current: { ...WORKSPACE, disabledAtMs: 1 } } },
    nearest: 'enable the workspace wsp_1',
    mended: { key: { workspace: { current: WORKSPACE } } },
  },
  app_disabled: {
    rule: 'app.disabled',
    key: { app: { current: { ...APP, disabledAtMs: 1 } } },
    nearest: 'enable the app app_1',
    mended: { key: { app: { current: APP } } },
  },
  key_disabled: {
    rule: 'key.disabled',
    key: { disabledAtMs: 1 },
    nearest: 'enable the key',
    mended: { key: { disabledAtMs: undefined } },
  },
  key_dormant: {
    rule: 'key.dormant',
    key: { dormantAtMs: NOW_MS },
    nearest: 'wake the key',
    mended: { key: { dormantAtMs: undefined } },
  },
  api_not_allowed: {
    rule: 'key.apis',
    ask: { apiId: 'api_9' },
    nearest: 'add api_9 to the apis of the key',
    mended: { key: { apis: [{ current: { ...API, id: 'api_9' } }] } },
  },
  api_version_not_allowed: {
    rule: 'key.restrictions/0.api_version',
    key: held({ kind: 'api_version', allow: ['1'] }),
    ask: { apiVersion: '2' },
    nearest: 'add 2 to api_version allow',
    mended: { key: held({ kind: 'api_version', allow: ['1', '2'] }) },
  },
  ip_not_allowed: {
    rule: 'key.restrictions/0.ip',
    key: held({ kind: 'ip', allow: ['10.0.0.0/8'] }),
    nearest: 'add 203.0.113.7/32 to ip allow',
    mended: { key: held({ kind: 'ip', allow: ['10.0.0.0/8', '203.0.113.7/32'] }) },
  },
  origin_not_allowed: {
    rule: 'key.restrictions/0.origin',
    key: held({ kind: 'origin', allow: ['https://a.example'] }),
    ask: { origin: 'https://b.example' },
    nearest: 'add https://b.example to origin allow',
    mended: { key: held({ kind: 'origin', allow: ['https://b.example'] }) },
  },
  user_agent_not_allowed: {
    rule: 'key.restrictions/0.user_agent',
    key: held({ kind: 'user_agent', allow: ['MyApp/*'] }),
    ask: { userAgent: 'curl/8' },
    nearest: 'add "curl/8" to user_agent allow',
    mended: { key: held({ kind: 'user_agent', allow: ['MyApp/*', 'curl/*'] }) },
  },
  request_not_allowed: {
    rule: 'key.restrictions/0.request',
    key: held({ kind: 'request', allow: [{ methods: ['GET'], path: '/orders/{id}' }] }),
    ask: { method: 'POST', path: '/orders/17' },
    nearest: 'add POST /orders/17 to request allow',
    mended: { key: held({ kind: 'request', allow: [{ methods: ['POST'], path: '/orders/17' }] }) },
  },
  country_not_allowed: {
    rule: 'key.restrictions/0.country',
    key: held({ kind: 'country', allow: ['FR'] }),
    ask: { geo },
    nearest: 'add DE to country allow',
    mended: { key: held({ kind: 'country', allow: ['FR', 'DE'] }) },
  },
  asn_not_allowed: {
    rule: 'key.restrictions/0.asn',
    key: held({ kind: 'asn', deny: [64_500] }),
    ask: { geo },
    nearest: 'take AS64500 out of asn deny',
    mended: { key: held({ kind: 'asn', deny: [64_501] }) },
  },
  time_not_allowed: {
    rule: 'key.restrictions/0.time',
    key: held({ kind: 'time', zone: 'UTC', windows: [{ from: '12:00', to: '17:00' }] }),
    nearest: 'add a time window that holds wed 11:06 (UTC)',
    mended: { key: held({ kind: 'time', zone: 'UTC', windows: [{ days: ['wed'], from: '11:00', to: '17:00' }] }) },
  },
  certificate_not_allowed: {
    rule: 'key.restrictions/0.client_certificate',
    key: held({ kind: 'client_certificate', thumbprints: ['cd'.repeat(32)] }),
    ask: { clientCertificate: HEX },
    nearest: `add ${HEX} to client_certificate thumbprints`,
    mended: { key: held({ kind: 'client_certificate', thumbprints: [HEX] }) },
  },
  scope_missing: {
    rule: 'key.scopes',
    ask: { scopes: ['orders.read', 'orders.pay'] },
    nearest: 'grant orders.pay',
    mended: { key: { scopes: compileScopes(['orders.read', 'orders.pay']) } },
  },
} as const satisfies Record<ByRules, Case>

/** Codes that several rules refuse with. */
const OTHER_RULES: readonly (Case & { readonly code: ByRules })[] = [
  {
    code: 'key_revoked',
    rule: 'version.revoked',
    version: { revokedAtMs: 1 },
    nearest: 'use another version of the key than 1',
    mended: { version: { number: 2, revokedAtMs: undefined } },
  },
  {
    code: 'key_expired',
    rule: 'version.expires_at',
    version: { expiresAtMs: NOW_MS },
    nearest: 'use the version that followed 1',
    mended: { version: { number: 2, expiresAtMs: undefined } },
  },
  {
    code: 'key_expired',
    rule: 'api.maximum.lifetime',
    key: {
      createdAtMs: NOW_MS - 2,
      apis: [{ current: { ...API, maximum: { scopes: undefined, lifetimeMs: 1, requiredRestrictions: [] } } }],
    },
    nearest: 'raise the maximum of the api, or make another key',
    mended: { key: { apis: [{ current: API }] } },
  },
  {
    code: 'api_not_allowed',
    rule: 'api.disabled',
    key: { apis: [{ current: { ...API, disabledAtMs: 1 } }] },
    nearest: 'enable the api api_1',
    mended: { key: { apis: [{ current: API }] } },
  },
  {
    code: 'api_not_allowed',
    rule: 'api.maximum.restrictions',
    key: {
      apis: [
        { current: { ...API, maximum: { scopes: undefined, lifetimeMs: undefined, requiredRestrictions: ['ip'] } } },
      ],
    },
    nearest: 'restrict the key as the maximum of the api demands',
    mended: { key: held({ kind: 'ip', allow: ['203.0.113.0/24'] }) },
  },
  {
    code: 'api_version_not_allowed',
    rule: 'key.api_version',
    key: { apiVersion: '1' },
    ask: { apiVersion: '2' },
    nearest: 'bind the key to version 2',
    mended: { key: { apiVersion: '2' } },
  },
  {
    code: 'country_not_allowed',
    rule: 'key.restrictions/0.country',
    key: held({ kind: 'country', deny: ['DE'] }),
    ask: { geo },
    nearest: 'take DE out of country deny',
    mended: { key: { restrictions: [] } },
  },
]

const all: readonly (Case & { readonly code: string })[] = [
  ...Object.entries(CASES).map(([code, each]) => ({ code, ...each })),
  ...OTHER_RULES,
]

describe.each(all)('$code by $rule', ({ code, rule, nearest, mended, ...spoiled }) => {
  const ask: Ask = { ...ASK, clientIp: addressOf('203.0.113.7'), ...spoiled.ask }
  const key: KeyPart = { ...KEY, ...spoiled.key }
  const version: VersionPart = { ...VERSION, ...spoiled.version }

  test('is told as it is decided, with the rule that would allow it', () => {
    expect(Object.keys(ERROR_STATUS)).toContain(code)
    const told = explain(key, version, ask)
    expect(told.decision).toMatchObject({ code, rule })
    expect(told.checks.filter(({ outcome }) => outcome === 'refused')).toEqual([
      { rule, code, outcome: 'refused', detail: expect.stringMatching(/^\S.*\.$/) },
    ])
    expect(told.nearest).toEqual(nearest === null ? undefined : { rule, change: nearest })
  })

  test('is allowed when that is done, and else never', () => {
    const done = decide({ ...key, ...mended?.key }, { ...version, ...mended?.version }, { ...ask, ...mended?.ask })
    expect(done.code).toBe(nearest === null ? code : 'valid')
  })
})
