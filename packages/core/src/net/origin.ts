/** Origins in one spelling, so that a check of a name cannot be passed by writing it another way. */
import { formatIp, parseIp, type IpAddress } from './ip.ts'

export interface Origin {
  /** `https://api.example.com` or `http://[::1]:8080`: lower case, no default port, no dot at the end of the name. */
  readonly text: string
  readonly scheme: 'http' | 'https'
  /** The name, or the address without brackets. */
  readonly host: string
  readonly port: number
  /** What stands in the `Host` field. */
  readonly authority: string
  /** Set when the host is written as an address. */
  readonly address: IpAddress | undefined
}

/** Scheme and authority and nothing else: no user, path, query, fragment, backslash or white space. */
const SHAPE = /^https?:\/\/[^/?#@\\\s]+\/?$/i

/**
 * Reads an origin. Addresses in decimal, octal, hexadecimal and IPv4-mapped spelling come out as what they are, names
 * in lower case and punycode (WHATWG URL, host parsing).
 * @returns undefined for anything that is not an http or https origin, zone ids included
 */
export function parseOrigin(text: string): Origin | undefined {
  if (!SHAPE.test(text) || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const scheme = url.protocol === 'https:' ? 'https' : 'http'
  const isBracketed = url.hostname.startsWith('[')
  const name = isBracketed ? url.hostname.slice(1, -1) : withoutLastDot(url.hostname)
  if (name === '') return undefined
  const address = parseIp(name)
  if (isBracketed && address === undefined) return undefined
  const host = address === undefined ? name : formatIp(address)
  const defaultPort = scheme === 'https' ? 443 : 80
  const port = url.port === '' ? defaultPort : Number(url.port)
  const written = host.includes(':') ? `[${host}]` : host
  const authority = port === defaultPort ? written : `${written}:${port}`
  return { text: `${scheme}://${authority}`, scheme, host, port, authority, address }
}

function withoutLastDot(name: string): string {
  return name.endsWith('.') ? name.slice(0, -1) : name
}
