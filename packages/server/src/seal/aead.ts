/**
 * AES-256-GCM, the only place where a cipher is made (NIST SP 800-38D).
 * Fixed parameters: 32-byte key, 12-byte nonce, 16-byte tag. OpenSSL accepts tags of 4 bytes unless it is told the
 * length, so the length is always told.
 */
import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto'
import { SealError } from './seal-error.ts'

export const KEY_BYTES = 32
export const NONCE_BYTES = 12
export const TAG_BYTES = 16

const ALGORITHM = 'aes-256-gcm'
const OPTIONS = { authTagLength: TAG_BYTES } as const

/**
 * Encrypts and authenticates.
 *
 * @param nonce 12 bytes, never used twice under one key
 * @param aad authenticated, not encrypted
 * @returns ciphertext ‖ 16-byte tag
 */
export function encrypt(key: KeyObject, nonce: Uint8Array, aad: Uint8Array, plaintext: Uint8Array): Uint8Array {
  checkParameters(key, nonce)
  const cipher = createCipheriv(ALGORITHM, key, nonce, OPTIONS)
  cipher.setAAD(aad)
  const body = cipher.update(plaintext)
  cipher.final()
  const sealed = new Uint8Array(body.byteLength + TAG_BYTES)
  sealed.set(body)
  sealed.set(cipher.getAuthTag(), body.byteLength)
  return sealed
}

/**
 * Checks the tag and decrypts.
 *
 * @param sealed ciphertext ‖ 16-byte tag
 * @throws SealError `unreadable` when anything at all differs: key, nonce, aad, ciphertext or tag
 */
export function decrypt(key: KeyObject, nonce: Uint8Array, aad: Uint8Array, sealed: Uint8Array): Uint8Array {
  checkParameters(key, nonce)
  if (sealed.byteLength < TAG_BYTES) throw new SealError('unreadable', 'The ciphertext is shorter than its tag.')
  const end = sealed.byteLength - TAG_BYTES
  const decipher = createDecipheriv(ALGORITHM, key, nonce, OPTIONS)
  decipher.setAAD(aad)
  decipher.setAuthTag(sealed.subarray(end))
  const plaintext = decipher.update(sealed.subarray(0, end))
  try {
    decipher.final()
  } catch (cause) {
    // Nobody may see what was decrypted before the tag was found wrong.
    plaintext.fill(0)
    throw new SealError('unreadable', 'The ciphertext was changed, or belongs to another key or place.', { cause })
  }
  return plaintext
}

function checkParameters(key: KeyObject, nonce: Uint8Array): void {
  if (key.symmetricKeySize !== KEY_BYTES) throw new SealError('misuse', `An AES-256 key has ${KEY_BYTES} bytes.`)
  if (nonce.byteLength !== NONCE_BYTES) throw new SealError('misuse', `A nonce has ${NONCE_BYTES} bytes.`)
}
