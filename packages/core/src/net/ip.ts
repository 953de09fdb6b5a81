/** IP addresses: read strictly, kept as numbers, written in one spelling (RFC 4291 §2.2, RFC 5952). */

/**
 * An address as four 32-bit unsigned words, `word0` the most significant. IPv4 stands in `word3` alone. An IPv4-mapped IPv6
 * address (`::ffff:192.0.2.1`) is the IPv4 address that it is: one caller must not have two spellings.
 */
export interface IpAddress {
  readonly family: 4 | 6
  readonly word0: number
  readonly word1: number
  readonly word2: number
  readonly word3: number
}

const COLON = 0x3a
const DOT = 0x2e
const LONGEST_IPV6 = 45
const MAPPED = 0xffff

/**
 * Reads an address: four plain decimal numbers, or IPv6 text with or without `::` and a dotted end.
 *
 * @returns undefined for everything else: leading zeros, octal, hexadecimal, fewer parts, zone ids, brackets, spaces, ports
 */
export function parseIp(text: string): IpAddress | undefined {
  const length = text.length
  if (length < 2 || length > LONGEST_IPV6) return undefined
  // A colon stands within the first five characters of every IPv6 text, a dot within the first four of every IPv4 one.
  for (let at = 0; at < 5 && at < length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === COLON) return parseIpv6(text)
    if (code === DOT) break
  }
  const value = parseIpv4(text, 0)
  return value < 0 ? undefined : { family: 4, word0: 0, word1: 0, word2: 0, word3: value }
}

/** Writes an address in its one canonical spelling (RFC 5952 §4 for IPv6). */
export function formatIp(ip: IpAddress): string {
  return ip.family === 4 ? formatIpv4(ip.word3) : formatIpv6(ip)
}

/**
 * The network that one caller is taken to be: the address itself in IPv4, its /56 in IPv6, because a household or
 * machine can choose freely within that.
 */
export function ipPrefix(ip: IpAddress): string {
  if (ip.family === 4) return `${formatIpv4(ip.word3)}/32`
  return `${formatIpv6({ family: 6, word0: ip.word0, word1: (ip.word1 & 0xffffff00) >>> 0, word2: 0, word3: 0 })}/56`
}

/** @returns -1 when the rest of the text from `from` is no IPv4 address */
function parseIpv4(text: string, from: number): number {
  let value = 0
  let octet = -1
  let dots = 0
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code >= 0x30 && code <= 0x39) {
      if (octet === 0) return -1 // a leading zero: some parsers take it for octal
      octet = octet < 0 ? code - 0x30 : octet * 10 + code - 0x30
      if (octet > 255) return -1
    } else if (code === DOT && octet >= 0 && dots < 3) {
      value = value * 256 + octet
      octet = -1
      dots += 1
    } else return -1
  }
  return dots === 3 && octet >= 0 ? value * 256 + octet : -1
}

function parseIpv6(text: string): IpAddress | undefined {
  const length = text.length
  const groups = [0, 0, 0, 0, 0, 0, 0, 0]
  let count = 0
  let gapAt = -1
  let at = 0
  if (text.charCodeAt(0) === COLON) {
    if (text.charCodeAt(1) !== COLON) return undefined
    gapAt = 0
    at = 2
  }
  while (at < length) {
    if (count === 8) return undefined
    const groupAt = at
    let group = 0
    let code = 0
    for (; at < length; at += 1) {
      code = text.charCodeAt(at)
      const digit = hexDigit(code)
      if (digit < 0) break
      group = group * 16 + digit
    }
    if (at < length && code === DOT) {
      const ipv4 = count <= 6 ? parseIpv4(text, groupAt) : -1
      if (ipv4 < 0) return undefined
      groups[count] = ipv4 >>> 16
      groups[count + 1] = ipv4 & 0xffff
      count += 2
      break
    }
    if (at === groupAt || at - groupAt > 4) return undefined
    groups[count] = group
    count += 1
    if (at === length) break
    if (code !== COLON) return undefined
    at += 1
    if (at === length) return undefined // a single colon at the end
    if (text.charCodeAt(at) === COLON) {
      if (gapAt >= 0) return undefined
      gapAt = count
      at += 1
    }
  }
  if (gapAt >= 0) {
    if (count === 8) return undefined // `::` stands for at least one group
    const tail = count - gapAt
    for (let index = 7; index >= gapAt; index -= 1) {
      groups[index] = index > 7 - tail ? (groups[index - (8 - count)] ?? 0) : 0
    }
  } else if (count !== 8) return undefined
  return fromGroups(groups)
}

function fromGroups(groups: readonly number[]): IpAddress {
  const word = (index: number): number => (groups[index] ?? 0) * 65536 + (groups[index + 1] ?? 0)
  const word0 = word(0)
  const word1 = word(2)
  const word2 = word(4)
  const word3 = word(6)
  if (word0 === 0 && word1 === 0 && word2 === MAPPED) return { family: 4, word0: 0, word1: 0, word2: 0, word3 }
  return { family: 6, word0, word1, word2, word3 }
}

function hexDigit(code: number): number {
  if (code >= 0x30 && code <= 0x39) return code - 0x30
  const lower = code | 0x20
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1
}

function formatIpv4(value: number): string {
  return `${value >>> 24}.${(value >>> 16) & 255}.${(value >>> 8) & 255}.${value & 255}`
}

function formatIpv6(ip: IpAddress): string {
  const groups = [ip.word0, ip.word1, ip.word2, ip.word3].flatMap((word) => [word >>> 16, word & 0xffff])
  const gap = longestZeroRun(groups)
  const digits = groups.map((group) => group.toString(16))
  const hex = (from: number, to: number): string => digits.slice(from, to).join(':')
  if (gap.length < 2) return hex(0, 8) // one zero group alone is not shortened (RFC 5952 §4.2.2)
  return `${hex(0, gap.at)}::${hex(gap.at + gap.length, 8)}`
}

/** The first of the longest ones (RFC 5952 §4.2.3). */
function longestZeroRun(groups: readonly number[]): { readonly at: number; readonly length: number } {
  let best = { at: 0, length: 0 }
  let runAt = 0
  for (const [index, group] of groups.entries()) {
    if (group !== 0) runAt = index + 1
    else if (index + 1 - runAt > best.length) best = { at: runAt, length: index + 1 - runAt }
  }
  return best
}
