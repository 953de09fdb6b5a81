/** What the arithmetic of all kinds of limits has in common. */
import type { LimitGrant } from '../lease-store.ts'

/** What a look at one limit told. */
export interface Sight {
  readonly central: boolean
  /** What can be drawn now. */
  readonly remaining: number
  /** Until the cost fits, if nothing else happens: 0 now, Infinity nobody knows. */
  readonly delayMs: number
  /** Until any more can be had. */
  readonly resetMs: number
  /** If the cost does not fit: until the cost fits, and before when asking is vain. */
  readonly refusal: { readonly resetMs: number; readonly retryMs: number }
  /** Charges; to be called once all limits of the request have been looked at. */
  readonly charge: (delayMs: number) => LimitGrant
}

export interface Asking {
  readonly cost: number
  readonly leastMs: number
  readonly clockMs: number
  readonly liveNodes: number
}

export const CENTRAL_TTL_MS = 20

/** A lease is a quarter of the window while all of it is free, and shorter the less there is for others. */
export function leaseMs(limit: number, windowMs: number, free: number): number {
  return Math.min(15_000, Math.max(20, Math.floor(windowMs / 40), Math.floor((windowMs * free) / (4 * limit))))
}

/** What one request gets of what is free: its cost, and a part of the rest if it wants more. */
export function unitsFor(asking: Asking, want: number, free: number, central: boolean): number {
  if (central) return asking.cost
  const share = asking.liveNodes > 1 ? Math.floor(free / (2 * asking.liveNodes)) : free
  return Math.max(asking.cost, Math.min(want, share))
}
