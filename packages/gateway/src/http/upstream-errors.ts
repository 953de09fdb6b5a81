/** What the caller is told when it is not the caller's fault. No host names: those are for the log. */
import { ClavigerError } from '@claviger/core'
import type { CutReason } from '../open-streams.ts'
import type { EgressFailureCode } from '../ports.ts'

const FAILURES = {
  origin_not_allowed: ['upstream_not_allowed', 'The credential of this route may not be used here.'],
  address_not_allowed: ['upstream_not_allowed', 'The address of the upstream is not allowed.'],
  credential_unavailable: ['unavailable', 'The credential for the upstream cannot be opened at the moment.'],
  body_too_large: ['body_too_large', 'The body is too large to be signed for the upstream.'],
  unreachable: ['upstream_unreachable', 'The upstream cannot be reached.'],
  timeout_connect: ['upstream_timeout', 'The upstream did not accept the connection in time.'],
  timeout_first_byte: ['upstream_timeout', 'The upstream did not answer in time.'],
  timeout_idle: ['upstream_timeout', 'The upstream fell silent within its answer.'],
  timeout_total: ['upstream_timeout', 'The upstream did not finish in time.'],
  invalid: ['upstream_invalid', 'The upstream sent what is no valid answer.'],
  cut: ['upstream_invalid', 'The upstream ended within its answer.'],
} as const satisfies Record<EgressFailureCode, readonly [string, string]>

export function failureError(code: EgressFailureCode): ClavigerError {
  const [errorCode, message] = FAILURES[code]
  return new ClavigerError(errorCode, message)
}

export function upstreamInvalid(): ClavigerError {
  return failureError('invalid')
}

export function cutError(reason: CutReason): ClavigerError {
  switch (reason) {
    case 'revoked':
      return new ClavigerError('key_revoked', 'The key was revoked.')
    case 'draining':
      return new ClavigerError('draining', 'The server is shutting down.', { retryAfterSeconds: 5 })
  }
}
