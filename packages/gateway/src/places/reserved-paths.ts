/** Paths that belong to this product: on its own hosts they lead to its doors, whatever routes say (decision 11). */

const RESERVED: ReadonlySet<string> = new Set([
  '.well-known',
  'anthropic',
  'api',
  'authz',
  'console',
  'gw',
  'healthz',
  'leaks',
  'metrics',
  'oauth',
  'openai',
  'portal',
  'readyz',
  'vault',
])
/** Of any of them, and the slash in front. */
const LONGEST = 1 + Math.max(...[...RESERVED].map((name) => name.length))

/** Judged by the first segment, as it stands and as a careless server might read it. */
export function isReservedPath(path: string): boolean {
  const end = path.indexOf('/', 1)
  const first = end === -1 ? path.slice(1) : path.slice(1, end)
  // three letters for each that is escaped
  if (first.length > 3 * LONGEST) return false
  return RESERVED.has(first) || RESERVED.has(plainPath(first).toLowerCase())
}

/** RFC 3986 §2.3 */
const UNRESERVED = /^[A-Za-z0-9\-._~]$/

/**
 * The path as servers may read it that undo escapes of letters (RFC 3986 §6.2.2.2) and leave out parameters of segments
 * (`;…`). For comparing only: what is forwarded is what came.
 */
export function plainPath(path: string): string {
  let plain = path
  if (plain.includes('%')) {
    plain = plain.replace(/%([0-9a-f]{2})/gi, (escape, digits: string) => {
      const letter = String.fromCharCode(Number.parseInt(digits, 16))
      return UNRESERVED.test(letter) || letter === ';' ? letter : escape
    })
  }
  return plain.includes(';') ? plain.replace(/;[^/]*/g, '') : plain
}
