/**
 * The header fields of the request to the upstream: the caller's, without what ends at this hop, without its credential
 * and without what only a proxy may say, and with what we say ourselves.
 */
import { fieldName } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Received } from '../exchange.ts'
import { isTls } from './answer.ts'
import { peerOf } from './client-address.ts'
import { NEVER_TO_UPSTREAM, nominatedFields } from './field-names.ts'

export interface UpstreamHeaderOptions {
  /** More fields to leave out, lower case: where this route reads keys, what the door sets itself. */
  readonly without: ReadonlySet<string>
  /** `tell`: the upstream is the operator's and learns who calls; `hide`: a third party, and does not. */
  readonly forwarded: 'tell' | 'hide'
}

/** Flat name, value, …; names as the caller spelled them. */
export function upstreamHeaders(context: Context, received: Received, options: UpstreamHeaderOptions): string[] {
  const { rawHeaders, facts } = received
  const nominated = nominatedFields(received.headers.connection)
  const { without } = options
  const fields: string[] = []
  let via: string | undefined
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    // by its plain reading: an `X_Forwarded_For` would be believed by some
    const { lower, plain, isToken } = fieldName(name)
    if (NEVER_TO_UPSTREAM.has(plain) || without.has(plain) || nominated.has(lower) || plain.startsWith('x-claviger-'))
      continue
    if (lower === 'via' && context.settings.viaName !== undefined) {
      via = via === undefined ? value : `${via}, ${value}`
      continue
    }
    // the parser has refused others already, and egress looks at each value again where it leaves
    if (isToken) fields.push(name, value)
  }
  if (facts.contentLengthBytes !== undefined) fields.push('Content-Length', String(facts.contentLengthBytes))
  if (options.forwarded === 'tell') pushForwarded(context, received, fields)
  if (context.settings.viaName !== undefined) {
    const own = `${received.incoming.httpVersion} ${context.settings.viaName}`
    fields.push('Via', via === undefined ? own : `${via}, ${own}`)
  }
  return fields
}

/** Appends to the chain of a proxy that we trust; for everybody else the chain begins here. */
function pushForwarded(context: Context, received: Received, fields: string[]): void {
  const { headers, incoming } = received
  const peer = peerOf(incoming.socket, context.settings.trustedProxies)
  const chain = peer?.isTrusted === true ? headers['x-forwarded-for'] : undefined
  const before = Array.isArray(chain) ? chain.join(', ') : chain
  const hop = peer?.text ?? received.clientIpText
  fields.push('X-Request-Id', received.requestId)
  fields.push('X-Forwarded-For', before === undefined || before === '' ? hop : `${before}, ${hop}`)
  fields.push(
    'X-Forwarded-Proto',
    trusted(peer?.isTrusted, headers['x-forwarded-proto']) ?? (isTls(incoming) ? 'https' : 'http'),
  )
  const host = trusted(peer?.isTrusted, headers['x-forwarded-host']) ?? headers.host
  if (host !== undefined) fields.push('X-Forwarded-Host', host)
}

function trusted(isTrusted: boolean | undefined, value: string | readonly string[] | undefined): string | undefined {
  return isTrusted === true && typeof value === 'string' && value !== '' ? value : undefined
}
