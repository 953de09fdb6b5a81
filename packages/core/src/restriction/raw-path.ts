/**
 * Paths that every server reads in the same way. What two servers could read in two ways matches no template: the key
 * would be judged on one reading and the call served on the other.
 */

/** Every byte that needs no second look: RFC 3986 `pchar` and '/', without '%', '.', and ';'. */
const PLAIN = /^(?:\/[A-Za-z0-9\-_~!$&'()*+,=:@]+)*\/?$/
/** Bytes that must be escaped in a path, and the ends of one. */
const FOREIGN = /[^\x21-\x7e]|["#<>?\\^`{|}]/
/** An escape of '/', '\' or a control byte, or a broken one. */
const BAD_ESCAPE = /%(?:2f|5c|7f|[01][0-9a-f]|(?![0-9a-f]{2}))/i

/**
 * False for a path that does not begin with '/', and for one with a query, dot segments (raw, escaped, or with
 * parameters), empty segments, escaped slashes, backslashes or control bytes, broken escapes, and escapes that are not
 * UTF-8.
 */
export function hasOneReading(path: string): boolean {
  if (path === '') return false
  if (PLAIN.test(path)) return true
  if (path.charCodeAt(0) !== 0x2f || FOREIGN.test(path) || path.includes('//') || BAD_ESCAPE.test(path)) return false
  return !hasDotSegment(path) && isUtf8Escaped(path)
}

function hasDotSegment(path: string): boolean {
  for (const segment of path.replace(/%2e/gi, '.').split('/')) {
    // some servers cut parameters first: '..;x' is '..' to them
    const semicolon = segment.indexOf(';')
    const name = semicolon === -1 ? segment : segment.slice(0, semicolon)
    if (name === '.' || name === '..') return true
  }
  return false
}

/** An overlong `%c0%af` is a slash to a careless server. */
function isUtf8Escaped(path: string): boolean {
  if (!path.includes('%')) return true
  try {
    decodeURIComponent(path)
    return true
  } catch {
    return false
  }
}
