/**
 * How many retries a route may make: a share of its calls in the last ten seconds, and a floor that is always free. So an
 * upstream that is down gets a little more than its calls, never a multiple of them.
 */
import type { RetryPart } from './balance.ts'

const SLOTS = 10
const SLOT_MS = 1_000

export class RetryBudget {
  readonly #calls = new Uint32Array(SLOTS)
  readonly #retries = new Uint32Array(SLOTS)
  #slot = 0
  #callsInAll = 0
  #retriesInAll = 0

  /** One more call, not counting its retries. */
  countCall(nowMs: number): void {
    const at = this.#advance(nowMs)
    this.#calls[at] = (this.#calls[at] ?? 0) + 1
    this.#callsInAll += 1
  }

  /** Takes one retry out of the budget; false when it is used up. */
  take({ budgetPercent, budgetFloor }: RetryPart, nowMs: number): boolean {
    const at = this.#advance(nowMs)
    if (this.#retriesInAll >= budgetFloor + Math.floor((this.#callsInAll * budgetPercent) / 100)) return false
    this.#retries[at] = (this.#retries[at] ?? 0) + 1
    this.#retriesInAll += 1
    return true
  }

  /** In the last ten seconds. */
  facts(nowMs: number): { readonly calls: number; readonly retries: number } {
    this.#advance(nowMs)
    return { calls: this.#callsInAll, retries: this.#retriesInAll }
  }

  /** Forgets what is older than ten seconds. @returns where the present second is counted */
  #advance(nowMs: number): number {
    const slot = Math.floor(nowMs / SLOT_MS)
    const passed = Math.min(SLOTS, slot - this.#slot)
    for (let step = 0; step < passed; step += 1) {
      const at = (slot - step) % SLOTS
      this.#callsInAll -= this.#calls[at] ?? 0
      this.#retriesInAll -= this.#retries[at] ?? 0
      this.#calls[at] = 0
      this.#retries[at] = 0
    }
    if (passed > 0) this.#slot = slot
    return this.#slot % SLOTS
  }
}
