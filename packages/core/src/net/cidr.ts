/** Ranges of addresses, compiled for fast membership. */
import { ClavigerError } from '../error/claviger-error.ts'
import { parseIp, type IpAddress } from './ip.ts'

export type { IpAddress } from './ip.ts'

export interface CidrSet {
  /** As they were given. */
  readonly texts: readonly string[]
  contains(ip: IpAddress): boolean
}

interface Range {
  readonly network: IpAddress
  readonly mask: readonly [number, number, number, number]
}

/**
 * Compiles ranges such as `10.0.0.0/8`, `2001:db8::/32` or a single address.
 *
 * @param pointer where the list stands in the request, for the error
 * @throws ClavigerError `validation_failed` with a pointer for each text that is no range, or has bits beyond its length
 */
export function compileCidrs(texts: readonly string[], pointer = ''): CidrSet {
  const ranges: Range[] = []
  const errors: { pointer: string; detail: string }[] = []
  for (const [index, text] of texts.entries()) {
    const range = parseRange(text)
    if (typeof range === 'string') errors.push({ pointer: `${pointer}/${index}`, detail: range })
    else ranges.push(range)
  }
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'Not every address range can be read.', { errors })
  const v4 = ranges.filter((range) => range.network.family === 4)
  const v6 = ranges.filter((range) => range.network.family === 6)
  return { texts: [...texts], contains: (ip) => holds(ip.family === 4 ? v4 : v6, ip) }
}

function holds(ranges: readonly Range[], ip: IpAddress): boolean {
  for (const { network, mask } of ranges) {
    if (
      ((ip.word3 ^ network.word3) & mask[3]) === 0 &&
      ((ip.word0 ^ network.word0) & mask[0]) === 0 &&
      ((ip.word1 ^ network.word1) & mask[1]) === 0 &&
      ((ip.word2 ^ network.word2) & mask[2]) === 0
    ) return true
  }
  return false
}

function parseRange(text: string): Range | string {
  const slash = text.indexOf('/')
  const addressText = slash < 0 ? text : text.slice(0, slash)
  const network = parseIp(addressText)
  if (network === undefined) return 'This is not an IPv4 or IPv6 address or range.'
  const mapped = network.family === 4 && addressText.includes(':')
  const widest = network.family === 4 && !mapped ? 32 : 128
  const bits = slash < 0 ? widest : parseBits(text.slice(slash + 1), widest)
  if (bits === undefined) return `The length of the range must be 0 to ${widest}.`
  if (mapped && bits < 96) return 'An IPv4-mapped range must be at least 96 bits long; write it as IPv4.'
  const mask = network.family === 4 ? maskOf(96 + (mapped ? bits - 96 : bits)) : maskOf(bits)
  const range: Range = { network, mask: network.family === 4 ? [0, 0, 0, mask[3]] : mask }
  if (!holdsExactly(range)) return 'The address has bits set beyond the length of the range.'
  return range
}

function parseBits(text: string, widest: number): number | undefined {
  if (!/^(0|[1-9][0-9]{0,2})$/.test(text)) return undefined
  const bits = Number(text)
  return bits <= widest ? bits : undefined
}

function maskOf(bits: number): [number, number, number, number] {
  const word = (from: number): number => {
    const set = Math.max(0, Math.min(32, bits - from))
    return set === 0 ? 0 : (-1 << (32 - set)) >>> 0
  }
  return [word(0), word(32), word(64), word(96)]
}

function holdsExactly({ network, mask }: Range): boolean {
  return (
    (network.word0 & ~mask[0]) === 0 && (network.word1 & ~mask[1]) === 0 &&
    (network.word2 & ~mask[2]) === 0 && (network.word3 & ~mask[3]) === 0
  )
}
