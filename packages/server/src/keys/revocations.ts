/**
 * What is revoked, outside of the cache (decision 3): keys, versions, or all of an app or a workspace. A revocation
 * stands at its position in the feed; only a change after it undoes it, and of a shared part only once that was read again.
 */
import type { Change } from '#feed'
import { textsOf } from './texts-of.ts'

const REMEMBERED = 100_000
/** Before every position: of a log that is no more. */
const OF_ANOTHER_LOG = -1

export class Revocations {
  readonly #at = new Map<string, number>()
  /** Shared parts that changed after they were revoked and are not read again yet, and where they changed. */
  readonly #changedAt = new Map<string, number>()

  get size(): number {
    return this.#at.size
  }

  has(name: string): boolean {
    return this.#at.has(name)
  }

  mark(change: Change): void {
    const { kind, subjectType, subjectId, position } = change
    if (kind === 'revocation') {
      for (const name of revokedNames(change)) this.#remember(name, position)
    } else if (subjectType === 'key') {
      // a key that was restored: whatever is known of it is forgotten with this, and its row is the truth
      this.#undo(subjectId, position)
    } else if (subjectType !== 'key_batch' && this.#at.has(subjectId)) {
      this.#changedAt.set(subjectId, Math.max(position, this.#changedAt.get(subjectId) ?? 0))
    }
  }

  /** Parts have been read again: those that are known as they are now need no mark. */
  settle(isStale: (id: string) => boolean): void {
    for (const [id, position] of this.#changedAt) {
      if (isStale(id)) continue
      this.#undo(id, position)
      this.#changedAt.delete(id)
    }
  }

  /** The log may be another one: its positions say nothing of these. They stand until everything is read again. */
  distrust(): void {
    this.#changedAt.clear()
    for (const name of this.#at.keys()) this.#at.set(name, OF_ANOTHER_LOG)
  }

  /** Everything was read again since `distrust`. */
  forgetDistrusted(): void {
    for (const [name, position] of this.#at) if (position === OF_ANOTHER_LOG) this.#at.delete(name)
  }

  #remember(name: string, position: number): void {
    this.#at.set(name, Math.max(position, this.#at.get(name) ?? 0))
    if (this.#at.size <= REMEMBERED) return
    const oldest = this.#at.keys().next().value
    if (oldest !== undefined) this.#at.delete(oldest)
  }

  #undo(name: string, position: number): void {
    const revokedAt = this.#at.get(name)
    if (revokedAt !== undefined && revokedAt < position) this.#at.delete(name)
  }
}

function revokedNames({ subjectType, subjectId, detail }: Change): readonly string[] {
  if (subjectType === 'key_batch') return textsOf(detail['key_ids'])
  // a key may be for others too: the api's own part refuses
  if (subjectType === 'api') return []
  const version = detail['version']
  return [typeof version === 'number' ? `${subjectId}/${version}` : subjectId]
}
