/** The gateway's port `Counters`: limits from leases, and the shield. */
import { setImmediate } from 'node:timers'
import type { Clock, Counters } from '@claviger/gateway'
import type { Log, Store } from '#store'
import type { LeaseStore } from './lease-store.ts'
import { LeasedLimits, type LimitFacts } from './leased-limits.ts'
import { PgLeaseStore } from './pg-lease-store.ts'
import { Shield, type ShieldOptions } from './shield.ts'

export interface CountersOptions {
  readonly store: Pick<Store, 'raw'>
  readonly clock: Clock
  readonly log: Log
  /** In place of PostgreSQL's. */
  readonly leaseStore?: LeaseStore
  readonly shield?: ShieldOptions
}

export interface RunningCounters extends Counters {
  facts(): LimitFacts
  /** Gives all leases back. */
  close(): Promise<void>
}

const SWEEP_MS = 50

/** The process must be registered as a node with the role `gateway`: limits are shared among the nodes that live. */
export function createCounters({
  store,
  clock,
  log,
  leaseStore,
  shield: shieldOptions,
}: CountersOptions): RunningCounters {
  const limits = new LeasedLimits({
    store: leaseStore ?? new PgLeaseStore(store),
    clock,
    log,
    schedule: (work) => void setImmediate(work),
  })
  const shield = new Shield(shieldOptions)
  const sweeping = setInterval(() => {
    limits.sweep()
  }, SWEEP_MS)
  sweeping.unref()
  return {
    admit: (policies, cost) =>
      limits.admit(
        policies.filter((policy) => policy.kind === 'window'),
        cost,
      ),
    shieldedForMs: (clientIp) => shield.blockedForMs(clientIp, clock.monotonicMs()),
    recordFailure: (clientIp) => {
      shield.recordFailure(clientIp, clock.monotonicMs())
    },
    facts: () => limits.facts(),
    close: async () => {
      clearInterval(sweeping)
      await limits.close()
    },
  }
}
