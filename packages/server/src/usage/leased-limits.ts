/**
 * Decides limits here, from units that were leased before. Asks the store only when there are none, and then once for all
 * who wait. A request is charged for all of its limits or for none; one that is refused is never charged. A shadow limit
 * is counted like any other and never refuses: it tells that it would have.
 */
import { capacityOf, type LimitPolicy, type LimitState, type LocalCounter } from '@claviger/core'
import type { Admission, Clock, LimitSubject, MaybePromise } from '@claviger/gateway'
import type { Log } from '#store'
import type { Account } from './account.ts'
import { Accounts } from './accounts.ts'
import { CallHold } from './call-hold.ts'
import { DrawQueue } from './draw-queue.ts'
import type { LeaseStore } from './lease-store.ts'
import { chargeLocally, LocalCounters, localState, refusedLocally, type Charge } from './local-counters.ts'
import { Losses, type LossFacts, type OnLoss } from './losses.ts'
import { neverMs, opensLater } from './opening.ts'
import { Partitions } from './partitions.ts'
import { peekLeased, type LimitPeek } from './peek-limits.ts'
import type { Drawn, Judging, Verdict, Waiting } from './undecided.ts'

export interface LeasedLimitsOptions {
  /** Each kind of limit is counted in the first that can. */
  readonly stores: readonly LeaseStore[]
  /** Id of this process. */
  readonly node: string
  readonly clock: Clock
  readonly log: Log
  /** Runs work at the end of this turn. */
  readonly schedule: (work: () => void) => void
  /** Runs work so many ms later, never earlier. */
  readonly after: (delayMs: number, work: () => void) => void
  readonly onLoss?: OnLoss | undefined
  /** This process was taken for dead, and gets no credits any more; told once. */
  readonly onNodeEnded?: (() => void) | undefined
}

export interface LimitFacts {
  /** Limits that something is known of. */
  readonly accounts: number
  readonly storeCalls: number
  /** From the first call that failed until one succeeds. */
  readonly storeAway: boolean
  readonly losses: LossFacts
}

/** Answers that come too late are thrown away; after so many, the store counts as out of reach. */
const MOST_DRAWS = 4
/** The wall clock gained so much on the monotonic one at once: the machine slept, or its clock was set. */
const JUMP_MS = 50
/** A limit that cannot be counted fails with every call of it. */
const TELL_FAULTS_MS = 10_000

export class LeasedLimits {
  readonly #options: LeasedLimitsOptions
  readonly #clock: Clock
  readonly #queues: readonly DrawQueue[]
  readonly #accounts: Accounts
  readonly #approximate = new LocalCounters()
  readonly #losses: Losses
  readonly #partitions = new Partitions()
  readonly #waiting = new Map<Account, Waiting[]>()
  #clocksApartMs = Number.POSITIVE_INFINITY
  #jumpedAtMs = Number.NEGATIVE_INFINITY
  #faultToldMs = Number.NEGATIVE_INFINITY

