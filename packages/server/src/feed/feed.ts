/**
 * Reads the change feed. LISTEN is only the bell; the log is the truth, and it is looked at every 250 ms even when no bell
 * rings. A process that cannot look knows how old its knowledge is.
 */
import type { Clock } from '@claviger/gateway'
import type { Log, Store } from '#store'
import type { Change } from './change.ts'
import { look, type Look } from './rows.ts'

export const FEED_CHANNEL = 'claviger_feed'

export interface FeedOptions {
  /** Older than this, the feed counts as lost: logged, and `isLost`. */
  readonly staleMs: number
  readonly heartbeatMs?: number
}

/**
 * Takes changes in. What it does before it returns is done before the next change is read; a promise is waited for by
 * `position` and `reached`, but never holds up the reading.
 */
export type ChangeListener = (changes: readonly Change[]) => void | Promise<void>

export interface Feed {
  /** All changes up to here have been taken in. */
  readonly position: number
  /** Names the log. */
  readonly logId: string
  /** How long ago this process last knew that it had read the log to its end, in ms of the monotonic clock. */
  ageMs(): number
  isLost(): boolean
  /** Tells every change from now on, in order, each once. @returns a function that ends it */
  onChange(listener: ChangeListener): () => void
  /** Changes may have been missed: everything that was remembered must be dropped. @returns a function that ends it */
  onResync(listener: () => void): () => void
  /** True when this process has taken in the change at `position`; false when it has not within `withinMs`. */
  reached(position: number, withinMs?: number): Promise<boolean>
  close(): Promise<void>
}

/** Begins at the end of the log: what is read from the database after this is at least as new. */
export async function startFeed(
  store: Pick<Store, 'raw' | 'listen'>,
  log: Log,
  clock: Clock,
  options: FeedOptions,
): Promise<Feed> {
  const reader = new FeedReader(store, log, clock, options)
  await reader.start()
  return reader
}

interface Waiter {
  readonly position: number
  readonly settle: (reached: boolean) => void
}

class FeedReader implements Feed {
  readonly #store: Pick<Store, 'raw' | 'listen'>
  readonly #log: Log
  readonly #clock: Clock
  readonly #options: FeedOptions
  readonly #listeners = new Set<ChangeListener>()
  readonly #resyncs = new Set<() => void>()
  readonly #waiters = new Set<Waiter>()
  #logId = ''
  /** Told to the listeners up to here. */
  #told = 0
  /** Taken in up to here. */
  #position = 0
  #takenIn: Promise<void> = Promise.resolve()
  #freshAtMs = Number.NEGATIVE_INFINITY
  #looking: Promise<void> | undefined
  #again = false
  #wasLost = false
  /** Everything must be dropped, and that has not succeeded yet: until it has, the feed does not count as read. */
  #mustResync = false
  #closed = false
  #timer: NodeJS.Timeout | undefined
  #bell: { close(): Promise<void> } | undefined

  constructor(store: Pick<Store, 'raw' | 'listen'>, log: Log, clock: Clock, options: FeedOptions) {
    this.#store = store
    this.#log = log
    this.#clock = clock
    this.#options = options
  }

