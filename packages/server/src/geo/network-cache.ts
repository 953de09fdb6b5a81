/**
 * Remembers the networks that addresses were last found in, in a table of fixed size: an address of a network that is
 * known costs a few comparisons, and nothing is allocated for it.
 */
import type { IpAddress } from '@claviger/core'

export interface Network<Answer> {
  readonly answer: Answer | undefined
  /** How many leading bits of the address make the network: of 32 in IPv4, of 128 in IPv6. */
  readonly prefixLength: number
}

const SLOTS = 65_536
/** As in `::ffff:192.0.2.1`: so both families share one table and are never taken for each other. */
const IPV4_WORD2 = 0xffff
const IPV4_BITS_BEFORE = 96
/** A smaller network gets a slot by more of the address: by all of it in IPv4, by its /64 in IPv6. */
const COARSE_IPV4_BITS = 24
const COARSE_IPV6_BITS = 48

/** Four words for every prefix length from 0 to 128. */
const MASKS = Uint32Array.from({ length: 129 * 4 }, (_, index) => {
  const kept = Math.min(32, Math.max(0, Math.floor(index / 4) - 32 * (index % 4)))
  return kept === 0 ? 0 : (-1 << (32 - kept)) >>> 0
})

export class NetworkCache<Answer> {
  readonly #look: (ip: IpAddress) => Network<Answer>
  readonly #shift: number
  /** Four words a slot. */
  readonly #words: Uint32Array
  /** Prefix lengths among 128 bits; 0: nothing is remembered there. */
  readonly #lengths: Uint8Array
  readonly #answers: (Answer | undefined)[]

  /**
   * @param look asked for what is not remembered; must answer the same for every address of the network
   * @param slots a power of two from 2
   */
  constructor(look: (ip: IpAddress) => Network<Answer>, slots = SLOTS) {
    this.#look = look
    this.#shift = Math.clz32(slots) + 1
    this.#words = new Uint32Array(slots * 4)
    this.#lengths = new Uint8Array(slots)
    this.#answers = Array.from({ length: slots }, () => undefined)
  }

  answerOf(ip: IpAddress): Answer | undefined {
    const coarse = this.#coarseSlot(ip)
    if (this.#holds(coarse, ip)) return this.#answers[coarse]
    const fine = this.#fineSlot(ip)
    if (this.#holds(fine, ip)) return this.#answers[fine]
    const { answer, prefixLength } = this.#look(ip)
    const isCoarse = prefixLength <= (ip.family === 4 ? COARSE_IPV4_BITS : COARSE_IPV6_BITS)
    this.#remember(isCoarse ? coarse : fine, ip, prefixLength)
    this.#answers[isCoarse ? coarse : fine] = answer
    return answer
  }

  #holds(slot: number, ip: IpAddress): boolean {
    const words = this.#words
    const at = slot * 4
    const length = this.#lengths[slot] ?? 0
    const mask = length * 4
    const word2 = ip.family === 4 ? IPV4_WORD2 : ip.word2
    return (
      length !== 0 &&
      (((words[at] ?? 0) ^ ip.word0) & (MASKS[mask] ?? 0)) === 0 &&
      (((words[at + 1] ?? 0) ^ ip.word1) & (MASKS[mask + 1] ?? 0)) === 0 &&
      (((words[at + 2] ?? 0) ^ word2) & (MASKS[mask + 2] ?? 0)) === 0 &&
      (((words[at + 3] ?? 0) ^ ip.word3) & (MASKS[mask + 3] ?? 0)) === 0
    )
  }

  #remember(slot: number, ip: IpAddress, prefixLength: number): void {
    const at = slot * 4
    this.#words[at] = ip.word0
    this.#words[at + 1] = ip.word1
    this.#words[at + 2] = ip.family === 4 ? IPV4_WORD2 : ip.word2
    this.#words[at + 3] = ip.word3
    this.#lengths[slot] = ip.family === 4 ? IPV4_BITS_BEFORE + prefixLength : prefixLength
  }

  #coarseSlot(ip: IpAddress): number {
    const prefix = ip.family === 4 ? ip.word3 >>> 8 : Math.imul(ip.word0, 0x9e37_79b1) ^ (ip.word1 >>> 16)
    return this.#slotOf(prefix)
  }

  #fineSlot(ip: IpAddress): number {
    return this.#slotOf(
      ip.family === 4 ? ip.word3 : Math.imul(ip.word0, 0x9e37_79b1) ^ Math.imul(ip.word1, 0xc2b2_ae35),
    )
  }

  /** The upper bits of a product: those that depend on all bits of the prefix. */
  #slotOf(prefix: number): number {
    return Math.imul(prefix, 0x85eb_ca6b) >>> this.#shift
  }
}
