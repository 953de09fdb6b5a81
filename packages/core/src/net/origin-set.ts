/** Origins that are allowed: single ones, and all below a name. */
import { parseOrigin, type Origin } from './origin.ts'

export interface OriginSet {
  /** Of an `Origin` field as it came. What is no origin is in no set. */
  has(text: string): boolean
}

/** Scheme, the name behind the `*.`, port. */
type Subdomains = Pick<Origin, 'scheme' | 'host' | 'port'>

const WILDCARD = /^(https?:\/\/)\*\.(.+)$/i

/** Of what is wrong with a text; undefined: it is an origin, or `https://*.example.com`. */
export function originProblem(text: string): string | undefined {
  return readPattern(text) === undefined ? NO_ORIGIN : undefined
}

const NO_ORIGIN =
  'This is no origin: write https://app.example.com or https://*.example.com, with the port where it is not the usual one.'

/**
 * `https://*.example.com` stands for names of any depth below `example.com`, not for itself. Scheme and port have to be
 * the same; no port is the scheme's.
 *
 * @param texts without a problem: others are left out
 */
export function compileOrigins(texts: readonly string[]): OriginSet {
  const exact = new Set<string>()
  const subdomains: Subdomains[] = []
  for (const text of texts) {
    const pattern = readPattern(text)
    if (pattern === undefined) continue
    if (pattern.isWildcard) subdomains.push(pattern.origin)
    else exact.add(pattern.origin.text)
  }
  return {
    has: (text) => {
      // browsers write the one canonical spelling
      if (exact.has(text)) return true
      const origin = parseOrigin(text)
      return origin !== undefined && (exact.has(origin.text) || subdomains.some((each) => isBelow(each, origin)))
    },
  }
}

function readPattern(text: string): { readonly origin: Origin; readonly isWildcard: boolean } | undefined {
  const wildcard = WILDCARD.exec(text)
  const origin = parseOrigin(wildcard === null ? text : `${wildcard[1] ?? ''}${wildcard[2] ?? ''}`)
  if (origin === undefined || origin.host.includes('*')) return undefined
  if (wildcard !== null && origin.address !== undefined) return undefined
  return { origin, isWildcard: wildcard !== null }
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
