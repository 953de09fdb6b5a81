/** IP addresses as four 32-bit words: cheap to compare, no allocation beyond the object. */

export interface IpAddress {
  readonly family: 4 | 6
  /** IPv4: the address stands in `word3` and the other words are 0. All unsigned. */
  readonly word0: number
  readonly word1: number
  readonly word2: number
  readonly word3: number
}

/**
 * Reads an address in its strict text form: dotted decimal without leading zeros, or RFC 4291 §2.2 without a zone.
 * An IPv4-mapped IPv6 address (`::ffff:1.2.3.4`) is the IPv4 address that it carries.
 *
 * @returns undefined for anything else; never throws
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > 45) return undefined
  if (!text.includes(':')) {
    const word = parseIpv4(text)
    return word === undefined ? undefined : { family: 4, word0: 0, word1: 0, word2: 0, word3: word }
  }
  const groups = parseGroups(text)
  if (groups === undefined) return undefined
  const word = (index: number): number => (((groups[index] ?? 0) << 16) | (groups[index + 1] ?? 0)) >>> 0
  const [word0, word1, word2, word3] = [word(0), word(2), word(4), word(6)]
  if (word0 === 0 && word1 === 0 && word2 === 0xffff) return { family: 4, word0: 0, word1: 0, word2: 0, word3 }
  return { family: 6, word0, word1, word2, word3 }
}

/** Dotted decimal, or the canonical form of RFC 5952 §4. */
export function formatIp(ip: IpAddress): string {
  if (ip.family === 4) return formatIpv4(ip.word3)
  const groups = [ip.word0, ip.word1, ip.word2, ip.word3].flatMap((word) => [word >>> 16, word & 0xffff])
  const { start, length } = longestZeroRun(groups)
  const hex = (from: number, to: number): string => groups.slice(from, to).map((group) => group.toString(16)).join(':')
  return length < 2 ? hex(0, 8) : `${hex(0, start)}::${hex(start + length, 8)}`
}

/** What one subscriber usually holds: an IPv4 address (/32), an IPv6 site (/56). For counting, not for display. */
export function ipPrefix(ip: IpAddress): string {
  if (ip.family === 4) return `${formatIpv4(ip.word3)}/32`
  return `${formatIp({ family: 6, word0: ip.word0, word1: (ip.word1 & 0xffffff00) >>> 0, word2: 0, word3: 0 })}/56`
}

const formatIpv4 = (word: number): string => `${word >>> 24}.${(word >>> 16) & 255}.${(word >>> 8) & 255}.${word & 255}`

function parseIpv4(text: string): number | undefined {
  let word = 0
  let octet = -1
  let octets = 0
  for (let index = 0; index <= text.length; index++) {
    const code = index === text.length ? 46 : text.charCodeAt(index)
    if (code === 46) {
      if (octet < 0 || octets === 4) return undefined
      word = word * 256 + octet
      octets++
      octet = -1
    } else if (code >= 48 && code <= 57) {
      if (octet === 0) return undefined // a leading zero: some read it as octal
      octet = octet < 0 ? code - 48 : octet * 10 + code - 48
      if (octet > 255) return undefined
    } else return undefined
  }
  return octets === 4 ? word : undefined
}

function parseGroups(text: string): readonly number[] | undefined {
  const gap = text.indexOf('::')
  if (gap < 0) {
    const groups = parseRun(text)
    return groups?.length === 8 ? groups : undefined
  }
  if (text.includes('::', gap + 1)) return undefined
  const left = gap === 0 ? [] : parseRun(text.slice(0, gap))
  const right = gap + 2 === text.length ? [] : parseRun(text.slice(gap + 2))
  if (left === undefined || right === undefined || left.length + right.length > 7) return undefined
  return [...left, ...Array.from({ length: 8 - left.length - right.length }, () => 0), ...right]
}

function parseRun(text: string): readonly number[] | undefined {
  const groups: number[] = []
  const pieces = text.split(':')
  for (const [index, piece] of pieces.entries()) {
    if (index === pieces.length - 1 && piece.includes('.')) {
      const word = parseIpv4(piece)
      if (word === undefined) return undefined
      groups.push(word >>> 16, word & 0xffff)
    } else {
      if (!/^[0-9a-fA-F]{1,4}$/.test(piece)) return undefined
      groups.push(Number.parseInt(piece, 16))
    }
  }
  return groups
}

function longestZeroRun(groups: readonly number[]): { readonly start: number; readonly length: number } {
  let best = { start: 0, length: 0 }
  for (let start = 0; start < groups.length; start++) {
    let length = 0
    while (groups[start + length] === 0) length++
    if (length > best.length) best = { start, length }
    start += length
  }
  return best
}
