/**
 * What the changes have told so far: so that an answer that a change overtook is known for what it is (decision 3). Bounded:
 * what is forgotten counts as changed.
 */
const REMEMBERED = 20_000

export class ChangesSeen {
  readonly #changedAt = new Map<string, number>()
  #forgottenTo = Infinity
  #logId = ''
  /** Counts how often everything was forgotten. */
  epoch = 0
  /** Counts the names that were told. */
  told = 0

  /** From here on every change is told. Before, anything may have changed. */
  startAt(logId: string, position: number): void {
    this.#logId = logId
    this.#changedAt.clear()
    this.#forgottenTo = position
    this.epoch += 1
  }

  changed(name: string, position: number): void {
    this.told += 1
    this.#changedAt.delete(name)
    this.#changedAt.set(name, position)
    if (this.#changedAt.size <= REMEMBERED) return
    for (const [oldest, at] of this.#changedAt) {
      this.#changedAt.delete(oldest)
      this.#forgottenTo = Math.max(this.#forgottenTo, at)
      break
    }
  }

  /** What was read at that place is worthless: one of the names has changed since, or nobody can tell. */
  hasOvertaken(place: { readonly logId: string; readonly position: number }, names: readonly string[]): boolean {
    if (place.logId !== this.#logId || place.position < this.#forgottenTo) return true
    return names.some((name) => (this.#changedAt.get(name) ?? -1) > place.position)
  }
}
