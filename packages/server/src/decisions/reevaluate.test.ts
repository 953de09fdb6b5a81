import {
  compileRestrictions,
  compileScopes,
  decide,
  parseIp,
  type Ask,
  type KeyPart,
  type Restriction,
} from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import { describe, expect, test } from 'vitest'
import { decodeDecision, encodeDecision } from '#audit'
import { reevaluate, type Facts } from './reevaluate.ts'
import { keyWith, version } from './testing/parts.ts'

const AT_MS = Date.UTC(2026, 10, 18, 11, 6, 40)
const CERTIFICATE = 'ab'.repeat(32)
const geo = { countryOf: () => 'DE', asnOf: () => 64_500 }

const WHOLE: Ask = {
  nowMs: AT_MS,
  clientIp: parseIp('10.1.2.3'),
  apiId: undefined,
  scopes: ['read'],
  origin: 'https://app.example.com',
  referer: undefined,
  userAgent: 'MyApp/1',
  method: 'GET',
  path: '/orders/17',
  apiVersion: '2026-11',
  clientCertificate: CERTIFICATE,
  geo,
}

/** As a door journals it, through a line of the journal. */
function journaled(ask: Ask, code: string, members: Partial<DecisionRecord> = {}): DecisionRecord {
  const { scopes, origin, referer, clientCertificate, apiVersion } = ask
  return decodeDecision(
    encodeDecision({
      atMs: ask.nowMs,
      requestId: 'req_1',
      door: 'verify',
      workspaceId: 'wsp_1',
      appId: 'app_1',
      keyId: 'key_1',
      versionNumber: 1,
      apiId: ask.apiId,
      targetId: undefined,
      method: ask.method ?? '',
      path: ask.path ?? '',
      clientIp: ask.clientIp === undefined ? '' : '10.1.2.3',
      userAgent: ask.userAgent ?? '',
      code,
      rule: 'some',
      status: 200,
      durationMs: 1,
      usage: undefined,
      facts: { scopes, origin, referer, clientCertificate, apiVersion },
      ...members,
    }),
  )
}

const factsOf = (unchanged: KeyPart, changed = unchanged, members: Partial<Facts> = {}): Facts => ({
  key: { unchanged, changed },
  targetOf: () => undefined,
  geo,
  ...members,
})

const KINDS: readonly Restriction[] = [
  { kind: 'ip', allow: ['10.0.0.0/8'] },
  { kind: 'ip', allow: ['192.0.2.0/24'] },
  { kind: 'origin', allow: ['https://*.example.com'] },
  { kind: 'origin', allow: ['https://example.org'] },
  { kind: 'user_agent', allow: ['MyApp/*'] },
  { kind: 'user_agent', deny: ['MyApp/*'] },
  { kind: 'request', allow: [{ methods: ['GET'], path: '/orders/{id}' }] },
  { kind: 'request', allow: [{ methods: ['POST'], path: '/orders/{id}' }] },
  { kind: 'country', allow: ['DE'] },
  { kind: 'country', deny: ['DE'] },
  { kind: 'asn', allow: [64_500] },
  { kind: 'asn', allow: [64_501] },
  { kind: 'time', zone: 'UTC', windows: [{ days: ['wed'], from: '11:00', to: '12:00' }] },
  { kind: 'time', zone: 'UTC', windows: [{ days: ['thu'], from: '11:00', to: '12:00' }] },
  { kind: 'client_certificate', thumbprints: [CERTIFICATE] },
  { kind: 'client_certificate', thumbprints: ['cd'.repeat(32)] },
  { kind: 'api_version', allow: ['2026-11'] },
  { kind: 'api_version', allow: ['2026-12'] },
]

/** Nothing was told but the time. */
const BARE: Ask = {
  ...WHOLE,
  clientIp: undefined,
  scopes: [],
  origin: undefined,
  userAgent: undefined,
  method: undefined,
  path: undefined,
  apiVersion: undefined,
  clientCertificate: undefined,
}
const BY_REFERER: Ask = { ...BARE, referer: 'https://app.example.com' }

describe('a journaled decision', () => {
  test.each(KINDS)('is asked again on the facts that it was made on: %o', (restriction) => {
    const key = keyWith({ restrictions: compileRestrictions([restriction]) })
    for (const ask of [WHOLE, BARE, BY_REFERER]) {
      const { code } = decide(key, version, ask)
      const again = reevaluate(journaled(ask, code), factsOf(keyWith(), key))
      expect(again).toMatchObject({ before: 'valid', after: code })
      expect(reevaluate(journaled(ask, code), factsOf(key))).toMatchObject({
        before: code,
        after: code,
        differs: false,
      })
    }
  })

  test('that something behind the rules refused stays refused by it, unless a rule refuses it now', () => {
    const poor = keyWith({ scopes: compileScopes([]) })
    for (const code of ['limit_reached', 'method_not_allowed', 'upstream_timeout', 'counters_unavailable']) {
      const record = journaled(WHOLE, code)
      expect(reevaluate(record, factsOf(keyWith()))).toMatchObject({ before: code, after: code, differs: false })
      expect(reevaluate(record, factsOf(keyWith(), poor))).toMatchObject({ before: code, after: 'scope_missing' })
      expect(reevaluate(record, factsOf(poor, keyWith()))).toMatchObject({
        before: 'scope_missing',
        after: code,
        differs: true,
      })
    }
  })

  test('of a target is asked with what the target needs now', () => {
    const record = journaled({ ...WHOLE, scopes: [] }, 'valid', { door: 'gw', targetId: 'rte_1' })
    const needing = (scopes: readonly string[] | undefined): Facts =>
      factsOf(keyWith(), keyWith(), {
        targetOf: (id) => (id === 'rte_1' && scopes !== undefined ? { requiredScopes: scopes } : undefined),
      })
    expect(reevaluate(record, needing(['read']))).toMatchObject({ before: 'valid', differs: false })
    expect(reevaluate(record, needing(['write']))).toMatchObject({ before: 'scope_missing', differs: true })
    expect(reevaluate(record, needing(undefined))).toBe('target_gone')
  })

  test('that was made otherwise then is told from what a change would do', () => {
    const disabled = keyWith({ disabledAtMs: AT_MS + 1 })
    expect(reevaluate(journaled(WHOLE, 'valid'), factsOf(disabled))).toMatchObject({
      before: 'key_disabled',
      after: 'key_disabled',
      ruleToday: 'key.disabled',
      differs: true,
    })
    expect(reevaluate(journaled(WHOLE, 'key_disabled'), factsOf(keyWith(), disabled))).toMatchObject({
      before: 'valid',
      after: 'key_disabled',
      differs: true,
    })
  })

  test.each([
    ['key_gone', {}, { key: undefined }],
    ['version_gone', { versionNumber: 2 }, {}],
    ['refused_elsewhere', { code: 'feed_lost', rule: 'feed' }, {}],
    ['refused_elsewhere', { code: 'body_too_large', rule: 'body' }, {}],
    ['refused_elsewhere', { code: 'model_not_found', rule: 'model.name' }, {}],
  ] as const)('cannot be asked again: %s', (why, members, facts) => {
    expect(reevaluate(journaled(WHOLE, 'valid', members), factsOf(keyWith(), keyWith(), facts))).toBe(why)
  })
})
