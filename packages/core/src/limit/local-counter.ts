/** What a counter in one process's memory can do, of whichever kind. Instants are of a monotonic clock. */
export interface LocalCounter {
  /** Whether `cost` units fit. Several limits are first all asked with this, then all charged or none. */
  admits(cost: number, nowMs: number): boolean
  /** Charges without asking. */
  charge(cost: number, nowMs: number): void
  remaining(nowMs: number): number
  /** 0 when `cost` fits now, Infinity when it never does or nobody knows; else the exact delay, if nothing else happens. */
  retryAfterMs(cost: number, nowMs: number): number
  /** Until any more units can be had; 0 when nothing is used. */
  resetMs(nowMs: number): number
  /** Whether nothing counts any more, so that the counter may be dropped. */
  isIdle(nowMs: number): boolean
}
