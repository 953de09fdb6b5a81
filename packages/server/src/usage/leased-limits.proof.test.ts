import type { WindowPolicy } from '@claviger/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { PgLeaseStore } from './pg-lease-store.ts'
import { admittedUnits, mostInAnyWindow, Simulation, type Arrival } from './testing/simulation.ts'

const START_MS = 1_800_000_000_000

let store: TestStore

beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => store.dispose())

/** Numbers between 0 and 1 that are the same in every run. */
function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
}

async function simulate(nodes: number, random: () => number): Promise<Simulation> {
  await store.raw('delete from feed_node where true', [])
  await store.raw(
    `insert into feed_node (id, name, roles, version, seen_at) select 'nod_' || n, 'n', '{gateway}', '0', clock_timestamp() + interval '1 hour' from generate_series(1, ${nodes}) n`,
    [],
  )
  const simulation = new Simulation(
    START_MS,
    (its) =>
      new PgLeaseStore({
        raw: async (text, values) =>
          store.raw(text.replace('$2::jsonb)', '$2::jsonb, $3)'), [...values, Math.floor(its.nowMs)]),
      }),
  )
  for (let node = 0; node < nodes; node++) simulation.addNode((random() - 0.5) * 4_000, () => 0.3 + random() * 3)
  return simulation
}

const policyOf = (id: string, limit: number, windowMs: number): WindowPolicy => ({
  id,
  name: 'test',
  class: 'bounded',
  kind: 'window',
  mode: 'enforce',
  limit,
  windowMs,
  buckets: 60,
  onCounterLoss: 'closed',
})

describe('the real store, on simulated nodes with clocks two seconds apart', () => {
  test.each([1, 3, 9])('steady demand on %i nodes: never more than the limit, at least 90 % of it', async (nodes) => {
    const random = numbers(nodes)
    const simulation = await simulate(nodes, random)
    const policy = policyOf(`steady:${nodes}`, 200, 5_000)
    const arrivals = Array.from({ length: 1_000 }, (_, index) => ({
      atMs: START_MS + 100 + index * 25,
      node: Math.floor(random() * nodes),
      cost: 1,
    }))
    const outcomes = await simulation.run([policy], arrivals, START_MS + 30_000)
    expect(mostInAnyWindow(outcomes, 5_000)).toBeLessThanOrEqual(200)
    expect(admittedUnits(outcomes)).toBeGreaterThanOrEqual(900)
  })

  test('bursts at every offset of the window, nodes that die with leases in hand and others that join: never more than the limit', async () => {
    const random = numbers(99)
    const simulation = await simulate(4, random)
    const policy = policyOf('bursts', 150, 2_000)
    const arrivals: Arrival[] = []
    let atMs = START_MS
    for (let burst = 0; burst < 60; burst++) {
      atMs += random() < 0.3 ? 1_990 + random() * 30 : random() * 400
      const size = Math.floor(random() * 60)
      const node = Math.floor(random() * simulation.nodes.length)
      for (let call = 0; call < size; call++)
        arrivals.push({ atMs: atMs + random() * 3, node, cost: 1 + Math.floor(random() * 3) })
      if (burst % 9 === 4) {
        simulation.at(atMs + 2, () => {
          const victim = simulation.nodes[node]
          if (victim !== undefined) victim.alive = false
          simulation.addNode(random() * 2_000, () => random() * 5)
        })
      }
    }
    const outcomes = await simulation.run(
      [policy],
      arrivals.toSorted((one, other) => one.atMs - other.atMs),
      atMs + 3_000,
    )
    expect(admittedUnits(outcomes)).toBeGreaterThan(500)
    expect(mostInAnyWindow(outcomes, 2_000)).toBeLessThanOrEqual(150)
  })
})
