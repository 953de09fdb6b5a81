/** One upstream of a route, and all that this process knows of it. */
import type { UpstreamPart } from './balance.ts'
import { Breaker } from './breaker.ts'
import { Health } from './health.ts'

export class Member {
  readonly upstream: UpstreamPart
  /** Its bit in a set of upstreams that were tried. */
  readonly bit: number
  readonly breaker: Breaker
  readonly health: Health
  /** Of the smooth weighted choice. */
  current = 0

  /** @param before the same upstream, before its route was changed: what is known of it stays, and calls under way still tell */
  constructor(upstream: UpstreamPart, index: number, before: Member | undefined) {
    this.upstream = upstream
    this.bit = 1 << index
    this.breaker = before?.breaker ?? new Breaker()
    this.health = before?.health ?? new Health()
  }

  isIn(nowMs: number): boolean {
    return !this.health.isOut && this.breaker.isPassable(nowMs)
  }
}
