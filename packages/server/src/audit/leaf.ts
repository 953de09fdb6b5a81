/**
 * The leaf that stands for an entry in the log for good: a hash over salted commitments, one per field.
 * When a field is erased, its value and salt go and its commitment stays, so the leaf can be computed for ever while
 * nothing can be guessed from it. Hashing of leaves as in RFC 6962 §2.1.
 */
import { lengthPrefixed } from '@claviger/core'

export const SALT_BYTES = 16
const LEAF_PREFIX = 0x00

export type Sha256 = (bytes: Uint8Array) => Uint8Array

/** sha256(salt ‖ field ‖ value), each with its length before it. */
export function commitmentOf(sha256: Sha256, salt: Uint8Array, field: string, value: string | Uint8Array): Uint8Array {
  return sha256(lengthPrefixed([salt, field, value]))
}

/** sha256(0x00 ‖ field ‖ commitment ‖ field ‖ commitment …), in the order of the fields' names (UTF-16 code units). */
export function leafOf(sha256: Sha256, commitments: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const sorted = [...commitments].toSorted(([a], [b]) => (a < b ? -1 : 1))
  const canonical = lengthPrefixed(sorted.flat())
  const bytes = new Uint8Array(1 + canonical.byteLength)
  bytes[0] = LEAF_PREFIX
  bytes.set(canonical, 1)
  return sha256(bytes)
}
