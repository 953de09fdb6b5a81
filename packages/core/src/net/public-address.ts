/** Which addresses belong to the public Internet: the guard against requests into private networks (SSRF). */
import { compileCidrs } from './cidr.ts'
import { type IpAddress } from './ip.ts'

/** IANA IPv4 special-purpose address registry (RFC 6890 and updates), with multicast and the reserved block. */
const SPECIAL_V4 = compileCidrs([
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24',
  '192.0.2.0/24', '192.31.196.0/24', '192.52.193.0/24', '192.88.99.0/24', '192.168.0.0/16', '192.175.48.0/24',
  '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
])

/** Only 2000::/3 is global unicast; of that, IANA's special-purpose blocks are left out. */
const GLOBAL_V6 = compileCidrs(['2000::/3'])
const SPECIAL_V6 = compileCidrs(['2001::/23', '2001:db8::/32', '2002::/16', '2620:4f:8000::/48', '3fff::/20', '5f00::/16'])
/** Carries an IPv4 address in its last 32 bits (RFC 6052): as public as that address. */
const NAT64 = compileCidrs(['64:ff9b::/96'])

export function isPublicAddress(ip: IpAddress): boolean {
  if (ip.family === 4) return !SPECIAL_V4.contains(ip)
  if (NAT64.contains(ip)) return isPublicAddress({ family: 4, word0: 0, word1: 0, word2: 0, word3: ip.word3 })
  return GLOBAL_V6.contains(ip) && !SPECIAL_V6.contains(ip)
}
