/** The upstream's head as it may go on to the caller. */
import { fieldName } from '@claviger/core'
import { HOP_BY_HOP, isFieldValue, nominatedFields } from './field-names.ts'

export interface ResponseHead {
  /** Flat, without what ends at this hop, and without Content-Length. */
  readonly headers: string[]
  /** What the upstream said its length is; undefined: it did not. */
  readonly contentLengthBytes: number | undefined
}

/** `alt-svc` would send the caller past us. */
const NEVER: ReadonlySet<string> = new Set([...HOP_BY_HOP, 'alt-svc'])
/** Fields that we write ourselves on answers with limits, or over TLS. */
export type Replaced = 'ratelimit' | 'ratelimit-policy' | 'strict-transport-security'

/**
 * Filters and checks an upstream's head. Its own request id goes on as `X-Upstream-Request-Id`.
 *
 * @param headers flat, as on the wire
 * @param replaced what we write in its place
 * @returns undefined when no honest server would have sent it: a status that is none, bytes that are no field, lengths
 * that contradict each other
 */
export function readResponseHead(
  status: number,
  headers: readonly string[],
  replaced: ReadonlySet<string>,
): ResponseHead | undefined {
  if (!Number.isInteger(status) || status < 200 || status > 599) return undefined
  let contentLength: string | undefined
  let connection: string | undefined
  const kept: string[] = []
  for (let at = 0; at + 1 < headers.length; at += 2) {
    const name = headers[at] ?? ''
    const value = headers[at + 1] ?? ''
    const { lower, isToken } = fieldName(name)
    if (!isToken || !isFieldValue(value)) return undefined
    if (lower === 'content-length') {
      if (!/^\d{1,15}$/.test(value) || (contentLength !== undefined && contentLength !== value)) return undefined
      contentLength = value
    } else if (lower === 'connection') {
      connection = connection === undefined ? value : `${connection},${value}`
    } else if (lower === 'x-request-id') {
      kept.push('X-Upstream-Request-Id', value)
    } else if (!NEVER.has(lower) && !replaced.has(lower)) {
      kept.push(name, value)
    }
  }
  const nominated = nominatedFields(connection)
  return {
    headers: nominated.size === 0 ? kept : withoutNominated(kept, nominated),
    contentLengthBytes: contentLength === undefined ? undefined : Number(contentLength),
  }
}

function withoutNominated(headers: readonly string[], nominated: ReadonlySet<string>): string[] {
  return headers.filter((_, at) => !nominated.has((headers[at - (at % 2)] ?? '').toLowerCase()))
}

/** Fields that say how a message is framed, routed or authenticated: RFC 9110 §6.5.1 forbids them behind the body. */
const NEVER_TRAILING: ReadonlySet<string> = new Set([
  ...NEVER,
  'content-length',
  'content-type',
  'content-encoding',
  'content-range',
  'host',
  'set-cookie',
  'authorization',
  'www-authenticate',
])

/**
 * The upstream's trailer fields as they may go on, in pairs.
 *
 * @returns undefined when they hold bytes that are no field
 */
export function readTrailers(trailers: readonly string[]): [string, string][] | undefined {
  const kept: [string, string][] = []
  for (let at = 0; at + 1 < trailers.length; at += 2) {
    const name = trailers[at] ?? ''
    const value = trailers[at + 1] ?? ''
    const { lower, isToken } = fieldName(name)
    if (!isToken || !isFieldValue(value)) return undefined
    if (!NEVER_TRAILING.has(lower)) kept.push([name, value])
  }
  return kept
}
