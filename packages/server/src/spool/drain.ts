/**
 * Copies a spool to where its lines belong, in order and at least once; the sink makes it exactly once.
 * While the sink is away, it waits longer and longer; the spool carries the outage.
 */
import type { Batch } from './recent-lines.ts'
import type { Spool } from './spool.ts'

export interface Sink {
  /** The last sequence of this spool that is stored; 0 when none is. Asked at the start and after each failure. */
  storedTo(): Promise<number>
  /** Stores consecutive lines as one: all of them or none. */
  store(lines: readonly string[], firstSequence: number): Promise<void>
  /** Keeps a line that can never be stored where a person can find it. */
  setAside(line: string, sequence: number, cause: unknown): Promise<void>
}

export interface DrainOptions {
  readonly onEvent: (event: DrainEvent) => void
  readonly batchLines?: number
  /** How long a line may wait for company, in ms. */
  readonly batchDelayMs?: number
  readonly firstBackOffMs?: number
  readonly maxBackOffMs?: number
}

export type DrainEvent =
  | { readonly kind: 'drain_failing'; readonly cause: unknown; readonly waitMs: number }
  | { readonly kind: 'drain_recovered' }
  | { readonly kind: 'line_set_aside'; readonly sequence: number; readonly cause: unknown }

export interface DrainFacts {
  readonly storedLines: number
  readonly setAsideLines: number
  /** Failures since the last success. */
  readonly failures: number
}

/**
 * What a batch costs the database grows with how many different keys are in it, not with its lines: a thousand busy keys are
 * written once a batch. A server that decides 9,000 calls a second pays half as much for batches of a second as for a fifth.
 */
const BATCH_LINES = 8_000
const BATCH_DELAY_MS = 800
/** A line that is refused as wrong this often, alone, is set aside. */
const ATTEMPTS_BEFORE_ASIDE = 3
const UNFLUSHED_MS = 20
/** SQLSTATE of values that no second try mends: data exceptions, missing values, duplicates. Not 23514: a partition may come. */
const WRONG_VALUE = /^(22[0-9A-Z]{3}|23502|23505)$/

/** Begins to copy at once and goes on until it is closed. */
export function startDrain(spool: Spool, sink: Sink, options: DrainOptions): Drain {
  const drain = new Drain(spool, sink, options)
  drain.start()
  return drain
}

export class Drain {
  readonly #spool: Spool
  readonly #sink: Sink
  readonly #onEvent: (event: DrainEvent) => void
  readonly #batchLines: number
  readonly #batchDelayMs: number
  readonly #firstBackOffMs: number
  readonly #maxBackOffMs: number
  readonly #closing = new AbortController()
  #running: Promise<void> = Promise.resolve()
  #wake: (() => void) | undefined
  /** Lines wake the drain when this one is there. */
  #wakeAt = Number.POSITIVE_INFINITY
  #next: number | undefined
  #limit: number
  #failures = 0
  #storedLines = 0
  #setAsideLines = 0
  readonly #waiting = new Set<{ readonly sequence: number; readonly resolve: (stored: boolean) => void }>()

  constructor(spool: Spool, sink: Sink, options: DrainOptions) {
    this.#spool = spool
    this.#sink = sink
    this.#onEvent = options.onEvent
    this.#batchLines = options.batchLines ?? BATCH_LINES
    this.#batchDelayMs = options.batchDelayMs ?? BATCH_DELAY_MS
    this.#firstBackOffMs = options.firstBackOffMs ?? 100
    this.#maxBackOffMs = options.maxBackOffMs ?? 5_000
    this.#limit = this.#batchLines
  }

