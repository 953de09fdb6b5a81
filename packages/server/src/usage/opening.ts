/** When a limit that refuses lets calls through again. */
import type { LimitPolicy, LimitState } from '@claviger/core'

/** A cost above the limit never fits. */
export const neverMs = (policy: LimitPolicy): number => ('windowMs' in policy ? policy.windowMs : Infinity)

/** Calls end sooner than any window; credits come back only when somebody grants them. */
export function opensLater(one: LimitState, other: LimitState): boolean {
  const opensMs = ({ policy, resetMs }: LimitState): number => (policy.kind === 'concurrency' ? 0 : resetMs)
  return opensMs(one) > opensMs(other)
}
