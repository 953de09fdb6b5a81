/** What must hold of a real store under simulated nodes and time: the proofs of each store run this with the real thing. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaign, expectBurst, expectSlots, expectWindow, run } from './adversary.ts'
import { admittedUnits, mostInAnyWindow, type Simulation } from './simulation.ts'
import { demand, meet } from './steady-demand.ts'
import { burstOf, numbers, slotsOf, START_MS, steady, windowOf } from './worlds.ts'

/** A simulation over the real store, which believes that so many nodes live. */
export type OpenWorld = (liveNodes: number) => Promise<Simulation>

let counters = 0
/** Real stores remember: no two tests may share a counter. */
const fresh = (): { readonly id: string } => ({ id: `described:${process.pid}:${++counters}` })

const RUNS = { numRuns: 8 } as const

export function describeStore(openWorld: OpenWorld): void {
  describe('steady demand at the limit, on simulated nodes with clocks two seconds apart', () => {
    const shapes = [
      [200, 5_000, 5],
      [1, 1_000, 40],
      [3, 1_000, 20],
      [12, 1_000, 10],
      [64, 2_000, 4],
    ] as const

    test.each(
      shapes.flatMap(([limit, windowMs, windows]) =>
        [1, 3, 9].map((nodes) => [limit, windowMs, nodes, windows] as const),
      ),
    )(
      'of %i per %i ms on %i nodes: never more than the limit, at least 90 % of it',
      async (limit, windowMs, nodes, windows) => {
        const random = numbers(nodes)
        const simulation = await openWorld(nodes)
        for (let node = 0; node < nodes; node++) simulation.addNode((random() - 0.5) * 4_000, () => 0.3 + random() * 2)
        const policy = windowOf(limit, windowMs, fresh())
        const arrivals = steady(policy, windows, () => Math.floor(random() * nodes))
        const outcomes = await simulation.run([policy], arrivals, START_MS + (windows + 2) * windowMs)
        expect(mostInAnyWindow(outcomes, windowMs)).toBeLessThanOrEqual(limit)
        expect(outcomes).toHaveLength(arrivals.length)
        expect(admittedUnits(outcomes) / arrivals.length).toBeGreaterThanOrEqual(0.9)
      },
    )
  })

  test('steady demand at the limit, wandering over 1 to 9 nodes that die and are replaced: over-admission is 0, and at least 90 % is admitted', async () => {
    await fc.assert(
      fc.asyncProperty(demand, async (its) => {
        const [limit = 1, windowMs = 1_000] = its.shape
        const policy = windowOf(limit, windowMs, fresh())
        const { outcomes, calls } = await meet(await openWorld(its.nodes), policy, its)
        expect(mostInAnyWindow(outcomes, windowMs)).toBeLessThanOrEqual(limit)
        expect(admittedUnits(outcomes) / calls).toBeGreaterThanOrEqual(0.9)
      }),
      { numRuns: 16 },
    )
  }, 120_000)

  describe('under attack, on 1 to 9 nodes that die and join, with clocks that jump', () => {
    test('a window never lets more than its limit through in any window of its length', async () => {
      await fc.assert(
        fc.asyncProperty(campaign, fc.constantFrom(1, 3, 16, 40, 65, 200), async (its, limit) => {
          const policy = windowOf(limit, 1_000, fresh())
          expectWindow(await run(await openWorld(its.nodes), [policy], its), policy)
        }),
        RUNS,
      )
    })

    test('a burst never lets more through than the burst and what the rate adds', async () => {
      await fc.assert(
        fc.asyncProperty(campaign, fc.constantFrom(1, 16, 300), async (its, burst) => {
          const policy = burstOf(20, burst, fresh())
          expectBurst(await run(await openWorld(its.nodes), [policy], its), policy)
        }),
        RUNS,
      )
    })

    test('no more calls run at once than there are slots', async () => {
      await fc.assert(
        fc.asyncProperty(campaign, fc.constantFrom(1, 10, 100), async (its, limit) => {
          const policy = slotsOf(limit, fresh())
          expectSlots(await run(await openWorld(its.nodes), [policy], its), policy)
        }),
        RUNS,
      )
    })

    test('all of them hold together', async () => {
      await fc.assert(
        fc.asyncProperty(campaign, async (its) => {
          const window = windowOf(30, 1_000, fresh())
          const burst = burstOf(20, 10, fresh())
          const slots = slotsOf(25, fresh())
          const outcomes = await run(await openWorld(its.nodes), [window, burst, slots], its)
          expectWindow(outcomes, window)
          expectBurst(outcomes, burst)
          expectSlots(outcomes, slots)
        }),
        RUNS,
      )
    })
  })
}
