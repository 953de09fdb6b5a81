/** The certificate that a client proved to hold when its connection was made. */
import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import { parseThumbprint } from '@claviger/core'
import type { Received } from '../exchange.ts'

/** A connection keeps its certificate: looked up once, and only when somebody asks. */
const thumbprints = new WeakMap<Socket, string | null>()

/**
 * SHA-256 of the certificate of this connection's other end, as `parseThumbprint` writes it; undefined without TLS, and
 * without a certificate. Behind a proxy that ends TLS it would be the proxy's.
 */
export function clientCertificateOf({ door, incoming }: Pick<Received, 'door' | 'incoming'>): string | undefined {
  // whoever asks for somebody else has a certificate of its own
  return door === 'authz' ? undefined : certificateOf(incoming.socket)
}

function certificateOf(socket: Socket): string | undefined {
  const known = thumbprints.get(socket)
  if (known !== undefined) return known ?? undefined
  if (!(socket instanceof TLSSocket)) return undefined
  // without a certificate an object without members, whatever the type says
  const { fingerprint256 } = socket.getPeerCertificate() as { readonly fingerprint256?: string }
  const thumbprint = fingerprint256 === undefined ? undefined : parseThumbprint(fingerprint256)
  thumbprints.set(socket, thumbprint ?? null)
  return thumbprint
}
