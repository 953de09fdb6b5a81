/**
 * A compact, growing set of ids that may only be asked "surely not?". It keeps a 48-bit fingerprint per id in open
 * addressing: at most 10 bytes an id (from 1,000 ids up), false positives below one in a million up to 280 million ids.
 * Ids are never taken out: an id that is gone costs one look-up, which answers it.
 */

/** 6 bytes a slot. Between 60 % and 80 % of the slots are full, so an id costs 7.5 to 10 bytes. */
const BYTES_PER_SLOT = 6
const FULLEST = 0.8
const GROWTH = 4 / 3
const FIRST_SLOTS = 1_024

/**
 * Two 32-bit numbers. Give random ones where strangers choose what is asked: whoever knows the seed and one real id can
 * make up ids that pass.
 */
export type IdFilterSeed = readonly [number, number]

export class IdFilter {
  readonly #seedHigh: number
  readonly #seedLow: number
  /** 0 is an empty slot. */
  #high = new Uint32Array(FIRST_SLOTS)
  #low = new Uint16Array(FIRST_SLOTS)
  #size = 0
  /** The fingerprint that `#fingerprint` made last: two fields, so that a look-up allocates nothing. */
  #askedHigh = 0
  #askedLow = 0

  constructor(seed: IdFilterSeed = [0xdeadbeef, 0x41c6ce57]) {
    this.#seedHigh = seed[0]
    this.#seedLow = seed[1]
  }

  /** How many different fingerprints it holds. */
  get size(): number {
    return this.#size
  }

  /** What it takes in memory. */
  get bytes(): number {
    return this.#high.length * BYTES_PER_SLOT
  }

  add(id: string): void {
    this.#fingerprint(id)
    const slot = this.#find(this.#askedHigh, this.#askedLow)
    if (this.#high[slot] !== 0) return
    this.#high[slot] = this.#askedHigh
    this.#low[slot] = this.#askedLow
    this.#size += 1
    if (this.#size > this.#high.length * FULLEST) this.#grow()
  }

  /** False: it was never added. True: it was, or (rarely) its fingerprint is that of another. */
  mayContain(id: string): boolean {
    this.#fingerprint(id)
    return this.#high[this.#find(this.#askedHigh, this.#askedLow)] !== 0
  }

  /** The slot that holds the fingerprint, or the empty one where it belongs. */
  #find(high: number, low: number): number {
    const highs = this.#high
    const lows = this.#low
    const slots = highs.length
    let slot = Math.floor((high / 2 ** 32) * slots)
    for (;;) {
      const there = highs[slot]
      if (there === 0 || (there === high && lows[slot] === low)) return slot
      slot += 1
      if (slot === slots) slot = 0
    }
  }

  #grow(): void {
    const highs = this.#high
    const lows = this.#low
    const slots = Math.ceil(highs.length * GROWTH)
    this.#high = new Uint32Array(slots)
    this.#low = new Uint16Array(slots)
    for (let slot = 0; slot < highs.length; slot += 1) {
      const high = highs[slot] ?? 0
      if (high === 0) continue
      const low = lows[slot] ?? 0
      const home = this.#find(high, low)
      this.#high[home] = high
      this.#low[home] = low
    }
  }

  /** Two multiply-and-xor lanes, mixed into each other at the end (the construction known as cyrb53). */
  #fingerprint(id: string): void {
    let high = this.#seedHigh
    let low = this.#seedLow
    for (let at = 0; at < id.length; at += 1) {
      const code = id.charCodeAt(at)
      high = Math.imul(high ^ code, 0x9e3779b1)
      low = Math.imul(low ^ code, 0x5f356495)
    }
    high = Math.imul(high ^ (high >>> 16), 0x85ebca6b) ^ Math.imul(low ^ (low >>> 13), 0xc2b2ae35)
    low = Math.imul(low ^ (low >>> 16), 0x85ebca6b) ^ Math.imul(high ^ (high >>> 13), 0xc2b2ae35)
    this.#askedHigh = high >>> 0 || 1
    this.#askedLow = low & 0xffff
  }
}
