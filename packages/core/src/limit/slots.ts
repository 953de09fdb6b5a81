/**
 * "At most N at once", over several processes: each holds some of the slots until its lease ends, and lets calls into
 * them without asking. Pure.
 */
import type { LocalCounter } from './local-counter.ts'

/** What one process holds of a limit. */
export interface SlotHolder {
  readonly slots: number
  /** From this instant on the slots are free again: the process has died, or cannot be reached. */
  readonly untilMs: number
}

/** What a process asks for. It states all that it wants to hold, so that asking twice is the same as asking once. */
export interface SlotWish {
  /** Those in use, and the one that is wanted. */
  readonly need: number
  /** For calls that wait as well. */
  readonly waiting: number
  /** For calls that will come. */
  readonly spare: number
}

/** Slots that others hold now. */
export function slotsOfOthers(holders: ReadonlyMap<string, SlotHolder>, self: string, nowMs: number): number {
  let sum = 0
  for (const [name, { slots, untilMs }] of holders) if (name !== self && untilMs > nowMs) sum += slots
  return sum
}

/**
 * How many slots the wish gets of `free` ones (those that others do not hold): what it needs or nothing, then what waits,
 * then a fair part of the rest.
 *
 * @param liveNodes processes that share the limit; 0: nothing ahead
 */
export function slotsFor(wish: SlotWish, free: number, liveNodes: number): number {
  if (wish.need > free) return 0
  const now = wish.need + Math.min(wish.waiting, free - wish.need)
  return liveNodes === 0 ? now : now + Math.min(wish.spare, Math.floor((free - now) / (2 * liveNodes)))
}

/** Calls at once in this process alone. A charge is one call, whatever it costs; `release` when it ends. */
export class SlotCounter implements LocalCounter {
  readonly #limit: number
  #used = 0

  constructor(limit: number) {
    this.#limit = limit
  }

  admits(): boolean {
    return this.#used < this.#limit
  }

  charge(): void {
    this.#used += 1
  }

  release(): void {
    this.#used = Math.max(0, this.#used - 1)
  }

  remaining(): number {
    return Math.max(0, this.#limit - this.#used)
  }

  retryAfterMs(): number {
    return this.#used < this.#limit ? 0 : Infinity
  }

  resetMs(): number {
    return this.#used === 0 ? 0 : Infinity
  }

  isIdle(): boolean {
    return this.#used === 0
  }
}
