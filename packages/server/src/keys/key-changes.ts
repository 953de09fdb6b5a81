/** Where keys changed last, to tell a read that was overtaken. */

const REMEMBERED = 20_000

export class KeyChanges {
  readonly #at = new Map<string, number>()
  /** Changes up to here may have been forgotten. */
  #forgottenTo = 0

  /** A change that is heard of late does not make an earlier one of a later. */
  note(keyId: string, position: number): void {
    const changedAt = Math.max(position, this.#at.get(keyId) ?? 0)
    this.#at.delete(keyId)
    this.#at.set(keyId, changedAt)
    if (this.#at.size <= REMEMBERED) return
    const oldest = this.#at.entries().next().value
    if (oldest === undefined) return
    this.#at.delete(oldest[0])
    this.#forgottenTo = Math.max(this.#forgottenTo, oldest[1])
  }

  /** Whether a read at `position` may be from before a change of that key. */
  overtook(keyId: string, position: number): boolean {
    return position < this.#forgottenTo || (this.#at.get(keyId) ?? -1) > position
  }

  /** Positions of another log say nothing. */
  clear(): void {
    this.#at.clear()
    this.#forgottenTo = 0
  }
}
