/**
 * A call that comes a few milliseconds before its unit opens waits for it, where refusing it would be felt.
 *
 * A small window: a limit of N that refuses every call on the edge admits only N of N + 1 calls that come evenly at exactly
 * the limit. Why waiting: the way to the store takes a time that is not known, so a call that comes exactly one window after
 * another one cannot be told from one that comes a hair earlier. Admitting it would over-admit; with a wait it is admitted
 * later instead. The wait grows by about one way with each window of full demand, up to this bound; then one call is refused
 * and the next one is early again. So with a bound of sixteen ways a limit of 1 refuses one call in about sixteen, and a limit
 * of N needs an N-th of that.
 *
 * A burst: the first lease after a rest costs as much as time would have paid back while it lasts; the last unit of a whole
 * burst waits for that.
 */
import { burstSpanMs, type BurstPolicy, type LimitPolicy, type WindowPolicy } from '@claviger/core'

/** From this limit on refusing one of N + 1 is little. */
const PATIENT_LIMIT = 16
const LEAST_MS = 20
const MOST_MS = 250
/** Of the store: for any limit, and shared out among the units of a window. */
const WAYS = 4
const SHARED_WAYS = 12
const MOST_OF_LARGE_BURST_MS = 50

/** @param wayMs how long a call of the store takes, there and back */
export function patienceMs(policy: LimitPolicy, wayMs: number): number {
  if (isPatient(policy)) return forSmall(policy, policy.limit, wayMs)
  if (policy.kind !== 'burst') return 0
  return policy.burst <= PATIENT_LIMIT ? forSmall(policy, policy.burst, wayMs) : forLargeBurst(policy, wayMs)
}

/** Whether a window is so small that its units are kept to the millisecond of their use. */
export function isPatient(policy: LimitPolicy): policy is WindowPolicy {
  return policy.kind === 'window' && policy.limit <= PATIENT_LIMIT
}

function forSmall({ windowMs }: WindowPolicy | BurstPolicy, units: number, wayMs: number): number {
  const wanted = Math.ceil((WAYS + SHARED_WAYS / units) * (wayMs + 1))
  return Math.floor(Math.min(windowMs / 10, MOST_MS, Math.max(LEAST_MS, wanted)))
}

function forLargeBurst(policy: BurstPolicy, wayMs: number): number {
  return Math.min(MOST_OF_LARGE_BURST_MS, Math.ceil(Math.max(WAYS * wayMs, burstSpanMs(policy) / 40)) + 1)
}
