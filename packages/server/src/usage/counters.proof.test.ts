import type { ConcurrencyPolicy, WindowPolicy } from '@claviger/core'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { createCounters, type RunningCounters } from './counters.ts'
import { maintainUsage } from './maintain-usage.ts'
import { startChild, type Child } from './testing/child.ts'

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }

let store: TestStore
const running: RunningCounters[] = []
const children: Child[] = []

let testNumber = 0

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  testNumber++
  await store.raw('delete from feed_node where true', [])
})
afterEach(async () => {
  for (const counters of running.splice(0)) await counters.close()
  for (const child of children.splice(0)) child.process.kill('SIGKILL')
})
afterAll(async () => store.dispose())

function policyOf(limit: number, rest: Partial<WindowPolicy> = {}): WindowPolicy {
  return {
    name: 'key',
    class: 'bounded',
    kind: 'window',
    mode: 'enforce',
    limit,
    windowMs: 3_600_000,
    buckets: 60,
    onCounterLoss: 'closed',
    ...rest,
    id: `${testNumber}:${rest.id ?? 'key'}`,
  }
}

function open(node = 'nod_test', from: Pick<TestStore, 'raw'> = store): RunningCounters {
  const counters = createCounters({ store: from, node, clock, log: silentLog })
  running.push(counters)
  return counters
}

async function setLiveNodes(count: number): Promise<void> {
  await store.raw(
    `insert into feed_node (id, name, roles, version, seen_at) select 'nod_' || n, 'n', '{gateway}', '0', clock_timestamp() + interval '1 hour' from generate_series(1, ${count}) n`,
    [],
  )
}

/** Clients that each ask again and again, as fast as they are answered. @returns how many calls were admitted */
async function hammer(
  counters: readonly RunningCounters[],
  policies: readonly WindowPolicy[],
  clients: number,
  callsEach: number,
): Promise<number> {
  const admitted = await Promise.all(
    Array.from({ length: clients }, async (_, client) => {
      const mine = counters[client % counters.length]
      let count = 0
      for (let call = 0; call < callsEach; call++) if ((await mine?.admit(policies, 1))?.kind === 'admitted') count++
      return count
    }),
  )
  return admitted.reduce((sum, count) => sum + count, 0)
}

describe('64 clients on a limit of 1,000', () => {
  test.each(['bounded', 'exact'] as const)(
    'in one process, class %s: exactly 1,000 are admitted',
    async (limitClass) => {
      expect(await hammer([open()], [policyOf(1_000, { class: limitClass })], 64, 40)).toBe(1_000)
    },
  )

  test.each(['bounded', 'exact'] as const)(
    'on three nodes, class %s: 1,000 are admitted, not one more',
    async (limitClass) => {
      await setLiveNodes(3)
      const policy = policyOf(1_000, { class: limitClass })
      const nodes = [open(), open(), open()]
      const admitted = await hammer(nodes, [policy], 64, 40)
      expect(admitted).toBeLessThanOrEqual(1_000)
      // Leases that one node does not need come back when they end.
      const rest = async (): Promise<number> => (
        await new Promise((resolve) => setTimeout(resolve, 500)),
        admitted + (await hammer(nodes, [policy], 64, 5))
      )
      if (limitClass === 'exact') expect(admitted).toBe(1_000)
      else expect(await rest()).toBeLessThanOrEqual(1_000)
    },
  )

  test('in three processes of which one is killed: never more than 1,000, and nearly all of them', async () => {
    await setLiveNodes(3)
    const processes = await Promise.all([0, 1, 2].map(async () => startClients(policyOf(1_000))))
    for (const { tell } of processes) tell()
    const [victim, ...others] = processes
    await expect.poll(() => victim?.said('admitted'), { timeout: 10_000 }).toBeGreaterThan(20)
    victim?.process.kill('SIGKILL')
    await Promise.all(others.map(async ({ ended }) => ended))
    const admitted = processes.reduce((sum, { said }) => sum + said('admitted'), 0)
    expect(admitted).toBeLessThanOrEqual(1_000)
    expect(admitted).toBeGreaterThan(700)
  })
})

async function startClients(policy: WindowPolicy): Promise<Child> {
  const program = fileURLToPath(new URL('counters.child.ts', import.meta.url))
  const words = [store.config.databaseUrl?.reveal() ?? '', store.config.dataDir, JSON.stringify(policy), '22', '60']
  const child = await startChild(program, words)
  children.push(child)
  return child
}