  start(): void {
    this.#spool.onLines(() => {
      if (this.#spool.lastSequence >= this.#wakeAt) this.#wake?.()
    })
    this.#running = this.#run()
  }

  facts(): DrainFacts {
    return { storedLines: this.#storedLines, setAsideLines: this.#setAsideLines, failures: this.#failures }
  }

  /** True when every line appended before the call is stored; false when the drain is closed before that. */
  async drained(): Promise<boolean> {
    const sequence = this.#spool.lastSequence
    if (this.#next !== undefined && this.#next > sequence) return true
    if (this.#closing.signal.aborted) return false
    const { promise, resolve } = Promise.withResolvers<boolean>()
    this.#waiting.add({ sequence, resolve })
    if (this.#failures === 0) this.#wake?.()
    return promise
  }

  /** Copies what it can within the grace, then stops. What is left stays in the spool. */
  async close(graceMs: number): Promise<void> {
    const timer = setTimeout(() => {
      this.#stop()
    }, graceMs)
    await this.drained()
    clearTimeout(timer)
    this.#stop()
    await this.#running
  }

  #stop(): void {
    this.#closing.abort()
    this.#wake?.()
    for (const waiter of this.#waiting) waiter.resolve(false)
    this.#waiting.clear()
  }

  async #run(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      try {
        this.#next ??= (await this.#sink.storedTo()) + 1
        await this.#gather(this.#next)
        const batch = await this.#spool.readFrom(this.#next, this.#limit)
        // Appended, but not yet flushed in this turn of the event loop.
        if (batch === undefined) await this.#pause(this.#next, UNFLUSHED_MS)
        else await this.#store(batch)
      } catch (error) {
        await this.#backOff(error)
      }
    }
  }

  /** Waits for lines, then a little longer, so that a batch has company; not when somebody waits for the end. */
  async #gather(next: number): Promise<void> {
    this.#settle(next - 1)
    if (this.#spool.lastSequence < next) await this.#pause(next, undefined)
    const full = next + this.#limit - 1
    if (this.#waiting.size === 0 && this.#spool.lastSequence < full) await this.#pause(full, this.#batchDelayMs)
  }

  async #store(batch: Batch): Promise<void> {
    const last = batch.firstSequence + batch.lines.length - 1
    try {
      await this.#sink.store(batch.lines, batch.firstSequence)
    } catch (error) {
      if (!isWrongValue(error)) throw error
      const [line] = batch.lines
      if (batch.lines.length > 1 || line === undefined) {
        this.#limit = Math.max(1, Math.floor(batch.lines.length / 2))
        return
      }
      if (this.#failures + 1 < ATTEMPTS_BEFORE_ASIDE) throw error
      await this.#sink.setAside(line, batch.firstSequence, error)
      this.#setAsideLines++
      this.#storedLines--
      this.#onEvent({ kind: 'line_set_aside', sequence: batch.firstSequence, cause: error })
    }
    if (this.#failures > 0) this.#onEvent({ kind: 'drain_recovered' })
    this.#failures = 0
    this.#storedLines += batch.lines.length
    this.#next = last + 1
    this.#limit = Math.min(this.#batchLines, this.#limit * 2)
    await this.#spool.trimTo(last)
    this.#settle(last)
  }

  async #backOff(error: unknown): Promise<void> {
    const waitMs = Math.min(this.#maxBackOffMs, this.#firstBackOffMs * 2 ** this.#failures)
    this.#failures++
    if (this.#failures === 1) this.#onEvent({ kind: 'drain_failing', cause: error, waitMs })
    this.#next = undefined
    await this.#pause(Number.POSITIVE_INFINITY, waitMs)
  }

  /** Sleeps until the line of that sequence is there, somebody is in a hurry, or so long. */
  async #pause(wakeAt: number, forMs: number | undefined): Promise<void> {
    if (this.#closing.signal.aborted) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#wake = resolve
    this.#wakeAt = wakeAt
    const timer = forMs === undefined ? undefined : setTimeout(resolve, forMs)
    await promise
    clearTimeout(timer)
    this.#wake = undefined
  }

  #settle(stored: number): void {
    for (const waiter of this.#waiting) {
      if (waiter.sequence > stored) continue
      this.#waiting.delete(waiter)
      waiter.resolve(true)
    }
  }
}

/** True when another try with the same line cannot end better: a value that the table refuses, or text that is not ours. */
function isWrongValue(error: unknown): boolean {
  if (error instanceof SyntaxError) return true
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && WRONG_VALUE.test(error.code)
}
