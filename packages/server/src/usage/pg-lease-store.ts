/** The lease store in PostgreSQL: one call of one function per batch of draws. The default, and the truth. */
import type { LimitKind } from '@claviger/core'
import { isLost, storeUnavailable, type Store } from '#store'
import { inTime } from './in-time.ts'
import { grantFromWire, requestOnWire, returnedOnWire, type GrantOnWire } from './lease-wire.ts'
import type { DrawRequest, Grant, LeaseStore, Returned } from './lease-store.ts'

const DRAW = 'select usage_draw($1::jsonb, $2::jsonb) as answer'

interface Answer {
  readonly nodes: number
  readonly grants: readonly GrantOnWire[]
}

export class PgLeaseStore implements LeaseStore {
  readonly kinds: ReadonlySet<LimitKind> = new Set(['window', 'burst', 'concurrency', 'quota', 'credits'])
  readonly #store: Pick<Store, 'raw'>

  constructor(store: Pick<Store, 'raw'>) {
    this.#store = store
  }

  /** @throws ClavigerError `store_unavailable` when the database does not answer within a second */
  async draw(requests: readonly DrawRequest[], returns: readonly Returned[]): Promise<readonly Grant[]> {
    const asked = this.#store.raw(DRAW, [
      JSON.stringify(requests.map(requestOnWire)),
      JSON.stringify(returns.map(returnedOnWire)),
    ])
    const [row] = await inTime(asked).catch(tellLost)
    if (row === undefined) throw new Error('usage_draw answered nothing')
    // Written by us, and held against the arithmetic by a test.
    const { nodes, grants } = row['answer'] as Answer
    return grants.map((grant) => grantFromWire(grant, nodes))
  }

  async giveBack(returns: readonly Returned[]): Promise<void> {
    await this.draw([], returns)
  }
}

function tellLost(error: unknown): never {
  throw isLost(error) ? storeUnavailable(error) : error
}
