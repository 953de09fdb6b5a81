/**
 * The lease store in Redis or Valkey: one call of one script per batch of draws. For windows, bursts and calls at once; money
 * and quotas stay in PostgreSQL (decision 19). Useful with several processes: a draw costs no commit.
 */
import type { LimitKind, Secret } from '@claviger/core'
import { storeUnavailable, type Log, type Store } from '#store'
import { inTime } from './in-time.ts'
import type { DrawRequest, Grant, LeaseStore, LimitDraw, LimitSight, OnLate, Returned } from './lease-store.ts'
import {
  drawOnWire,
  grantFromWire,
  requestOnWire,
  returnedOnWire,
  sightFromWire,
  type GrantOnWire,
  type SightOnWire,
} from './lease-wire.ts'
import { isSaid, markKey, RedisLink } from './redis-link.ts'
import { DRAW_SCRIPT } from './redis-script.ts'

export interface RedisLeaseStoreOptions {
  readonly url: Secret<string>
  /** Id of this process. */
  readonly node: string
  /** PostgreSQL remembers which Redis it was. */
  readonly store: Pick<Store, 'raw'>
  readonly log: Log
  /** For tests: the time and the number of nodes, in place of the server's own. */
  readonly pretend?: { nowMs(): number; liveNodes(): number }
}

interface Answer {
  readonly nodes: number
  readonly grants: readonly GrantOnWire[] | Readonly<Record<string, never>>
}

interface LookAnswer {
  readonly sights: readonly (SightOnWire | null)[]
}

/** What the script is told beside who asks. */
interface Question {
  readonly requests: readonly object[]
  readonly returns: readonly object[]
  readonly ids: Iterable<string>
  readonly purpose: 'draw' | 'look'
}

export class RedisLeaseStore implements LeaseStore {
  readonly kinds: ReadonlySet<LimitKind> = new Set(['window', 'burst', 'concurrency'])
  readonly #options: RedisLeaseStoreOptions
  readonly #link: RedisLink
  readonly #connected: Promise<void>

  constructor(options: RedisLeaseStoreOptions) {
    const { url, store, log, node } = options
    this.#options = options
    this.#link = new RedisLink({ url: url.reveal(), store, log, newMarkId: node })
    this.#connected = this.#link.connect()
    this.#connected.catch(() => undefined)
  }

  /** Settles when the server counts. @throws Error when it does not within `mostMs` */
  async ready(mostMs: number): Promise<void> {
    const late = Promise.withResolvers<never>()
    const timer = setTimeout(() => late.reject(new Error(`no connection within ${mostMs} ms`)), mostMs)
    try {
      await Promise.race([this.#connected.then(async () => this.#link.marked()), late.promise])
    } finally {
      clearTimeout(timer)
    }
  }

  async draw(
    requests: readonly DrawRequest[],
    returns: readonly Returned[],
    onLate?: OnLate,
  ): Promise<readonly Grant[]> {
    return inTime(this.#draw(requests, returns), onLate)
  }

  /** @throws as `draw`, and ClavigerError `store_unavailable` when the server does not answer within a second */
  async look(cost: number, limits: readonly LimitDraw[]): Promise<readonly (LimitSight | undefined)[]> {
    if (limits.length === 0) return []
    return inTime(this.#look(cost, limits)).catch((error: unknown) => {
      throw storeUnavailable(error)
    })
  }

  async giveBack(returns: readonly Returned[]): Promise<void> {
    await this.draw([], returns)
  }

  async close(): Promise<void> {
    await this.#link.close()
  }

  async #draw(requests: readonly DrawRequest[], returns: readonly Returned[]): Promise<readonly Grant[]> {
    const ids = [...requests.flatMap(({ limits }) => limits.map(({ id }) => id)), ...returns.map(({ id }) => id)]
    const text = await this.#ask({
      requests: requests.map(requestOnWire),
      returns: returns.map(returnedOnWire),
      ids,
      purpose: 'draw',
    })
    // The script's answer, written by us and held against the arithmetic by a test.
    const { nodes, grants } = JSON.parse(text) as Answer
    // Lua has one kind of table: an empty list is written as an object.
    return 'map' in grants ? grants.map((grant) => grantFromWire(grant, nodes)) : []
  }

  async #look(cost: number, limits: readonly LimitDraw[]): Promise<readonly (LimitSight | undefined)[]> {
    const text = await this.#ask({
      requests: [{ cost, limits: limits.map(drawOnWire) }],
      returns: [],
      ids: limits.map(({ id }) => id),
      purpose: 'look',
    })
    // As above.
    const { sights } = JSON.parse(text) as LookAnswer
    return limits.map((draw, at) => sightFromWire(sights[at] ?? null, cost, draw))
  }

  async #ask(question: Question): Promise<string> {
    try {
      return await this.#run(question)
    } catch (error) {
      // Nothing was done: the server was emptied since it was looked at.
      if (!isSaid(error, 'UNMARKED')) throw error
      this.#link.forgetMark()
      return this.#run(question)
    }
  }

  async #run({ requests, returns, ids, purpose }: Question): Promise<string> {
    const { node, pretend } = this.#options
    const markId = await this.#link.marked()
    const prefix = `claviger:{${markId}}:c:`
    const counters = [...new Set(ids)].map((id) => prefix + id)
    const keys = [markKey(markId), `claviger:{${markId}}:nodes`, ...counters]
    const told = pretend === undefined ? ['', ''] : [String(pretend.nowMs()), String(pretend.liveNodes())]
    const script = [JSON.stringify(requests), JSON.stringify(returns)]
    const words = [String(keys.length), ...keys, ...script, node, markId, prefix, ...told, purpose]
    return String(await this.#link.run(DRAW_SCRIPT, words))
  }
}
