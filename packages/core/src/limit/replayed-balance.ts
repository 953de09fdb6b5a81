/** A balance of credits over calls of the past: what it held, what was booked on it, and what the calls spend. Pure. */

export interface PastBalance {
  /** What it held before the first call. */
  readonly openingUnits: number
  /** Grants, refunds, corrections and ends since then, in the order of their instants; below 0: taken away. */
  readonly booked: readonly { readonly atMs: number; readonly units: number }[]
}

export class ReplayedBalance {
  readonly #booked: PastBalance['booked']
  #next = 0
  #units: number

  constructor({ openingUnits, booked }: PastBalance) {
    this.#units = openingUnits
    this.#booked = booked
  }

  admits(cost: number, nowMs: number): boolean {
    this.#advance(nowMs)
    return cost <= this.#units
  }

  charge(cost: number, nowMs: number): void {
    this.#advance(nowMs)
    this.#units -= cost
  }

  retryAfterMs(cost: number, nowMs: number): number {
    return this.admits(cost, nowMs) ? 0 : Infinity
  }

  /** Never: what it holds stands nowhere else. */
  isIdle(): boolean {
    return false
  }

  #advance(nowMs: number): void {
    for (let next = this.#booked[this.#next]; next !== undefined; next = this.#booked[this.#next]) {
      if (next.atMs > nowMs) return
      // what ends of a grant is what was left of it then, not more than there is now
      this.#units = Math.max(0, this.#units + next.units)
      this.#next++
    }
  }
}
