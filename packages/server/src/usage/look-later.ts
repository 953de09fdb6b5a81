/** A wheel of appointments: who is to be looked at, and about when. Adding and taking cost next to nothing. */
const SLOT_MS = 50

export class LookLater<Item> {
  readonly #slots = new Map<number, Item[]>()

  add(item: Item, atMs: number): void {
    const slot = Math.ceil(atMs / SLOT_MS)
    const items = this.#slots.get(slot)
    if (items === undefined) this.#slots.set(slot, [item])
    else items.push(item)
  }

  /** All whose time has come, once. */
  *take(nowMs: number): Generator<Item> {
    const current = Math.floor(nowMs / SLOT_MS)
    for (const [slot, items] of this.#slots) {
      if (slot > current) continue
      this.#slots.delete(slot)
      yield* items
    }
  }
}
