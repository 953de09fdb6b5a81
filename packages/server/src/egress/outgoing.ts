/** What goes on the wire: the caller's fields without those that are ours to set, and the credential. */
import { fieldName } from '@claviger/core'
import type { EgressRequest } from '@claviger/gateway'
import type { Injected } from '#injections'

/**
 * Never passed on. Most belong to one connection (RFC 9110 §7.6.1). `host` is always the origin's own: another name
 * there can reach another tenant of the same server, past the list of origins. undici writes the framing.
 */
const OURS: ReadonlySet<string> = new Set([
  'host',
  'connection',
  'keep-alive',
  'proxy-connection',
  'proxy-authenticate',
  'proxy-authorization',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
  'http2-settings',
  'expect',
])

const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/
const PATH = /^\/[\x21\x22\x24-\x7e]*$/

/**
 * The request as it leaves: flat fields, with the credential's own in place of any of the same name.
 * Names and values are checked again by whoever writes them (undici, node:http).
 */
export function fieldsOf(
  request: Pick<EgressRequest, 'headers'>,
  body: EgressRequest['body'],
  injected: Injected | undefined,
): string[] {
  const fields: string[] = []
  for (let index = 0; index < request.headers.length; index += 2) {
    const name = request.headers[index] ?? ''
    const { lower, plain } = fieldName(name)
    if (OURS.has(lower) || (injected !== undefined && replaces(injected, plain))) continue
    // A body in memory has the length that it has.
    if (lower === 'content-length' && (body === undefined || body instanceof Uint8Array)) continue
    fields.push(name, request.headers[index + 1] ?? '')
  }
  if (injected !== undefined) fields.push(...injected.headers)
  return fields
}

/** Every spelling that an upstream may take for the same field. */
function replaces({ headers, removes }: Injected, plain: string): boolean {
  if (removes?.has(plain) === true) return true
  for (let index = 0; index < headers.length; index += 2)
    if (fieldName(headers[index] ?? '').plain === plain) return true
  return false
}

/**
 * What may never leave, whoever wrote it: CONNECT would open a tunnel, TRACE would send the credential back to the caller.
 * @returns why, or undefined
 */
export function flawOf(request: Pick<EgressRequest, 'method' | 'path' | 'headers'>): string | undefined {
  const method = request.method.toUpperCase()
  if (method === 'CONNECT' || method === 'TRACE') return `The method ${method} is never forwarded.`
  if (!NAME.test(method)) return 'The method is not a token.'
  if (!PATH.test(request.path)) return 'The path holds characters that a request line cannot carry.'
  if (request.headers.length % 2 !== 0) return 'A header field has no value.'
  return undefined
}

/** Whether what a credential adds can stand on the wire at all: a line feed in a secret must not become a field. */
export function isWritable(injected: Injected): boolean {
  const fits = (text: string, index: number): boolean => (index % 2 === 0 ? NAME : VALUE).test(text)
  return PATH.test(injected.path) && injected.headers.length % 2 === 0 && injected.headers.every(fits)
}
