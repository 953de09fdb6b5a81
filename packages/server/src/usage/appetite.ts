/** How fast units of a limit are used here, and so how many to draw ahead. */

/** Against the last lease, so that one burst does not draw what many nodes need. */
const GROWTH = 4
const FIRST_UNITS = 8
/** Of a limit: so little of it harms nobody, however many nodes draw it. */
const HARMLESS_SHARE = 1 / 1000
const HEADROOM = 1.25

export class Appetite {
  readonly #harmless: number
  #spent = 0
  #markMs: number
  #unitsPerMs = 0
  #lastUnits = 0
  #ttlMs = 0
  /** At so many units left it is time to draw. */
  lowWater = 0

  /** @param capacity of the limit, in units */
  constructor(capacity: number, nowMs: number) {
    this.#harmless = Math.floor(capacity * HARMLESS_SHARE)
    this.#markMs = nowMs
  }

  /** Whether drawing ahead has ever brought anything. */
  get drawsAhead(): boolean {
    return this.#lastUnits > 1
  }

  spend(cost: number): void {
    this.#spent += cost
  }

  /** Units that will be used while a lease like the last one lasts. Called at each draw. */
  ahead(nowMs: number): number {
    const passedMs = Math.max(1, nowMs - this.#markMs)
    const latest = this.#spent / passedMs
    this.#unitsPerMs = passedMs > 2 * this.#ttlMs ? latest : (this.#unitsPerMs + latest) / 2
    this.#spent = 0
    this.#markMs = nowMs
    const expected = Math.floor(this.#unitsPerMs * this.#ttlMs * HEADROOM)
    return Math.min(expected, Math.max(FIRST_UNITS, this.#lastUnits * GROWTH, this.#harmless))
  }

  /** @param left units in hand now, those granted included */
  granted(units: number, ttlMs: number, left: number): void {
    this.#lastUnits = units
    this.#ttlMs = ttlMs
    this.lowWater = Math.floor(left / 2)
  }
}
