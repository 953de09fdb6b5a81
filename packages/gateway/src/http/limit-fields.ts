/** The limits of a call, told in its answer. */
import { legacyRateLimit, rateLimitFields, type LimitState } from '@claviger/core'
import type { RateLimitHeaders } from '../parts.ts'

/**
 * Adds `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers) for every limit that was asked, and where it
 * is wanted the older trio for the one that is nearest to its end.
 */
export function pushLimitFields(fields: string[], limits: readonly LimitState[], headers: RateLimitHeaders): void {
  if (limits.length === 0) return
  const { policy, state } = rateLimitFields(limits)
  fields.push('RateLimit-Policy', policy, 'RateLimit', state)
  if (headers === 'draft') return
  const legacy = legacyRateLimit(limits)
  if (legacy === undefined) return
  fields.push('X-RateLimit-Limit', legacy.limit, 'X-RateLimit-Remaining', legacy.remaining)
  fields.push('X-RateLimit-Reset', legacy.reset)
}
