/** A lease store in memory: the arithmetic of the real one under a clock that a test runs. */
import type { DrawRequest, Grant, LeaseStore, UnusedUnits } from '../lease-store.ts'
import { decideDraw, takeBack, type Counter } from './lease-arithmetic.ts'

export class MemoryLeaseStore implements LeaseStore {
  readonly #nowMs: () => number
  readonly #liveNodes: () => number
  readonly #counters = new Map<string, Counter>()
  /** Calls of `draw` and `giveBack` so far. */
  calls = 0

  constructor(nowMs: () => number, liveNodes: () => number) {
    this.#nowMs = nowMs
    this.#liveNodes = liveNodes
  }

  async draw(requests: readonly DrawRequest[], returns: readonly UnusedUnits[]): Promise<readonly Grant[]> {
    this.calls++
    for (const unused of returns) {
      const counter = this.#counters.get(unused.id)
      if (counter !== undefined) this.#counters.set(unused.id, takeBack(counter, unused))
    }
    return requests.map((request) => {
      const { grant, changed } = decideDraw(request, this.#counters, Math.floor(this.#nowMs()), this.#liveNodes())
      for (const [id, counter] of changed) this.#counters.set(id, counter)
      return grant
    })
  }

  async giveBack(returns: readonly UnusedUnits[]): Promise<void> {
    await this.draw([], returns)
  }
}
