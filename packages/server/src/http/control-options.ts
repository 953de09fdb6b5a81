/** What the control API is given at start. */
import type { IpAddress } from '@claviger/core'
import type { FailedCredential, FailureModeUse } from '@claviger/gateway'
import type { Config, Log } from '#config'
import type { AdminKeyDirectory } from '#identity'
import type { Seal } from '#seal'
import type { Store } from '#store'
import type { Metrics } from './metrics.ts'
import type { Rooms } from './contract.ts'
import type { Readiness } from './readiness.ts'

/** Known probers are held off; the same shield as on the doors of the data plane. */
export interface Shield {
  /** Ms until this address may try again, or 0. */
  shieldedForMs(clientIp: IpAddress): number
  /** Ms that what failed is told to wait, or 0. */
  recordFailure(failed: FailedCredential): number
}

export interface ControlOptions {
  readonly config: Pick<
    Config,
    | 'trustedProxies'
    | 'controlHosts'
    | 'maxBodyBytes'
    | 'feedStaleMs'
    | 'roles'
    | 'openCallsPerMinute'
    | 'healthCallsPerMinute'
    | 'setupAttemptsPerMinute'
  >
  readonly store: Store
  readonly seal: Seal
  readonly log: Log
  readonly clock: { nowMs(): number; monotonicMs(): number }
  readonly rooms: Rooms
  readonly operators: AdminKeyDirectory
  readonly feedAgeMs: () => number
  /** See `controlHostCheck`. */
  readonly isControlHost: (host: string) => boolean
  /** Whether a route has a host of its own. */
  readonly hasHostRoutes: () => boolean
  readonly shield: Shield
  /** A refusal before authentication: aggregated per IP prefix, reason and second. */
  readonly refusedBefore: (clientIp: IpAddress, reason: string) => void
  /** A call that was refused because a dependency is away. */
  readonly failureModeUsed: (use: FailureModeUse) => void
  readonly readiness: () => Readiness
  readonly metrics: Metrics
  /** Of the product. */
  readonly version: string
}
