/**
 * The arithmetic of a lease store, in plain TypeScript: what the SQL function `usage_draw` and the script of Redis do, for
 * tests that need to run time themselves. A test holds them against each other. Pure; instants are those of the store's clock.
 */
import type { DrawRequest, Grant, LimitDraw, LimitGrant, LimitSight, Returned } from '../lease-store.ts'
import { burst, type BurstState } from './burst-arithmetic.ts'
import { credits, closeBlock, type Account } from './credit-arithmetic.ts'
import { quota, takeBackQuota, type QuotaState } from './quota-arithmetic.ts'
import type { Asking, Sight } from './sight.ts'
import { shrink, slots, type SlotState } from './slot-arithmetic.ts'
import { takeBackWindow, window, type WindowState } from './window-arithmetic.ts'

/** Everything that a store remembers; absent: nothing was ever charged. */
export interface Books {
  readonly window: Map<string, WindowState>
  readonly burst: Map<string, BurstState>
  readonly quota: Map<string, QuotaState>
  readonly concurrency: Map<string, SlotState>
  readonly credits: Map<string, Account>
}

export const emptyBooks = (): Books => ({
  window: new Map(),
  burst: new Map(),
  quota: new Map(),
  concurrency: new Map(),
  credits: new Map(),
})

/** Decides one request: all of its limits are granted or none. The books are changed only if it is granted. */
export function decideDraw(request: DrawRequest, books: Books, clockMs: number, liveNodes: number): Grant {
  const asking = { cost: request.cost, leastMs: request.leastMs, clockMs, liveNodes }
  const sights = request.limits.map((draw) => ({ draw, sight: see(draw, books, asking) }))
  if (sights.some(({ draw, sight }) => sight.delayMs > draw.patienceMs))
    return { granted: false, delayMs: 0, liveNodes, limits: sights.map(({ draw, sight }) => refusal(draw, sight)) }
  const delayMs = Math.max(0, ...sights.map(({ sight }) => sight.delayMs))
  return { granted: true, delayMs, liveNodes, limits: sights.map(({ sight }) => sight.charge(delayMs)) }
}

/** What a look at one limit tells; nothing is changed. */
export function lookAt(draw: LimitDraw, books: Books, asking: Asking): LimitSight {
  const { remaining, delayMs, resetMs, refusal: refused } = see(draw, books, asking)
  const most =
    draw.kind === 'burst' ? draw.burst : draw.kind === 'window' || draw.kind === 'quota' ? draw.limit : Infinity
  const fitsMs = asking.cost > most ? Infinity : Number.isFinite(delayMs) ? delayMs : refused.resetMs
  return { remaining, fitsMs, resetMs }
}

export function takeBack(books: Books, returned: Returned, clockMs: number): void {
  switch (returned.kind) {
    case 'window':
      return takeBackWindow(books.window, returned)
    case 'quota':
      return takeBackQuota(books.quota, returned)
    case 'concurrency':
      return shrink(books.concurrency, returned, clockMs)
    case 'credits':
      return closeBlock(books.credits, returned)
  }
}

function see(draw: LimitDraw, books: Books, asking: Asking): Sight {
  switch (draw.kind) {
    case 'window':
      return window(draw, books.window, asking)
    case 'burst':
      return burst(draw, books.burst, asking)
    case 'quota':
      return quota(draw, books.quota, asking)
    case 'concurrency':
      return slots(draw, books.concurrency, asking)
    case 'credits':
      return credits(draw, books.credits, asking)
  }
}

function refusal({ patienceMs }: LimitDraw, sight: Sight): LimitGrant {
  const { central, remaining, delayMs, resetMs } = sight
  const refused = delayMs > patienceMs ? sight.refusal : { resetMs, retryMs: 0 }
  return { units: 0, ttlMs: 0, bucket: 0, central, remaining, ...refused }
}
