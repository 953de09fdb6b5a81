/** The limits of a call, told in its answer. */
import { rateLimitFields, type LimitState } from '@claviger/core'

/** Adds `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) for every limit that was asked. */
export function pushLimitFields(fields: string[], limits: readonly LimitState[]): void {
  if (limits.length === 0) return
  const { policy, state } = rateLimitFields(limits)
  fields.push('RateLimit-Policy', policy, 'RateLimit', state)
}
