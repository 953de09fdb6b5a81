/**
 * Canonical bytes of a list of values: no two different lists give the same bytes.
 * Each part is a type tag, its length as 32-bit big-endian, then its bytes. Used for additional data and for hashes.
 */
export type CanonicalPart = string | number | bigint | Uint8Array

const TAG_TEXT = 1
const TAG_INTEGER = 2
const TAG_BYTES = 3
const HEAD_BYTES = 5

const encoder = new TextEncoder()

/** @throws RangeError for a number that is no safe integer, or a text that is not well-formed Unicode */
export function lengthPrefixed(parts: readonly CanonicalPart[]): Uint8Array {
  const encoded = parts.map(encodePart)
  const bytes = new Uint8Array(encoded.reduce((sum, part) => sum + HEAD_BYTES + part.bytes.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const part of encoded) {
    view.setUint8(at, part.tag)
    view.setUint32(at + 1, part.bytes.length)
    bytes.set(part.bytes, at + HEAD_BYTES)
    at += HEAD_BYTES + part.bytes.length
  }
  return bytes
}

function encodePart(part: CanonicalPart): { readonly tag: number; readonly bytes: Uint8Array } {
  if (typeof part === 'string') {
    if (!part.isWellFormed()) throw new RangeError('A canonical text must be well-formed Unicode.')
    return { tag: TAG_TEXT, bytes: encoder.encode(part) }
  }
  if (part instanceof Uint8Array) return { tag: TAG_BYTES, bytes: part }
  if (typeof part === 'number' && !Number.isSafeInteger(part)) throw new RangeError('A canonical number must be a safe integer.')
  return { tag: TAG_INTEGER, bytes: encoder.encode(part.toString()) }
}
