/** What is asked of certificates and of the keys that belong to them. */
import { createPrivateKey, X509Certificate, type KeyObject } from 'node:crypto'

/** When the first certificate of a PEM file expires, in Unix ms. @throws when it is no certificate */
export function certificateExpiresAtMs(pem: Uint8Array): number {
  return new X509Certificate(pem).validToDate.getTime()
}

/** When the first of a chain of PEM certificates expires, in Unix ms. @throws when one of them is no certificate */
export function chainExpiresAtMs(pem: string): number {
  return Math.min(...certificatesOf(pem).map((one) => one.validToDate.getTime()))
}

/** Why these are no certificates in PEM; undefined: they are. */
export function certificatesFlaw(pem: string): string | undefined {
  try {
    return certificatesOf(pem).length === 0 ? 'holds no certificate in PEM' : undefined
  } catch {
    return 'holds a certificate that cannot be read'
  }
}

/** Why the key does not fit the first certificate of the chain; undefined: it does. The chain must be readable. */
export function privateKeyFlaw(pem: string, chain: string): string | undefined {
  let key: KeyObject
  try {
    key = createPrivateKey({ key: pem, format: 'pem' })
  } catch {
    return 'is no private key in PEM, or one with a passphrase'
  }
  return certificatesOf(chain)[0]?.checkPrivateKey(key) === true
    ? undefined
    : 'is not the private key of the certificate'
}

function certificatesOf(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g) ?? []
  return blocks.map((block) => new X509Certificate(block))
}
