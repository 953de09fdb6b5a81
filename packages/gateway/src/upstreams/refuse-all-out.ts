/** Every upstream of a route is out, and its operator would rather refuse than try the least bad. */
import { ClavigerError } from '@claviger/core'
import type { Admitted, Refused } from '../exchange.ts'
import { refuseAdmitted } from '../stages/refuse.ts'
import type { UpstreamPool } from './pool.ts'

export function refuseAllOut(pool: UpstreamPool, admitted: Admitted): Refused | undefined {
  const forMs = pool.refusedForMs(pool.monotonicMs())
  if (forMs === 0) return undefined
  pool.tally.allOut += 1
  const error = new ClavigerError('upstream_unavailable', 'No upstream of this route is well at the moment.', {
    retryAfterSeconds: Math.ceil(forMs / 1000),
  })
  return refuseAdmitted(error, 'upstreams.all_out', admitted)
}
