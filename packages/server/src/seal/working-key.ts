/**
 * A key ready for use: the secret itself (AES or HMAC key) and, derived from it, the key of its commitments.
 * AES-GCM does not commit to its key: one ciphertext can be made to open under two. So a commitment,
 * HMAC-SHA256(HKDF(key, "commit"), header), stands beside everything sealed and is compared before decrypting.
 */
import { createSecretKey, hkdfSync, type KeyObject } from 'node:crypto'
import { KEY_BYTES } from './aead.ts'
import { hmacSha256, randomBytes, wipe } from './primitives.ts'
import { SealError } from './seal-error.ts'

export interface WorkingKey {
  readonly secret: KeyObject
  readonly commit: KeyObject
}

/** Takes the bytes over: they are zeroed. */
export function workingKey(bytes: Uint8Array): WorkingKey {
  if (bytes.byteLength !== KEY_BYTES)
    throw new SealError('misuse', `A key has ${KEY_BYTES} bytes, not ${bytes.byteLength}.`)
  const secret = createSecretKey(bytes)
  wipe(bytes)
  const derived = new Uint8Array(hkdfSync('sha256', secret, '', 'commit', KEY_BYTES))
  const commit = createSecretKey(derived)
  wipe(derived)
  return { secret, commit }
}

export function newKeyBytes(): Uint8Array {
  return randomBytes(KEY_BYTES)
}

/** The commitment of a key to a header; as the check value of a key row it proves that the right key was unwrapped. */
export function commitment(key: WorkingKey, header: Uint8Array): Uint8Array {
  return hmacSha256(key.commit, header)
}
