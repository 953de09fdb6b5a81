/** Limits, leases, credits and the shield; hourly sums of what was used (decisions 5 and 18 to 20). */
export { createCounters, type CountersOptions, type RunningCounters } from './counters.ts'
export type { DrawRequest, Grant, LeaseStore, LimitDraw, LimitGrant, Returned } from './lease-store.ts'
export type { LimitFacts } from './leased-limits.ts'
export type { LimitPeek } from './peek-limits.ts'
export type { LossFacts, OnLoss } from './losses.ts'
export {
  bookCredits,
  listCreditEntries,
  listOpenBlocks,
  readCredits,
  type CreditBalance,
  type CreditCaller,
  type CreditLedgerEntry,
  type NewCreditEntry,
  type OpenBlock,
} from './credits.ts'
export { Partitions } from './partitions.ts'
export { pastBalance } from './past-balance.ts'
export { creditOperations } from './routes.ts'
export { shieldOperations } from './routes-shield.ts'
export type { UsageRoom } from './room.ts'
export { noteCreditSpends, settleCredits } from './settle-credits.ts'
export { openRedisLeases } from './open-redis-leases.ts'
export type { RedisLeaseStore, RedisLeaseStoreOptions } from './redis-lease-store.ts'
export { maintainUsage, registerUsageJobs } from './maintain-usage.ts'
export { limitsFromColumn, limitsToColumn, policiesFromColumn } from './limits-column.ts'
export { areLimitsKept } from './limits-kept.ts'
export { limitPolicyOf, limitSchema, limitsSchema, type LimitOwner, type WireLimit } from './limit-schema.ts'
export { openShieldBoard, type ShieldBoard } from './shield-board.ts'
export { liftedBy } from './shield-blocks.ts'
export { SHIELD_SCOPES, type ShieldBlock, type ShieldOptions, type ShieldScope } from './shield.ts'
export {
  readUsage,
  UsageTally,
  writeTally,
  writeUsage,
  type UsageGroup,
  type UsageQuery,
  type UsageRecord,
  type UsageRow,
  type UsageSums,
} from './usage-hour.ts'
