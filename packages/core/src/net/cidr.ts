/** Sets of IP networks, compiled once and asked on every request. */
import { ClavigerError, type FieldProblem } from '../error/claviger-error.ts'
import { type IpAddress, formatIp, parseIp } from './ip.ts'

export interface CidrSet {
  /** The networks in canonical spelling, in the order given: `10.0.0.0/8`, `2001:db8::/32`. */
  readonly texts: readonly string[]
  /** Whether every address of IPv4, or every one of IPv6, is in it. */
  readonly isWhole: boolean
  contains(ip: IpAddress): boolean
}

interface Cidr {
  readonly text: string
  readonly first: IpAddress
  readonly last: IpAddress
}

/**
 * Compiles networks and single addresses. A network of IPv4-mapped addresses (`::ffff:10.0.0.0/104`) is the IPv4
 * network that it is; other IPv6 networks, `::/0` too, hold no IPv4 address.
 *
 * @param pointer JSON pointer to the list, put before each problem's index
 * @throws ClavigerError `validation_failed` that names every text which is no network. Host bits must be zero:
 * `10.0.0.1/8` is a mistake in one of its two halves, and we do not know which
 */
export function compileCidrs(texts: readonly string[], pointer = ''): CidrSet {
  const cidrs: Cidr[] = []
  const errors: FieldProblem[] = []
  for (const [index, text] of texts.entries()) {
    const cidr = parseCidr(text)
    if (typeof cidr === 'string') errors.push({ pointer: `${pointer}/${index}`, detail: cidr })
    else cidrs.push(cidr)
  }
  if (errors.length > 0) {
    throw new ClavigerError('validation_failed', 'The list of networks holds something that is no network.', { errors })
  }
  return new SortedRanges(cidrs)
}

/** Disjoint ranges in order; one binary search an answer. */
class SortedRanges implements CidrSet {
  readonly texts: readonly string[]
  readonly isWhole: boolean
  readonly #firstIpv4: Uint32Array
  readonly #lastIpv4: Uint32Array
  readonly #ipv6: readonly Cidr[]

  constructor(cidrs: readonly Cidr[]) {
    this.texts = Object.freeze(cidrs.map((cidr) => cidr.text))
    const ipv4 = outermost(cidrs.filter((cidr) => cidr.first.family === 4))
    this.#firstIpv4 = Uint32Array.from(ipv4, (cidr) => cidr.first.word3)
    this.#lastIpv4 = Uint32Array.from(ipv4, (cidr) => cidr.last.word3)
    this.#ipv6 = outermost(cidrs.filter((cidr) => cidr.first.family === 6))
    this.isWhole = shareOf(ipv4) >= 1 || shareOf(this.#ipv6) >= 1
  }

  contains(ip: IpAddress): boolean {
    return ip.family === 4 ? this.#containsIpv4(ip.word3) : this.#containsIpv6(ip)
  }

  #containsIpv4(value: number): boolean {
    const firsts = this.#firstIpv4
    let low = 0
    let high = firsts.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((firsts[middle] ?? 0) <= value) low = middle + 1
      else high = middle
    }
    return low > 0 && value <= (this.#lastIpv4[low - 1] ?? -1)
  }

  #containsIpv6(ip: IpAddress): boolean {
    const ranges = this.#ipv6
    let low = 0
    let high = ranges.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const range = ranges[middle]
      if (range !== undefined && compareIp(range.first, ip) <= 0) low = middle + 1
      else high = middle
    }
    const range = ranges[low - 1]
    return range !== undefined && compareIp(ip, range.last) <= 0
  }
}

/** @returns what is wrong with the text, when it is no network */
function parseCidr(text: string): Cidr | string {
  const slash = text.indexOf('/')
  const address = parseIp(slash < 0 ? text : text.slice(0, slash))
  if (address === undefined) return 'This is neither an IP address nor a network in CIDR form.'
  const isMapped = address.family === 4 && text.includes(':')
  const widest = address.family === 4 && !isMapped ? 32 : 128
  const written = slash < 0 ? `${widest}` : text.slice(slash + 1)
  if (!/^(0|[1-9][0-9]{0,2})$/.test(written) || Number(written) > widest) {
    return `The prefix length must be a number from 0 to ${widest}.`
  }
  if (isMapped && Number(written) < 96)
    return 'A network of IPv4-mapped addresses is at least 96 bits long; write IPv4 networks as such.'
  const bits = isMapped ? Number(written) - 96 : Number(written)
  const first = masked(address, bits)
  const canonical = `${formatIp(first)}/${bits}`
  if (compareIp(first, address) !== 0) return `There are bits set behind the prefix; the network is ${canonical}.`
  return { text: canonical, first, last: masked(address, bits, 0xffff_ffff) }
}

/** The address with every bit after the first `bits` set to that of `fill`. */
function masked(ip: IpAddress, bits: number, fill = 0): IpAddress {
  const word = (value: number, from: number): number => {
    const kept = Math.min(32, Math.max(0, bits - from))
    const mask = kept === 0 ? 0 : -1 << (32 - kept)
    return ((value & mask) | (fill & ~mask)) >>> 0
  }
  if (ip.family === 4) return { family: 4, word0: 0, word1: 0, word2: 0, word3: word(ip.word3, 0) }
  return {
    family: 6,
    word0: word(ip.word0, 0),
    word1: word(ip.word1, 32),
    word2: word(ip.word2, 64),
    word3: word(ip.word3, 96),
  }
}

/** Of all addresses of the family, those in disjoint networks. Beyond 2⁻⁵³ it is rounded: a list without one address is whole. */
function shareOf(disjoint: readonly Cidr[]): number {
  return disjoint.reduce((share, { text }) => share + 2 ** -Number(text.slice(text.indexOf('/') + 1)), 0)
}

/** In order, without those that lie in another. Two CIDR blocks never overlap in part. */
function outermost(cidrs: readonly Cidr[]): readonly Cidr[] {
  const widestFirst = cidrs.toSorted(
    (one, other) => compareIp(one.first, other.first) || compareIp(other.last, one.last),
  )
  const kept: Cidr[] = []
  for (const cidr of widestFirst) {
    const before = kept.at(-1)
    if (before === undefined || compareIp(cidr.first, before.last) > 0) kept.push(cidr)
  }
  return kept
}

/** Of addresses of one family. */
function compareIp(one: IpAddress, other: IpAddress): number {
  return one.word0 - other.word0 || one.word1 - other.word1 || one.word2 - other.word2 || one.word3 - other.word3
}
