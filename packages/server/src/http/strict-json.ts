/**
 * JSON bodies, read so that two readers cannot understand them differently (RFC 8259, I-JSON RFC 7493 §2.3): UTF-8 only,
 * no member twice, no `__proto__`, no text or number that the database cannot take, bounded depth.
 */
import { ClavigerError, countMembers, type FieldProblem } from '@claviger/core'

const MAX_DEPTH = 32

const utf8 = new TextDecoder('utf-8', { fatal: true })

/** @throws ClavigerError `bad_json` */
export function readJson(bytes: Uint8Array): unknown {
  const text = decode(bytes)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    // The parser's own message repeats a piece of the body, which may be a secret.
    throw new ClavigerError('bad_json', 'The body is not JSON.')
  }
  const kept = checkMembers(value)
  if (kept !== countMembers(text)) throw new ClavigerError('bad_json', 'The body holds a member twice.')
  return value
}

function decode(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes)
  } catch {
    throw new ClavigerError('bad_json', 'The body is not UTF-8.')
  }
}

/** @returns how many members all objects have; walks without recursion */
function checkMembers(root: unknown): number {
  let members = 0
  const open: { readonly value: unknown; readonly depth: number; readonly pointer: string }[] = [
    { value: root, depth: 0, pointer: '' },
  ]
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    const { value, depth, pointer } = at
    if (typeof value === 'string' && !isText(value)) throw refusal(pointer, 'This holds a NUL or half a character.')
    if (typeof value === 'number' && !Number.isFinite(value)) throw refusal(pointer, 'This number is too large.')
    if (typeof value !== 'object' || value === null) continue
    if (depth >= MAX_DEPTH) throw refusal(pointer, `The body is nested more than ${MAX_DEPTH} deep.`)
    const isArray = Array.isArray(value)
    for (const [name, child] of Object.entries(value)) {
      // Assigning to it would change what an object inherits instead of what it holds.
      if (name === '__proto__') throw refusal(`${pointer}/__proto__`, 'A member may not have this name.')
      if (!isText(name)) throw refusal(pointer, 'The name of a member holds a NUL or half a character.')
      if (!isArray) members++
      open.push({ value: child, depth: depth + 1, pointer: `${pointer}/${escapePointer(name)}` })
    }
  }
  return members
}

/** PostgreSQL takes no NUL, and UTF-8 no lone surrogate. */
export function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/** RFC 6901 §3. */
export function escapePointer(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1')
}

function refusal(pointer: string, detail: string): ClavigerError {
  const errors: readonly FieldProblem[] = [{ pointer, detail }]
  return new ClavigerError('bad_json', detail, { errors })
}
