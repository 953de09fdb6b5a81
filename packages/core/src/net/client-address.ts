/**
 * Who the end client is. Only what a trusted proxy wrote is believed: the list is read from the right, and the first
 * address that is not a trusted proxy's is the client. What stands further left anybody may have written.
 */
import type { CidrSet } from './cidr.ts'
import { formatIp, parseIp, type IpAddress } from './ip.ts'

export interface ClientAddress {
  readonly ip: IpAddress
  readonly text: string
}

/** The fields that proxies write, as Node joins them. */
export interface ForwardingFields {
  readonly 'x-forwarded-for'?: string | readonly string[] | undefined
  readonly forwarded?: string | undefined
}

/** The other end of the connection, and whether its forwarding fields are believed. */
export interface Peer extends ClientAddress {
  readonly isTrusted: boolean
}

/**
 * The end client behind trusted proxies: the right-most address that is not one of theirs. `X-Forwarded-For` is read
 * first, `Forwarded` (RFC 7239 §5.2) only without it. An element that is no address (`unknown`, an obfuscated name)
 * ends the search: the proxy that wrote it is the client as far as we can know.
 */
export function clientAddress(peer: Peer, headers: ForwardingFields, trustedProxies: CidrSet): ClientAddress {
  if (!peer.isTrusted) return peer
  const hops = forwardedHops(headers)
  let client: ClientAddress = peer
  for (let at = hops.length - 1; at >= 0; at -= 1) {
    const ip = hopAddress(hops[at] ?? '')
    if (ip === undefined) return client
    client = { ip, text: formatIp(ip) }
    if (!trustedProxies.contains(ip)) return client
  }
  return client
}

function forwardedHops(headers: ForwardingFields): readonly string[] {
  const list = headers['x-forwarded-for']
  if (list !== undefined) return (typeof list === 'string' ? list : list.join(',')).split(',')
  const { forwarded } = headers
  if (forwarded === undefined) return []
  // quoted commas stand only in obfuscated names, which end the search anyway
  return forwarded.split(',').map((element) => /(?:^|;)\s*for\s*=\s*("[^"]*"|[^;\s]*)/i.exec(element)?.[1] ?? '')
}

/** `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`, each perhaps in quotes. */
function hopAddress(hop: string): IpAddress | undefined {
  const text = hop.trim().replace(/^"(.*)"$/, '$1')
  const bracketed = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)
  if (bracketed?.[1] !== undefined) return parseIp(bracketed[1])
  const withPort = /^([0-9.]+):\d{1,5}$/.exec(text)
  return parseIp(withPort?.[1] ?? text)
}

/** `fe80::1%eth0`: the zone means something on this host only. */
export function withoutZone(address: string): string {
  const zone = address.indexOf('%')
  return zone === -1 ? address : address.slice(0, zone)
}
