/** A decision that refuses, as the error that its caller is answered with. */
import { ClavigerError } from '../error/claviger-error.ts'
import type { Decision, RefusalCode } from './decision.ts'

/** What a caller is told; operators read the rule in the journal. */
const MESSAGES = {
  credential_invalid: 'The credential is not valid.',
  key_revoked: 'The key is revoked.',
  key_deleted: 'The key is deleted.',
  key_expired: 'The key has expired.',
  key_not_yet_valid: 'The key is not valid yet.',
  key_disabled: 'The key is disabled.',
  key_dormant: 'The key has not been used for too long. Ask for it to be woken.',
  app_disabled: 'The app that the key belongs to is disabled.',
  workspace_disabled: 'The workspace that the key belongs to is disabled.',
  api_not_allowed: 'The key is not for this API.',
  api_version_not_allowed: 'The key is not for this version of the API.',
  ip_not_allowed: 'The key may not be used from this address.',
  origin_not_allowed: 'The key may not be used from this origin.',
  user_agent_not_allowed: 'The key may not be used by this user agent.',
  request_not_allowed: 'The key may not be used for this method and path.',
  country_not_allowed: 'The key may not be used from this country.',
  asn_not_allowed: 'The key may not be used from this network.',
  time_not_allowed: 'The key may not be used at this time.',
  certificate_not_allowed: 'The key may not be used without its client certificate.',
  scope_missing: 'The key lacks a scope that this needs.',
  limit_reached: 'A limit is reached.',
  credits_exhausted: 'No credits are left.',
  concurrency_reached: 'As many calls as may be are under way.',
} as const satisfies Record<RefusalCode, string>

/** @throws TypeError for a decision that is none */
export function decisionError(decision: Decision): ClavigerError {
  if (decision.code === 'valid') throw new TypeError('a valid decision is no error')
  const { missingScopes } = decision
  const facts = missingScopes === undefined ? {} : { scope: missingScopes.join(' ') }
  return new ClavigerError(decision.code, MESSAGES[decision.code], { facts })
}
