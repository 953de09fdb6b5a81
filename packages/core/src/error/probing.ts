/** Whoever keeps trying keys is told to wait. */
import { ClavigerError } from './claviger-error.ts'

export function probing(waitMs: number): ClavigerError {
  return new ClavigerError(
    'probing',
    'Too many failed credentials came from this address, or for this key. Wait, then try again.',
    {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    },
  )
}