  async start(): Promise<void> {
    const ring = (): void => this.#ring()
    this.#bell = await this.#store.listen(FEED_CHANNEL, ring, ring)
    const askedAtMs = this.#clock.monotonicMs()
    const { logId, head } = await look(this.#store, Number.MAX_SAFE_INTEGER)
    this.#logId = logId
    this.#told = head
    this.#position = head
    this.#freshAtMs = askedAtMs
    this.#timer = setInterval(ring, this.#options.heartbeatMs ?? 250)
    this.#timer.unref()
  }

  get position(): number {
    return this.#position
  }

  get logId(): string {
    return this.#logId
  }

  ageMs(): number {
    return this.#clock.monotonicMs() - this.#freshAtMs
  }

  isLost(): boolean {
    return this.ageMs() > this.#options.staleMs
  }

  onChange(listener: ChangeListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  onResync(listener: () => void): () => void {
    this.#resyncs.add(listener)
    return () => this.#resyncs.delete(listener)
  }

  async reached(position: number, withinMs = 5_000): Promise<boolean> {
    if (position <= this.#position) return true
    if (this.#closed) return false
    this.#ring()
    const { promise, resolve } = Promise.withResolvers<boolean>()
    const waiter = { position, settle: resolve }
    this.#waiters.add(waiter)
    const timer = setTimeout(resolve, withinMs, false)
    const reached = await promise
    clearTimeout(timer)
    this.#waiters.delete(waiter)
    return reached
  }

  async close(): Promise<void> {
    this.#closed = true
    clearInterval(this.#timer)
    await this.#bell?.close()
    await this.#looking
    for (const waiter of this.#waiters) waiter.settle(false)
  }

  /** Looks now, or once more when a look is under way: that one may have been too early. */
  #ring(): void {
    if (this.#closed || this.#logId === '') return
    if (this.#looking !== undefined) {
      this.#again = true
      return
    }
    this.#looking = this.#lookToTheEnd().finally(() => {
      this.#looking = undefined
      if (this.#again) {
        this.#again = false
        this.#ring()
      }
    })
  }

  async #lookToTheEnd(): Promise<void> {
    try {
      let isAtEnd = false
      while (!isAtEnd && !this.#closed) {
        const askedAtMs = this.#clock.monotonicMs()
        const seen = await look(this.#store, this.#told)
        this.#take(seen)
        if (this.#mustResync) this.#resync()
        isAtEnd = this.#told >= seen.head
        if (isAtEnd) this.#freshAtMs = askedAtMs
      }
      if (this.#wasLost) this.#log.info({ position: this.#told }, 'the change feed is back')
      this.#wasLost = false
    } catch (error) {
      if (this.#wasLost || !this.isLost()) return
      this.#wasLost = true
      this.#log.error(
        { err: error, ageMs: Math.round(this.ageMs()) },
        'the change feed is lost: revocations and edits do not arrive',
      )
    }
  }

  #take({ logId, head, changes }: Look): void {
    const [first] = changes
    const last = changes.at(-1)
    const isOtherLog = logId !== this.#logId || head < this.#told
    const isTailGone = head > this.#told && first?.position !== this.#told + 1
    if (isOtherLog || isTailGone) {
      this.#log.warn(
        { position: this.#told, head, otherLog: isOtherLog },
        'changes were missed: all that was remembered is dropped',
      )
      this.#logId = logId
      this.#told = head
      this.#position = Math.min(this.#position, head)
      this.#resync()
      this.#takeInAfter([])
    } else if (last !== undefined) {
      this.#told = last.position
      this.#takeInAfter(this.#tell(changes))
    }
  }

  #tell(changes: readonly Change[]): readonly Promise<void>[] {
    const pending: Promise<void>[] = []
    for (const listener of this.#listeners) {
      try {
        const result = listener(changes)
        if (result !== undefined) pending.push(result.catch((error: unknown) => this.#distrust(error)))
      } catch (error) {
        this.#distrust(error)
      }
    }
    return pending
  }

  /** A listener failed: what it remembers may be wrong now, so everything is dropped. */
  #distrust(error: unknown): void {
    this.#log.error({ err: error }, 'a change could not be taken in: all that was remembered is dropped')
    this.#mustResync = true
    this.#ring()
  }

  #resync(): void {
    this.#mustResync = true
    for (const listener of this.#resyncs) listener()
    this.#mustResync = false
  }

  /** Batches are taken in in their order, whichever ends first. */
  #takeInAfter(pending: readonly Promise<void>[]): void {
    const position = this.#told
    this.#takenIn = Promise.all([this.#takenIn, ...pending]).then(() => {
      this.#position = position
      for (const waiter of this.#waiters) if (waiter.position <= position) waiter.settle(true)
    })
  }
}
