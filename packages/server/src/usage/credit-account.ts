/**
 * A balance of credits at this node: a block of units drawn from the account, spent without asking, and closed after a while:
 * closing says how much of it was spent, and the rest is free for others.
 *
 * A block never ends by itself in the ledger: what a node that died has spent of its blocks is known from its spool, where
 * each spend stands before the call is answered. At the node it does end: one that stood still for a while, and may have been
 * taken for dead, spends nothing of what it held before.
 *
 * The number of a block is never used again once it may have been closed. After an answer that was lost nothing more is drawn
 * into the block, and closing it says so: should the draw arrive later, it draws nothing.
 */
import type { CreditsPolicy, LimitPolicy, LimitState } from '@claviger/core'
import { Refusal, type Account, type DrawFor, type Refused } from './account.ts'
import { Appetite } from './appetite.ts'
import type { CallHold } from './call-hold.ts'
import type { CreditDraw, LimitDraw, LimitGrant, Returned } from './lease-store.ts'

export interface CreditAccountOptions {
  readonly node: string
  /** Numbers of blocks; none comes twice in the life of the process. */
  readonly nextBlock: () => number
}

interface Block {
  readonly number: number
  units: number
  spent: number
  /** Draws under way into it. */
  drawing: number
  /** From then on nothing is drawn into it, and as soon as no draw is under way it is closed. */
  closesAtMs: number
  /** Nothing is spent of it any more, whatever was drawn. */
  readonly endsAtMs: number
  /** An answer was lost: nothing is drawn into it any more. */
  isDoubted: boolean
}

/** From the first draw; well within the time after which a silent node counts as dead (see `FOREIGN_SILENCE_MS` of the spool). */
const LIFE_MS = 30_000
const NOTHING: readonly Returned[] = []

const accountOf = ({ account, id }: CreditsPolicy): string => account ?? id

export class CreditAccount implements Account {
  policy: CreditsPolicy
  drawing = 0
  visitAtMs = Infinity
  readonly aheadCost = 1
  readonly #options: CreditAccountOptions
  readonly #account: string
  /** Oldest first: spent in this order. */
  #blocks: Block[] = []
  #units = 0
  /** Of the oldest block. */
  #firstEndsMs = Infinity
  #central: boolean
  #remaining = 0
  #lastUsedMs = 0
  readonly #appetite: Appetite
  readonly #refusal = new Refusal()

  constructor(policy: CreditsPolicy, nowMs: number, options: CreditAccountOptions) {
    this.policy = policy
    this.#options = options
    this.#account = accountOf(policy)
    this.#central = policy.class === 'exact'
    this.#appetite = new Appetite(0, nowMs) // a balance has no size that a share could be taken of
  }

  get keepsUnits(): boolean {
    return !this.#central
  }

  /** Whatever its mode: a shadow spends of the same units. */
  isOf(policy: LimitPolicy): boolean {
    if (policy === this.policy) return true
    return policy.kind === 'credits' && policy.class === this.policy.class && accountOf(policy) === this.#account
  }

