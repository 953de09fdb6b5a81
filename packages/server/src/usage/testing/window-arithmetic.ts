/** Windows in a lease store: units stand in the bucket in which their lease ends. */
import {
  bucketFreedAtMs,
  oldestCountingBucket,
  retryAfterMs,
  SMALL_LIMIT,
  usedUnits,
  type WindowShape,
} from '@claviger/core'
import type { LimitGrant, Returned, WindowDraw } from '../lease-store.ts'
import { CENTRAL_TTL_MS, leaseMs, unitsFor, type Asking, type Sight } from './sight.ts'

export interface WindowState {
  readonly widthMs: number
  readonly lastMs: number
  readonly counts: ReadonlyMap<number, number>
}

type Books = Map<string, WindowState>

const RETURN_GRACE_MS = 250

/** One window at one moment: what counts, in buckets of the width asked for. */
interface Situation {
  readonly nowMs: number
  readonly shape: WindowShape
  readonly counts: ReadonlyMap<number, number>
  readonly central: boolean
}

export function window(draw: WindowDraw, books: Books, asking: Asking): Sight {
  const { cost, clockMs, liveNodes } = asking
  const state = books.get(draw.id)
  const nowMs = Math.max(clockMs, state?.lastMs ?? 0)
  const shape = shapeOf(draw)
  const counts = countsAt(draw, shape, state, nowMs)
  const used = usedUnits(shape, counts, nowMs)
  const always = draw.alone || draw.limit < 4 * liveNodes
  const central = always || (draw.limit <= SMALL_LIMIT && 2 * used > draw.limit)
  const situation = { nowMs, shape, counts, central }
  const delayMs = retryAfterMs(shape, counts, cost, nowMs)
  return {
    central,
    remaining: Math.max(0, draw.limit - used),
    delayMs,
    resetMs: untilFirstFreed(shape, counts, nowMs),
    refusal: refusal(situation, always, delayMs, used + cost - draw.limit),
    charge: (delayMs) => charge(draw, books, asking, { ...situation, delayMs }),
  }
}

export function takeBackWindow(books: Books, returned: Extract<Returned, { kind: 'window' }>): void {
  const state = books.get(returned.id)
  const held = state?.counts.get(returned.bucket)
  if (state === undefined || state.widthMs !== returned.widthMs || held === undefined) return
  const taken = Math.min(held, returned.units)
  const counts = new Map(state.counts).set(returned.bucket, held - taken)
  const { usedBucket } = returned
  if (usedBucket !== undefined) counts.set(usedBucket, (counts.get(usedBucket) ?? 0) + taken)
  books.set(returned.id, { ...state, counts })
}

function countsAt(draw: WindowDraw, shape: WindowShape, state: WindowState | undefined, nowMs: number) {
  const oldest = oldestCountingBucket(shape, nowMs)
  const counts = new Map<number, number>()
  for (const [bucket, units] of state?.counts ?? []) {
    const widthMs = state?.widthMs ?? draw.widthMs
    const at = widthMs === draw.widthMs ? bucket : Math.floor(((bucket + 1) * widthMs - 1) / draw.widthMs)
    if (at >= oldest && units > 0) counts.set(at, (counts.get(at) ?? 0) + units)
  }
  return counts
}

function refusal({ shape, counts, nowMs }: Situation, always: boolean, delayMs: number, excess: number) {
  const resetMs = Number.isFinite(delayMs) ? delayMs : shape.windowMs
  const widthMs = widthOf(shape)
  let returnable = 0
  for (const [bucket, units] of counts) if ((bucket + 1) * widthMs > nowMs - RETURN_GRACE_MS) returnable += units
  const mayReturn = !always && returnable >= excess
  const retryMs = mayReturn ? Math.min(resetMs, Math.max(20, Math.min(500, Math.floor(shape.windowMs / 50)))) : resetMs
  return { resetMs, retryMs }
}

function charge(
  draw: WindowDraw,
  books: Books,
  asking: Asking,
  at: Situation & { readonly delayMs: number },
): LimitGrant {
  const { nowMs, shape, counts, central, delayMs } = at
  const free = shape.limit - usedUnits(shape, counts, nowMs + delayMs)
  const units = unitsFor(asking, draw.want, free, central)
  const least = central ? CENTRAL_TTL_MS : leaseMs(shape.limit, shape.windowMs, free - units)
  const leastMs = Math.max(least, asking.leastMs)
  const widthMs = widthOf(shape)
  const bucket = Math.floor((nowMs + delayMs + leastMs) / widthMs)
  const ttlMs = Math.min(delayMs + 2 * leastMs, (bucket + 1) * widthMs - 1 - nowMs)
  const after = new Map(counts).set(bucket, (counts.get(bucket) ?? 0) + units)
  books.set(draw.id, { widthMs, lastMs: nowMs, counts: after })
  const resetMs = untilFirstFreed(shape, after, nowMs)
  return { units, ttlMs, bucket, central, remaining: free - units, resetMs, retryMs: 0 }
}

function untilFirstFreed(shape: WindowShape, counts: ReadonlyMap<number, number>, nowMs: number): number {
  return counts.size === 0 ? 0 : bucketFreedAtMs(shape, Math.min(...counts.keys())) - nowMs
}

/** core counts in buckets per window; a store in their width. The smallest number of buckets that gives this width. */
function shapeOf({ limit, windowMs, widthMs }: WindowDraw): WindowShape {
  return { limit, windowMs, buckets: Math.ceil(windowMs / widthMs) }
}

const widthOf = (shape: WindowShape): number => Math.ceil(shape.windowMs / shape.buckets)