describe('64 clients on 10 places', () => {
  test('on two nodes: never more than 10 are in at once, and all get in in turn', async () => {
    await setLiveNodes(2)
    const policy: ConcurrencyPolicy = {
      kind: 'concurrency',
      id: `${testNumber}:slots`,
      name: 'slots',
      class: 'bounded',
      mode: 'enforce',
      limit: 10,
      onCounterLoss: 'closed',
    }
    const nodes = [open('nod_a'), open('nod_b')]
    let running = 0
    let most = 0
    const client = async (_: unknown, index: number): Promise<void> => {
      const mine = nodes[index % 2]
      for (;;) {
        const admission = await mine?.admit([policy], 1)
        if (admission?.kind === 'admitted') {
          most = Math.max(most, ++running)
          await pause(5)
          running--
          if (admission.hold !== undefined) mine?.release(admission.hold)
          return
        }
        await pause(10)
      }
    }
    await Promise.all(Array.from({ length: 64 }, client))
    expect(most).toBeLessThanOrEqual(10)
    expect(most).toBeGreaterThan(5)
  })
})

const pause = async (ms: number): Promise<void> => void (await new Promise((resolve) => setTimeout(resolve, ms)))

describe('counters', () => {
  test('survive a restart: what was used stays used, what was leased counts as spent until its end', async () => {
    const policy = policyOf(100)
    const first = createCounters({ store, node: 'nod_test', clock, log: silentLog })
    expect(await hammer([first], [policy], 1, 60)).toBe(60)
    // Killed: nothing is given back.
    const second = open()
    expect(await hammer([second], [policy], 1, 100)).toBeLessThanOrEqual(40)
  })

  test('give back what they hold when they close', async () => {
    const policy = policyOf(100)
    const first = open()
    expect(await hammer([first], [policy], 8, 5)).toBe(40)
    await first.close()
    expect(await hammer([open()], [policy], 1, 100)).toBe(60)
  })

  test('are all charged or none, over several limits, under concurrency', async () => {
    const wide = policyOf(500, { id: 'wide' })
    const narrow = policyOf(120, { id: 'narrow' })
    const counters = open()
    const [both, wideOnly] = await Promise.all([
      hammer([counters], [wide, narrow], 32, 20),
      hammer([counters], [wide], 32, 8),
    ])
    expect(both).toBe(120)
    expect(wideOnly).toBe(256)
    expect(await hammer([counters], [wide], 4, 60)).toBe(500 - 120 - 256)
  })

  test('tell in the store what the answer says: remaining and the time until more is free', async () => {
    const policy = policyOf(10, { windowMs: 60_000 })
    const counters = open()
    const admitted = await counters.admit([policy], 4)
    expect(admitted).toMatchObject({ kind: 'admitted', states: [{ remaining: 6 }] })
    const refused = await counters.admit([policy], 7)
    expect(refused).toMatchObject({ kind: 'refused', blocking: { remaining: 6 } })
    if (refused.kind !== 'refused') return
    expect(refused.blocking.resetMs).toBeGreaterThan(55_000)
    expect(refused.blocking.resetMs).toBeLessThan(80_000)
  })

  test('do what a limit declares when the database is away, and count again when it is back', async () => {
    let away = false
    const raw: TestStore['raw'] = async (text, values) => {
      if (away) throw new Error('Connection terminated unexpectedly')
      return store.raw(text, values)
    }
    const counters = open('nod_test', { raw })
    away = true
    expect(await counters.admit([policyOf(5, { id: 'refuse' })], 1)).toMatchObject({
      kind: 'lost',
      policy: { id: `${testNumber}:refuse` },
    })
    expect(await counters.admit([policyOf(5, { id: 'allow', onCounterLoss: 'open' })], 1)).toMatchObject({
      kind: 'admitted',
    })
    expect(counters.facts()).toMatchObject({ losses: { closed: 1, open: 1 }, storeAway: true })
    away = false
    await expect
      .poll(async () => (await counters.admit([policyOf(5, { id: 'refuse' })], 1)).kind, { timeout: 3_000 })
      .toBe('admitted')
  })

  test('are cleared away when nothing of them counts any more, even while they are drawn from', async () => {
    await store.raw(
      `insert into usage_counter (id, window_ms, width_ms, last_ms) values ('old', 1000, 10, 1), ('new', 1000, 10, extract(epoch from clock_timestamp()) * 1000)`,
      [],
    )
    await maintainUsage(store)
    expect(await store.raw(`select id from usage_counter where id in ('old', 'new')`, [])).toEqual([{ id: 'new' }])
    const clearing = Array.from({ length: 30 }, async () =>
      store.raw(`delete from usage_counter where id like '%:cleared:%'`, []),
    )
    const policies = Array.from({ length: 30 }, (_, index) => policyOf(1_000, { id: `cleared:${index % 3}` }))
    const counters = open()
    const drawn = policies.map(async (policy) => counters.admit([policy], 1))
    expect((await Promise.all(drawn)).map(({ kind }) => kind)).toEqual(Array(30).fill('admitted'))
    await Promise.all(clearing)
  })
})
