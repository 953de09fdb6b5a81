/** Limits, leases and the shield; hourly sums of what was used (decisions 5, 18 and 19). */
export { createCounters, type CountersOptions, type RunningCounters } from './counters.ts'
export type { DrawRequest, Grant, LeaseStore, LimitDraw, LimitGrant, UnusedUnits } from './lease-store.ts'
export type { LimitFacts } from './leased-limits.ts'
export type { LimitPeek } from './peek-limits.ts'
export { maintainUsage, registerUsageJobs } from './maintain-usage.ts'
export { DEFAULT_SHIELD, type ShieldOptions } from './shield.ts'
export {
  readUsage,
  writeUsage,
  type UsageGroup,
  type UsageQuery,
  type UsageRecord,
  type UsageRow,
  type UsageSums,
} from './usage-hour.ts'
