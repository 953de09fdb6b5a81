/**
 * Decides limits here, from units that were leased before. Asks the store only when there are none, and then once for all
 * who wait. A request is charged for all of its limits or for none; one that is refused is never charged.
 */
import type { WindowPolicy, LimitState } from '@claviger/core'
import type { Admission, Clock, MaybePromise } from '@claviger/gateway'
import type { Log } from '#store'
import { DrawQueue, type Answered } from './draw-queue.ts'
import type { LeaseStore } from './lease-store.ts'
import { LimitAccount } from './limit-account.ts'
import { LocalWindows } from './local-windows.ts'
import { LookLater } from './look-later.ts'

export interface LeasedLimitsOptions {
  readonly store: LeaseStore
  readonly clock: Clock
  readonly log: Log
  /** Runs work at the end of this turn. */
  readonly schedule: (work: () => void) => void
}

export interface LimitFacts {
  /** Limits that something is known of. */
  readonly accounts: number
  readonly storeCalls: number
  readonly storeAway: boolean
  /** Requests decided without the store because it was away, by what their policy says. */
  readonly lossRefused: number
  readonly lossAllowed: number
}

/** A request that cannot be decided yet. */
interface Waiting {
  readonly policies: readonly WindowPolicy[]
  readonly cost: number
  readonly resolve: (admission: Admission) => void
  draws: number
}

/** Answers that come too late are thrown away; after so many, the store counts as out of reach. */
const MOST_DRAWS = 4
const IDLE_MS = 30_000
/** The wall clock gained so much on the monotonic one at once: the machine slept, or its clock was set. */
const JUMP_MS = 50

export class LeasedLimits {
  readonly #clock: Clock
  readonly #store: LeaseStore
  readonly #queue: DrawQueue
  readonly #local = new LocalWindows()
  readonly #accounts = new Map<string, LimitAccount>()
  readonly #waiting = new Map<LimitAccount, Waiting[]>()
  readonly #ends = new LookLater<LimitAccount>()
  /** Every account once. */
  readonly #idleness = new LookLater<LimitAccount>()
  #clocksApartMs = Number.POSITIVE_INFINITY
  #jumpedAtMs = Number.NEGATIVE_INFINITY
  #lossRefused = 0
  #lossAllowed = 0

  constructor({ store, clock, log, schedule }: LeasedLimitsOptions) {
    this.#clock = clock
    this.#store = store
    this.#queue = new DrawQueue({
      store,
      clock,
      schedule,
      onAway: (cause) =>
        log.error({ err: cause }, 'limits cannot be counted: each limit does what it declares for this case'),
      onBack: () => log.info({ refused: this.#lossRefused, allowed: this.#lossAllowed }, 'limits are counted again'),
    })
  }

