import { Secret } from '@claviger/core'
import type { Admission, Hold } from '@claviger/gateway'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { createCounters, type RunningCounters } from './counters.ts'
import { openRedisLeases } from './open-redis-leases.ts'
import type { RedisLeaseStore } from './redis-lease-store.ts'
import { describeStore } from './testing/describe-store.ts'
import { expectArithmetic } from './testing/lease-store-suite.ts'
import {
  hasOwnRedis,
  hasRedis,
  openSharedRedis,
  openTestRedis,
  type SharedRedis,
  type TestRedis,
} from './testing/redis.ts'
import { Simulation } from './testing/simulation.ts'
import { burstOf, creditsOf, quotaOf, slotsOf, START_MS, windowOf } from './testing/worlds.ts'

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
const pause = async (ms: number): Promise<void> => void (await new Promise((resolve) => setTimeout(resolve, ms)))

let store: TestStore

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => store.raw('delete from usage_redis', []).then(() => undefined))
afterAll(async () => store.dispose())

describe.skipIf(!hasRedis())('the script', () => {
  let redis: SharedRedis
  let leases: RedisLeaseStore
  const pretended = { nowMs: () => START_MS, liveNodes: () => 1 }

  beforeAll(async () => {
    redis = await openSharedRedis()
    const pretend = { nowMs: () => pretended.nowMs(), liveNodes: () => pretended.liveNodes() }
    const node = `nod_${process.pid}_${Date.now()}`
    leases = await openRedisLeases({ url: new Secret(redis.url), node, store, log: silentLog, pretend })
  })
  afterAll(async () => {
    await leases.close()
    await redis.dispose()
  })

  const at = (nowMs: () => number, liveNodes: number): RedisLeaseStore => {
    pretended.nowMs = nowMs
    pretended.liveNodes = () => liveNodes
    return leases
  }

  test.each([1, 2, 9])(
    'decides as the arithmetic does, with %i nodes, over edits, returns and a clock that steps back',
    async (nodes) => expectArithmetic({ open: (nowMs) => at(nowMs, nodes) }, nodes, 100),
  )

  describeStore(async (liveNodes) => new Simulation(START_MS, (its) => at(() => Math.floor(its.nowMs), liveNodes)))

  test('is loaded again where the server has forgotten it', async () => {
    const draw = {
      kind: 'window',
      id: 'w',
      limit: 5,
      windowMs: 1_000,
      widthMs: 1,
      want: 1,
      alone: false,
      patienceMs: 0,
    } as const
    const drawn = async (): Promise<boolean | undefined> =>
      (await at(() => START_MS, 1).draw([{ cost: 1, leastMs: 0, limits: [draw] }], []))[0]?.granted
    expect(await drawn()).toBe(true)
    await redis.command('SCRIPT', 'FLUSH')
    expect(await drawn()).toBe(true)
  })
})

