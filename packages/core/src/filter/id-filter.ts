/**
 * A compact set of ids that may be asked for millions of times: "surely not there" or "maybe there".
 * Open addressing over 32-bit fingerprints; two independent 32-bit hashes give place and fingerprint, so a false
 * positive needs both to meet: below 10⁻⁸ at any size. 4 bytes a slot, at most three quarters full.
 */
const SMALLEST_SLOTS = 1024
const MOST_FULL = 0.75

export class IdFilter {
  #slots = new Uint32Array(SMALLEST_SLOTS)
  /** The place hash of each slot, kept so that the table can grow without the ids. */
  #places = new Uint32Array(SMALLEST_SLOTS)
  #size = 0

  /** How many ids were added; an id that is already there does not count again. */
  get size(): number {
    return this.#size
  }

  get bytes(): number {
    return this.#slots.byteLength + this.#places.byteLength
  }

  add(id: string): void {
    if ((this.#size + 1) / this.#slots.length > MOST_FULL) this.#grow()
    if (this.#put(placeHash(id), fingerprint(id))) this.#size++
  }

  mayContain(id: string): boolean {
    const mask = this.#slots.length - 1
    const print = fingerprint(id)
    const place = placeHash(id)
    for (let at = place & mask; ; at = (at + 1) & mask) {
      const held = this.#slots[at] ?? 0
      if (held === 0) return false
      if (held === print && this.#places[at] === place) return true
    }
  }

  #put(place: number, print: number): boolean {
    const mask = this.#slots.length - 1
    for (let at = place & mask; ; at = (at + 1) & mask) {
      const held = this.#slots[at] ?? 0
      if (held === print && this.#places[at] === place) return false
      if (held === 0) {
        this.#slots[at] = print
        this.#places[at] = place
        return true
      }
    }
  }

  #grow(): void {
    const [slots, places] = [this.#slots, this.#places]
    this.#slots = new Uint32Array(slots.length * 2)
    this.#places = new Uint32Array(slots.length * 2)
    for (let at = 0; at < slots.length; at++) {
      const print = slots[at] ?? 0
      if (print !== 0) this.#put(places[at] ?? 0, print)
    }
  }
}

/** FNV-1a, then a finisher that spreads its weak low bits (murmur3's). */
function placeHash(id: string): number {
  let hash = 0x811c9dc5
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x01000193)
  return finish(hash)
}

/** Another start and another prime: independent of the place. Never 0, which marks an empty slot. */
function fingerprint(id: string): number {
  let hash = 0x9e3779b9
  for (let index = 0; index < id.length; index++) hash = Math.imul(hash ^ id.charCodeAt(index), 0x85ebca6b) + 0x27d4eb2f
  return finish(hash) || 1
}

function finish(hash: number): number {
  let mixed = hash
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
