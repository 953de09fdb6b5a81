/**
 * The upstreams of one route in this process: which of them gets the next call. Smooth weighted round robin, as nginx does
 * it: with weights 5, 1, 1 the order is a a b a c a a, never five in a row. No randomness, so it can be told in advance.
 * It lives with the compiled route; a changed route takes over what was known of the upstreams that it keeps.
 */
import type { BalancePart } from './balance.ts'
import { Member } from './member.ts'
import { RetryBudget } from './retry-budget.ts'
import type { UpstreamTally } from './tally.ts'

export interface PoolWorld {
  readonly monotonicMs: () => number
  readonly tally: UpstreamTally
}

const LEAST_RETRY_AFTER_MS = 1_000

export class UpstreamPool {
  readonly balance: BalancePart
  readonly members: readonly Member[]
  readonly budget: RetryBudget
  readonly tally: UpstreamTally
  readonly monotonicMs: () => number

  constructor(balance: BalancePart, { monotonicMs, tally }: PoolWorld, before?: UpstreamPool) {
    this.balance = balance
    this.monotonicMs = monotonicMs
    this.tally = tally
    this.budget = before?.budget ?? new RetryBudget()
    this.members = balance.upstreams.map((upstream, index) => {
      const known = before?.members.find((member) => member.upstream.url === upstream.url)
      const member = new Member(upstream, index, known)
      if (balance.breaker === undefined) member.breaker.forget()
      if (balance.healthCheck === undefined) member.health.forget()
      return member
    })
  }

  /**
   * The next among those that are in.
   *
   * @param tried a set of bits: these are left out
   * @returns undefined when none is in
   */
  pick(tried: number, nowMs: number): Member | undefined {
    const { members } = this
    let best: Member | undefined
    let total = 0
    for (const member of members) {
      if ((tried & member.bit) !== 0 || !member.isIn(nowMs)) continue
      const { weight } = member.upstream
      member.current += weight
      total += weight
      if (best === undefined || member.current > best.current) best = member
    }
    if (best !== undefined) best.current -= total
    return best
  }

  /** The next among those that are in, else the least bad: one that its checks do not fault, and that is out for the shortest. */
  choose(nowMs: number): Member {
    const picked = this.pick(0, nowMs)
    if (picked !== undefined) return picked
    this.tally.allOut += 1
    let best: Member | undefined
    for (const member of this.members) if (best === undefined || isBetter(member, best)) best = member
    if (best === undefined) throw new TypeError('a pool without upstreams')
    return best
  }

  /** 0 while an upstream is in, or the least bad shall be tried; else how long to wait before one may be. */
  refusedForMs(nowMs: number): number {
    if (this.balance.whenAllOut === 'try') return 0
    // of one that is faulted by its checks, the next one may tell
    const checkedInMs = this.balance.healthCheck?.intervalMs ?? 0
    let soonestMs = Infinity
    for (const { health, breaker } of this.members) {
      if (!health.isOut && breaker.isPassable(nowMs)) return 0
      soonestMs = Math.min(soonestMs, health.isOut ? checkedInMs : breaker.openUntilMs - nowMs)
    }
    return Math.max(LEAST_RETRY_AFTER_MS, soonestMs)
  }
}

function isBetter(one: Member, other: Member): boolean {
  if (one.health.isOut !== other.health.isOut) return other.health.isOut
  return one.breaker.openUntilMs < other.breaker.openUntilMs
}
