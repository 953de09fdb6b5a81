/**
 * A P-256 key pair that is derived from the 32 bytes of a keyring key, so that signing keys are wrapped, rewrapped and checked
 * like all others. @see FIPS 186-5 §3.2.1 and A.2.1 (the private key from extra random bits), RFC 7517, RFC 7638
 */
import { createECDH, createPrivateKey, hash, hkdfSync, sign, type KeyObject } from 'node:crypto'

/** What everybody may know of a signing key. */
export interface PublicJwk {
  readonly kty: 'EC'
  readonly crv: 'P-256'
  readonly x: string
  readonly y: string
  /** Its thumbprint. */
  readonly kid: string
  readonly alg: 'ES256'
  readonly use: 'sig'
}

export interface SigningKey {
  readonly jwk: PublicJwk
  /** The JOSE form of a signature: r and s, 64 bytes (RFC 7518 §3.4). */
  sign(bytes: Uint8Array): Uint8Array
}

/** Of P-256 (SP 800-186 §3.2.1.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n
const COORDINATE_BYTES = 32
/** 128 bits more than the order has: what is left of a bias is below 2⁻¹²⁸. */
const EXTRA_BYTES = 16

export function signingKeyOf(secret: KeyObject): SigningKey {
  const wide = new Uint8Array(hkdfSync('sha256', secret, '', 'es256', COORDINATE_BYTES + EXTRA_BYTES))
  const scalar = (BigInt(`0x${Buffer.from(wide).toString('hex')}`) % (ORDER - 1n)) + 1n
  const d = Buffer.from(scalar.toString(16).padStart(2 * COORDINATE_BYTES, '0'), 'hex')
  const ecdh = createECDH('prime256v1')
  ecdh.setPrivateKey(d)
  // uncompressed: 0x04, x, y
  const point = ecdh.getPublicKey()
  const x = point.subarray(1, 1 + COORDINATE_BYTES).toString('base64url')
  const y = point.subarray(1 + COORDINATE_BYTES).toString('base64url')
  const key = createPrivateKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x, y, d: d.toString('base64url') },
  })
  wide.fill(0)
  d.fill(0)
  // RFC 7638 §3.2: these members, in this order, without blanks
  const kid = hash('sha256', `{"crv":"P-256","kty":"EC","x":"${x}","y":"${y}"}`, 'base64url')
  return {
    jwk: { kty: 'EC', crv: 'P-256', x, y, kid, alg: 'ES256', use: 'sig' },
    sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  }
}