  /** See the port `Counters`. Answers at once when the units are here. */
  admit(policies: readonly WindowPolicy[], cost: number): MaybePromise<Admission> {
    const nowMs = this.#now()
    for (const policy of policies) if (!this.#has(policy, cost, nowMs)) return this.#decideLater(policies, cost, nowMs)
    return this.#charge(policies, cost, nowMs)
  }

  /** Gives back what ended leases have left, and forgets limits that nobody uses. Call it every 50 ms. */
  sweep(): void {
    const nowMs = this.#now()
    for (const account of this.#ends.take(nowMs)) {
      account.available(nowMs)
      this.#queue.giveBack(account.takeUnused())
    }
    for (const account of this.#idleness.take(nowMs)) {
      if (!account.isIdle(nowMs, IDLE_MS)) this.#idleness.add(account, nowMs + IDLE_MS)
      else if (this.#accounts.get(account.policy.id) === account) this.#accounts.delete(account.policy.id)
    }
  }

  /** Gives back everything. */
  async close(): Promise<void> {
    for (const account of this.#accounts.values()) account.dropLeases()
    const unused = [...this.#accounts.values()].flatMap((account) => account.takeUnused())
    if (unused.length > 0) await this.#store.giveBack(unused).catch(() => undefined)
  }

  facts(): LimitFacts {
    return {
      accounts: this.#accounts.size,
      storeCalls: this.#queue.calls,
      storeAway: this.#queue.isAway(),
      lossRefused: this.#lossRefused,
      lossAllowed: this.#lossAllowed,
    }
  }

  #now(): number {
    const nowMs = this.#clock.monotonicMs()
    const apartMs = this.#clock.nowMs() - nowMs
    if (apartMs - this.#clocksApartMs > JUMP_MS) this.#mistrustLeases(nowMs)
    this.#clocksApartMs = apartMs
    return nowMs
  }

  /** A sleeping machine's monotonic clock stands still while leases end elsewhere: none that was asked for before counts. */
  #mistrustLeases(nowMs: number): void {
    this.#jumpedAtMs = nowMs
    for (const account of this.#accounts.values()) account.dropLeases()
  }

  #has(policy: WindowPolicy, cost: number, nowMs: number): boolean {
    if (policy.class === 'approximate') return this.#local.counterOf(policy, nowMs).admits(cost, nowMs)
    const account = this.#accounts.get(policy.id)
    return account !== undefined && account.isOf(policy) && account.available(nowMs) >= cost
  }

  #charge(policies: readonly WindowPolicy[], cost: number, nowMs: number): Admission {
    return { kind: 'admitted', states: policies.map((policy) => this.#chargeOne(policy, cost, nowMs)) }
  }

  #chargeOne(policy: WindowPolicy, cost: number, nowMs: number): LimitState {
    if (policy.class === 'approximate') {
      const counter = this.#local.counterOf(policy, nowMs)
      counter.charge(cost, nowMs)
      return { policy, remaining: counter.remaining(nowMs), resetMs: counter.resetMs(nowMs) }
    }
    const account = this.#accountOf(policy, nowMs)
    const state = account.spend(cost, nowMs)
    if (account.wantsMore(nowMs) && !this.#queue.isAway()) this.#draw([account], 1, undefined, nowMs)
    return state
  }

  #decideLater(policies: readonly WindowPolicy[], cost: number, nowMs: number): MaybePromise<Admission> {
    const decided = this.#decideWithoutStore(policies, cost, nowMs)
    if (decided !== undefined) return decided
    const { promise, resolve } = Promise.withResolvers<Admission>()
    this.#pursue({ policies, cost, resolve, draws: 0 })
    return promise
  }

  /** Goes on with a request: decides it, draws for it, or lets it wait for a draw that is under way. */
  #pursue(waiting: Waiting): void {
    const { policies, cost } = waiting
    const nowMs = this.#now()
    const lacking = policies.filter((policy) => !this.#has(policy, cost, nowMs))
    if (lacking.length === 0) return waiting.resolve(this.#charge(policies, cost, nowMs))
    const decided = this.#decideWithoutStore(policies, cost, nowMs)
    if (decided !== undefined) return waiting.resolve(decided)
    const accounts = lacking.map((policy) => this.#accountOf(policy, nowMs))
    const busy = accounts.find((account) => !account.central && account.drawing > 0)
    if (busy === undefined) {
      if (waiting.draws++ >= MOST_DRAWS) return waiting.resolve(this.#lose(policies, cost, nowMs))
      return this.#draw(accounts, cost, waiting, nowMs)
    }
    const queue = this.#waiting.get(busy)
    if (queue === undefined) this.#waiting.set(busy, [waiting])
    else queue.push(waiting)
    // Units that cannot be kept are drawn when everything else is there.
    const others = accounts.filter((account) => !account.central && account.drawing === 0)
    if (others.length > 0) this.#draw(others, cost, undefined, nowMs)
  }

  /** What is known already: a limit has no units, or the store is away. */
  #decideWithoutStore(policies: readonly WindowPolicy[], cost: number, nowMs: number): Admission | undefined {
    let blocking: LimitState | undefined
    for (const policy of policies) {
      const refused = this.#refusalOf(policy, cost, nowMs)
      if (refused !== undefined && (blocking === undefined || refused.resetMs > blocking.resetMs)) blocking = refused
    }
    if (blocking !== undefined) {
      return { kind: 'refused', states: policies.map((policy) => this.#stateOf(policy, nowMs)), blocking }
    }
    return this.#queue.isAway() ? this.#lose(policies, cost, nowMs) : undefined
  }

  #refusalOf(policy: WindowPolicy, cost: number, nowMs: number): LimitState | undefined {
    if (policy.class === 'approximate') {
      const counter = this.#local.counterOf(policy, nowMs)
      if (counter.admits(cost, nowMs)) return undefined
      const resetMs = Math.min(policy.windowMs, counter.retryAfterMs(cost, nowMs))
      return { policy, remaining: counter.remaining(nowMs), resetMs }
    }
    if (cost > policy.limit)
      return { policy, remaining: this.#stateOf(policy, nowMs).remaining, resetMs: policy.windowMs }
    const account = this.#accounts.get(policy.id)
    const isRefused =
      account !== undefined && account.isOf(policy) && account.isRefused(cost, nowMs) && account.available(nowMs) < cost
    return isRefused ? account.state(nowMs) : undefined
  }

  #stateOf(policy: WindowPolicy, nowMs: number): LimitState {
    if (policy.class === 'approximate') {
      const counter = this.#local.counterOf(policy, nowMs)
      return { policy, remaining: counter.remaining(nowMs), resetMs: counter.resetMs(nowMs) }
    }
    return this.#accounts.get(policy.id)?.state(nowMs) ?? { policy, remaining: policy.limit, resetMs: 0 }
  }

  /** The store cannot be reached: what is leased is still used, the rest goes by each limit's own word. */
  #lose(policies: readonly WindowPolicy[], cost: number, nowMs: number): Admission {
    const lacking = policies.filter((policy) => !this.#has(policy, cost, nowMs))
    const refusing = lacking.find((policy) => policy.onCounterLoss === 'closed')
    if (refusing !== undefined) {
      this.#lossRefused++
      return { kind: 'lost', policy: refusing }
    }
    this.#lossAllowed++
    const states = policies.map((policy) =>
      lacking.includes(policy) ? { policy, remaining: 0, resetMs: 0 } : this.#chargeOne(policy, cost, nowMs),
    )
    return { kind: 'admitted', states }
  }

  #accountOf(policy: WindowPolicy, nowMs: number): LimitAccount {
    const held = this.#accounts.get(policy.id)
    if (held !== undefined && held.isOf(policy)) {
      held.policy = policy
      return held
    }
    // The limit was edited: what was leased under its old shape goes back.
    held?.dropLeases()
    this.#queue.giveBack(held?.takeUnused() ?? [])
    const account = new LimitAccount(policy, nowMs)
    this.#accounts.set(policy.id, account)
    this.#idleness.add(account, nowMs + IDLE_MS)
    return account
  }

  #draw(accounts: readonly LimitAccount[], cost: number, waiting: Waiting | undefined, nowMs: number): void {
    const limits = accounts.map((account) => account.drawFor(cost, this.#waitingCost(account), nowMs))
    for (const account of accounts) account.drawing++
    this.#queue.add({ cost, limits }, (answered) => {
      for (const account of accounts) account.drawing--
      this.#takeIn(accounts, cost, answered)
      if (waiting !== undefined) this.#pursue(waiting)
      for (const account of accounts) this.#wake(account)
    })
  }

  #takeIn(accounts: readonly LimitAccount[], cost: number, { grant, sentMs }: Answered): void {
    const nowMs = this.#now()
    for (const [index, account] of accounts.entries()) {
      const limit = grant?.limits[index]
      if (grant === undefined || limit === undefined) continue
      if (!grant.granted) account.refuse(limit, cost, sentMs, nowMs)
      else {
        account.credit(limit, sentMs)
        if (sentMs <= this.#jumpedAtMs) account.dropLeases()
        this.#ends.add(account, sentMs + limit.ttlMs)
      }
    }
  }

  /** Goes on with those who waited, until one of them has to draw: that draw is for all who are left. */
  #wake(account: LimitAccount): void {
    const queue = this.#waiting.get(account) ?? []
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      if (!account.central && account.drawing > 0 && account.available(this.#now()) < first.cost) return
      queue.shift()
      this.#pursue(first)
    }
    this.#waiting.delete(account)
  }

  #waitingCost(account: LimitAccount): number {
    return (this.#waiting.get(account) ?? []).reduce((sum, waiting) => sum + waiting.cost, 0)
  }
}
