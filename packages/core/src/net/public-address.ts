/** Which addresses lie on the public Internet: the base of the guard against server-side request forgery. */
import { compileCidrs } from './cidr.ts'
import type { IpAddress } from './ip.ts'

/**
 * IANA IPv4 Special-Purpose Address Registry (RFC 6890), all of it, the few globally reachable anycast blocks too:
 * no upstream lives there. Multicast (RFC 5771) has a registry of its own.
 */
const SPECIAL_IPV4 = compileCidrs([
  '0.0.0.0/8', // "this network"
  '10.0.0.0/8', // private use
  '100.64.0.0/10', // carrier-grade NAT
  '127.0.0.0/8', // loopback
  '169.254.0.0/16', // link local; cloud metadata
  '172.16.0.0/12', // private use
  '192.0.0.0/24', // IETF protocol assignments
  '192.0.2.0/24', // documentation
  '192.31.196.0/24', // AS112
  '192.52.193.0/24', // automatic multicast tunnelling
  '192.88.99.0/24', // 6to4 relay anycast, deprecated
  '192.168.0.0/16', // private use
  '192.175.48.0/24', // AS112
  '198.18.0.0/15', // benchmarking
  '198.51.100.0/24', // documentation
  '203.0.113.0/24', // documentation
  '224.0.0.0/4', // multicast
  '240.0.0.0/4', // reserved, and limited broadcast
])

/** All that IANA has given out as global unicast (RFC 4291 §2.4); everything else is reserved, local or multicast. */
const GLOBAL_UNICAST_IPV6 = compileCidrs(['2000::/3'])

/** What the IANA IPv6 Special-Purpose Address Registry (RFC 6890) takes out of that. */
const SPECIAL_IPV6 = compileCidrs([
  '2001::/23', // IETF protocol assignments: Teredo, benchmarking, ORCHID, …
  '2001:db8::/32', // documentation
  '2002::/16', // 6to4: carries an IPv4 address, deprecated
  '2620:4f:8000::/48', // AS112
  '3fff::/20', // documentation
])

/** The well-known NAT64 prefix (RFC 6052 §2.1): what is reached is the IPv4 address in the last 32 bits. */
const NAT64 = compileCidrs(['64:ff9b::/96'])

/** What is reached when one connects to an address: the IPv4 address that a NAT64 address carries, else the address itself. */
export function carriedAddress(ip: IpAddress): IpAddress {
  if (ip.family === 4 || !NAT64.contains(ip)) return ip
  return { family: 4, word0: 0, word1: 0, word2: 0, word3: ip.word3 }
}

/**
 * Whether an address is an ordinary public one. NAT64 addresses are judged by the IPv4 address that they carry, because
 * networks without IPv4 reach every IPv4 upstream so; tunnels (6to4, Teredo) are never public.
 */
export function isPublicAddress(ip: IpAddress): boolean {
  if (ip.family === 4) return !SPECIAL_IPV4.contains(ip)
  if (NAT64.contains(ip)) return isPublicAddress(carriedAddress(ip))
  return GLOBAL_UNICAST_IPV6.contains(ip) && !SPECIAL_IPV6.contains(ip)
}
