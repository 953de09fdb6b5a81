/**
 * What is left of limits, for who asks about them: nothing is drawn, charged or written. What counts is what the store
 * counts, where leases of all nodes are charged already, and what this node has leased and not used.
 */
import { capacityOf, type LimitPolicy, type LimitState } from '@claviger/core'
import type { Clock } from '@claviger/gateway'
import type { Account } from './account.ts'
import type { Accounts } from './accounts.ts'
import { bucketWidthOf } from './bucket-width.ts'
import type { LeaseStore, LimitDraw, LimitSight } from './lease-store.ts'
import { QuotaCalendar } from './quota-calendar.ts'

export interface LimitPeek extends LimitState {
  /**
   * Whether a call of that cost would be refused by it now, in shadow mode too: then `resetMs` is until it would not,
   * Infinity when nobody knows or it never fits.
   */
  readonly blocks: boolean
}

export interface PeekOptions {
  readonly accounts: Accounts
  readonly clock: Clock
}

/** A look that meets a draw of this node would count its units twice, or not at all: it looks again, so often at most. */
const MOST_LOOKS = 4

/**
 * @param policies none of class `approximate`
 * @throws ClavigerError `store_unavailable`
 */
export async function peekLeased(
  { accounts, clock }: PeekOptions,
  policies: readonly LimitPolicy[],
  cost: number,
): Promise<ReadonlyMap<LimitPolicy, LimitPeek>> {
  const peeks = new Map<LimitPolicy, LimitPeek>()
  const ofStores = Map.groupBy(policies, (policy): LeaseStore => accounts.queueOf(policy).store)
  for (const [store, own] of ofStores) {
    const hereNow = (): readonly (number | undefined)[] =>
      own.map((policy) => restingUnits(accounts.find(policy), clock.monotonicMs()))
    let sights: readonly (LimitSight | undefined)[] = []
    for (let looks = 1; looks <= MOST_LOOKS; looks++) {
      const before = hereNow()
      sights = await store.look(
        cost,
        own.map((policy) => lookOf(policy, cost, clock.nowMs())),
      )
      const after = hereNow()
      if (before.every((units, at) => units !== undefined && units === after[at])) break
    }
    const nowMs = clock.monotonicMs()
    for (const [index, policy] of own.entries())
      peeks.set(policy, peekOf(policy, { cost, nowMs, sight: sights[index] }, accounts))
  }
  return peeks
}

/** Undefined while a draw is under way: nobody knows yet on which side its units are. */
function restingUnits(account: Account | undefined, nowMs: number): number | undefined {
  if (account === undefined) return 0
  return account.drawing > 0 ? undefined : account.unitsHere(nowMs)
}

interface Looked {
  readonly cost: number
  readonly nowMs: number
  /** Undefined: nothing was ever charged to it, or all of it is long forgotten. */
  readonly sight: LimitSight | undefined
}

function peekOf(policy: LimitPolicy, { cost, nowMs, sight }: Looked, accounts: Accounts): LimitPeek {
  const account = accounts.find(policy)
  const here = account?.unitsHere(nowMs) ?? 0
  const { remaining, fitsMs, resetMs } = sight ?? untouched(policy, cost)
  const blocks = fitsMs > 0 && account?.has(cost, nowMs) !== true
  return { policy, remaining: remaining + here, resetMs: blocks ? fitsMs : resetMs, blocks }
}

function untouched(policy: LimitPolicy, cost: number): LimitSight {
  // a call takes one place, whatever it costs
  if (policy.kind === 'concurrency')
    return { remaining: policy.limit, fitsMs: policy.limit < 1 ? Infinity : 0, resetMs: Infinity }
  const most = capacityOf(policy)
  return { remaining: most, fitsMs: cost > most ? Infinity : 0, resetMs: 0 }
}

/** As one would draw for a call of that cost, by a node that holds nothing. */
function lookOf(policy: LimitPolicy, cost: number, wallMs: number): LimitDraw {
  const { id, limit } = policy
  const common = { id, limit, alone: policy.class === 'exact', patienceMs: 0 }
  switch (policy.kind) {
    case 'window':
      return { ...common, kind: 'window', want: cost, windowMs: policy.windowMs, widthMs: bucketWidthOf(policy) }
    case 'burst':
      return { ...common, kind: 'burst', want: cost, windowMs: policy.windowMs, burst: policy.burst }
    case 'quota':
      return { ...common, kind: 'quota', want: cost, starts: new QuotaCalendar(policy).startsAround(wallMs) }
    case 'concurrency':
      return { ...common, kind: 'concurrency', node: '', sequence: 1, need: 1, waiting: 0, spare: 0 }
    case 'credits':
      return { ...common, kind: 'credits', id: policy.account ?? id, want: cost, node: '', block: 0 }
  }
}
