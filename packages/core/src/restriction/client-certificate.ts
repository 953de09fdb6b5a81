/**
 * Restriction `client_certificate`: the TLS certificates that a caller must hold (RFC 8705 §3 binds access tokens so).
 * The handshake proves that it holds the private key; who signed the certificate is not asked here.
 */
import type { FieldProblem } from '../error/claviger-error.ts'
import { unreadable } from './problems.ts'
import type { ClientCertificateRestriction, RestrictionCheck } from './restriction.ts'
import { parseThumbprint } from './thumbprint.ts'

/** A call without a certificate, or with one that nobody told us of, is refused. */
export function compileClientCertificate(restriction: ClientCertificateRestriction, pointer: string): RestrictionCheck {
  const errors: FieldProblem[] = []
  const allowed = new Set<string>()
  for (const [index, text] of restriction.thumbprints.entries()) {
    const thumbprint = parseThumbprint(text)
    if (thumbprint !== undefined) allowed.add(thumbprint)
    else {
      const detail = 'Write the SHA-256 of the certificate: 43 characters of base64url, or 64 hexadecimal digits.'
      errors.push({ pointer: `${pointer}/thumbprints/${index}`, detail })
    }
  }
  if (errors.length > 0) throw unreadable(errors)
  return {
    refuses: ({ clientCertificate }) => clientCertificate === undefined || !allowed.has(clientCertificate),
    detail: ({ clientCertificate }) => {
      if (clientCertificate === undefined) return 'No client certificate was presented.'
      return `The certificate ${clientCertificate} is ${allowed.has(clientCertificate) ? '' : 'not '}one of thumbprints.`
    },
    change: ({ clientCertificate }) =>
      clientCertificate === undefined
        ? 'call with a client certificate that stands in thumbprints'
        : `add ${clientCertificate} to client_certificate thumbprints`,
  }
}
