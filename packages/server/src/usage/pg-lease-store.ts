/** The lease store in PostgreSQL: one call of one function per batch of draws. The default, and the truth. */
import { setTimeout as sleep } from 'node:timers/promises'
import { isLost, storeUnavailable, type Store } from '#store'
import type { DrawRequest, Grant, LeaseStore, LimitGrant, UnusedUnits } from './lease-store.ts'

const DRAW = 'select usage_draw($1::jsonb, $2::jsonb) as answer'
/** A request waits for its draw no longer than this; an answer that comes later leaves its units spent. */
const TIMEOUT_MS = 1_000

interface AnsweredLimit {
  readonly units: number
  readonly ttl_ms: number
  readonly bucket: number
  readonly central: boolean
  readonly remaining: number
  readonly reset_ms: number
  readonly retry_ms: number
}

interface Answer {
  readonly granted: boolean
  readonly limits: readonly AnsweredLimit[]
}

export class PgLeaseStore implements LeaseStore {
  readonly #store: Pick<Store, 'raw'>

  constructor(store: Pick<Store, 'raw'>) {
    this.#store = store
  }

  /** @throws ClavigerError `store_unavailable` when the database does not answer within a second */
  async draw(requests: readonly DrawRequest[], returns: readonly UnusedUnits[]): Promise<readonly Grant[]> {
    const asked = this.#store.raw(DRAW, [
      JSON.stringify(requests.map(requestAsSent)),
      JSON.stringify(returns.map(returnAsSent)),
    ])
    const rows = await within(asked)
    // The function's answer, written by us and held against the arithmetic by a test.
    const answers = rows[0]?.['answer'] as readonly Answer[]
    return answers.map(({ granted, limits }) => ({ granted, limits: limits.map(limitGrant) }))
  }

  async giveBack(returns: readonly UnusedUnits[]): Promise<void> {
    await this.draw([], returns)
  }
}

const requestAsSent = ({ cost, leastMs, limits }: DrawRequest): object => ({
  cost,
  least_ms: Math.ceil(leastMs),
  limits: limits.map(({ id, limit, windowMs, widthMs, want, alone }) => ({
    id,
    limit,
    window_ms: windowMs,
    width_ms: widthMs,
    want,
    alone,
  })),
})

const returnAsSent = ({ id, widthMs, bucket, units }: UnusedUnits): object => ({ id, width_ms: widthMs, bucket, units })

const limitGrant = (limit: AnsweredLimit): LimitGrant => ({
  units: limit.units,
  ttlMs: limit.ttl_ms,
  bucket: limit.bucket,
  central: limit.central,
  remaining: limit.remaining,
  resetMs: limit.reset_ms,
  retryMs: limit.retry_ms,
})

async function within<Value>(work: Promise<Value>): Promise<Value> {
  const timeout = new AbortController()
  const late = sleep(TIMEOUT_MS, undefined, { signal: timeout.signal, ref: false }).then(
    () => Promise.reject(storeUnavailable(new Error(`no answer within ${TIMEOUT_MS} ms`))),
    () => work,
  )
  try {
    return await Promise.race([work, late])
  } catch (error) {
    work.catch(() => undefined)
    throw isLost(error) ? storeUnavailable(error) : error
  } finally {
    timeout.abort()
  }
}
