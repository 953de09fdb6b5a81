/** The gateway's port `Counters`: limits from leases, and the shield. */
import { setImmediate } from 'node:timers'
import type { LimitPolicy } from '@claviger/core'
import type { Clock, Counters, LimitSubject } from '@claviger/gateway'
import type { Log, Store } from '#store'
import type { CallHold } from './call-hold.ts'
import type { LeaseStore, Overspend } from './lease-store.ts'
import { LeasedLimits, type LimitFacts } from './leased-limits.ts'
import type { OnLoss } from './losses.ts'
import type { LimitPeek } from './peek-limits.ts'
import { PgLeaseStore } from './pg-lease-store.ts'
import { Shield, type ShieldBlock, type ShieldOptions, type ShieldScope, type ShieldSubject } from './shield.ts'

export interface CountersOptions {
  readonly store: Pick<Store, 'raw'>
  readonly clock: Clock
  readonly log: Log
  /** Id of this process. */
  readonly node: string
  /** Asked before PostgreSQL's, for the kinds of limits that it counts. */
  readonly leaseStore?: LeaseStore | undefined
  readonly onLoss?: OnLoss | undefined
  /** This process was taken for dead, and what it held was settled: it should end. */
  readonly onNodeEnded?: (() => void) | undefined
  /** A process has answered more calls than it had drawn credits for. */
  readonly onOverspend?: ((overspend: Overspend) => void) | undefined
  readonly shield?: ShieldOptions
  /** A credential was wrong. */
  readonly onFailure?: ((reason: string) => void) | undefined
  /** Somebody is told to wait from now on. */
  readonly onBlock?: ((scope: ShieldScope) => void) | undefined
}

export interface RunningCounters extends Counters {
  /**
   * What is left of limits, in the order given, and whether a call of that cost would be refused. Charges nothing.
   *
   * @throws ClavigerError `store_unavailable`
   */
  peek(policies: readonly LimitPolicy[], cost: number, subject?: LimitSubject): Promise<readonly LimitPeek[]>
  facts(): LimitFacts
  readonly shield: {
    /** How many addresses, ids and prefixes are remembered. */
    remembered(): Readonly<Record<ShieldScope, number>>
    /** Who is told to wait by this process. */
    blocks(): readonly ShieldBlock[]
    lift(subject: ShieldSubject): void
  }
  /** Gives all leases back. @returns how many blocks of credits could not be closed: they stay reserved until they are settled */
  close(): Promise<number>
}

const SWEEP_MS = 50

/** The process must be registered as a node with the role `gateway`: limits are shared among the nodes that live. */
export function createCounters({
  store,
  clock,
  log,
  node,
  leaseStore,
  onLoss,
  onNodeEnded,
  onOverspend,
  shield: shieldOptions,
  onFailure,
  onBlock,
}: CountersOptions): RunningCounters {
  const limits = new LeasedLimits({
    stores: [...(leaseStore === undefined ? [] : [leaseStore]), new PgLeaseStore(store, onOverspend)],
    node,
    clock,
    log,
    schedule: (work) => void setImmediate(work),
    after: (delayMs, work) => workAfter(clock, delayMs, work),
    onLoss,
    onNodeEnded,
  })
  limits.warmUp()
  const shield = new Shield(shieldOptions, onBlock)
  const sweeping = setInterval(() => {
    limits.sweep()
  }, SWEEP_MS)
  sweeping.unref()
  return {
    admit: (policies, cost, subject) => limits.admit(policies, cost, subject),
    // Every hold comes from `admit` above.
    release: (hold) => (hold as CallHold).release(),
    shieldedForMs: (clientIp) => shield.blockedForMs(clientIp, clock.monotonicMs()),
    recordFailure: (failed) => {
      onFailure?.(failed.reason)
      return shield.recordFailure(failed, clock.monotonicMs())
    },
    shield: {
      remembered: () => shield.remembered(),
      blocks: () => shield.blocks(clock.monotonicMs()),
      lift: (subject) => shield.lift(subject),
    },
    peek: async (policies, cost, subject) => limits.peek(policies, cost, subject),
    facts: () => limits.facts(),
    close: async () => {
      clearInterval(sweeping)
      return limits.close()
    },
  }
}

/** A timer may run up to a millisecond early by the monotonic clock. */
function workAfter(clock: Clock, delayMs: number, work: () => void): void {
  const dueMs = clock.monotonicMs() + delayMs
  const look = (): void => {
    const leftMs = dueMs - clock.monotonicMs()
    if (leftMs > 0) setTimeout(look, Math.ceil(leftMs))
    else work()
  }
  setTimeout(look, Math.ceil(delayMs))
}
