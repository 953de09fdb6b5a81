/** Opaque cursors of lists: base64url of JSON. They say where a page ended, nothing secret, and are checked when they come back. */
import { ClavigerError } from '@claviger/core'

export function encodeCursor(parts: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(parts)).toString('base64url')
}

/** @throws ClavigerError `validation_failed` for a cursor that is none of ours */
export function decodeCursor(cursor: string, types: readonly ('string' | 'number')[]): readonly (string | number)[] {
  let parts: unknown
  try {
    parts = JSON.parse(Buffer.from(cursor, 'base64url').toString())
  } catch {
    throw invalid()
  }
  if (!Array.isArray(parts) || parts.length !== types.length) throw invalid()
  return parts.map((part: unknown, index) => {
    if (typeof part === 'string' && types[index] === 'string') return part
    if (typeof part === 'number' && types[index] === 'number' && Number.isSafeInteger(part)) return part
    throw invalid()
  })
}

function invalid(): ClavigerError {
  const detail = 'This cursor was not made by this list. Begin again without one.'
  return new ClavigerError('validation_failed', detail, { errors: [{ pointer: '#/query/cursor', detail }] })
}
