/** How finely a limit's window is counted in the lease store. */
import { bucketWidthMs, type WindowPolicy } from '@claviger/core'

/**
 * A limit so small is kept about as exactly as a log of its calls would be (no more buckets than calls are ever in use),
 * and from its half on every call is decided in the store.
 */
export const SMALL_LIMIT = 64
const BUCKETS_OF_SMALL = 1_024
/** Leases are short against the window only if buckets are; the policy's own number is the least that is promised. */
const LEAST_BUCKETS = 60

export function bucketWidthOf(policy: Pick<WindowPolicy, 'limit' | 'windowMs' | 'buckets'>): number {
  const { limit, windowMs, buckets } = policy
  const wanted = limit <= SMALL_LIMIT ? BUCKETS_OF_SMALL : Math.max(buckets, LEAST_BUCKETS)
  return bucketWidthMs({ limit, windowMs, buckets: Math.min(wanted, windowMs) })
}
