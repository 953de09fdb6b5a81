/**
 * "At most N in any window", with a bound that always holds and little memory.
 *
 * The window is cut into `buckets` sub-buckets of equal width. What is charged counts until its whole bucket has left
 * the window, so the oldest bucket counts in full: over-admission is 0 for every window, wherever it begins; under-
 * admission is at most one bucket's width. (A fixed window, a sliding-window counter and GCRA with a full burst all let
 * through nearly twice the limit in the worst case.) Instants are ms; bucket ids are instants divided by the width.
 */
import type { LimitPolicy } from './policy.ts'

export type WindowShape = Pick<LimitPolicy, 'limit' | 'windowMs' | 'buckets'>

/** Rounded up: a wider bucket only counts longer. */
export function bucketWidthMs(shape: WindowShape): number {
  return Math.ceil(shape.windowMs / shape.buckets)
}

export function bucketOf(shape: WindowShape, atMs: number): number {
  return Math.floor(atMs / bucketWidthMs(shape))
}

/** The oldest bucket that still counts at `nowMs`: it may end within the window. */
export function oldestCountingBucket(shape: WindowShape, nowMs: number): number {
  return bucketOf(shape, nowMs - shape.windowMs)
}

/** How long one sub-bucket's charge is remembered at most, in ms: what must be kept in a store. */
export function rememberedMs(shape: WindowShape): number {
  return shape.windowMs + 2 * bucketWidthMs(shape)
}

/** Charged units by bucket id. */
export type BucketCounts = ReadonlyMap<number, number>

/** Units that count against the limit at `nowMs`; charges in the future (leases) count too. */
export function usedUnits(shape: WindowShape, counts: BucketCounts, nowMs: number): number {
  const oldest = oldestCountingBucket(shape, nowMs)
  let used = 0
  for (const [bucket, units] of counts) if (bucket >= oldest) used += units
  return used
}

/**
 * How long until `cost` units fit, if nothing else is charged: the earliest instant at which enough of the oldest
 * buckets have left the window, in ms from `nowMs`. 0: they fit now. Infinity: they never will.
 */
export function retryAfterMs(shape: WindowShape, counts: BucketCounts, cost: number, nowMs: number): number {
  if (cost > shape.limit) return Number.POSITIVE_INFINITY
  const oldest = oldestCountingBucket(shape, nowMs)
  const living = [...counts].filter(([bucket, units]) => bucket >= oldest && units > 0).toSorted(([a], [b]) => a - b)
  let surplus = living.reduce((sum, [, units]) => sum + units, 0) + cost - shape.limit
  if (surplus <= 0) return 0
  for (const [bucket, units] of living) {
    surplus -= units
    // A bucket stops counting when the window's start has reached the bucket's end.
    if (surplus <= 0) return (bucket + 1) * bucketWidthMs(shape) + shape.windowMs - nowMs
  }
  return Number.POSITIVE_INFINITY
}

/** A window in this process's memory: for approximate limits, and for whoever owns the only counter. */
export class WindowCounter {
  readonly #shape: WindowShape
  readonly #counts = new Map<number, number>()

  constructor(shape: WindowShape) {
    this.#shape = shape
  }

  /** Charges all of `cost`, or nothing. A clock that steps back charges the latest bucket it has seen. */
  take(cost: number, nowMs: number): boolean {
    this.#forget(nowMs)
    if (usedUnits(this.#shape, this.#counts, nowMs) + cost > this.#shape.limit) return false
    const bucket = Math.max(bucketOf(this.#shape, nowMs), this.#latest())
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + cost)
    return true
  }

  remaining(nowMs: number): number {
    return Math.max(0, this.#shape.limit - usedUnits(this.#shape, this.#counts, nowMs))
  }

  retryAfterMs(cost: number, nowMs: number): number {
    return retryAfterMs(this.#shape, this.#counts, cost, nowMs)
  }

  /** True when nothing counts any more, so that the counter may be dropped. */
  isIdle(nowMs: number): boolean {
    this.#forget(nowMs)
    return this.#counts.size === 0
  }

  #latest(): number {
    let latest = Number.NEGATIVE_INFINITY
    for (const bucket of this.#counts.keys()) if (bucket > latest) latest = bucket
    return latest
  }

  #forget(nowMs: number): void {
    const oldest = oldestCountingBucket(this.#shape, nowMs)
    for (const bucket of this.#counts.keys()) if (bucket < oldest) this.#counts.delete(bucket)
  }
}
