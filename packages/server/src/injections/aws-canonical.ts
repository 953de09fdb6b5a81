/**
 * The canonical form of a request, as AWS Signature Version 4 signs it. Pure.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html
 */

export interface Canonical {
  readonly method: string
  /** Path and query as they go on the wire. */
  readonly path: string
  /** Name in lower case and value; a name that comes several times stands here several times. */
  readonly headers: readonly (readonly [name: string, value: string])[]
  /** Hex digits of the body's SHA-256, or `UNSIGNED-PAYLOAD`. */
  readonly payload: string
  /** How the service reads paths: S3 takes each byte as it is, all others resolve dots and slashes and escape once more. */
  readonly pathStyle: 'as_is' | 'normalised'
}

export interface CanonicalRequest {
  readonly text: string
  /** Names, joined with `;`. */
  readonly signedHeaders: string
}

/** S3 and its relatives (`s3express`, `s3-outposts`, `s3-object-lambda`) have paths that mean what they say. */
export function pathStyleOf(service: string): Canonical['pathStyle'] {
  return /^s3(?:-|express|$)/.test(service) ? 'as_is' : 'normalised'
}

export function canonicalRequest({ method, path, headers, payload, pathStyle }: Canonical): CanonicalRequest {
  const at = path.indexOf('?')
  const own = at === -1 ? path : path.slice(0, at)
  const search = at === -1 ? '' : path.slice(at + 1)
  const fields = joined(headers)
  const signedHeaders = fields.map(([name]) => name).join(';')
  const lines = fields.map(([name, value]) => `${name}:${value}\n`).join('')
  const uri = pathStyle === 'as_is' ? own.split('/').map(respelt).join('/') : normalised(own).map(escaped).join('/')
  return { text: [method, uri, canonicalQuery(search), lines, signedHeaders, payload].join('\n'), signedHeaders }
}

/** Sorted by name; the values of one name in their order, each without the blanks that mean nothing. */
function joined(headers: Canonical['headers']): readonly (readonly [string, string])[] {
  const values = new Map<string, string[]>()
  for (const [name, value] of headers) {
    const trimmed = value.trim().replace(/\s+/g, ' ')
    const before = values.get(name)
    if (before === undefined) values.set(name, [trimmed])
    else before.push(trimmed)
  }
  return [...values].map(([name, all]) => [name, all.join(',')] as const).toSorted(([a], [b]) => order(a, b))
}

/** By name, then by value, in the order of the escaped text. A name without a value has the empty one. */
function canonicalQuery(search: string): string {
  const pairs = search
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const at = part.indexOf('=')
      return at === -1
        ? ([respelt(part), ''] as const)
        : ([respelt(part.slice(0, at)), respelt(part.slice(at + 1))] as const)
    })
    .toSorted(([a, x], [b, y]) => order(a, b) || order(x, y))
  return pairs.map(([name, value]) => `${name}=${value}`).join('&')
}

/** RFC 3986 §5.2.4, several slashes in a row are one, and a slash stands at the end only where one stood. */
function normalised(path: string): readonly string[] {
  const kept: string[] = []
  const parts = path.split('/')
  for (const part of parts) {
    if (part === '..') kept.pop()
    else if (part !== '' && part !== '.') kept.push(part)
  }
  return ['', ...kept, ...(kept.length === 0 || parts.at(-1) === '' ? [''] : [])]
}

/** The same text, escaped as AWS writes it: `%7e` and `~` are both `~`, and all hex digits are large. */
function respelt(text: string): string {
  try {
    return escaped(decodeURIComponent(text))
  } catch {
    // Not UTF-8: then byte by byte.
    return text.replace(/%[0-9A-Fa-f]{2}|[^A-Za-z0-9\-._~]/g, (found) =>
      found.length === 3 ? found.toUpperCase() : escaped(found),
    )
  }
}

/** All but the unreserved letters of RFC 3986 §2.3. */
function escaped(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, (letter) => `%${letter.charCodeAt(0).toString(16).toUpperCase()}`)
}

/** By code unit, which is the order of bytes in what is escaped. */
function order(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}
