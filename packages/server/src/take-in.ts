/**
 * How a process takes in what the feed tells. First, before anything is read, whatever takes something away: it acts on
 * the whole batch at once, whatever else is in it. Then what has changed is read again, batch after batch.
 */
import type { Change } from '#feed'
import { byFew, type Log } from '#store'
import { Pending } from './pending.ts'

/** Something in memory that the feed keeps true. */
export interface Follower {
  /** Acts before anything is read: refuses what is revoked, forgets what has changed. */
  mark(change: Change): void
  /** Reads again what was marked. Never rejects: what could not be read is told by `staleForMs`. */
  reload?(change: Change): Promise<void>
  /** The feed's tail was missed: forgets what can be forgotten at once. */
  distrust?(): void
  /** Reads everything again. Rejects when it could not. */
  loadAll?(): Promise<void>
  /** Tries again what could not be read. */
  retryStale?(): Promise<void>
}

export interface TakeInOptions {
  readonly log: Log
  readonly monotonicMs: () => number
  /** In the order in which a change is marked. */
  readonly followers: Readonly<Record<string, Follower>>
  /** Peppers, and keys that sign identities. */
  readonly refreshKeys: () => Promise<void>
  /** Makes look-ups cheap, and is no truth: tried until it is read, but nothing is out of date without it. */
  readonly loadFilter: () => Promise<void>
}

export class TakeIn {
  readonly #options: TakeInOptions
  readonly #truth: Pending
  readonly #comfort: Pending
  #reloaded: Promise<void> = Promise.resolve()
  #retrying = false

  constructor(options: TakeInOptions) {
    this.#options = options
    this.#truth = new Pending(options.log, options.monotonicMs)
    this.#comfort = new Pending(options.log, options.monotonicMs)
  }

  /** Settles when the batch, and those before it, are taken in. */
  async take(changes: readonly Change[]): Promise<void> {
    for (const change of changes) this.#mark(change)
    const last = lastOfEach(changes)
    this.#reloaded = this.#reloaded.then(async () => this.#reload(last))
    await this.#reloaded
  }

  /** The feed's tail was missed: everything is read again, each part until it succeeded. */
  resync(): void {
    for (const [name, follower] of this.#followers()) {
      follower.distrust?.()
      const { loadAll } = follower
      if (loadAll !== undefined) void this.#truth.start(name, loadAll.bind(follower))
    }
    void this.#truth.start('sealed keys', this.#options.refreshKeys)
    this.loadFilter()
  }

  loadFilter(): void {
    void this.#comfort.start('filter of key ids', this.#options.loadFilter)
  }

  /** Tries again what could not be read; does nothing while the last try is under way. */
  async retry(): Promise<void> {
    if (this.#retrying) return
    this.#retrying = true
    try {
      const followers = this.#followers().map(async ([name, follower]) => this.#safely(name, follower.retryStale?.()))
      await Promise.all([this.#truth.retry(), this.#comfort.retry(), ...followers])
    } finally {
      this.#retrying = false
    }
  }

  /** How long something that is read as a whole is known to be out of date, in ms. */
  staleForMs(): number {
    return this.#truth.staleForMs()
  }

  /** One that fails must not keep the others from a revocation: all of it is read again then. */
  #mark(change: Change): void {
    for (const [name, follower] of this.#followers()) {
      try {
        follower.mark(change)
      } catch (error) {
        this.#failed(name, follower, error)
      }
    }
  }

  async #reload(changes: readonly Change[]): Promise<void> {
    if (changes.some(({ subjectType }) => subjectType === 'pepper' || subjectType === 'identity_key'))
      await this.#truth.start('sealed keys', this.#options.refreshKeys)
    await byFew(changes, async (change) => {
      for (const [name, follower] of this.#followers()) {
        try {
          await follower.reload?.(change)
        } catch (error) {
          this.#failed(name, follower, error)
        }
      }
    })
  }

  #failed(name: string, follower: Follower, error: unknown): void {
    this.#options.log.error({ err: error, part: name }, 'a change could not be taken in: all of it is read again')
    const { loadAll } = follower
    follower.distrust?.()
    if (loadAll !== undefined) void this.#truth.start(name, loadAll.bind(follower))
  }

  async #safely(name: string, retry: Promise<void> | undefined): Promise<void> {
    await retry?.catch((error: unknown) =>
      this.#options.log.error({ err: error, part: name }, 'what is stale could not be tried again'),
    )
  }

  #followers(): readonly [string, Follower][] {
    return Object.entries(this.#options.followers)
  }
}

/** What is read again is read as it is now: of many changes of one thing, once is enough. */
function lastOfEach(changes: readonly Change[]): readonly Change[] {
  const last = new Map<string, Change>()
  for (const change of changes) last.set(`${change.subjectType} ${change.subjectId}`, change)
  return [...last.values()]
}
