/** Lets other work of this process pass between steps, when they have taken long enough to be felt. */
import { setImmediate as nextTurn } from 'node:timers/promises'

const TURN_MS = 5

export class Turns {
  readonly #clock: { readonly monotonicMs: () => number }
  #sinceMs: number

  constructor(clock: { readonly monotonicMs: () => number }) {
    this.#clock = clock
    this.#sinceMs = clock.monotonicMs()
  }

  async pass(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#sinceMs < TURN_MS) return
    await nextTurn()
    this.#sinceMs = this.#clock.monotonicMs()
  }
}
