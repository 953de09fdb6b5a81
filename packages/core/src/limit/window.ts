/**
 * "At most `limit` units in ANY window of `windowMs`", kept in sub-buckets: a bucket counts in full until the whole of
 * it has left the window. So nothing is ever over-admitted, wherever the window begins; steady demand gets at least
 * `buckets / (buckets + 1)` of the limit. (A fixed window, a sliding-window counter and GCRA with a full burst let
 * through nearly twice the limit in the worst case.)
 *
 * The lease store does the same arithmetic in SQL. A lease is charged, when it is drawn, to the bucket of its expiry:
 * none of its units can be used later. So buckets after the current one count too.
 *
 * Pure. Instants are milliseconds (`…AtMs`, `nowMs`) of one clock, durations milliseconds (`…Ms`), costs units.
 */
import type { LocalCounter } from './local-counter.ts'
import type { WindowPolicy } from './policy.ts'

/** What of a policy the arithmetic needs. */
export type WindowShape = Pick<WindowPolicy, 'limit' | 'windowMs' | 'buckets'>

/** Charged units by `bucketOf`. */
export type BucketCounts = ReadonlyMap<number, number>

const MOST_BUCKETS = 60

/**
 * How many sub-buckets a window gets: 60, or one for each millisecond. Calls that come evenly at the limit lose about one
 * in `limit` plus one in the number of buckets, so with only 10 buckets some limits would admit less than 90 % of them.
 */
export function bucketsFor(windowMs: number): number {
  return Math.max(1, Math.min(MOST_BUCKETS, Math.floor(windowMs)))
}

/** Rounded up, so that the buckets always cover the window. */
export function bucketWidthMs(shape: WindowShape): number {
  return Math.ceil(shape.windowMs / shape.buckets)
}

/** The number of the bucket that an instant falls into. */
export function bucketOf(shape: WindowShape, atMs: number): number {
  return Math.floor(atMs / bucketWidthMs(shape))
}

/** The oldest bucket that still counts: the one that the window's start lies in. At most `buckets` before the current. */
export function oldestCountingBucket(shape: WindowShape, nowMs: number): number {
  return bucketOf(shape, nowMs - shape.windowMs)
}

/** The instant from which a bucket no longer counts: the window's start has reached the bucket's end. */
export function bucketFreedAtMs(shape: WindowShape, bucket: number): number {
  return (bucket + 1) * bucketWidthMs(shape) + shape.windowMs
}

/** How long after its instant a charge counts at most: what a store must keep. */
export function rememberedMs(shape: WindowShape): number {
  return shape.windowMs + bucketWidthMs(shape)
}

/** What counts against the limit now; buckets of the future (leases not yet expired) included. */
export function usedUnits(shape: WindowShape, counts: BucketCounts, nowMs: number): number {
  const oldest = oldestCountingBucket(shape, nowMs)
  let sum = 0
  for (const [bucket, units] of counts) if (bucket >= oldest) sum += units
  return sum
}

/**
 * The earliest moment, as a delay from now, from which `cost` units fit if nothing else is charged until then.
 *
 * @returns 0 when they fit now; Infinity when they never do, because they are more than the limit
 */
export function retryAfterMs(shape: WindowShape, counts: BucketCounts, cost: number, nowMs: number): number {
  if (cost > shape.limit) return Infinity
  let excess = usedUnits(shape, counts, nowMs) + cost - shape.limit
  if (excess <= 0) return 0
  const oldest = oldestCountingBucket(shape, nowMs)
  const counting = [...counts.keys()].filter((bucket) => bucket >= oldest).toSorted((one, other) => one - other)
  for (const bucket of counting) {
    excess -= counts.get(bucket) ?? 0
    if (excess <= 0) return bucketFreedAtMs(shape, bucket) - nowMs
  }
  return Infinity
}

/**
 * A window's counter in this process. Hand it a monotonic clock: one that steps back does not reopen what has been
 * forgotten, time stands still for the counter until the clock has caught up.
 */
export class WindowCounter implements LocalCounter {
  readonly #shape: WindowShape
  readonly #widthMs: number
  /** The buckets from `#oldest` to `#newest`, never more than fit; bucket `n` stands at `n % length`. */
  readonly #units: Float64Array
  #oldest = 0
  #newest = 0
  #used = 0

  /** @throws RangeError for a shape that is none, or an instant below 0: shapes are checked where a limit is declared */
  constructor(shape: WindowShape, startAtMs = 0) {
    const hasBuckets = Number.isInteger(shape.buckets) && shape.buckets >= 1
    if (!(hasBuckets && shape.limit >= 0 && shape.windowMs >= 1 && startAtMs >= 0)) {
      throw new RangeError('a window needs a limit of 0 or more, a length of 1 ms or more, and at least one bucket')
    }
    this.#shape = shape
    this.#widthMs = bucketWidthMs(shape)
    this.#units = new Float64Array(shape.buckets + 1)
    this.#advance(startAtMs)
  }

  /** Charges `cost` units if they fit; charges nothing when they do not. */
  take(cost: number, nowMs: number): boolean {
    if (!this.admits(cost, nowMs)) return false
    this.charge(cost, nowMs)
    return true
  }

  /** Whether `take` would succeed. Several limits are first all asked with this, then all charged or none. */
  admits(cost: number, nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#used + cost <= this.#shape.limit
  }

  /** Charges without asking. */
  charge(cost: number, nowMs: number): void {
    this.#advance(nowMs)
    const at = this.#newest % this.#units.length
    this.#units[at] = (this.#units[at] ?? 0) + cost
    this.#used += cost
  }

  remaining(nowMs: number): number {
    this.#advance(nowMs)
    return Math.max(0, this.#shape.limit - this.#used)
  }

  /** 0 when `cost` fits now, Infinity when it never does; else the exact delay, as the function of this name. */
  retryAfterMs(cost: number, nowMs: number): number {
    this.#advance(nowMs)
    if (this.#used + cost <= this.#shape.limit) return 0
    return retryAfterMs(this.#shape, this.#counts(), cost, nowMs)
  }

  /** Until any more units can be had; 0 when nothing is used. */
  resetMs(nowMs: number): number {
    this.#advance(nowMs)
    for (let bucket = this.#oldest; bucket <= this.#newest; bucket += 1) {
      if ((this.#units[bucket % this.#units.length] ?? 0) > 0) return bucketFreedAtMs(this.#shape, bucket) - nowMs
    }
    return 0
  }

  /** Whether nothing counts any more, so that the counter may be dropped. */
  isIdle(nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#used === 0
  }

  #counts(): BucketCounts {
    const counts = new Map<number, number>()
    for (let bucket = this.#oldest; bucket <= this.#newest; bucket += 1) {
      counts.set(bucket, this.#units[bucket % this.#units.length] ?? 0)
    }
    return counts
  }

  #advance(nowMs: number): void {
    // Nothing was charged before instant 0, so buckets below 0 are never asked for.
    const oldest = Math.max(0, Math.floor((nowMs - this.#shape.windowMs) / this.#widthMs))
    const units = this.#units
    if (oldest > this.#oldest) {
      const last = Math.min(oldest - 1, this.#newest)
      for (let bucket = this.#oldest; bucket <= last; bucket += 1) {
        const at = bucket % units.length
        this.#used -= units[at] ?? 0
        units[at] = 0
      }
      this.#oldest = oldest
    }
    const newest = Math.floor(nowMs / this.#widthMs)
    if (newest > this.#newest) this.#newest = newest
  }
}
