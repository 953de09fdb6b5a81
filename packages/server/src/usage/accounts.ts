/** All that this process knows of limits: one account each, made when it is first asked for, forgotten when it is idle. */
import type { LimitPolicy } from '@claviger/core'
import type { Clock } from '@claviger/gateway'
import type { Account } from './account.ts'
import { CreditAccount } from './credit-account.ts'
import type { DrawQueue } from './draw-queue.ts'
import { LeaseAccount } from './lease-account.ts'
import { LookLater } from './look-later.ts'
import { SlotAccount } from './slot-account.ts'

export interface AccountsOptions {
  readonly node: string
  readonly clock: Clock
  /** Each kind of limit is counted in the first whose store can. */
  readonly queues: readonly DrawQueue[]
  /** Time to draw for an account without being asked. */
  readonly onDue: (account: Account, nowMs: number) => void
}

const IDLE_MS = 30_000

export class Accounts {
  readonly #options: AccountsOptions
  readonly #accounts = new Map<string, Account>()
  readonly #visits = new LookLater<Account>()
  /** Every account once. */
  readonly #idleness = new LookLater<Account>()
  #sequence = 0
  #block = 0

  constructor(options: AccountsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#accounts.size
  }

  /** What is known of a limit as it is declared now. */
  find(policy: LimitPolicy): Account | undefined {
    const account = this.#accounts.get(keyOf(policy))
    return account !== undefined && account.isOf(policy) ? account : undefined
  }

  /** The account of a limit; made if there is none. */
  of(policy: LimitPolicy, nowMs: number): Account {
    const held = this.#accounts.get(keyOf(policy))
    if (held?.isOf(policy) === true) {
      held.policy = policy
      return held
    }
    if (held !== undefined) {
      // The limit was edited: what was leased under its old shape goes back.
      held.dropLeases(nowMs)
      this.tell(held, nowMs)
    }
    const account = this.#open(policy, nowMs)
    this.#accounts.set(keyOf(policy), account)
    this.#idleness.add(account, nowMs + IDLE_MS)
    return account
  }

  /** @throws Error when no store can count limits of this kind */
  queueOf({ kind }: LimitPolicy): DrawQueue {
    const queue = this.#options.queues.find(({ store }) => store.kinds.has(kind))
    if (queue === undefined) throw new Error(`no store counts limits of the kind ${kind}`)
    return queue
  }

  /** Tells the store what there is to tell of an account, and remembers to come by again. */
  tell(account: Account, nowMs: number): void {
    this.queueOf(account.policy).giveBack(account.takeReturns(nowMs))
    this.visitLater(account, nowMs)
  }

  visitLater(account: Account, nowMs: number): void {
    const wantedMs = account.nextVisitMs(nowMs)
    if (wantedMs === undefined || wantedMs >= account.visitAtMs) return
    // Never in this round: what is due and cannot be done yet would go round and round.
    const atMs = Math.max(wantedMs, nowMs + 1)
    account.visitAtMs = atMs
    this.#visits.add(account, atMs)
  }

  sweep(nowMs: number): void {
    for (const account of this.#visits.take(nowMs)) {
      // It was visited already, because it asked for an earlier visit later.
      if (account.visitAtMs > nowMs) continue
      account.visitAtMs = Infinity
      this.tell(account, nowMs)
      if (account.aheadCost === 0 && account.wantsMore(nowMs)) this.#options.onDue(account, nowMs)
    }
    for (const account of this.#idleness.take(nowMs)) {
      if (!account.isIdle(nowMs, IDLE_MS)) this.#idleness.add(account, nowMs + IDLE_MS)
      else if (this.#accounts.get(keyOf(account.policy)) === account) this.#accounts.delete(keyOf(account.policy))
    }
  }

  /** None of what was leased before may be used. */
  dropLeases(nowMs: number): void {
    for (const account of this.#accounts.values()) account.dropLeases(nowMs)
  }

  /**
   * Gives back everything, also what is drawn by calls that are under way; nothing may be drawn any more.
   *
   * @returns how many blocks of credits could not be closed
   */
  async close(): Promise<number> {
    await Promise.all(this.#options.queues.map(async (queue) => queue.settled()))
    const nowMs = this.#options.clock.monotonicMs()
    this.dropLeases(nowMs)
    const accounts = [...this.#accounts.values()]
    let openBlocks = 0
    for (const queue of this.#options.queues) {
      const own = accounts.filter(({ policy }) => this.queueOf(policy) === queue)
      openBlocks += await queue.close(own.flatMap((account) => account.takeReturns(nowMs)))
    }
    return openBlocks
  }

  #open(policy: LimitPolicy, nowMs: number): Account {
    const { node, clock } = this.#options
    switch (policy.kind) {
      case 'window':
      case 'burst':
      case 'quota':
        return new LeaseAccount(policy, nowMs)
      case 'concurrency':
        return new SlotAccount(policy, {
          node,
          nextSequence: () => ++this.#sequence,
          onFree: (account) => this.tell(account, clock.monotonicMs()),
        })
      case 'credits':
        return new CreditAccount(policy, nowMs, { node, nextBlock: () => ++this.#block })
    }
  }
}

/**
 * One balance may be declared in both classes, by apis that are called in turn: each goes on with blocks of its own, for one
 * that is exact is booked with the draw.
 */
const keyOf = ({ id, kind, class: limitClass }: LimitPolicy): string =>
  kind === 'credits' && limitClass === 'exact' ? `exact:${id}` : id
