/** What one admitted call holds until its end: slots, and which credits it spent. */
import type { CreditSpend, Hold } from '@claviger/gateway'

/** Something with slots that a call can leave. */
export interface SlotOwner {
  release(): void
}

export class CallHold implements Hold {
  readonly credits: CreditSpend[] = []
  readonly #slots: SlotOwner[] = []
  #isReleased = false

  addSlot(owner: SlotOwner): void {
    this.#slots.push(owner)
  }

  /** The second time it does nothing. */
  release(): void {
    if (this.#isReleased) return
    this.#isReleased = true
    for (const owner of this.#slots) owner.release()
  }
}
