/**
 * The call that a proxy asks about, as the proxy tells it. Two families of fields are in use, and a proxy overwrites those of
 * its own only: what a client slipped into the other one must not be believed, so where both are told they must agree.
 */
import { ClavigerError } from '@claviger/core'
import type { IncomingHttpHeaders } from 'node:http'
import { clientAddress, type ClientAddress, type Peer } from '../http/client-address.ts'
import type { CidrSet } from '@claviger/core'

export interface OriginalCall {
  readonly method: string
  /** Path and query, as the client sent them. */
  readonly target: string
}

/** A token (RFC 9110 §5.6.2), as methods are. */
const METHOD = /^[A-Za-z0-9!#$%&'*+.^_`|~-]{1,32}$/

/**
 * From `X-Original-Method` and `X-Original-URI` or `-URL` (nginx), or else from `X-Forwarded-Method` and `X-Forwarded-Uri`.
 *
 * @throws ClavigerError `bad_header` when one is missing, is no method or no path, or when the families disagree
 */
export function originalCall(headers: IncomingHttpHeaders): OriginalCall {
  const uri = textOf(headers, 'x-original-uri')
  const url = textOf(headers, 'x-original-url')
  const originalTarget = agreed(
    uri,
    url === undefined ? undefined : behindHost(url),
    'X-Original-URI and X-Original-URL',
  )
  const originalMethod = textOf(headers, 'x-original-method')
  const forwardedTarget = textOf(headers, 'x-forwarded-uri')
  const forwardedMethod = textOf(headers, 'x-forwarded-method')
  if (originalTarget === undefined && originalMethod === undefined)
    return checked(forwardedMethod, forwardedTarget, 'X-Forwarded-Method and X-Forwarded-Uri')
  // one that is not told in its own family would be the client's
  const told = checked(originalMethod, originalTarget, 'X-Original-Method and X-Original-URI')
  agreed(told.method, forwardedMethod, 'X-Original-Method and X-Forwarded-Method')
  agreed(told.target, forwardedTarget, 'X-Original-URI and X-Forwarded-Uri')
  return told
}

/** @throws ClavigerError `bad_header` when the method is none */
export function checkedMethod(method: string): string {
  if (!METHOD.test(method)) throw badHeader('The method of the original call is none.')
  return method
}

/**
 * Whose call it is. The proxy must say so: its own address is nobody's.
 *
 * @throws ClavigerError `bad_header`
 */
export function originalClient(peer: Peer, headers: IncomingHttpHeaders, trustedProxies: CidrSet): ClientAddress {
  if (headers['x-forwarded-for'] === undefined && headers.forwarded === undefined)
    throw badHeader('The proxy does not tell the address of its client: it must send X-Forwarded-For.')
  const client = clientAddress({ ...peer, isTrusted: true }, headers, trustedProxies)
  if (client.ip === peer.ip) throw badHeader('X-Forwarded-For does not end with the address of a client.')
  return client
}

function checked(method: string | undefined, target: string | undefined, names: string): OriginalCall {
  if (method === undefined || target === undefined)
    throw badHeader(`The proxy does not tell which call it asks about: it must send ${names}.`)
  return { method: checkedMethod(method), target }
}

function agreed(one: string | undefined, other: string | undefined, names: string): string | undefined {
  if (one !== undefined && other !== undefined && one !== other)
    throw badHeader(`${names} tell different calls. The proxy must overwrite both, or remove one of them.`)
  return one ?? other
}

/** An absolute URL, as ingress-nginx tells it: everything behind the host. */
function behindHost(url: string): string {
  const match = /^https?:\/\/[^/?#]*(.*)$/i.exec(url)
  if (match === null) return url
  const [, rest = ''] = match
  return rest.startsWith('/') ? rest : `/${rest}`
}

/** A field that came twice is one text with a comma and a blank in it: it is no method and no path. */
function textOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name]
  const text = Array.isArray(value) ? value.join(', ') : value
  return text === '' ? undefined : text
}

function badHeader(message: string): ClavigerError {
  return new ClavigerError('bad_header', message)
}
