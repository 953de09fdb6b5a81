/**
 * One look over a request's header fields: the credential, the framing, and the shapes that two servers could read in
 * two ways. The parser (llhttp, strict) has refused the grosser ones before; what it lets through is refused here.
 */
import type { IncomingMessage } from 'node:http'
import { ClavigerError } from '@claviger/core'
import type { HeadFacts } from '../exchange.ts'

/** More fields than any honest client sends. */
const MAX_FIELDS = 256

/** What is looked at. */
export type RequestHead = Pick<IncomingMessage, 'rawHeaders' | 'httpVersionMajor' | 'httpVersionMinor' | 'method'>

/** RFC 3986 §3.2.2 `host` and a port, no user information; stricter on brackets than needed is nobody's loss. */
const HOST = /^(?:[A-Za-z0-9._~%!$&'()*+,;=-]*|\[[0-9A-Fa-f:.]+\])(?::\d{0,5})?$/

/**
 * @throws ClavigerError `bad_request` for another HTTP than 1.0 and 1.1; `method_not_allowed` for TRACE;
 * `headers_too_large`; `expectation_failed`; `bad_header` for a Host that is missing, doubled or none, a
 * Transfer-Encoding that is not exactly `chunked` or came with HTTP/1.0, a Content-Length beside it or one that is not
 * plain digits (RFC 9112 §3.2, §6.1, §6.3)
 */
export function readHeadFacts(incoming: RequestHead): HeadFacts {
  const { rawHeaders, httpVersionMinor } = incoming
  if (incoming.httpVersionMajor !== 1 || httpVersionMinor > 1)
    throw new ClavigerError('bad_request', 'Only HTTP/1.1 and HTTP/1.0 are served here.')
  if (incoming.method === 'TRACE') throw new ClavigerError('method_not_allowed', 'TRACE is not served here.')
  if (rawHeaders.length > 2 * MAX_FIELDS) {
    throw new ClavigerError('headers_too_large', `The request has more than ${MAX_FIELDS} header fields.`)
  }
  let presented: string | undefined
  let severalCredentials = false
  let otherScheme = false
  let contentLength: string | undefined
  let chunked = false
  let expectsContinue = false
  let host: string | undefined
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    switch (name.length) {
      case 4:
        if (name.toLowerCase() === 'host') {
          if (host !== undefined) throw badFraming('The request has more than one Host field.')
          host = value
        }
        break
      case 6:
        if (name.toLowerCase() === 'expect') {
          // RFC 9110 §10.1.1: HTTP/1.0 knows no 100, so the field is not heard there
          if (httpVersionMinor === 1 && (expectsContinue || value.toLowerCase() !== '100-continue')) {
            throw new ClavigerError('expectation_failed', 'The only expectation that is met is "100-continue".')
          }
          expectsContinue = httpVersionMinor === 1
        }
        break
      case 9:
        if (name.toLowerCase() === 'x-api-key') {
          severalCredentials ||= presented !== undefined && presented !== value
          presented = value
        }
        break
      case 13:
        if (name.toLowerCase() === 'authorization') {
          const credential = bearerCredential(value)
          if (credential === undefined) otherScheme = true
          else {
            severalCredentials ||= presented !== undefined && presented !== credential
            presented = credential
          }
        }
        break
      case 14:
        if (name.toLowerCase() === 'content-length') {
          if (contentLength !== undefined || !/^\d{1,15}$/.test(value))
            throw badFraming('Content-Length must be given once, in digits.')
          contentLength = value
        }
        break
      case 17:
        if (name.toLowerCase() === 'transfer-encoding') {
          if (chunked || value.toLowerCase() !== 'chunked')
            throw badFraming('The only Transfer-Encoding served is "chunked", given once.')
          chunked = true
        }
        break
    }
  }
  if (host === undefined ? httpVersionMinor === 1 : !HOST.test(host))
    throw badFraming('The request needs one Host field, with a host name.')
  if (chunked && httpVersionMinor === 0) throw badFraming('HTTP/1.0 has no Transfer-Encoding.')
  if (chunked && contentLength !== undefined)
    throw badFraming('The request has both Content-Length and Transfer-Encoding.')
  const contentLengthBytes = contentLength === undefined ? undefined : Number(contentLength)
  return {
    presented,
    severalCredentials: severalCredentials || (otherScheme && presented !== undefined),
    contentLengthBytes,
    hasBody: chunked || (contentLengthBytes !== undefined && contentLengthBytes > 0),
    expectsContinue,
  }
}

/** What follows `Bearer `; undefined for every other scheme. */
export function bearerCredential(authorization: string): string | undefined {
  if (authorization.charCodeAt(6) !== 0x20 || authorization.slice(0, 6).toLowerCase() !== 'bearer') return undefined
  return authorization.slice(7).trim()
}

function badFraming(message: string): ClavigerError {
  return new ClavigerError('bad_header', message)
}
