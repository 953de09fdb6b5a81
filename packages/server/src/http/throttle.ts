/**
 * How often one address (its /56 in IPv6) may have what is answered without a key: a minute's worth at once, then evenly.
 * Local and approximate. Memory is bounded by two generations; whoever is forgotten begins anew with a full minute, so
 * this bounds the cost of strangers, and is no punishment.
 */
import { ipPrefix, type IpAddress } from '@claviger/core'

const MINUTE_MS = 60_000
const MAX_REMEMBERED = 20_000

export class Throttle {
  readonly #intervalMs: number
  /** Until when each address has used up its calls. */
  #young = new Map<string, number>()
  #old = new Map<string, number>()

  /** @param perMinute 0: no limit */
  constructor(perMinute: number) {
    this.#intervalMs = perMinute === 0 ? 0 : MINUTE_MS / perMinute
  }

  get remembered(): number {
    return this.#young.size + this.#old.size
  }

  /**
   * Takes one call, if there is one.
   *
   * @returns whole ms until there is one; 0: it is taken
   */
  take(ip: IpAddress, nowMs: number): number {
    if (this.#intervalMs === 0) return 0
    const prefix = ipPrefix(ip)
    const usedUntilMs = Math.max(nowMs, this.#young.get(prefix) ?? this.#old.get(prefix) ?? 0) + this.#intervalMs
    // a little more than a minute's worth, or the sum of the intervals would miss the last call by a rounding error
    const waitMs = usedUntilMs - nowMs - MINUTE_MS - 0.001
    if (waitMs > 0) return Math.ceil(waitMs)
    if (this.#young.size >= MAX_REMEMBERED / 2 && !this.#young.has(prefix)) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(prefix, usedUntilMs)
    return 0
  }
}
