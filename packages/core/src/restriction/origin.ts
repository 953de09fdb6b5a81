/**
 * Restriction `origin`: web pages whose scripts may use a key. It keeps honest browsers honest: whatever is not a
 * browser can send any `Origin`.
 */
import type { FieldProblem } from '../error/claviger-error.ts'
import { parseOrigin, type Origin } from '../net/origin.ts'
import { unreadable } from './problems.ts'
import type { OriginRestriction, RestrictionCheck, RestrictionFacts } from './restriction.ts'

/** Scheme, the name behind the `*.`, port. */
type Subdomains = Pick<Origin, 'scheme' | 'host' | 'port'>

const NO_ORIGIN =
  'This is no origin: write https://app.example.com or https://*.example.com, with the port where it is not the usual one.'

const WILDCARD = /^(https?:\/\/)\*\.(.+)$/i

/**
 * Judged on `Origin`; without one on the origin of `Referer`; with neither, refused. `https://*.example.com` stands for
 * names of any depth below `example.com`, not for itself. Scheme and port have to be the same; no port is the scheme's.
 */
export function compileOrigin(restriction: OriginRestriction, pointer: string): RestrictionCheck {
  const errors: FieldProblem[] = []
  const exact = new Set<string>()
  const subdomains: Subdomains[] = []
  for (const [index, text] of restriction.allow.entries()) {
    const wildcard = WILDCARD.exec(text)
    const origin = parseOrigin(wildcard === null ? text : `${wildcard[1] ?? ''}${wildcard[2] ?? ''}`)
    if (origin === undefined || origin.host.includes('*') || (wildcard !== null && origin.address !== undefined)) {
      errors.push({ pointer: `${pointer}/allow/${index}`, detail: NO_ORIGIN })
    } else if (wildcard === null) exact.add(origin.text)
    else subdomains.push(origin)
  }
  if (errors.length > 0) throw unreadable(errors)
  const allows = (text: string): boolean => {
    // browsers write the one canonical spelling
    if (exact.has(text)) return true
    const origin = parseOrigin(text)
    return origin !== undefined && (exact.has(origin.text) || subdomains.some((each) => isBelow(each, origin)))
  }
  return {
    refuses: (facts) => {
      const text = callingOrigin(facts)
      return text === undefined || !allows(text)
    },
    detail: (facts) => {
      const text = callingOrigin(facts)
      if (text === undefined) return 'Neither Origin nor Referer tells where the call comes from.'
      return `${text} is ${allows(text) ? 'allowed' : 'not allowed'}.`
    },
    change: (facts) => {
      const text = callingOrigin(facts)
      const origin = text === undefined ? undefined : parseOrigin(text)
      return origin === undefined ? 'call with an Origin that is http or https' : `add ${origin.text} to origin allow`
    },
  }
}

function isBelow(parent: Subdomains, origin: Origin): boolean {
  return (
    origin.scheme === parent.scheme &&
    origin.port === parent.port &&
    origin.address === undefined &&
    origin.host.endsWith(`.${parent.host}`) &&
    origin.host.length > parent.host.length + 1
  )
}

/** An `Origin` that is none (`null`, two of them) is judged as it is: a `Referer` beside it does not mend it. */
function callingOrigin({ origin, referer }: RestrictionFacts): string | undefined {
  if (origin !== undefined) return origin
  // a backslash ends the host for some and belongs to it for others; `parseOrigin` refuses it
  return referer === undefined ? undefined : (/^https?:\/\/[^/?#]*/i.exec(referer)?.[0] ?? referer)
}
