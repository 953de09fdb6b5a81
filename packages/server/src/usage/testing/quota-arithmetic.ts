/** Quotas in a lease store: one number for the period that runs. A lease never outlives its period. */
import type { LimitGrant, QuotaDraw, Returned } from '../lease-store.ts'
import { CENTRAL_TTL_MS, unitsFor, type Asking, type Sight } from './sight.ts'

export interface QuotaState {
  readonly lastMs: number
  readonly startMs: number
  readonly used: number
  /** Until then units may still come back. */
  readonly leasedUntilMs: number
}

type Books = Map<string, QuotaState>

const RETURN_GRACE_MS = 250
/** A node whose clock is more than a period off asks in vain. */
const LOST_RETRY_MS = 1_000

export function quota(draw: QuotaDraw, books: Books, asking: Asking): Sight {
  const { cost, clockMs, liveNodes } = asking
  const state = books.get(draw.id)
  const nowMs = Math.max(clockMs, state?.lastMs ?? 0)
  const place = draw.starts.findLastIndex((start) => start <= nowMs)
  const startMs = draw.starts[place]
  const endMs = draw.starts[place + 1]
  const always = draw.alone || draw.limit < 4 * liveNodes
  if (startMs === undefined || endMs === undefined) return offCalendar(always)
  const isRunning = state !== undefined && state.startMs >= startMs
  const used = isRunning ? state.used : 0
  const leasedUntilMs = isRunning ? state.leasedUntilMs : 0
  const resetMs = endMs - nowMs
  const mayReturn = !always && leasedUntilMs + RETURN_GRACE_MS > nowMs
  const fits = used + cost <= draw.limit
  return {
    central: always,
    remaining: Math.max(0, draw.limit - used),
    delayMs: fits ? 0 : Infinity,
    resetMs,
    refusal: { resetMs, retryMs: mayReturn ? Math.min(resetMs, RETURN_GRACE_MS) : resetMs },
    charge: (delayMs): LimitGrant => {
      const free = draw.limit - used
      const units = unitsFor(asking, draw.want, free, always)
      const leastMs =
        delayMs + Math.max(always ? CENTRAL_TTL_MS : quotaLeaseMs(draw.limit, free - units), asking.leastMs)
      const ttlMs = Math.min(leastMs, endMs - 1 - nowMs)
      books.set(draw.id, {
        lastMs: nowMs,
        startMs,
        used: used + units,
        leasedUntilMs: Math.max(leasedUntilMs, nowMs + ttlMs),
      })
      return { units, ttlMs, bucket: startMs, central: always, remaining: free - units, resetMs, retryMs: 0 }
    },
  }
}

export function takeBackQuota(books: Books, returned: Extract<Returned, { kind: 'quota' }>): void {
  const state = books.get(returned.id)
  if (state?.startMs !== returned.bucket) return
  books.set(returned.id, { ...state, used: Math.max(0, state.used - returned.units) })
}

/** Fifteen seconds while a quarter or more is free, and shorter the less there is for others. */
function quotaLeaseMs(limit: number, free: number): number {
  return Math.min(15_000, Math.max(250, Math.floor((60_000 * free) / limit)))
}

function offCalendar(central: boolean): Sight {
  return {
    central,
    remaining: 0,
    delayMs: Infinity,
    resetMs: LOST_RETRY_MS,
    refusal: { resetMs: LOST_RETRY_MS, retryMs: LOST_RETRY_MS },
    charge: () => {
      throw new RangeError('what does not fit is not charged')
    },
  }
}
