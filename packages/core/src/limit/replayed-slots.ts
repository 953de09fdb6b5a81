/** "At most N at once" over calls of the past, of which each is known to have lasted so long. Pure. */
export class ReplayedSlots {
  readonly #limit: number
  /** When the calls that run end, the soonest first; never more than the limit, save for what a shadow lets in. */
  readonly #endsAtMs: number[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  admits(_cost: number, nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#endsAtMs.length < this.#limit
  }

  charge(_cost: number, nowMs: number, lastsMs: number): void {
    this.#advance(nowMs)
    const endsAtMs = nowMs + lastsMs
    if (lastsMs <= 0) return
    let low = 0
    for (let high = this.#endsAtMs.length; low < high;) {
      const middle = (low + high) >>> 1
      if ((this.#endsAtMs[middle] ?? 0) <= endsAtMs) low = middle + 1
      else high = middle
    }
    this.#endsAtMs.splice(low, 0, endsAtMs)
  }

  retryAfterMs(cost: number, nowMs: number): number {
    return this.admits(cost, nowMs) ? 0 : (this.#endsAtMs[0] ?? nowMs) - nowMs
  }

  isIdle(nowMs: number): boolean {
    this.#advance(nowMs)
    return this.#endsAtMs.length === 0
  }

  #advance(nowMs: number): void {
    let ended = 0
    while ((this.#endsAtMs[ended] ?? Infinity) <= nowMs) ended++
    if (ended > 0) this.#endsAtMs.splice(0, ended)
  }
}
