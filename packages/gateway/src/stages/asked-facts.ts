/**
 * What a decision was asked with, as the journal keeps it: enough to ask again, and nothing that may be secret. Of a
 * `Referer` that is its origin, and an origin is kept only when it is one.
 */
import type { Matched, Target } from '../exchange.ts'
import { apiVersionOf } from '../http/api-version.ts'
import { clientCertificateOf } from '../http/client-certificate.ts'
import { pathBehind } from '../http/path-behind.ts'
import type { RoutePart } from '../parts.ts'
import type { AskedFacts } from '../ports.ts'

/** Nobody could have allowed a longer one. */
const MOST_ORIGIN_CHARACTERS = 300
/** What could be judged as an origin: user names, paths and queries are none of it. */
const ORIGIN = /^https?:\/\/[^/?#@\\\s]+\/?$/i
const START = /^https?:\/\/[^/?#]*/i

/** Most calls tell none of it, and cost two look-ups of header fields. */
export function factsOfCall(received: Matched, target: Target | undefined): AskedFacts | undefined {
  const { headers } = received
  const { origin, referer } = headers
  const clientCertificate = clientCertificateOf(received)
  const source = target === undefined || target.kind === 'model' ? undefined : target.apiVersion
  const apiVersion = source === undefined ? undefined : apiVersionOf(source, received)
  const cost = keptCost(target?.cost ?? 1)
  const scopes = target?.kind === 'api' && target.requiredScopes.length > 0 ? target.requiredScopes : undefined
  const path = target?.kind === 'route' ? keptPath(received, target) : undefined
  const isPlain =
    origin === undefined &&
    referer === undefined &&
    clientCertificate === undefined &&
    apiVersion === undefined &&
    cost === undefined &&
    scopes === undefined &&
    path === undefined
  return isPlain
    ? undefined
    : { ...(scopes && { scopes }), ...keptOrigins(origin, referer), clientCertificate, apiVersion, cost, path }
}

/** Only where the route cut something off, or stands at a place of its own. */
function keptPath({ door, path, rest }: Matched, { shaping }: RoutePart): string | undefined {
  if (shaping?.stripPrefix === undefined && rest.length !== path.length) return undefined
  const judged = rest === '' ? '/' : rest
  return judged === pathBehind(door, path) ? undefined : judged
}

/** One unit, as most calls cost, is what stands for nothing said. */
export const keptCost = (cost: number): number | undefined => (cost === 1 ? undefined : cost)

/** The two that say from which page a call comes, as they are kept. They are judged as what came was. */
export function keptOrigins(
  origin: string | undefined,
  referer: string | undefined,
): Pick<AskedFacts, 'origin' | 'referer'> {
  if (origin !== undefined) return { origin: kept(origin) }
  return referer === undefined ? {} : { referer: kept(START.exec(referer)?.[0] ?? '') }
}

/** What is no origin is not allowed anywhere; that it was told, and was none, is all there is to know. */
function kept(text: string): string {
  return text.length <= MOST_ORIGIN_CHARACTERS && ORIGIN.test(text) ? text : 'null'
}