  has(cost: number, nowMs: number): boolean {
    if (nowMs >= this.#firstEndsMs) this.#dropEnded(nowMs)
    return this.#units >= cost
  }

  unitsHere(nowMs: number): number {
    this.has(0, nowMs)
    return this.#units
  }

  spend(cost: number, nowMs: number, hold: CallHold | undefined): LimitState {
    let left = cost
    for (const block of this.#blocks) {
      const units = Math.min(left, block.units)
      if (units === 0) continue
      block.units -= units
      block.spent += units
      left -= units
      // An exact balance was booked by the draw itself; all others by what the journal says.
      if (this.policy.class !== 'exact') hold?.credits.push({ block: block.number, units })
    }
    this.#units -= cost
    this.#appetite.spend(cost)
    this.#lastUsedMs = nowMs
    return this.state()
  }

  state(): LimitState {
    return { policy: this.policy, remaining: this.#remaining + this.#units, resetMs: Infinity }
  }

  isRefused(cost: number, nowMs: number): boolean {
    return this.#refusal.holds(cost, nowMs)
  }

  wantsMore(nowMs: number): boolean {
    if (this.#units > this.#appetite.lowWater) return false
    return this.#appetite.drawsAhead && this.drawing === 0 && !this.#central && !this.isRefused(1, nowMs)
  }

  isBusy(): boolean {
    return this.drawing > 0 && !this.#central
  }

  drawFor({ cost, waiting, nowMs }: DrawFor): CreditDraw {
    const block = this.#blockToGrow(nowMs)
    block.drawing += 1
    return {
      kind: 'credits',
      id: this.#account,
      limit: this.policy.limit,
      node: this.#options.node,
      block: block.number,
      want: cost + waiting.cost + this.#appetite.ahead(nowMs),
      alone: this.policy.class === 'exact',
      patienceMs: 0,
    }
  }

  credit(grant: LimitGrant, sentMs: number, draw: LimitDraw): void {
    this.#learn(grant)
    this.#refusal.forget()
    const block = this.#answered(draw)
    if (block === undefined) return
    block.units += grant.units
    this.#units += grant.units
    this.#firstEndsMs = Math.min(this.#firstEndsMs, block.endsAtMs)
    this.#appetite.granted(grant.units, grant.ttlMs, this.#units)
    // Counted from its first draw, so that a block in constant use is closed too; sooner when others may be in need.
    block.closesAtMs = Math.min(block.closesAtMs, sentMs + grant.ttlMs)
  }

  refuse(grant: LimitGrant, { cost, sentMs, nowMs, draw }: Refused): void {
    this.#learn(grant)
    if (grant.retryMs > 0) this.#refusal.note(cost, Math.max(sentMs + grant.retryMs, nowMs + 1))
    const block = this.#answered(draw)
    if (block?.closesAtMs === Infinity) block.closesAtMs = nowMs
  }

  /** What was drawn may be in the block or not: closing it will tell. What is here of it is spent on. */
  lose(nowMs: number, draw: LimitDraw): void {
    const block = this.#answered(draw)
    if (block === undefined) return
    block.isDoubted = true
    if (block.closesAtMs === Infinity) block.closesAtMs = nowMs
  }

  dropLeases(nowMs: number): void {
    for (const block of this.#blocks) block.closesAtMs = nowMs
    this.#units = 0
    for (const block of this.#blocks) block.units = 0
  }

  takeReturns(nowMs: number): readonly Returned[] {
    const isDue = (block: Block): boolean => block.drawing === 0 && block.closesAtMs <= nowMs
    const closing = this.#blocks.filter(isDue)
    if (closing.length === 0) return NOTHING
    this.#blocks = this.#blocks.filter((block) => !isDue(block))
    this.#firstEndsMs = this.#blocks[0]?.endsAtMs ?? Infinity
    for (const { units } of closing) this.#units -= units
    return closing.map((block) => this.#closed(block))
  }

  nextVisitMs(): number | undefined {
    if (this.#blocks.length === 0) return undefined
    return Math.min(...this.#blocks.map(({ closesAtMs }) => closesAtMs))
  }

  isIdle(nowMs: number, idleMs: number): boolean {
    return (
      this.#blocks.length === 0 &&
      this.drawing === 0 &&
      nowMs - this.#lastUsedMs > idleMs &&
      !this.isRefused(Infinity, nowMs)
    )
  }

  #blockToGrow(nowMs: number): Block {
    const last = this.#blocks.at(-1)
    if (last !== undefined && nowMs < last.closesAtMs && !last.isDoubted) return last
    const number = this.#options.nextBlock()
    const [closesAtMs, endsAtMs] = [Infinity, nowMs + LIFE_MS]
    const block = { number, units: 0, spent: 0, drawing: 0, closesAtMs, endsAtMs, isDoubted: false }
    if (this.#blocks.push(block) === 1) this.#firstEndsMs = endsAtMs
    return block
  }

  #answered(draw: LimitDraw): Block | undefined {
    const block = draw.kind === 'credits' ? this.#blocks.find(({ number }) => number === draw.block) : undefined
    if (block !== undefined) block.drawing -= 1
    return block
  }

  /** Their spent units stay; the others go back when they are closed. */
  #dropEnded(nowMs: number): void {
    for (const block of this.#blocks) {
      if (nowMs < block.endsAtMs) break
      this.#units -= block.units
      block.units = 0
      block.closesAtMs = Math.min(block.closesAtMs, nowMs)
    }
    this.#firstEndsMs = this.#blocks.find(({ endsAtMs }) => nowMs < endsAtMs)?.endsAtMs ?? Infinity
  }

  #closed({ number, spent, isDoubted }: Block): Returned {
    return { kind: 'credits', id: this.#account, node: this.#options.node, block: number, spent, doubted: isDoubted }
  }

  #learn(grant: LimitGrant): void {
    this.#central = grant.central
    this.#remaining = grant.remaining
  }
}
