/** Limits that let nothing through too much are useful only when they let the rest through. Long runs of the simulation. */
import type { WindowPolicy } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { admittedUnits, mostInAnyWindow, type Arrival } from './testing/simulation.ts'
import { numbers, simulate, START_MS, steady, windowOf } from './testing/worlds.ts'

/** What a limiter could admit that knows every call at once: a log of all calls, asked for any trailing window. */
function ideal(policy: WindowPolicy, arrivals: readonly Arrival[]): number {
  const log: Arrival[] = []
  let admitted = 0
  for (const arrival of arrivals) {
    while (log[0] !== undefined && log[0].atMs <= arrival.atMs - policy.windowMs) log.shift()
    if (log.length >= policy.limit) continue
    log.push(arrival)
    admitted++
  }
  return admitted
}

describe('useful', () => {
  const shapes: readonly (readonly [number, number, number])[] = [
    [1, 1_000, 60],
    [1, 60_000, 60],
    [2, 1_000, 40],
    [3, 10_000, 20],
    [5, 1_000, 20],
    [8, 10_000, 10],
    [12, 1_000, 10],
    [16, 1_000, 10],
    [17, 10_000, 10],
    [20, 10_000, 5],
    [36, 10_000, 5],
    [64, 60_000, 5],
    [65, 60_000, 5],
    [100, 1_000, 5],
    [1_000, 10_000, 5],
  ]

  test.each(
    shapes.flatMap(([limit, windowMs, windows]) =>
      [1, 2, 9].map((nodes) => [limit, windowMs, nodes, windows] as const),
    ),
  )(
    'a steady demand of %i per %i ms is admitted to 90 % at least, on %i nodes that share it unevenly',
    async (limit, windowMs, nodes, windows) => {
      const random = numbers(nodes)
      const { simulation } = simulate()
      for (let node = 0; node < nodes; node++) simulation.addNode((random() - 0.5) * 4_000, () => 0.3 + random() * 2)
      const policy = windowOf(limit, windowMs)
      const arrivals = steady(policy, windows, () => Math.floor(random() * random() * nodes))
      const outcomes = await simulation.run([policy], arrivals, START_MS + (windows + 2) * windowMs)
      expect(mostInAnyWindow(outcomes, windowMs)).toBeLessThanOrEqual(limit)
      expect(outcomes.length).toBe(arrivals.length)
      expect(admittedUnits(outcomes) / arrivals.length).toBeGreaterThanOrEqual(0.9)
    },
    20_000,
  )

  test('of calls that come by chance, at least 90 % of what a perfect log would admit', async () => {
    const random = numbers(7)
    const { simulation } = simulate()
    for (let node = 0; node < 4; node++) simulation.addNode(0, () => 0.3 + random() * 2)
    const policy = windowOf(200, 10_000)
    let atMs = START_MS
    const arrivals = Array.from({ length: 1_200 }, () => ({
      atMs: (atMs -= Math.log(1 - random()) * 50),
      node: Math.floor(random() * 4),
      cost: 1,
    }))
    const outcomes = await simulation.run([policy], arrivals, atMs + 1_000)
    expect(admittedUnits(outcomes)).toBeGreaterThanOrEqual(0.9 * ideal(policy, arrivals))
  })

  test('a demand well below the limit is never refused, and seldom asks the store', async () => {
    const { simulation, store } = simulate()
    for (let node = 0; node < 2; node++) simulation.addNode(0, () => 1)
    const policy = windowOf(10_000, 60_000)
    const arrivals = steady({ ...policy, limit: 3_000 }, 1, (index) => index % 2)
    const outcomes = await simulation.run([policy], arrivals, START_MS + 61_000)
    expect(admittedUnits(outcomes)).toBe(3_000)
    expect(store.calls).toBeLessThan(60)
  })

  test('what a node leased and does not need serves the others soon', async () => {
    const { simulation } = simulate()
    for (let node = 0; node < 2; node++) simulation.addNode(0, () => 1)
    const policy = windowOf(1_000, 60_000)
    const rush = Array.from({ length: 400 }, (_, index) => ({ atMs: START_MS + 10 + index, node: 0, cost: 1 }))
    const others = Array.from({ length: 700 }, (_, index) => ({
      atMs: START_MS + 17_000 + index * 10,
      node: 1,
      cost: 1,
    }))
    const outcomes = await simulation.run([policy], [...rush, ...others], START_MS + 30_000)
    const served = outcomes.filter((outcome) => outcome.admitted && outcome.arrival.node === 1).length
    expect(served).toBeGreaterThanOrEqual(590)
    expect(mostInAnyWindow(outcomes, 60_000)).toBeLessThanOrEqual(1_000)
  })
})
