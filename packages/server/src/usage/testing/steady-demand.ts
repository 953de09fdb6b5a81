/**
 * Demand at exactly the limit, made as awkward as it can be without asking for more: it gathers at one node, wanders, comes a
 * little early and a little late, and nodes die with leases in hand and are replaced.
 */
import type { WindowPolicy } from '@claviger/core'
import fc from 'fast-check'
import type { Arrival, Outcome, Simulation } from './simulation.ts'
import { numbers, START_MS } from './worlds.ts'

const PLACES = ['one', 'turns', 'anywhere', 'wanders'] as const

export const demand = fc.record({
  nodes: fc.integer({ min: 1, max: 9 }),
  shape: fc.constantFrom([20, 1_000], [50, 1_000], [64, 2_000], [100, 1_000], [200, 2_000]),
  place: fc.constantFrom(...PLACES),
  /** Of the time between two calls, by how much each may be late. */
  jitter: fc.double({ min: 0, max: 0.5, noNaN: true }),
  /** When a node dies, as a part of the whole time. */
  deaths: fc.array(fc.double({ min: 0.1, max: 0.8, noNaN: true }), { maxLength: 2 }),
  mostWayMs: fc.integer({ min: 0, max: 4 }),
  seed: fc.nat(10_000),
})

export type Demand = typeof demand extends fc.Arbitrary<infer Value> ? Value : never

const WINDOWS = 10

/** @returns what became of each call; a call that died with its node is missing */
export async function meet(
  simulation: Simulation,
  policy: WindowPolicy,
  its: Demand,
): Promise<{ readonly outcomes: readonly Outcome[]; readonly calls: number }> {
  const random = numbers(its.seed + 1)
  const join = (): void => {
    // Clocks are up to two seconds off, either way.
    simulation.addNode((random() - 0.5) * 4_000, () => 0.2 + random() * its.mostWayMs)
  }
  for (let node = 0; node < its.nodes; node++) join()
  let made = its.nodes
  const alive = Array.from({ length: its.nodes }, (_, node) => node)
  const calls = policy.limit * WINDOWS
  const everyMs = policy.windowMs / policy.limit
  const deaths = its.deaths.map((part) => Math.floor(part * calls)).toSorted((one, other) => one - other)
  const arrivals: Arrival[] = []
  for (let call = 0; call < calls; call++) {
    const atMs = START_MS + 100 + call * everyMs
    for (; deaths[0] === call; deaths.shift()) {
      const place = Math.floor(random() * alive.length)
      const victim = alive[place] ?? 0
      alive[place] = made++
      simulation.at(atMs, () => {
        const dying = simulation.nodes[victim]
        if (dying !== undefined) simulation.kill(dying)
        join()
      })
    }
    arrivals.push({
      atMs: atMs + random() * its.jitter * everyMs,
      node: alive[placeOf(its, call, random)] ?? 0,
      cost: 1,
    })
  }
  const outcomes = await simulation.run([policy], arrivals, START_MS + (WINDOWS + 1) * policy.windowMs)
  return { outcomes, calls }
}

function placeOf({ place, nodes, shape: [limit] }: Demand, call: number, random: () => number): number {
  switch (place) {
    case 'one':
      return 0
    case 'turns':
      return call % nodes
    case 'anywhere':
      return Math.floor(random() * nodes)
    case 'wanders':
      return Math.floor(call / Math.ceil(limit / 3)) % nodes
  }
}
