/** Which origins a credential may be bound to. */
import { ClavigerError, parseOrigin, type FieldProblem } from '@claviger/core'

/**
 * The origins in the spelling that egress compares with.
 *
 * @param namedHosts hosts that may be reached in plaintext
 * @throws ClavigerError `validation_failed` with a pointer for each that will not do
 */
export function allowedOrigins(texts: readonly string[], namedHosts: ReadonlySet<string>): readonly string[] {
  const errors: FieldProblem[] = []
  const origins: string[] = []
  for (const [index, text] of texts.entries()) {
    const origin = parseOrigin(text)
    const pointer = `/origins/${index}`
    if (origin === undefined) {
      errors.push({
        pointer,
        detail: 'An origin is a scheme, a host and maybe a port, and nothing else: https://api.example.com',
      })
    } else if (origin.scheme === 'http' && !namedHosts.has(origin.host)) {
      errors.push({
        pointer,
        detail: 'A credential travels over https. Plain http is for hosts that CLAVIGER_ALLOW_PRIVATE_UPSTREAMS names.',
      })
    } else if (origins.includes(origin.text)) {
      errors.push({ pointer, detail: 'This origin stands in the list already.' })
    } else {
      origins.push(origin.text)
    }
  }
  if (errors.length > 0)
    throw new ClavigerError('validation_failed', 'The credential cannot be bound to these origins.', { errors })
  return origins
}
