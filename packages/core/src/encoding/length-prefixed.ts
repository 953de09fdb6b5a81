/**
 * One byte string for a list of values, so that two different lists never give the same bytes: what is authenticated
 * or hashed (AAD, audit leaves) is exactly what was meant. Each part is a type (1 byte), its length (4 bytes,
 * big-endian) and its bytes; the list ends where the bytes end. The bytes are stored for ever: never change the form.
 */
export type CanonicalPart = string | Uint8Array | number | bigint

const TEXT = 1
/** Decimal digits, so that a number and a bigint of the same value are the same part. */
const INTEGER = 2
const BYTES = 3

const HEAD_BYTES = 5
const LONGEST_PART_BYTES = 0xffff_ffff

const utf8 = new TextEncoder()

/**
 * @throws RangeError for a number that is no safe integer, and for text with a lone surrogate: UTF-8 has no bytes for
 * it, and its stand-in U+FFFD would make two texts one
 */
export function lengthPrefixed(parts: readonly CanonicalPart[]): Uint8Array<ArrayBuffer> {
  const encoded = parts.map(encodePart)
  const bytes = new Uint8Array(encoded.reduce((sum, part) => sum + HEAD_BYTES + part.content.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const { type, content } of encoded) {
    view.setUint8(at, type)
    view.setUint32(at + 1, content.length)
    bytes.set(content, at + HEAD_BYTES)
    at += HEAD_BYTES + content.length
  }
  return bytes
}

function encodePart(part: CanonicalPart): { readonly type: number; readonly content: Uint8Array } {
  if (typeof part === 'string') {
    if (!part.isWellFormed()) throw new RangeError('text with a lone surrogate has no UTF-8 form')
    return bounded(TEXT, utf8.encode(part))
  }
  if (typeof part === 'object') return bounded(BYTES, part)
  if (typeof part === 'number' && !Number.isSafeInteger(part))
    throw new RangeError('only safe integers have one exact form')
  // `-0` is 0: template strings write both as "0".
  return bounded(INTEGER, utf8.encode(`${part}`))
}

function bounded(type: number, content: Uint8Array): { readonly type: number; readonly content: Uint8Array } {
  if (content.length > LONGEST_PART_BYTES) throw new RangeError('a part is longer than its 4-byte length can say')
  return { type, content }
}
