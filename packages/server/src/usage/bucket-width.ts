/** How finely a limit's window is counted in the lease store. */
import { bucketWidthMs, SMALL_LIMIT, type WindowPolicy } from '@claviger/core'

/** Leases are short against the window only if buckets are; the policy's own number is the least that is promised. */
const LEAST_BUCKETS = 60

/**
 * Small limits are kept to the millisecond: that is a log of their calls, and there are never more buckets than units.
 * From their half on every call is decided in the store.
 */
export function bucketWidthOf(policy: Pick<WindowPolicy, 'limit' | 'windowMs' | 'buckets'>): number {
  const { limit, windowMs, buckets } = policy
  if (limit <= SMALL_LIMIT) return 1
  return bucketWidthMs({ limit, windowMs, buckets: Math.min(Math.max(buckets, LEAST_BUCKETS), windowMs) })
}