describe.skipIf(!hasOwnRedis())('limits that are counted in Redis', () => {
  let redis: TestRedis
  const closing: { close(): Promise<unknown> }[] = []
  let count = 0

  afterEach(async () => {
    for (const each of closing.splice(0).toReversed()) await each.close()
    await redis.dispose()
  })

  /** A process with its own connection. */
  async function open(): Promise<RunningCounters> {
    const node = `nod_${process.pid}_${++count}`
    const leaseStore = await openRedisLeases({ url: new Secret(redis.url), node, store, log: silentLog })
    const counters = createCounters({ store, node, clock, log: silentLog, leaseStore })
    closing.push(leaseStore, counters)
    return counters
  }

  async function hammer(
    counters: RunningCounters,
    policy: Parameters<RunningCounters['admit']>[0][number],
    calls: number,
  ) {
    let admitted = 0
    for (let call = 0; call < calls; call++) if ((await counters.admit([policy], 1)).kind === 'admitted') admitted++
    return admitted
  }

  /** What it answers once it decides again. */
  async function untilDecided(
    counters: RunningCounters,
    policy: Parameters<typeof hammer>[1],
  ): Promise<Admission['kind']> {
    for (;;) {
      const { kind } = await counters.admit([policy], 1)
      if (kind !== 'lost') return kind
      await pause(20)
    }
  }

  const nodesKey = async (): Promise<string> => String(await redis.command('KEYS', '*:nodes'))
  const fresh = (): { readonly id: string } => ({ id: `redis:${process.pid}:${++count}` })
  const holdOf = (admission: Admission): Hold => {
    if (admission.kind !== 'admitted' || admission.hold === undefined) throw new Error('nothing is held')
    return admission.hold
  }

  describe('by a server that keeps nothing', () => {
    beforeEach(async () => {
      redis = await openTestRedis()
    })

    test('64 clients in two processes on a limit of 1,000: never more, and nearly all of it', async () => {
      const nodes = [await open(), await open()]
      const policy = windowOf(1_000, 3_600_000, fresh())
      const one = async (_: unknown, client: number): Promise<number> =>
        hammer(nodes[client % 2] ?? (await open()), policy, 40)
      const admitted = (await Promise.all(Array.from({ length: 64 }, one))).reduce((sum, each) => sum + each, 0)
      expect(admitted).toBeLessThanOrEqual(1_000)
      expect(admitted).toBeGreaterThan(800)
    })

    test('quotas and credits stay in PostgreSQL, and all are charged in one step', async () => {
      const counters = await open()
      await store.raw(`insert into usage_credit (account_id, workspace_id, booked) values ('key_r', 'wsp_1', 2)`, [])
      const all = [windowOf(100, 60_000, fresh()), quotaOf(100, fresh()), creditsOf('key_r')]
      const kinds = []
      for (let call = 0; call < 3; call++) kinds.push((await counters.admit(all, 1)).kind)
      expect(kinds).toEqual(['admitted', 'admitted', 'refused'])
      const [row] = await store.raw(`select count(*) as counters from usage_counter where id like 'redis:%'`, [])
      expect(row).toEqual({ counters: 1 })
    })

    test('a look tells what all processes have used, also to one that never drew, and writes nothing', async () => {
      const [first, second] = [await open(), await open()]
      const window = windowOf(100, 3_600_000, fresh())
      const burst = burstOf(1, 50, { ...fresh(), windowMs: 3_600_000 })
      const slots = slotsOf(30, { ...fresh(), class: 'exact' })
      const unused = windowOf(7, 60_000, fresh())
      for (let call = 0; call < 20; call++) await first.admit([window, burst, slots], 1)
      await first.close()
      const before = await redis.command('DBSIZE')
      const nodes = await redis.command('ZRANGE', await nodesKey(), '0', '-1')
      for (let again = 0; again < 3; again++) {
        const seen = await second.peek([window, burst, slots, unused], 1)
        expect(seen).toMatchObject([{ remaining: 80 }, {}, { remaining: 10 }, { remaining: 7 }])
        expect(seen[1]?.remaining).toBeLessThanOrEqual(30)
        expect(seen.map(({ blocks }) => blocks)).toEqual([false, false, false, false])
      }
      expect((await second.peek([window], 81))[0]).toMatchObject({ blocks: true, remaining: 80 })
      expect((await second.peek([window], 101))[0]).toMatchObject({ blocks: true, resetMs: Infinity })
      expect(await redis.command('DBSIZE')).toBe(before)
      expect(await redis.command('ZRANGE', await nodesKey(), '0', '-1')).toEqual(nodes)
    })

    test('a look at what was lost says that it is full; at a server that is away, nothing', async () => {
      const counters = await open()
      const policy = windowOf(10, 60_000, { ...fresh(), class: 'exact' })
      expect(await hammer(counters, policy, 1)).toBe(1)
      await redis.command('FLUSHALL')
      expect(await untilDecided(counters, policy)).toBe('refused')
      expect((await counters.peek([policy], 1))[0]).toMatchObject({ blocks: true, remaining: 0 })
      await redis.kill()
      await expect(counters.peek([policy], 1)).rejects.toMatchObject({ code: 'store_unavailable' })
    })

    test('a process that comes later, and one that connects again, take nothing for lost', async () => {
      const first = await open()
      const policy = windowOf(10, 60_000, { ...fresh(), class: 'exact' })
      expect(await hammer(first, policy, 4)).toBe(4)
      const second = await open()
      await redis.command('CLIENT', 'KILL', 'TYPE', 'normal')
      expect(await untilDecided(second, policy)).toBe('admitted')
      expect(await untilDecided(first, policy)).toBe('admitted')
      expect((await hammer(first, policy, 20)) + (await hammer(second, policy, 20))).toBe(4)
    })

    test.each(['it is killed and started again', 'it is emptied'])(
      'when %s, a window is full until all that may have been let through has left it, then whole again',
      async (fate) => {
        const counters = await open()
        const policy = windowOf(5, 1_000, { ...fresh(), class: 'exact' })
        expect(await hammer(counters, policy, 3)).toBe(3)
        if (fate === 'it is emptied') await redis.command('FLUSHALL')
        else {
          await redis.kill()
          await redis.start()
        }
        const lostAtMs = Date.now()
        expect(await untilDecided(counters, policy)).toBe('refused')
        await expect
          .poll(async () => (await counters.admit([policy], 1)).kind, { timeout: 8_000, interval: 20 })
          .toBe('admitted')
        expect(Date.now() - lostAtMs).toBeGreaterThan(1_000)
        await pause(1_100)
        expect(await hammer(counters, policy, 9)).toBe(5)
      },
    )

    test('when it is started again, a burst begins used up', async () => {
      const counters = await open()
      const policy = burstOf(20, 40, fresh())
      await redis.kill()
      await redis.start()
      expect(await untilDecided(counters, policy)).toBe('refused')
      await expect
        .poll(async () => (await counters.admit([policy], 1)).kind, { timeout: 8_000, interval: 20 })
        .toBe('admitted')
      const together = await Promise.all(Array.from({ length: 40 }, async () => hammer(counters, policy, 1)))
      expect(together.reduce((sum, each) => sum + each, 0)).toBeLessThan(20)
    })

    test('when it is started again, calls keep their places, and nobody new gets in before all have said what they hold', async () => {
      const [first, second] = [await open(), await open()]
      const policy = slotsOf(3, fresh())
      const holds = [holdOf(await first.admit([policy], 1)), holdOf(await first.admit([policy], 1))]
      await redis.kill()
      await redis.start()
      expect(await untilDecided(second, policy)).toBe('refused')
      await pause(7_000)
      expect((await second.admit([policy], 1)).kind).toBe('refused')
      await expect
        .poll(async () => (await second.admit([policy], 1)).kind, { timeout: 8_000, interval: 50 })
        .toBe('admitted')
      expect((await second.admit([policy], 1)).kind).toBe('refused')
      for (const hold of holds) first.release(hold)
      await expect.poll(async () => (await second.admit([policy], 1)).kind, { timeout: 3_000 }).toBe('admitted')
    }, 40_000)

    test('one that is out of reach at the start is used as soon as it is there', async () => {
      await redis.kill()
      const counters = await open()
      const policy = windowOf(5, 1_000, fresh())
      expect((await counters.admit([policy], 1)).kind).toBe('lost')
      await redis.start()
      await expect.poll(async () => (await counters.admit([policy], 1)).kind, { timeout: 8_000 }).toBe('admitted')
    })
  })

  test('by a server that writes through, a restart loses nothing and blocks nobody', async () => {
    redis = await openTestRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
    const counters = await open()
    const policy = windowOf(10, 600_000, fresh())
    expect(await hammer(counters, policy, 4)).toBe(4)
    await redis.kill()
    await redis.start()
    expect(await untilDecided(counters, policy)).toBe('admitted')
    expect(await hammer(counters, policy, 20)).toBe(5)
  })

  test('a server that may throw counters away is refused at the start, with the remedy', async () => {
    redis = await openTestRedis(['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'])
    await expect(open()).rejects.toMatchObject({ code: 'redis_evicts' })
    await redis.command('CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    expect(await hammer(await open(), windowOf(5, 1_000, fresh()), 1)).toBe(1)
  })

  test('a server that another one was used in between is not trusted with what it remembers', async () => {
    redis = await openTestRedis()
    const policy = windowOf(5, 1_000, fresh())
    expect(await hammer(await open(), policy, 1)).toBe(1)
    await store.raw(`update usage_redis set run_id = 'another'`, [])
    expect(await untilDecided(await open(), policy)).toBe('refused')
  })
})
