/** What is asked of the decision core, and what it answers. */
import type { ErrorCode } from '../error/codes.ts'
import type { RestrictionFacts } from '../restriction/restriction.ts'

/** One call by one key, with what is known of it. */
export interface Ask extends RestrictionFacts {
  /** The api whose door was knocked at; undefined when the caller did not name one. */
  readonly apiId: string | undefined
  /** All of these are needed. */
  readonly scopes: readonly string[]
}

/** Why not: an error code, which is public. Limits are asked after `decide`, by whoever holds the counters. */
export type RefusalCode = Extract<
  ErrorCode,
  | 'credential_invalid'
  | 'key_revoked'
  | 'key_deleted'
  | 'key_expired'
  | 'key_not_yet_valid'
  | 'key_disabled'
  | 'key_dormant'
  | 'app_disabled'
  | 'workspace_disabled'
  | 'api_not_allowed'
  | 'api_version_not_allowed'
  | 'ip_not_allowed'
  | 'origin_not_allowed'
  | 'user_agent_not_allowed'
  | 'request_not_allowed'
  | 'country_not_allowed'
  | 'asn_not_allowed'
  | 'time_not_allowed'
  | 'certificate_not_allowed'
  | 'scope_missing'
  | 'limit_reached'
  | 'credits_exhausted'
  | 'concurrency_reached'
>

/** A decision's code: `valid`, or the code of the first rule that refused. */
export type DecisionCode = 'valid' | RefusalCode

/** What a restriction or limit in shadow mode would have refused. */
export interface ShadowRefusal {
  readonly code: RefusalCode
  readonly rule: string
}

/** The shared list of nothing. */
export const NO_SHADOW: readonly ShadowRefusal[] = Object.freeze([])

export interface Decision {
  readonly code: DecisionCode
  /** Which rule decided, for people: `version.revoked`, `key.restrictions/0.ip`, … */
  readonly rule: string
  /** Of the rules that were reached, in their order. */
  readonly shadow: readonly ShadowRefusal[]
  /** The scopes that were asked for and are not held. */
  readonly missingScopes?: readonly string[]
}
