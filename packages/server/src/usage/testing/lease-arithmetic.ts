/**
 * The arithmetic of a lease store, in plain TypeScript: what the SQL function `usage_draw` does, for tests that need to
 * run time themselves. A test holds the two against each other. Pure; instants are those of the store's clock.
 */
import { bucketFreedAtMs, oldestCountingBucket, retryAfterMs, usedUnits, type WindowShape } from '@claviger/core'
import { SMALL_LIMIT } from '../bucket-width.ts'
import type { DrawRequest, Grant, LimitDraw, LimitGrant, UnusedUnits } from '../lease-store.ts'

export interface Counter {
  readonly widthMs: number
  readonly lastMs: number
  readonly counts: ReadonlyMap<number, number>
}

const EMPTY: Counter = { widthMs: 1, lastMs: 0, counts: new Map() }
const CENTRAL_TTL_MS = 20
const RETURN_GRACE_MS = 250

/** One limit at one moment: what counts, in buckets of the width asked for. */
interface Situation {
  readonly nowMs: number
  readonly shape: WindowShape
  readonly counts: ReadonlyMap<number, number>
  readonly used: number
  /** Nothing of this limit is ever leased ahead. */
  readonly always: boolean
  readonly central: boolean
}

export interface Decided {
  readonly grant: Grant
  /** The counters as they are after the draw; only those that changed. */
  readonly changed: ReadonlyMap<string, Counter>
}

/** Decides one request: all of its limits are granted or none. */
export function decideDraw(
  request: DrawRequest,
  counters: ReadonlyMap<string, Counter>,
  clockMs: number,
  liveNodes: number,
): Decided {
  const situations = request.limits.map((limit) =>
    situationOf(limit, counters.get(limit.id) ?? EMPTY, clockMs, liveNodes),
  )
  const refused = situations.some(({ used, shape }) => used + request.cost > shape.limit)
  if (refused)
    return {
      grant: { granted: false, limits: situations.map((one) => refusal(one, request.cost)) },
      changed: new Map(),
    }
  const changed = new Map<string, Counter>()
  const limits = request.limits.map((limit, index): LimitGrant => {
    const situation = situations[index]
    if (situation === undefined) throw new RangeError('a limit without a situation')
    const { grant, counter } = granted(situation, request, limit, liveNodes)
    changed.set(limit.id, counter)
    return grant
  })
  return { grant: { granted: true, limits }, changed }
}

export function takeBack(counter: Counter, unused: UnusedUnits): Counter {
  const held = counter.counts.get(unused.bucket)
  if (counter.widthMs !== unused.widthMs || held === undefined) return counter
  return { ...counter, counts: new Map(counter.counts).set(unused.bucket, Math.max(0, held - unused.units)) }
}

function situationOf(limit: LimitDraw, counter: Counter, clockMs: number, liveNodes: number): Situation {
  const nowMs = Math.max(clockMs, counter.lastMs)
  const shape = shapeOf(limit)
  const oldest = oldestCountingBucket(shape, nowMs)
  const counts = new Map<number, number>()
  for (const [bucket, units] of counter.counts) {
    const at =
      counter.widthMs === limit.widthMs ? bucket : Math.floor(((bucket + 1) * counter.widthMs - 1) / limit.widthMs)
    if (at >= oldest && units > 0) counts.set(at, (counts.get(at) ?? 0) + units)
  }
  const used = usedUnits(shape, counts, nowMs)
  const always = limit.alone || limit.limit < 4 * liveNodes
  const central = always || (limit.limit <= SMALL_LIMIT && 2 * used > limit.limit)
  return { nowMs, shape, counts, used, always, central }
}

function refusal(situation: Situation, cost: number): LimitGrant {
  const { nowMs, shape, counts, used, always, central } = situation
  const remaining = Math.max(0, shape.limit - used)
  const common = { units: 0, ttlMs: 0, bucket: 0, central, remaining }
  const excess = used + cost - shape.limit
  if (excess <= 0) return { ...common, resetMs: untilFirstFreed(situation), retryMs: 0 }
  const retry = retryAfterMs(shape, counts, cost, nowMs)
  const resetMs = Number.isFinite(retry) ? retry : shape.windowMs
  const widthMs = widthOf(shape)
  let returnable = 0
  for (const [bucket, units] of counts) if ((bucket + 1) * widthMs > nowMs - RETURN_GRACE_MS) returnable += units
  const mayReturn = !always && returnable >= excess
  const retryMs = mayReturn ? Math.min(resetMs, Math.max(20, Math.min(500, Math.floor(shape.windowMs / 50)))) : resetMs
  return { ...common, resetMs, retryMs }
}

function granted(
  situation: Situation,
  request: DrawRequest,
  limit: LimitDraw,
  liveNodes: number,
): { grant: LimitGrant; counter: Counter } {
  const { nowMs, shape, counts, used, central } = situation
  const free = shape.limit - used
  const share = liveNodes > 1 ? Math.floor(free / (2 * liveNodes)) : free
  const units = central ? request.cost : Math.max(request.cost, Math.min(limit.want, share))
  const leastMs = Math.max(central ? CENTRAL_TTL_MS : leaseMs(shape, free - units), request.leastMs)
  const widthMs = widthOf(shape)
  const bucket = Math.floor((nowMs + leastMs) / widthMs)
  const ttlMs = Math.min(2 * leastMs, (bucket + 1) * widthMs - 1 - nowMs)
  const after = new Map(counts).set(bucket, (counts.get(bucket) ?? 0) + units)
  const resetMs = untilFirstFreed({ ...situation, counts: after })
  return {
    grant: { units, ttlMs, bucket, central, remaining: free - units, resetMs, retryMs: 0 },
    counter: { widthMs, lastMs: nowMs, counts: after },
  }
}

/** A quarter of the window while all of it is free, and shorter the less there is for others. */
function leaseMs({ limit, windowMs }: WindowShape, free: number): number {
  return Math.min(15_000, Math.max(20, Math.floor(windowMs / 40), Math.floor((windowMs * free) / (4 * limit))))
}

function untilFirstFreed({ nowMs, shape, counts }: Situation): number {
  return counts.size === 0 ? 0 : bucketFreedAtMs(shape, Math.min(...counts.keys())) - nowMs
}

/** core counts in buckets per window; a store in their width. The smallest number of buckets that gives this width. */
function shapeOf(limit: LimitDraw): WindowShape {
  return { limit: limit.limit, windowMs: limit.windowMs, buckets: Math.ceil(limit.windowMs / limit.widthMs) }
}

const widthOf = (shape: WindowShape): number => Math.ceil(shape.windowMs / shape.buckets)
