/**
 * The one shape of everything sealed: commitment (32) ‖ nonce (12) ‖ ciphertext ‖ tag (16).
 * `header` says in canonical form what is inside and where it belongs; it is authenticated and committed to.
 */
import { decrypt, encrypt, NONCE_BYTES, TAG_BYTES } from './aead.ts'
import { equal, randomBytes } from './primitives.ts'
import { SealError } from './seal-error.ts'
import { commitment, type WorkingKey } from './working-key.ts'

const COMMITMENT_BYTES = 32
/** What a box is longer than its plaintext. */
export const BOX_OVERHEAD_BYTES = COMMITMENT_BYTES + NONCE_BYTES + TAG_BYTES

/** Seals under a fresh random nonce: one operation of the key. */
export function closeBox(key: WorkingKey, header: Uint8Array, plaintext: Uint8Array): Uint8Array {
  const nonce = randomBytes(NONCE_BYTES)
  const sealed = encrypt(key.secret, nonce, header, plaintext)
  const box = new Uint8Array(COMMITMENT_BYTES + NONCE_BYTES + sealed.byteLength)
  box.set(commitment(key, header))
  box.set(nonce, COMMITMENT_BYTES)
  box.set(sealed, COMMITMENT_BYTES + NONCE_BYTES)
  return box
}

/** @throws SealError `unreadable`: wrong key or header (by the commitment, before decrypting), or changed bytes */
export function openBox(key: WorkingKey, header: Uint8Array, box: Uint8Array): Uint8Array {
  if (box.byteLength < BOX_OVERHEAD_BYTES) throw new SealError('unreadable', 'The sealed bytes are too short.')
  if (!equal(commitment(key, header), box.subarray(0, COMMITMENT_BYTES))) {
    throw new SealError('unreadable', 'The sealed bytes belong to another key or another place.')
  }
  const nonce = box.subarray(COMMITMENT_BYTES, COMMITMENT_BYTES + NONCE_BYTES)
  return decrypt(key.secret, nonce, header, box.subarray(COMMITMENT_BYTES + NONCE_BYTES))
}
