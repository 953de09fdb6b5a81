/** Stage 2: an address that keeps trying keys is told to wait. Local and approximate; touches nothing else. */
import { probing } from '@claviger/core'
import type { Context } from '../context.ts'
import { passShield, type Matched, type Refused, type Shielded } from '../exchange.ts'
import { refuseUnknown } from './refuse.ts'

export function shield(context: Context, matched: Matched): Shielded | Refused {
  const waitMs = context.ports.counters.shieldedForMs(matched.clientIp)
  return waitMs > 0 ? refuseUnknown(probing(waitMs), 'shield') : passShield(matched)
}
