/** The keyed hashes of AWS Signature Version 4, and the hash of what it signs. */
import { createHmac, createSecretKey, hash, type KeyObject } from 'node:crypto'

export interface AwsScope {
  /** `YYYYMMDD`, UTC. */
  readonly day: string
  readonly region: string
  readonly service: string
}

/** Hex digits of SHA-256 (FIPS 180-4); strings count as UTF-8. */
export function sha256Hex(bytes: Uint8Array | string): string {
  return hash('sha256', bytes, 'hex')
}

/**
 * Derives the signing key of one day, region and service, and answers what signs with it: hex digits of HMAC-SHA-256.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-create-signed-request.html (derive a signing key)
 */
export function awsSigner(secretAccessKey: string, { day, region, service }: AwsScope): (text: string) => string {
  let key: KeyObject = createSecretKey(`AWS4${secretAccessKey}`, 'utf8')
  for (const step of [day, region, service, 'aws4_request']) {
    key = createSecretKey(createHmac('sha256', key).update(step).digest())
  }
  return (text) => createHmac('sha256', key).update(text).digest('hex')
}
