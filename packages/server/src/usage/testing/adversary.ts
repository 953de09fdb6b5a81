/**
 * Calls by somebody who wants more than there is: bursts at every offset of the window, on many nodes, with clocks that are
 * apart and jump, nodes that die with leases in hand and others that join. And what must hold whatever happens.
 */
import type { BurstPolicy, ConcurrencyPolicy, LimitPolicy, WindowPolicy } from '@claviger/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import {
  admittedUnits,
  excessOverBurst,
  mostAtOnce,
  mostInAnyWindow,
  type Arrival,
  type Outcome,
  type Simulation,
} from './simulation.ts'
import { numbers, START_MS } from './worlds.ts'

const FATES = ['lives', 'lives', 'lives', 'dies', 'is joined', 'is set ahead', 'is set back'] as const

const attack = fc.record({
  afterMs: fc.oneof(
    fc.integer({ min: 0, max: 30 }),
    fc.integer({ min: 0, max: 1_100 }),
    fc.constantFrom(999, 1_000, 1_001),
  ),
  node: fc.integer({ min: 0, max: 8 }),
  costs: fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 25 }),
  lastsMs: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 3_000 }), fc.constant(15_000)),
  fate: fc.constantFrom(...FATES),
})

export const campaign = fc.record({
  nodes: fc.integer({ min: 1, max: 9 }),
  mostWayMs: fc.integer({ min: 0, max: 60 }),
  attacks: fc.array(attack, { minLength: 1, maxLength: 40 }),
  seed: fc.nat(1_000),
})

export type Campaign = typeof campaign extends fc.Arbitrary<infer Value> ? Value : never

/** Lets it happen in a world of one window of a second or so. */
export async function run(
  simulation: Simulation,
  policies: readonly LimitPolicy[],
  { nodes, mostWayMs, attacks, seed }: Campaign,
): Promise<readonly Outcome[]> {
  const random = numbers(seed + attacks.length)
  for (let node = 0; node < nodes; node++) simulation.addNode((random() - 0.5) * 4_000, () => random() * mostWayMs)
  const arrivals: Arrival[] = []
  let atMs = START_MS
  for (const { afterMs, node, costs, lastsMs, fate } of attacks) {
    atMs += afterMs
    for (const cost of costs) arrivals.push({ atMs, node: node % nodes, cost, lastsMs })
    simulation.at(atMs + 1, () => {
      const victim = simulation.nodes[node % nodes]
      if (victim === undefined) return
      if (fate === 'dies') simulation.kill(victim)
      if (fate === 'is joined') simulation.addNode(0, () => 1)
      if (fate === 'is set ahead') victim.skewMs += 2_000
      if (fate === 'is set back') victim.skewMs -= 2_000
    })
  }
  return simulation.run(policies, arrivals, atMs + 2_000)
}

export function expectWindow(outcomes: readonly Outcome[], { limit, windowMs }: WindowPolicy): void {
  expect(mostInAnyWindow(outcomes, windowMs)).toBeLessThanOrEqual(limit)
}

export function expectBurst(outcomes: readonly Outcome[], policy: BurstPolicy): void {
  expect(excessOverBurst(outcomes, policy)).toBeLessThanOrEqual(1e-6)
}

export function expectSlots(outcomes: readonly Outcome[], { limit }: ConcurrencyPolicy): void {
  expect(mostAtOnce(outcomes)).toBeLessThanOrEqual(limit)
}

export function expectUnits(outcomes: readonly Outcome[], most: number): void {
  expect(admittedUnits(outcomes)).toBeLessThanOrEqual(most)
}
