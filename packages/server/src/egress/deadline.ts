/**
 * One lazy timer for all bounds of a call. The bounds move with every byte; the timer does not: when it fires too early
 * it asks again and sleeps for the rest. So a byte costs one reading of the clock and no timer.
 */
const LONGEST_TIMER_MS = 2_147_483_647

export interface DeadlineOptions {
  readonly monotonicMs: () => number
  /** When the call is overdue as things stand; Infinity while nothing bounds it. */
  readonly dueAtMs: () => number
  readonly onDue: () => void
}

export class Deadline {
  readonly #options: DeadlineOptions
  #timer: NodeJS.Timeout | undefined
  #firesAtMs = Infinity

  constructor(options: DeadlineOptions) {
    this.#options = options
  }

  /** Must be called when the due instant may have come nearer; not needed when it has moved away. */
  check(): void {
    const dueAtMs = this.#options.dueAtMs()
    if (dueAtMs >= this.#firesAtMs) return
    clearTimeout(this.#timer)
    this.#sleepUntil(dueAtMs)
  }

  clear(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    this.#firesAtMs = Infinity
  }

  #sleepUntil(dueAtMs: number): void {
    this.#firesAtMs = dueAtMs
    const restMs = Math.ceil(dueAtMs - this.#options.monotonicMs())
    this.#timer = setTimeout(() => this.#fire(), Math.min(Math.max(restMs, 1), LONGEST_TIMER_MS))
  }

  #fire(): void {
    this.#firesAtMs = Infinity
    this.#timer = undefined
    const dueAtMs = this.#options.dueAtMs()
    if (dueAtMs === Infinity) return
    if (this.#options.monotonicMs() < dueAtMs) this.#sleepUntil(dueAtMs)
    else this.#options.onDue()
  }
}
