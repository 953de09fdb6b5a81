/**
 * Losing a dependency follows what is declared, with an event: an entry of the audit log when the failure mode comes into
 * use and one when it ends, with how many decisions went by it. What happened while the database was away stands there too.
 */
import pg from 'pg'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { engineUrlOf } from '../support/engine.ts'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

vi.setConfig({ testTimeout: 180_000, hookTimeout: 180_000 })
const SOON = { timeout: 60_000, interval: 100 }

interface Ids {
  readonly apiId: string
  /** Says itself that it serves known keys; `/gw/notes` leaves it to its api, which does so too. */
  readonly own: string
  /** Denies. */
  readonly strict: string
}

let upstream: Awaited<ReturnType<typeof startStandIn>>
/** Runs the database; where its entries are read. */
let first: Product
let world: World
let ids: Ids

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  first = await startProduct()
  world = await makeWorld(first, upstream.origin, { route: { upstream_url: upstream.origin } })
  const made = async (name: string, onFeedLoss: object): Promise<string> => {
    const { status, body } = await api(first, 'POST', '/routes', {
      name,
      api_id: world.apiId,
      upstream_url: upstream.origin,
      required_scopes: ['notes.read'],
      on_feed_loss: onFeedLoss,
    })
    expect(status).toBe(201)
    return String(body['id'])
  }
  ids = {
    apiId: world.apiId,
    own: await made('own', { mode: 'serve_known', max_stale_seconds: 300 }),
    strict: await made('strict', { mode: 'deny' }),
  }
})

afterAll(async () => {
  await first?.dispose()
  await upstream?.close()
})

/** Answers `200`, or status and code. */
async function call(product: Product, path: string, secret: string): Promise<string> {
  const answer = await fetch(`${product.url}${path}`, { headers: { 'x-api-key': secret } })
  const text = await answer.text()
  return answer.status === 200 ? '200' : `${answer.status} ${Reflect.get(Object(JSON.parse(text)), 'code')}`
}

async function calls(count: number, product: Product, path: string, secret: string): Promise<readonly string[]> {
  const outcomes = new Set<string>()
  for (let each = 0; each < count; each += 1) outcomes.add(await call(product, path, secret))
  return [...outcomes]
}

const readyOf = async (product: Product): Promise<string> => (await fetch(`${product.url}/readyz`)).text()

/** A key whose limit is so small that every call is decided in the database. */
const limitedKey = async () =>
  makeKey(first, world, { limits: [{ kind: 'window', name: 'requests', limit: 3, window_seconds: 1 }] })

interface Event {
  readonly operation: string
  readonly actor: { readonly type: string }
  readonly resource: { readonly type: string; readonly id: string }
  readonly duration_ms: number
  readonly values: Readonly<Record<string, string | number>>
}

/** As an operator sees them, of one process. Oldest first. */
async function eventsOf(nodeId: string): Promise<readonly Event[]> {
  const found: Event[] = []
  for (const operation of ['failure_modes.begin', 'failure_modes.end']) {
    const ran = await first.cli(['audit', 'list', '--operation', operation, '--limit', '200', '--json'])
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    const listed: unknown = JSON.parse(ran.stdout)
    found.push(...(listed as readonly Event[]))
  }
  return found.filter(({ values }) => values['node_id'] === nodeId)
}

/** `feed serve_known rte_… → 3 served, 0 refused, 0 dropped`, of each that ended. */
function told(events: readonly Event[]): readonly string[] {
  return events
    .filter(({ operation }) => operation === 'failure_modes.end')
    .map(({ resource, values }) => {
      const { dependency, mode, served, refused, dropped } = values
      return `${dependency} ${mode} ${resource.type} ${resource.id}: ${served} served, ${refused} refused, ${dropped} dropped`
    })
    .toSorted()
}

