/** Slots in a lease store: how many each node holds, and until when. */
import { slotsFor, slotsOfOthers, type SlotHolder } from '@claviger/core'
import type { Returned, SlotDraw } from '../lease-store.ts'
import type { Asking, Sight } from './sight.ts'

interface Holder extends SlotHolder {
  readonly sequence: number
}

export interface SlotState {
  readonly lastMs: number
  readonly holders: ReadonlyMap<string, Holder>
}

type Books = Map<string, SlotState>

/** A node renews at a third of this; a dead one's slots come back after it. */
const SLOT_TTL_MS = 10_000
/** Calls end at any time: ask again soon. */
const SLOT_RETRY_MS = 50

export function slots(draw: SlotDraw, books: Books, asking: Asking): Sight {
  const state = books.get(draw.id)
  const nowMs = Math.max(asking.clockMs, state?.lastMs ?? 0)
  const holders = new Map([...(state?.holders ?? [])].filter(([, { untilMs }]) => untilMs > nowMs))
  const own = holders.get(draw.node)
  const others = slotsOfOthers(holders, draw.node, nowMs)
  const free = draw.limit - others
  const isHeard = (own?.sequence ?? 0) < draw.sequence
  const central = draw.alone || draw.limit < 4 * asking.liveNodes || 2 * (others + (own?.slots ?? 0)) > draw.limit
  return {
    central,
    remaining: Math.max(0, free - (own?.slots ?? 0)),
    delayMs: isHeard && draw.need <= free ? 0 : Infinity,
    resetMs: Infinity,
    refusal: { resetMs: Infinity, retryMs: SLOT_RETRY_MS },
    charge: (delayMs) => {
      const units = slotsFor(draw, free, central ? 0 : asking.liveNodes)
      const ttlMs = delayMs + Math.max(SLOT_TTL_MS, asking.leastMs)
      holders.set(draw.node, { slots: units, sequence: draw.sequence, untilMs: nowMs + ttlMs })
      books.set(draw.id, { lastMs: nowMs, holders })
      return { units, ttlMs, bucket: 0, central, remaining: free - units, resetMs: Infinity, retryMs: 0 }
    },
  }
}

/** Nobody holds more after this than before. A node that holds none is forgotten. */
export function shrink(books: Books, returned: Extract<Returned, { kind: 'concurrency' }>, clockMs: number): void {
  const state = books.get(returned.id)
  const own = state?.holders.get(returned.node)
  if (state === undefined || own === undefined || own.sequence >= returned.sequence) return
  const nowMs = Math.max(clockMs, state.lastMs)
  const holders = new Map(state.holders)
  if (returned.slots === 0 || own.untilMs <= nowMs) holders.delete(returned.node)
  else holders.set(returned.node, { ...own, sequence: returned.sequence, slots: Math.min(own.slots, returned.slots) })
  books.set(returned.id, { ...state, holders })
}
