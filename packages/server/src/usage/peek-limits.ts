/**
 * What is left of limits, for who asks about them: nothing is drawn, charged or written. The units that count are those of
 * the store, where leases of all nodes are charged already, and those that this node has leased and not used.
 */
import { bucketFreedAtMs, retryAfterMs, type LimitPolicy, type LimitState, type WindowShape } from '@claviger/core'
import type { Store } from '#store'
import { bucketWidthOf } from './bucket-width.ts'

export interface LimitPeek extends LimitState {
  /** Whether a call of that cost would be refused by it now; then `resetMs` is until it would not, Infinity for never. */
  readonly blocks: boolean
}

const SELECT_SITUATIONS = `
  select asked.place, clock.now_ms,
         coalesce(held.buckets, '{}') as buckets, coalesce(held.units, '{}') as units
    from unnest($1::text[], $2::bigint[], $3::bigint[]) with ordinality as asked (id, window_ms, width_ms, place)
   cross join (select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms) clock
    left join lateral usage_situation_of(asked.id, clock.now_ms, asked.window_ms, asked.width_ms) held on true
   order by asked.place`

interface Situation {
  readonly now_ms: number
  readonly buckets: readonly number[]
  readonly units: readonly number[]
}

/**
 * @param unitsHere what this node has leased of each limit and not used
 * @throws ClavigerError `store_unavailable`
 */
export async function peekLeased(
  store: Pick<Store, 'raw'>,
  policies: readonly LimitPolicy[],
  cost: number,
  unitsHere: (policy: LimitPolicy) => number,
): Promise<readonly LimitPeek[]> {
  if (policies.length === 0) return []
  const widths = policies.map(bucketWidthOf)
  const rows = await store.raw(SELECT_SITUATIONS, [
    policies.map(({ id }) => id),
    policies.map(({ windowMs }) => windowMs),
    widths,
  ])
  // The statement above names its columns.
  const situations = rows as readonly (Readonly<Record<string, unknown>> & Situation)[]
  return policies.map((policy, index) =>
    peekOf(policy, cost, { situation: situations[index], widthMs: widths[index] ?? 1, unitsHere: unitsHere(policy) }),
  )
}

function peekOf(
  policy: LimitPolicy,
  cost: number,
  known: { readonly situation: Situation | undefined; readonly widthMs: number; readonly unitsHere: number },
): LimitPeek {
  const { windowMs, limit } = policy
  const { unitsHere, widthMs, situation = { now_ms: 0, buckets: [], units: [] } } = known
  const shape: WindowShape = { limit, windowMs, buckets: Math.ceil(windowMs / widthMs) }
  const nowMs = situation.now_ms
  const counts = new Map(situation.buckets.map((bucket, place) => [bucket, situation.units[place] ?? 0]))
  const used = [...counts.values()].reduce((sum, units) => sum + units, 0)
  const free = Math.max(0, limit - used)
  const blocks = cost > limit || (unitsHere < cost && free < cost)
  const untilFreedMs = counts.size === 0 ? 0 : bucketFreedAtMs(shape, Math.min(...counts.keys())) - nowMs
  const resetMs = blocks ? retryAfterMs(shape, counts, cost, nowMs) : untilFreedMs
  return { policy, remaining: free + unitsHere, resetMs, blocks }
}