/** Each that began has ended, once, by the system, and took some time. */
function expectWhole(events: readonly Event[], ended: string): void {
  const episodes = (operation: string): readonly unknown[] =>
    events
      .filter((event) => event.operation === operation)
      .map(({ values }) => values['episode_id'])
      .toSorted()
  expect(episodes('failure_modes.begin')).toEqual(episodes('failure_modes.end'))
  expect(new Set(episodes('failure_modes.end')).size).toBe(episodes('failure_modes.end').length)
  for (const event of events) {
    expect(event.actor.type).toBe('system')
    if (event.operation === 'failure_modes.begin') continue
    expect(event.values['ended']).toBe(ended)
    expect(event.duration_ms).toBeGreaterThan(0)
  }
}

async function nodeIdOf(product: Product): Promise<string> {
  const { body } = await api(product, 'GET', '/status')
  return String(Reflect.get(Object(body['node']), 'id'))
}

describe('the database stops under traffic', () => {
  /** Serves; its database is the one of `first`. */
  let second: Product

  beforeEach(async () => {
    if (first.process.exitCode !== null) await first.start()
    second = await startProduct({
      DATABASE_URL: engineUrlOf(first.dataDir),
      CLAVIGER_SEAL_KEY_FILE: join(first.dataDir, 'seal.key'),
      CLAVIGER_NODE_NAME: 'second',
    })
    return async () => second.dispose()
  })

  /** Stops the database, calls through the outage, and says what the log must tell of it. */
  async function loseDatabase(): Promise<{ readonly nodeId: string; readonly expected: readonly string[] }> {
    const plain = await makeKey(first, world)
    const limited = await limitedKey()
    const unseen = await makeKey(first, world)
    const nodeId = await nodeIdOf(second)
    for (const { secret } of [plain, limited])
      await expect.poll(async () => call(second, '/gw/own/echo', secret), SOON).toBe('200')
    await first.stop()
    await expect.poll(async () => readyOf(second), SOON).toContain('The change feed was last read')

    expect(await calls(7, second, '/gw/own/echo', plain.secret)).toEqual(['200'])
    // nobody has used its provider key yet, so it is not in memory
    expect(await calls(2, second, '/gw/notes/echo', plain.secret)).toEqual(['503 unavailable'])
    expect(await calls(5, second, '/gw/strict/echo', plain.secret)).toEqual(['503 feed_lost'])
    expect(await calls(4, second, '/gw/own/echo', limited.secret)).toEqual(['503 counters_unavailable'])
    expect(await calls(3, second, '/gw/own/echo', unseen.secret)).toEqual(['503 unavailable'])
    expect(await api(second, 'GET', '/keys')).toMatchObject({ status: 503, body: { code: 'feed_lost' } })
    return {
      nodeId,
      expected: [
        `counters closed limit key:${limited.id}:window:requests: 0 served, 4 refused, 0 dropped`,
        'feed deny door control: 0 served, 1 refused, 0 dropped',
        `feed deny route ${ids.strict}: 0 served, 5 refused, 0 dropped`,
        `feed serve_known api ${ids.apiId}: 2 served, 0 refused, 0 dropped`,
        `feed serve_known route ${ids.own}: 11 served, 0 refused, 0 dropped`,
        'store refuse_unknown store database: 0 served, 5 refused, 0 dropped',
      ],
    }
  }

  test('and comes back: each failure mode that was used stands in the log, with its begin, its end and its counts', async () => {
    const { nodeId, expected } = await loseDatabase()
    const metrics = await (await fetch(`${second.url}/metrics`)).text()
    expect(metrics).toContain('claviger_failure_modes{dependency="feed"} 4')
    expect(metrics).toContain(
      'claviger_failure_mode_decisions_total{dependency="counters",mode="closed",outcome="refused"} 4',
    )
    await first.start()
    await expect.poll(async () => readyOf(second), SOON).toBe('ready\n')
    await expect.poll(async () => told(await eventsOf(nodeId)), SOON).toEqual(expected)
    expectWhole(await eventsOf(nodeId), 'back')
    // nothing comes twice, and nothing new
    await sleep(3_000)
    expect(told(await eventsOf(nodeId))).toEqual(expected)
    expect(await (await fetch(`${second.url}/metrics`)).text()).toContain('claviger_failure_modes{dependency="feed"} 0')
  })

  test('and the server is killed before it is back: its next start tells what it knew last, once', async () => {
    const { nodeId, expected } = await loseDatabase()
    // how far an episode has come is written down after five seconds
    await sleep(7_000)
    await second.stop('SIGKILL')
    await first.start()
    await second.start()
    await expect.poll(async () => told(await eventsOf(nodeId)), SOON).toEqual(expected)
    expectWhole(await eventsOf(nodeId), 'interrupted')
    await second.stop()
    await second.start()
    await sleep(3_000)
    expect(told(await eventsOf(nodeId))).toEqual(expected)
  })

  test('and the server is stopped before it is back: its next start tells all of it', async () => {
    const { nodeId, expected } = await loseDatabase()
    expect(await second.stop()).toBe(0)
    await first.start()
    await second.start()
    await expect.poll(async () => told(await eventsOf(nodeId)), SOON).toEqual(expected)
    expectWhole(await eventsOf(nodeId), 'stopped')
  })
})

