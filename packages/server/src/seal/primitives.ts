/** The few primitives that the rest of the server needs and may not import itself. */
import { createHmac, hash, randomBytes as systemRandomBytes, timingSafeEqual, type KeyObject } from 'node:crypto'

/** Bytes from the system's CSPRNG. */
export function randomBytes(count: number): Uint8Array {
  return systemRandomBytes(count)
}

/** SHA-256 (FIPS 180-4); strings count as UTF-8. */
export function sha256(bytes: Uint8Array | string): Uint8Array {
  return hash('sha256', bytes, 'buffer')
}

/** Hashes that secrets of other systems are stored as. */
export type SecretHash = 'sha256' | 'sha512'

/** SHA-256 or SHA-512 (FIPS 180-4) of a text as UTF-8. */
export function hashText(algorithm: SecretHash, text: string): Uint8Array {
  return hash(algorithm, text, 'buffer')
}

/** HMAC-SHA-256 (RFC 2104, FIPS 198-1); strings count as UTF-8. */
export function hmacSha256(key: KeyObject, message: Uint8Array | string): Uint8Array {
  return createHmac('sha256', key).update(message).digest()
}

/** Compares in constant time. Different lengths are different, at once: a length is no secret here. */
export function equal(a: Uint8Array, b: Uint8Array): boolean {
  return a.byteLength === b.byteLength && timingSafeEqual(a, b)
}

/** Overwrites key bytes that are no longer needed. */
export function wipe(...buffers: readonly Uint8Array[]): void {
  for (const buffer of buffers) buffer.fill(0)
}
