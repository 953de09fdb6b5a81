/** Bursts in a lease store: a debt that time pays back; units of a lease are owed from its end. */
import { burstDelayMs, burstRemaining, burstSpanMs, debtAfterMs, debtWith } from '@claviger/core'
import type { BurstDraw } from '../lease-store.ts'
import { leaseMs, unitsFor, type Asking, type Sight } from './sight.ts'

export interface BurstState {
  readonly lastMs: number
  readonly debt: number
  /** Of the declaration that the debt is counted in. */
  readonly limit: number
  readonly windowMs: number
}

export function burst(draw: BurstDraw, books: Map<string, BurstState>, asking: Asking): Sight {
  const { cost, liveNodes } = asking
  const state = books.get(draw.id)
  const nowMs = Math.max(asking.clockMs, state?.lastMs ?? 0)
  const debt = state === undefined ? 0 : converted(draw, state, debtAfterMs(state, state.debt, nowMs - state.lastMs))
  const remaining = burstRemaining(draw, debt)
  const central = draw.alone || draw.burst < 4 * liveNodes || 2 * debt > draw.burst * draw.windowMs
  const delayMs = burstDelayMs(draw, debt, cost)
  const refusedMs = Number.isFinite(delayMs) ? delayMs : Math.ceil(burstSpanMs(draw))
  const resetMs = debt === 0 ? 0 : burstDelayMs(draw, debt, Math.min(draw.burst, remaining + 1))
  return {
    central,
    remaining,
    delayMs,
    resetMs,
    refusal: { resetMs: refusedMs, retryMs: refusedMs },
    charge: (delayMs) => {
      const debtThen = debtAfterMs(draw, debt, delayMs)
      const free = burstRemaining(draw, debtThen)
      const units = unitsFor(asking, draw.want, free, central)
      // A lease that ends before the debt is paid costs nothing, a longer one what time would have paid back while it lasts.
      const spanMs = Math.floor(burstSpanMs(draw))
      const cheapMs = Math.max(Math.floor(debtThen / draw.limit), Math.floor(spanMs / 40))
      const leasedMs = central ? 0 : Math.min(cheapMs, leaseMs(draw.burst, spanMs, free - units))
      const ttlMs = delayMs + Math.max(1, leasedMs, asking.leastMs)
      const after = debtWith(draw, debt, units, ttlMs)
      books.set(draw.id, { lastMs: nowMs, debt: after, limit: draw.limit, windowMs: draw.windowMs })
      const left = burstRemaining(draw, after)
      const resetMs = burstDelayMs(draw, after, Math.min(draw.burst, left + 1))
      return { units, ttlMs, bucket: 0, central, remaining: left, resetMs, retryMs: 0 }
    },
  }
}

/**
 * The limit was edited: the longer of what the debt takes to pay back, and what its units owe now. More than twice the largest
 * burst that can be declared says nothing more.
 */
function converted(draw: BurstDraw, state: BurstState, debt: number): number {
  if (state.limit === draw.limit && state.windowMs === draw.windowMs) return debt
  const owed = [scaled(debt, draw.limit, state.limit), scaled(debt, draw.windowMs, state.windowMs)]
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(...owed))
}

/** `debt * by / of` rounded up, exactly. */
const scaled = (debt: number, by: number, of: number): number =>
  Number((BigInt(debt) * BigInt(by) + BigInt(of) - 1n) / BigInt(of))