describe('the database answers, and', () => {
  /** Keeps everybody from a table while the work runs; less than the five seconds after which the database counts as away. */
  async function locking(table: string, work: () => Promise<void>): Promise<void> {
    const client = new pg.Client({ connectionString: engineUrlOf(first.dataDir) })
    await client.connect()
    try {
      await client.query(`begin; lock table ${table} in access exclusive mode`)
      await work()
    } finally {
      await client.query('rollback')
      await client.end()
    }
  }

  test('the feed cannot be read: each api and route that says so is told, and no limit', async () => {
    const { secret } = await makeKey(first, world)
    const nodeId = await nodeIdOf(first)
    await expect.poll(async () => call(first, '/gw/own/echo', secret), SOON).toBe('200')
    await locking('feed_head', async () => {
      await expect.poll(async () => readyOf(first), { timeout: 20_000, interval: 20 }).toContain('The change feed')
      expect(await calls(6, first, '/gw/own/echo', secret)).toEqual(['200'])
      expect(await calls(5, first, '/gw/strict/echo', secret)).toEqual(['503 feed_lost'])
    })
    const ofFeed = async (): Promise<readonly Event[]> =>
      (await eventsOf(nodeId)).filter(({ values }) => values['dependency'] !== 'store')
    await expect
      .poll(async () => told(await ofFeed()), SOON)
      .toEqual([
        `feed deny route ${ids.strict}: 0 served, 5 refused, 0 dropped`,
        `feed serve_known route ${ids.own}: 6 served, 0 refused, 0 dropped`,
      ])
    expectWhole(await ofFeed(), 'back')
  })

  test('limits cannot be counted: each that was asked is told, and no other', async () => {
    await first.stop()
    await first.start()
    const limited = await limitedKey()
    const other = await limitedKey()
    const { secret } = await makeKey(first, world)
    const nodeId = await nodeIdOf(first)
    for (const key of [limited.secret, other.secret, secret])
      await expect.poll(async () => call(first, '/gw/own/echo', key), SOON).toBe('200')
    await locking('usage_counter', async () => {
      expect(await calls(6, first, '/gw/own/echo', limited.secret)).toEqual(['503 counters_unavailable'])
      expect(await calls(3, first, '/gw/own/echo', secret)).toEqual(['200'])
    })
    const ofCounters = async (): Promise<readonly Event[]> =>
      (await eventsOf(nodeId)).filter(({ values }) => values['dependency'] !== 'store')
    await expect
      .poll(async () => told(await ofCounters()), SOON)
      .toEqual([`counters closed limit key:${limited.id}:window:requests: 0 served, 6 refused, 0 dropped`])
    expectWhole(await ofCounters(), 'back')
  })
})
