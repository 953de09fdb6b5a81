/** The lease store in PostgreSQL: one call of one function per batch of draws. The default, and the truth. */
import type { LimitKind } from '@claviger/core'
import { systemCode } from '#config'
import { isLost, storeUnavailable, type Store } from '#store'
import { DrawFault } from './draw-fault.ts'
import { inTime } from './in-time.ts'
import {
  drawOnWire,
  grantFromWire,
  requestOnWire,
  returnedOnWire,
  sightFromWire,
  type GrantOnWire,
  type SightOnWire,
} from './lease-wire.ts'
import type {
  DrawRequest,
  Grant,
  LeaseStore,
  LimitDraw,
  LimitSight,
  OnLate,
  Overspend,
  Returned,
} from './lease-store.ts'

const DRAW = 'select usage_draw($1::jsonb, $2::jsonb) as answer'

/** A counter that has no row is not looked at: see `usage_draw`, which makes one first. */
const LOOK = `
  select case when kept.id is not null or asked.draw ->> 'kind' = 'credits'
              then to_jsonb(usage_see(asked.draw, $2::bigint, clock.now_ms, feed_live_nodes())) end as sight
    from jsonb_array_elements($1::jsonb) with ordinality as asked (draw, place)
   cross join (select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now_ms) clock
    left join usage_counter kept on kept.id = asked.draw ->> 'id'
   order by asked.place`

interface Answer {
  readonly nodes: number
  readonly grants: readonly GrantOnWire[]
  /** The node that asked for credits has ended. */
  readonly ended?: true
  readonly overspends?: readonly Overspend[]
}

export class PgLeaseStore implements LeaseStore {
  readonly kinds: ReadonlySet<LimitKind> = new Set(['window', 'burst', 'concurrency', 'quota', 'credits'])
  readonly #store: Pick<Store, 'raw'>
  readonly #onOverspend: ((overspend: Overspend) => void) | undefined

  constructor(store: Pick<Store, 'raw'>, onOverspend?: (overspend: Overspend) => void) {
    this.#store = store
    this.#onOverspend = onOverspend
  }

  /** @throws ClavigerError `store_unavailable` when the database does not answer within a second; see `LeaseStore` */
  async draw(
    requests: readonly DrawRequest[],
    returns: readonly Returned[],
    onLate?: OnLate,
  ): Promise<readonly Grant[]> {
    return inTime(this.#draw(requests, returns), onLate).catch(tellFault).catch(tellLost)
  }

  /** @throws ClavigerError `store_unavailable` when the database does not answer within a second */
  async look(cost: number, limits: readonly LimitDraw[]): Promise<readonly (LimitSight | undefined)[]> {
    const rows = await inTime(this.#store.raw(LOOK, [JSON.stringify(limits.map(drawOnWire)), cost])).catch(tellLost)
    return limits.map((draw, index) => {
      // A `usage_sight`, made by the functions that draw.
      const sight = (rows[index]?.['sight'] ?? null) as SightOnWire | null
      return sightFromWire(sight, cost, draw)
    })
  }

  async giveBack(returns: readonly Returned[]): Promise<void> {
    await this.draw([], returns)
  }

  async #draw(requests: readonly DrawRequest[], returns: readonly Returned[]): Promise<readonly Grant[]> {
    const [row] = await this.#store.raw(DRAW, [
      JSON.stringify(requests.map(requestOnWire)),
      JSON.stringify(returns.map(returnedOnWire)),
    ])
    if (row === undefined) throw new Error('usage_draw answered nothing')
    // Written by us, and held against the arithmetic by a test.
    const { nodes, grants, ended, overspends = [] } = row['answer'] as Answer
    for (const overspend of overspends) this.#onOverspend?.(overspend)
    const told = grants.map((grant) => grantFromWire(grant, nodes))
    return ended === undefined
      ? told
      : told.map((grant, at) => (wantsCredits(requests[at]) ? { ...grant, nodeEnded: true } : grant))
  }
}

const wantsCredits = (request: DrawRequest | undefined): boolean =>
  request?.limits.some(({ kind }) => kind === 'credits') === true

function tellLost(error: unknown): never {
  throw isLost(error) ? storeUnavailable(error) : error
}

/**
 * SQLSTATE classes of what is wrong with the data of a statement: data exceptions, constraints, prerequisites, raised by a
 * function. Others (what may not be written, or is not there) concern every statement.
 */
const OF_DATA = /^(?:22...|23...|55000|P0...)$/

function tellFault(error: unknown): never {
  throw OF_DATA.test(systemCode(error) ?? '') ? new DrawFault(error) : error
}