  constructor(options: LeasedLimitsOptions) {
    const { stores, clock, node, onLoss } = options
    this.#options = options
    this.#clock = clock
    this.#losses = new Losses(onLoss)
    this.#queues = stores.map((store) => this.#openQueue(store))
    this.#accounts = new Accounts({
      node,
      clock,
      queues: this.#queues,
      onDue: (account, nowMs) => this.#drawAhead(account, nowMs),
    })
  }

  /** Call it once, before the first request comes. */
  warmUp(): void {
    for (const queue of this.#queues) queue.warmUp()
  }

  /** See the port `Counters`. Answers at once when the units are here. */
  admit(policies: readonly LimitPolicy[], cost: number, subject?: LimitSubject): MaybePromise<Admission> {
    const nowMs = this.#now()
    const bound = this.#partitions.bind(policies, subject)
    for (const policy of bound) if (!this.#has(policy, cost, nowMs)) return this.#decideLater(bound, cost)
    return this.#charge(bound, cost, nowMs)
  }

  /**
   * Gives back what ended leases have left, renews slots, forgets limits that nobody uses, and asks for a store that was
   * away. Call it every 50 ms.
   */
  sweep(): void {
    for (const queue of this.#queues) queue.askAgain()
    this.#accounts.sweep(this.#now())
    for (const queue of this.#queues) queue.tryAgain()
  }

  /** Gives back everything. @returns how many blocks of credits could not be closed */
  async close(): Promise<number> {
    const openBlocks = await this.#accounts.close()
    if (openBlocks > 0) this.#options.log.warn({ openBlocks }, 'blocks of credits could not be closed')
    return openBlocks
  }

  /** See `RunningCounters.peek`. */
  async peek(policies: readonly LimitPolicy[], cost: number, subject?: LimitSubject): Promise<readonly LimitPeek[]> {
    const bound = this.#partitions.bind(policies, subject)
    const leased = bound.filter((policy) => policy.class !== 'approximate')
    const peeks = await peekLeased({ accounts: this.#accounts, clock: this.#clock }, leased, cost)
    return bound.map((policy) => peeks.get(policy) ?? this.#peekHere(policy, cost))
  }

  #peekHere(policy: LimitPolicy, cost: number): LimitPeek {
    const nowMs = this.#now()
    const counter = this.#counterHere(policy, nowMs)
    const blocks = !counter.admits(cost, nowMs)
    const state = localState(policy, counter, nowMs)
    return { ...state, blocks, ...(blocks && { resetMs: counter.retryAfterMs(cost, nowMs) }) }
  }

  facts(): LimitFacts {
    return {
      accounts: this.#accounts.size,
      storeCalls: this.#queues.reduce((sum, { calls }) => sum + calls, 0),
      storeAway: this.#queues.some((queue) => queue.isLost()),
      losses: this.#losses.facts(),
    }
  }

  #openQueue(store: LeaseStore): DrawQueue {
    const { clock, schedule, log, onNodeEnded } = this.#options
    let isEnded = false
    const kinds = [...store.kinds]
    return new DrawQueue({
      store,
      clock,
      schedule,
      onFault: (cause, ids) => {
        const nowMs = clock.monotonicMs()
        if (nowMs < this.#faultToldMs + TELL_FAULTS_MS) return
        this.#faultToldMs = nowMs
        log.error({ err: cause, limits: ids }, 'these limits cannot be counted; others are not concerned')
      },
      onEnded: () => {
        if (!isEnded) onNodeEnded?.()
        isEnded = true
      },
      onAway: (cause) =>
        log.error({ err: cause, kinds }, 'limits cannot be counted: each limit does what it declares for this case'),
      onBack: () => {
        this.#losses.end()
        log.info({ kinds, losses: this.#losses.facts() }, 'limits are counted again')
      },
    })
  }

  #now(): number {
    const nowMs = this.#clock.monotonicMs()
    const apartMs = this.#clock.nowMs() - nowMs
    if (apartMs - this.#clocksApartMs > JUMP_MS) {
      // A sleeping machine's monotonic clock stands still while leases end elsewhere: none that was asked for before counts.
      this.#jumpedAtMs = nowMs
      this.#accounts.dropLeases(nowMs)
    }
    this.#clocksApartMs = apartMs
    return nowMs
  }

  #has(policy: LimitPolicy, cost: number, nowMs: number): boolean {
    if (policy.class === 'approximate') return this.#counterHere(policy, nowMs).admits(cost, nowMs)
    return this.#accounts.find(policy)?.has(cost, nowMs) === true
  }

  #charge(policies: readonly LimitPolicy[], cost: number, nowMs: number): Admission {
    let hold: CallHold | undefined
    for (const { kind } of policies) if (kind === 'concurrency' || kind === 'credits') hold ??= new CallHold()
    const charge = { cost, nowMs, hold }
    const states = policies.map((policy) => this.#chargeOne(policy, charge))
    return hold === undefined ? { kind: 'admitted', states } : { kind: 'admitted', states, hold }
  }

  #chargeOne(policy: LimitPolicy, charge: Charge): LimitState {
    const { cost, nowMs, hold } = charge
    if (policy.class === 'approximate') {
      const counter = this.#counterHere(policy, nowMs)
      if (!counter.admits(cost, nowMs)) return { ...localState(policy, counter, nowMs), exceeded: true }
      return chargeLocally(policy, counter, charge)
    }
    const account = this.#accounts.of(policy, nowMs)
    if (!account.has(cost, nowMs)) return this.#chargeWithout(policy, charge)
    const state = account.spend(cost, nowMs, hold)
    if (account.wantsMore(nowMs) && !this.#accounts.queueOf(policy).isAway()) this.#drawAhead(account, nowMs)
    return state
  }

  /** A shadow that is used up, or a limit whose store is away. */
  #chargeWithout(policy: LimitPolicy, charge: Charge): LimitState {
    const { cost, nowMs } = charge
    const account = this.#accounts.of(policy, nowMs)
    if (cost > capacityOf(policy) || account.isRefused(cost, nowMs)) return { ...account.state(nowMs), exceeded: true }
    const loss = this.#losses.modeOf(policy)
    // Nobody judges such a limit to be ready; should a change of this file ever do so, nothing must pass because of it.
    if (loss === 'closed') throw new Error(`${policy.id} was charged without units`)
    this.#losses.note(policy, loss)
    const counter = loss === 'local' ? this.#counterOfShare(policy, nowMs) : undefined
    if (counter === undefined) return { policy, remaining: 0, resetMs: 0, loss: 'open' }
    return { ...chargeLocally(policy, counter, charge), loss: 'local' }
  }

  #decideLater(policies: readonly LimitPolicy[], cost: number): MaybePromise<Admission> {
    const decided = this.#decide(policies, { cost, nowMs: this.#now(), isLate: false })
    if (decided !== undefined) return decided
    const { promise, resolve } = Promise.withResolvers<Admission>()
    this.#pursue({ policies, cost, resolve, draws: 0, pending: 0, slowestMs: 0 })
    return promise
  }

  /** Goes on with a request: decides it, draws for it, or lets it wait for a draw that is under way. */
  #pursue(waiting: Waiting): void {
    const { policies, cost } = waiting
    const judging = { cost, nowMs: this.#now(), isLate: waiting.draws >= MOST_DRAWS }
    const decided = this.#decide(policies, judging)
    if (decided !== undefined) return waiting.resolve(decided)
    const lacking = policies
      .filter((policy) => this.#verdict(policy, judging) === 'lacking')
      .map((policy) => this.#accounts.of(policy, judging.nowMs))
    const busy = lacking.find((account) => account.isBusy())
    if (busy === undefined) {
      waiting.draws++
      return this.#drawFor(waiting, lacking)
    }
    const queue = this.#waiting.get(busy)
    if (queue === undefined) this.#waiting.set(busy, [waiting])
    else queue.push(waiting)
    // Units that cannot be kept are drawn when everything else is there.
    for (const account of lacking)
      if (account.keepsUnits && account.drawing === 0) this.#draw([account], cost, undefined)
  }

  /** Undefined: something has to be drawn first. */
  #decide(policies: readonly LimitPolicy[], judging: Judging): Admission | undefined {
    let blocking: LimitState | undefined
    let lost: LimitPolicy | undefined
    let isLacking = false
    for (const policy of policies) {
      const verdict = this.#verdict(policy, judging)
      if (verdict === 'lost') lost ??= policy
      else if (verdict === 'lacking') isLacking = true
      else if (verdict !== 'ready' && (blocking === undefined || opensLater(verdict, blocking))) blocking = verdict
    }
    const { cost, nowMs } = judging
    if (blocking !== undefined) {
      return { kind: 'refused', states: policies.map((policy) => this.#stateOf(policy, nowMs)), blocking }
    }
    if (lost !== undefined) {
      this.#losses.note(lost, 'closed')
      return { kind: 'lost', policy: lost }
    }
    return isLacking ? undefined : this.#charge(policies, cost, nowMs)
  }

  #verdict(policy: LimitPolicy, { cost, nowMs, isLate }: Judging): Verdict {
    const isShadow = policy.mode === 'shadow'
    if (policy.class === 'approximate') {
      const counter = this.#counterHere(policy, nowMs)
      return isShadow || counter.admits(cost, nowMs) ? 'ready' : refusedLocally(policy, counter, { cost, nowMs })
    }
    const account = this.#accounts.of(policy, nowMs)
    if (account.has(cost, nowMs)) return 'ready'
    if (cost > capacityOf(policy)) return isShadow ? 'ready' : { ...account.state(nowMs), resetMs: neverMs(policy) }
    if (account.isRefused(cost, nowMs)) return isShadow ? 'ready' : account.state(nowMs)
    if (!isLate && !this.#accounts.queueOf(policy).isAway()) return 'lacking'
    const loss = this.#losses.modeOf(policy)
    if (loss !== 'local') return loss === 'open' ? 'ready' : 'lost'
    const counter = this.#counterOfShare(policy, nowMs)
    if (counter === undefined || counter.admits(cost, nowMs)) return counter === undefined ? 'lost' : 'ready'
    return { ...refusedLocally(policy, counter, { cost, nowMs }), loss }
  }

  #stateOf(policy: LimitPolicy, nowMs: number): LimitState {
    return policy.class === 'approximate'
      ? localState(policy, this.#counterHere(policy, nowMs), nowMs)
      : this.#accounts.of(policy, nowMs).state(nowMs)
  }

  /** @throws Error for credits: they have no class `approximate`, and no declaration gets so far */
  #counterHere(policy: LimitPolicy, nowMs: number): LocalCounter {
    const counter = this.#approximate.counterOf(policy, 1, nowMs)
    if (counter === undefined) throw new Error(`${policy.id} cannot be counted here`)
    return counter
  }

  #counterOfShare(policy: LimitPolicy, nowMs: number): LocalCounter | undefined {
    return this.#losses.counterOf(policy, this.#accounts.queueOf(policy).liveNodes, nowMs)
  }

  /** One request for all limits of one store, so that they are granted together; a shadow asks for itself. */
  #drawFor(waiting: Waiting, lacking: readonly Account[]): void {
    const groups: Account[][] = []
    for (const account of lacking) {
      const { policy } = account
      const group =
        policy.mode === 'shadow'
          ? undefined
          : groups.find(([first]) => first !== undefined && isAskedWith(first.policy, policy, this.#accounts))
      if (group === undefined) groups.push([account])
      else group.push(account)
    }
    waiting.pending = groups.length
    for (const group of groups) this.#draw(group, waiting.cost, waiting)
  }

  #drawAhead(account: Account, nowMs: number): void {
    if (account.wantsMore(nowMs)) this.#draw([account], account.aheadCost, undefined)
  }

  /** @param group of limits of one store */
  #draw(group: readonly Account[], cost: number, waiting: Waiting | undefined): void {
    const [first] = group
    if (first === undefined) return
    const queue = this.#accounts.queueOf(first.policy)
    const common = { cost, wayMs: queue.wayMs, nowMs: this.#clock.monotonicMs(), wallMs: this.#clock.nowMs() }
    const limits = group.map((account) => account.drawFor({ ...common, waiting: this.#waitingFor(account) }))
    for (const account of group) account.drawing++
    queue.add({ cost, limits, slowestMs: waiting?.slowestMs ?? 0 }, (answered) => {
      const takeIn = (): void => {
        const slowMs = this.#takeIn(group, { cost, limits, answered })
        if (waiting !== undefined) waiting.slowestMs = Math.max(waiting.slowestMs, slowMs)
        if (waiting !== undefined && --waiting.pending === 0) this.#pursue(waiting)
        for (const account of group) this.#wake(account)
      }
      const { grant } = answered
      if (grant?.granted === true && grant.delayMs > 0) this.#options.after(grant.delayMs, takeIn)
      else takeIn()
    })
  }

  /** @returns how long an answer took whose leases have ended already; 0: none has */
  #takeIn(group: readonly Account[], { cost, limits, answered: { grant, sentMs } }: Drawn): number {
    const nowMs = this.#now()
    let slowMs = 0
    for (const [index, account] of group.entries()) {
      const draw = limits[index]
      const limit = grant?.limits[index]
      if (draw === undefined) continue
      account.drawing--
      if (grant === undefined || limit === undefined) account.lose(nowMs, draw)
      else if (!grant.granted) account.refuse(limit, { cost, sentMs, nowMs, draw })
      else {
        account.credit(limit, sentMs, draw)
        if (sentMs <= this.#jumpedAtMs) account.dropLeases(nowMs)
        if (nowMs >= sentMs + limit.ttlMs && !account.has(cost, nowMs)) {
          // The store hears of it with the next draw, before it decides that one: a request that tries again finds its units.
          this.#accounts.tell(account, nowMs)
          slowMs = nowMs - sentMs - grant.delayMs
        }
      }
      this.#accounts.visitLater(account, nowMs)
    }
    return slowMs
  }

  /** Goes on with those who waited, until one of them has to draw: that draw is for all who are left. */
  #wake(account: Account): void {
    const queue = this.#waiting.get(account) ?? []
    for (let first = queue[0]; first !== undefined; first = queue[0]) {
      if (account.isBusy() && !account.has(first.cost, this.#now())) return
      queue.shift()
      this.#pursue(first)
    }
    this.#waiting.delete(account)
  }

  #waitingFor(account: Account): { readonly calls: number; readonly cost: number } {
    const queue = this.#waiting.get(account) ?? []
    return { calls: queue.length, cost: queue.reduce((sum, waiting) => sum + waiting.cost, 0) }
  }
}

const isAskedWith = (one: LimitPolicy, other: LimitPolicy, accounts: Accounts): boolean =>
  one.mode === 'enforce' && accounts.queueOf(one) === accounts.queueOf(other)
