/** Stage 2: an address that keeps trying keys is told to wait. Local and approximate; touches nothing else. */
import { ClavigerError } from '@claviger/core'
import type { Context } from '../context.ts'
import { passShield, type Matched, type Refused, type Shielded } from '../exchange.ts'
import { refuseUnknown } from './refuse.ts'

export function shield(context: Context, matched: Matched): Shielded | Refused {
  const waitMs = context.ports.counters.shieldedForMs(matched.clientIp)
  return waitMs > 0 ? refuseUnknown(probing(waitMs), 'shield') : passShield(matched)
}

export function probing(waitMs: number): ClavigerError {
  return new ClavigerError(
    'probing',
    'Too many failed credentials came from this address, or for this key. Wait, then try again.',
    {
      retryAfterSeconds: Math.max(1, Math.ceil(waitMs / 1_000)),
    },
  )
}
