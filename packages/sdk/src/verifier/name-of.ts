/** Names of what is known. Secrets are never kept: only what they hash to under a salt that lives and dies with the process. */
import { createHash, hash, randomBytes } from 'node:crypto'
import { shortHash } from '@claviger/core'

/** As the changes name what has changed. */
export function nameOf(id: string): string {
  return Buffer.from(shortHash(id)).toString('base64url')
}

/** 128 random bits before the secret, always as long: nothing that is hashed elsewhere has this name. */
const SALT_BYTES = 16

/** SHA-256 under a salt of its own, as a text of 32 characters: the shortest that a map can have for a key. */
export function saltedHash(): (secret: string) => string {
  const salt = randomBytes(SALT_BYTES).toString('hex')
  // one call instead of three objects; Node has it since 20.12
  if (typeof hash === 'function') return (secret) => hash('sha256', salt + secret, 'binary')
  return (secret) =>
    createHash('sha256')
      .update(salt + secret)
      .digest('binary')
}

export function randomName(): string {
  return randomBytes(12).toString('base64url')
}
