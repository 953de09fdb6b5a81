/** Which addresses egress may connect to: the guard against server-side request forgery. */
import { type IpAddress, carriedAddress, compileCidrs, formatIp, isPublicAddress, parseIp } from '@claviger/core'

export interface CheckedAddress {
  /** As `formatIp` writes it; an IPv4-mapped address is written as the IPv4 address that it is. */
  readonly address: string
  readonly family: 4 | 6
}

export type AddressCheck =
  | { readonly kind: 'passed'; readonly addresses: readonly CheckedAddress[] }
  | { readonly kind: 'refused'; readonly address: string }

/**
 * Never reached through a name, not even one that the operator allows: link-local (169.254.169.254 is every cloud's
 * metadata service), "this host", multicast, broadcast, and the metadata services that live elsewhere: AWS over IPv6,
 * Alibaba, Azure's wire server (a public address), Oracle. Someone else's DNS answers for a name; an operator who wants
 * one of these names the address itself.
 */
const NEVER_BY_NAME = compileCidrs([
  '0.0.0.0/8',
  '169.254.0.0/16',
  '224.0.0.0/4',
  '255.255.255.255/32',
  '100.100.100.200/32',
  '168.63.129.16/32',
  '192.0.0.192/32',
  '::/128',
  'fe80::/10',
  'ff00::/8',
  'fd00:ec2::254/128',
])

/**
 * Checks everything that a host resolved to. One address that may not be reached refuses them all: a name that points
 * both inside and outside is an attack or a mistake.
 * @param host as in `Origin.host`
 * @param addresses what the resolver answered, or the literal address itself
 * @param allowedHosts hosts that the operator allows to be private, by name or by address
 */
export function checkAddresses(
  host: string,
  addresses: readonly string[],
  allowedHosts: ReadonlySet<string>,
): AddressCheck {
  const isNamed = allowedHosts.has(host)
  const checked: CheckedAddress[] = []
  for (const text of addresses) {
    const address = parseIp(text)
    if (address === undefined || !mayReach(address, { isNamed, isLiteral: text === host })) {
      return { kind: 'refused', address: address === undefined ? 'an unreadable address' : text }
    }
    const written = formatIp(address)
    checked.push({ address: written, family: written.includes(':') ? 6 : 4 })
  }
  return { kind: 'passed', addresses: checked }
}

function mayReach(address: IpAddress, host: { readonly isNamed: boolean; readonly isLiteral: boolean }): boolean {
  if (host.isNamed && host.isLiteral) return true
  if (NEVER_BY_NAME.contains(carriedAddress(address))) return false
  return host.isNamed || isPublicAddress(address)
}
