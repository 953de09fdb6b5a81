/**
 * The request target, checked for tricks before anything believes it. What passes is forwarded unchanged, so whatever
 * two parsers could read in two ways is refused here.
 * @see RFC 9112 §3.2 (forms), RFC 3986 §3.3 and §5.2.4 (paths, dot segments)
 */
import { ClavigerError } from '@claviger/core'

export interface RequestTarget {
  /** Begins with '/'. */
  readonly path: string
  /** With its '?', or ''. */
  readonly query: string
}

/** Every byte that needs no second look in a path: RFC 3986 `pchar` and '/', without '%', '.', and ';'. */
const PLAIN_PATH = /^(?:\/[A-Za-z0-9\-_~!$&'()*+,=:@]+)+\/?$/
/** What may stand in a query: visible ASCII but '#'. Escapes in it are the upstream's affair. */
const QUERY = /^[\x21\x22\x24-\x7e]*$/

const utf8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Splits an origin-form target.
 *
 * @throws ClavigerError `uri_too_long`, or `bad_path` for other forms, dot segments (raw, escaped, or with parameters),
 * empty segments, escaped slashes, backslashes and control bytes, broken escapes, and escapes that are not UTF-8
 */
export function readTarget(target: string, maxBytes: number): RequestTarget {
  if (target.length > maxBytes)
    throw new ClavigerError('uri_too_long', `The request target is longer than ${maxBytes} bytes.`)
  if (target.charCodeAt(0) !== 0x2f)
    throw badPath('Only the origin form of a request target is served: a path that begins with "/".')
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  const query = mark === -1 ? '' : target.slice(mark)
  if (!QUERY.test(query)) throw badPath('The query holds bytes that must be percent-encoded.')
  if (!PLAIN_PATH.test(path)) checkPath(path)
  return { path, query }
}

function checkPath(path: string): void {
  if (/[^\x21-\x7e]|[#\\"<>^`{|}]/.test(path)) throw badPath('The path holds bytes that must be percent-encoded.')
  if (path.includes('//')) throw badPath('The path holds an empty segment.')
  if (path.includes('%')) checkEscapes(path)
  // after the escapes are known to be good, '.' is the only letter left to unmask
  for (const segment of path.replace(/%2e/gi, '.').split('/')) {
    // some servers cut parameters first: '..;x' is '..' to them
    const name = segment.split(';', 1)[0]
    if (name === '.' || name === '..') throw badPath('The path holds a dot segment.')
  }
}

function checkEscapes(path: string): void {
  const bytes: number[] = []
  for (let at = 0; at < path.length; at += 1) {
    if (path.charCodeAt(at) !== 0x25) {
      bytes.push(path.charCodeAt(at))
      continue
    }
    const digits = path.slice(at + 1, at + 3)
    if (!/^[0-9a-f]{2}$/i.test(digits)) throw badPath('The path holds a broken percent escape.')
    const byte = Number.parseInt(digits, 16)
    if (byte === 0x2f || byte === 0x5c) throw badPath('The path holds an escaped slash or backslash.')
    if (byte < 0x20 || byte === 0x7f) throw badPath('The path holds an escaped control byte.')
    bytes.push(byte)
    at += 2
  }
  try {
    utf8.decode(Uint8Array.from(bytes))
  } catch (cause) {
    throw new ClavigerError('bad_path', 'The path holds escapes that are not UTF-8.', { cause })
  }
}

function badPath(message: string): ClavigerError {
  return new ClavigerError('bad_path', message)
}
