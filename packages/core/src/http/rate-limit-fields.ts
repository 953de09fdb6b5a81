/**
 * The `RateLimit` and `RateLimit-Policy` fields of draft-ietf-httpapi-ratelimit-headers-10: two structured lists
 * (RFC 9651 §3.1), one item for each named limit.
 */
import type { LimitState } from '../limit/policy.ts'

/** RFC 9651 §3.3.1. */
const LARGEST_INTEGER = 999_999_999_999_999

/** `"key";q=100;w=60` for each limit; `w` in seconds. */
export function rateLimitPolicyField(states: readonly LimitState[]): string {
  return states.map(({ policy }) => `${quoted(policy.name)};q=${integer(policy.limit)};w=${seconds(policy.windowMs)}`).join(', ')
}

/** `"key";r=12;t=30` for each limit: what remains, and the seconds until more can be had. */
export function rateLimitField(states: readonly LimitState[]): string {
  return states.map(({ policy, remaining, resetMs }) => `${quoted(policy.name)};r=${integer(remaining)};t=${seconds(resetMs)}`).join(', ')
}

/** `Retry-After` (RFC 9110 §10.2.3) in whole seconds, never too early: that of the limit that blocks. At least 1. */
export function retryAfterSeconds(blocking: LimitState): number {
  return Math.max(1, seconds(blocking.resetMs))
}

const integer = (value: number): number => Math.max(0, Math.min(LARGEST_INTEGER, Math.floor(value)))
const seconds = (durationMs: number): number => integer(Math.ceil(durationMs / 1000))

/** RFC 9651 §4.1.6. Names are our own and ASCII; anything else is left out rather than sent broken. */
function quoted(text: string): string {
  return `"${text.replaceAll(/[^\x20-\x7e]/g, '').replaceAll(/["\\]/g, '\\$&')}"`
}
