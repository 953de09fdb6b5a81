/** A limit's part for one process: what it decides with alone, when the counter that all share cannot be reached. Pure. */
import { BurstCounter } from './burst.ts'
import type { LocalCounter } from './local-counter.ts'
import type { LimitPolicy } from './policy.ts'
import { SlotCounter } from './slots.ts'
import { WindowCounter, bucketsFor } from './window.ts'
import { SMALL_LIMIT, WindowLog } from './window-log.ts'

/** A period of the calendar, where one is needed as a length: the shortest of its kind. */
const PERIOD_MS = { day: 86_400_000, week: 604_800_000, month: 28 * 86_400_000, year: 365 * 86_400_000 } as const

/**
 * A counter of a limit in this process alone, for the `liveNodes`-th part of it: at least one unit, so with more processes
 * than units more than the limit passes. Credits have none: who cannot ask the ledger cannot know what is left.
 *
 * @returns undefined for credits
 */
export function openLocalCounter(policy: LimitPolicy, liveNodes: number, nowMs: number): LocalCounter | undefined {
  const limit = share(policy.limit, liveNodes)
  switch (policy.kind) {
    case 'window':
      return openWindowCounter(limit, policy.windowMs, nowMs)
    case 'burst':
      return new BurstCounter({ limit, windowMs: policy.windowMs, burst: share(policy.burst, liveNodes) }, nowMs)
    case 'concurrency':
      return new SlotCounter(limit)
    case 'quota':
      return openWindowCounter(limit, PERIOD_MS[policy.period], nowMs)
    case 'credits':
      return undefined
  }
}

const share = (whole: number, liveNodes: number): number => Math.max(1, Math.floor(whole / Math.max(1, liveNodes)))

/** Small limits are kept to the millisecond, others in sub-buckets: as the lease store does. */
export function openWindowCounter(limit: number, windowMs: number, nowMs: number): LocalCounter {
  if (limit <= SMALL_LIMIT) return new WindowLog({ limit, windowMs })
  return new WindowCounter({ limit, windowMs, buckets: bucketsFor(windowMs) }, nowMs)
}
