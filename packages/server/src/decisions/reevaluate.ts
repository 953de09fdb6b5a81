/**
 * One journaled decision, asked again: with the parts as they are and with the parts as a change would make them, on the
 * same facts at the same instant. What differs between the two is due to the change, and to nothing else. Pure.
 */
import {
  decide,
  parseIp,
  type Ask,
  type Decision,
  type GeoLookup,
  type KeyPart,
  type RefusalCode,
} from '@claviger/core'
import { pathBehind, type DecisionRecord } from '@claviger/gateway'
import type { Compared } from '#keys'
import type { AskedTarget } from './room.ts'

/** Why a decision could not be asked again. */
export type Unasked = 'key_gone' | 'version_gone' | 'target_gone' | 'refused_elsewhere' | 'unreadable'

export interface Reevaluated {
  readonly kind: 'asked'
  /** What the call would be answered with today, and with the change. */
  readonly before: string
  readonly after: string
  /** That decides with the change. */
  readonly rule: string
  /** That decides today. */
  readonly ruleToday: string
  /** Whether today's parts decide otherwise than the journal says. */
  readonly differs: boolean
  /** The rules let it through then: whatever refused it stands behind them. */
  readonly passed: boolean
  readonly decisions: Compared<Decision>
}

export interface Facts {
  /** Undefined: there is no such key any more. */
  readonly key: Compared<KeyPart> | undefined
  /** A route or a model, as of now; undefined: there is none such any more. */
  readonly targetOf: (targetId: string) => Pick<AskedTarget, 'requiredScopes'> | undefined
  readonly geo: GeoLookup | undefined
}

/** Codes of the rules. A decision with any other code has passed them, and was refused for something else. */
const BY_RULES: Readonly<Record<Exclude<RefusalCode, 'credential_invalid' | LimitCode>, true>> = {
  key_revoked: true,
  key_deleted: true,
  key_expired: true,
  key_not_yet_valid: true,
  key_disabled: true,
  key_dormant: true,
  app_disabled: true,
  workspace_disabled: true,
  api_not_allowed: true,
  api_version_not_allowed: true,
  ip_not_allowed: true,
  origin_not_allowed: true,
  user_agent_not_allowed: true,
  request_not_allowed: true,
  country_not_allowed: true,
  asn_not_allowed: true,
  time_not_allowed: true,
  certificate_not_allowed: true,
  scope_missing: true,
}
/** A decision with such a code was refused by the rules; with any other, by what stands behind them, or not at all. */
export const isRefusedByRules = (code: string): boolean => Object.hasOwn(BY_RULES, code)

type LimitCode = 'limit_reached' | 'credits_exhausted' | 'concurrency_reached'

/** Refused before the rules were asked, or without a target to ask them about. */
const ELSEWHERE: ReadonlySet<string> = new Set([
  'feed',
  'body',
  'body.coding',
  'model.name',
  'model.access',
  'model.max_body_bytes',
  'internal',
])

export function reevaluate(record: DecisionRecord, facts: Facts): Reevaluated | Unasked {
  if (ELSEWHERE.has(record.rule)) return 'refused_elsewhere'
  if (facts.key === undefined) return 'key_gone'
  const { unchanged, changed } = facts.key
  const version = unchanged.versions.find(({ number }) => number === record.versionNumber)
  if (version === undefined) return 'version_gone'
  const scopes =
    record.targetId === undefined ? (record.facts?.scopes ?? []) : facts.targetOf(record.targetId)?.requiredScopes
  if (scopes === undefined) return 'target_gone'
  const ask = askOf(record, scopes, facts.geo)
  const today = decide(unchanged, version, ask)
  const then = decide(changed, version, ask)
  const passed = !isRefusedByRules(record.code)
  return {
    kind: 'asked',
    before: answered(today, record, passed),
    after: answered(then, record, passed),
    rule: then.rule,
    ruleToday: today.rule,
    differs: passed ? today.code !== 'valid' : today.code !== record.code,
    passed,
    decisions: { unchanged: today, changed: then },
  }
}

/** What refused a call behind the rules still does: limits and upstreams are not asked again. */
function answered(decision: Decision, record: DecisionRecord, passed: boolean): string {
  return decision.code === 'valid' && passed ? record.code : decision.code
}

function askOf(record: DecisionRecord, scopes: readonly string[], geo: GeoLookup | undefined): Ask {
  const { facts } = record
  return {
    nowMs: record.atMs,
    clientIp: parseIp(record.clientIp),
    apiId: record.apiId,
    scopes,
    origin: facts?.origin,
    referer: facts?.referer,
    userAgent: told(record.userAgent),
    method: told(record.method),
    path: facts?.path ?? (record.path === '' ? undefined : pathBehind(record.door, record.path)),
    apiVersion: facts?.apiVersion,
    clientCertificate: facts?.clientCertificate,
    geo,
  }
}

/** The journal writes '' for what nobody told. */
const told = (text: string): string | undefined => (text === '' ? undefined : text)
