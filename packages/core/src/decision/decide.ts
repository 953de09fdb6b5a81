/**
 * The one decision: may this key, now, from here, do this?
 * Pure; the caller hands in the time. Limits are asked after this says yes (see `limit/`).
 */
import type { ErrorCode } from '../error/codes.ts'
import type { IpAddress } from '../net/ip.ts'
import type { KeyPart, VersionPart } from './parts.ts'

export interface Ask {
  readonly nowMs: number
  /** The end client, after trusted proxies; undefined when nobody told us. */
  readonly clientIp: IpAddress | undefined
  /** The api whose door was knocked at; undefined when the caller did not name one. */
  readonly apiId: string | undefined
  /** All of these are needed. */
  readonly scopes: readonly string[]
}

/** A decision's code: `valid`, or the error code of the first rule that refused. */
export type DecisionCode =
  | 'valid'
  | Extract<
      ErrorCode,
      | 'credential_invalid'
      | 'key_revoked'
      | 'key_expired'
      | 'key_not_yet_valid'
      | 'key_disabled'
      | 'app_disabled'
      | 'workspace_disabled'
      | 'api_not_allowed'
      | 'ip_not_allowed'
      | 'scope_missing'
      | 'limit_reached'
      | 'concurrency_reached'
      | 'credits_exhausted'
    >

export interface Decision {
  readonly code: DecisionCode
  /** Which rule decided, for people: `version.revoked`, `key.cidr_allow`, … */
  readonly rule: string
  /** The scopes that were asked for and are not held. */
  readonly missingScopes?: readonly string[]
}

const VALID: Decision = Object.freeze({ code: 'valid', rule: 'all' })

/** Decides; the order of the rules is part of the contract: the first that refuses is the answer. */
export function decide(key: KeyPart, version: VersionPart, ask: Ask): Decision {
  const { nowMs } = ask
  if (key.revokedAtMs !== undefined) return { code: 'key_revoked', rule: 'key.revoked' }
  if (version.revokedAtMs !== undefined) return { code: 'key_revoked', rule: 'version.revoked' }
  if (key.expiresAtMs !== undefined && nowMs >= key.expiresAtMs) return { code: 'key_expired', rule: 'key.expires_at' }
  if (version.expiresAtMs !== undefined && nowMs >= version.expiresAtMs) {
    return { code: 'key_expired', rule: 'version.expires_at' }
  }
  if (key.notBeforeAtMs !== undefined && nowMs < key.notBeforeAtMs) {
    return { code: 'key_not_yet_valid', rule: 'key.not_before' }
  }
  if (key.workspace.current.disabledAtMs !== undefined)
    return { code: 'workspace_disabled', rule: 'workspace.disabled' }
  if (key.app.current.disabledAtMs !== undefined) return { code: 'app_disabled', rule: 'app.disabled' }
  if (key.disabledAtMs !== undefined) return { code: 'key_disabled', rule: 'key.disabled' }
  const api = apiRule(key, ask.apiId)
  if (api !== undefined) return api
  if (key.cidrAllow !== undefined && !(ask.clientIp !== undefined && key.cidrAllow.contains(ask.clientIp))) {
    return { code: 'ip_not_allowed', rule: 'key.cidr_allow' }
  }
  // Most keys hold what is asked for: the list of what is missing is made only when something is.
  for (const scope of ask.scopes) if (!key.scopes.has(scope)) return scopeMissing(key, ask.scopes)
  return VALID
}

function apiRule(key: KeyPart, apiId: string | undefined): Decision | undefined {
  if (apiId === undefined) return undefined
  for (const { current } of key.apis) {
    if (current.id !== apiId) continue
    return current.disabledAtMs === undefined ? undefined : { code: 'api_not_allowed', rule: 'api.disabled' }
  }
  return { code: 'api_not_allowed', rule: 'key.apis' }
}

function scopeMissing(key: KeyPart, asked: readonly string[]): Decision {
  return { code: 'scope_missing', rule: 'key.scopes', missingScopes: asked.filter((scope) => !key.scopes.has(scope)) }
}
