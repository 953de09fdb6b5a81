/** What is asked of a TLS certificate. */
import { X509Certificate } from 'node:crypto'

/** When the first certificate of a PEM file expires, in Unix ms. @throws when it is no certificate */
export function certificateExpiresAtMs(pem: Uint8Array): number {
  return new X509Certificate(pem).validToDate.getTime()
}
