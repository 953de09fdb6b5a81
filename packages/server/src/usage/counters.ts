/** The gateway's port `Counters`: limits from leases, and the shield. */
import { setImmediate } from 'node:timers'
import type { LimitPolicy } from '@claviger/core'
import type { Clock, Counters } from '@claviger/gateway'
import type { Log, Store } from '#store'
import type { LeaseStore } from './lease-store.ts'
import { LeasedLimits, type LimitFacts } from './leased-limits.ts'
import { peekLeased, type LimitPeek } from './peek-limits.ts'
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
  /**
   * What is left of limits, in the order given, and whether a call of that cost would be refused. Charges nothing.
   *
   * @throws ClavigerError `store_unavailable`
   */
  peek(policies: readonly LimitPolicy[], cost: number): Promise<readonly LimitPeek[]>
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
    admit: (policies, cost) => limits.admit(policies, cost),
    shieldedForMs: (clientIp) => shield.blockedForMs(clientIp, clock.monotonicMs()),
    recordFailure: (clientIp) => {
      shield.recordFailure(clientIp, clock.monotonicMs())
    },
    peek: async (policies, cost) => {
      const leased = policies.filter((policy) => policy.class !== 'approximate')
      const peeks = await peekLeased(store, leased, cost, (policy) => limits.unitsHere(policy))
      const known = new Map(peeks.map((peek) => [peek.policy, peek]))
      return policies.map((policy) => known.get(policy) ?? limits.peekLocal(policy, cost))
    },
    facts: () => limits.facts(),
    close: async () => {
      clearInterval(sweeping)
      await limits.close()
    },
  }
}
