/** A lease store in memory: the arithmetic of the real ones under a clock that a test runs. */
import type { LimitKind } from '@claviger/core'
import type { DrawRequest, Grant, LeaseStore, LimitDraw, LimitSight, Returned } from '../lease-store.ts'
import { decideDraw, lookAt, emptyBooks, takeBack, type Books } from './arithmetic.ts'

export class MemoryLeaseStore implements LeaseStore {
  readonly kinds: ReadonlySet<LimitKind> = new Set(['window', 'burst', 'concurrency', 'quota', 'credits'])
  readonly #nowMs: () => number
  readonly #liveNodes: () => number
  readonly books: Books = emptyBooks()
  /** Calls of `draw` and `giveBack` so far. */
  calls = 0

  constructor(nowMs: () => number, liveNodes: () => number) {
    this.#nowMs = nowMs
    this.#liveNodes = liveNodes
  }

  async draw(requests: readonly DrawRequest[], returns: readonly Returned[]): Promise<readonly Grant[]> {
    this.calls++
    const clockMs = Math.floor(this.#nowMs())
    for (const returned of returns) takeBack(this.books, returned, clockMs)
    return requests.map((request) => decideDraw(request, this.books, clockMs, this.#liveNodes()))
  }

  async giveBack(returns: readonly Returned[]): Promise<void> {
    await this.draw([], returns)
  }

  async look(cost: number, limits: readonly LimitDraw[]): Promise<readonly LimitSight[]> {
    const asking = { cost, leastMs: 0, clockMs: Math.floor(this.#nowMs()), liveNodes: this.#liveNodes() }
    return limits.map((draw) => lookAt(draw, this.books, asking))
  }

  /** Gives an account units. */
  grant(account: string, units: number): void {
    const held = this.books.credits.get(account) ?? { booked: 0, blocks: new Map() }
    this.books.credits.set(account, { ...held, booked: held.booked + units })
  }
}
