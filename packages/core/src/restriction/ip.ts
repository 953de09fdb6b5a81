/** Restriction `ip`: networks that a key may, or may not, be used from. */
import type { FieldProblem } from '../error/claviger-error.ts'
import { compileCidrs, type CidrSet } from '../net/cidr.ts'
import { formatIp, type IpAddress } from '../net/ip.ts'
import { collectProblems, unreadable } from './problems.ts'
import type { IpRestriction, RestrictionCheck } from './restriction.ts'

/** `deny` wins. IPv4-mapped addresses are the IPv4 addresses that they are. An unknown address is always refused. */
export function compileIp(restriction: IpRestriction, pointer: string): RestrictionCheck {
  const errors: FieldProblem[] = []
  const { allow: allowed, deny: denied } = restriction
  if (allowed === undefined && denied === undefined) errors.push({ pointer, detail: 'Give "allow", "deny", or both.' })
  const allow = allowed && collectProblems(errors, () => compileCidrs(allowed, `${pointer}/allow`))
  const deny = denied && collectProblems(errors, () => compileCidrs(denied, `${pointer}/deny`))
  if (errors.length > 0) throw unreadable(errors)
  return {
    refuses: ({ clientIp }) =>
      clientIp === undefined ||
      (deny !== undefined && deny.contains(clientIp)) ||
      (allow !== undefined && !allow.contains(clientIp)),
    detail: ({ clientIp }) => {
      if (clientIp === undefined) return 'The address of the client is not known.'
      const text = formatIp(clientIp)
      const denying = holderOf(deny, clientIp)
      if (denying !== undefined) return `${text} lies in ${denying} of deny.`
      if (allow === undefined) return `${text} lies in no network of deny.`
      const allowing = holderOf(allow, clientIp)
      return allowing === undefined ? `${text} lies in no network of allow.` : `${text} lies in ${allowing} of allow.`
    },
    change: ({ clientIp }) => {
      if (clientIp === undefined) return 'tell the address of the client'
      const parts: string[] = []
      for (const network of deny?.texts ?? []) {
        if (holds(network, clientIp)) parts.push(`take ${network} out of ip deny`)
      }
      if (allow !== undefined && !allow.contains(clientIp)) parts.push(`add ${hostNetwork(clientIp)} to ip allow`)
      return parts.join(' and ')
    },
  }
}

function holderOf(networks: CidrSet | undefined, ip: IpAddress): string | undefined {
  return networks?.texts.find((network) => holds(network, ip))
}

function holds(network: string, ip: IpAddress): boolean {
  return compileCidrs([network]).contains(ip)
}

function hostNetwork(ip: IpAddress): string {
  return `${formatIp(ip)}/${ip.family === 4 ? 32 : 128}`
}
