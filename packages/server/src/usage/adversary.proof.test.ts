/** Over-admission is 0 whatever happens: brute force over every admission, against every kind of limit. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { campaign, expectBurst, expectSlots, expectUnits, expectWindow, run } from './testing/adversary.ts'
import { leasedOf } from './testing/credit-arithmetic.ts'
import { admittedUnits } from './testing/simulation.ts'
import { demand, meet } from './testing/steady-demand.ts'
import { burstOf, creditsOf, quotaOf, simulate, slotsOf, windowOf } from './testing/worlds.ts'

const strict = fc.constantFrom('bounded' as const, 'exact' as const)
const RUNS = { numRuns: 60 } as const

describe('on 1 to 9 nodes with skewed and stepping wall clocks, nodes that die and nodes that join', () => {
  test('a window never lets more than its limit through in any window of its length', async () => {
    await fc.assert(
      fc.asyncProperty(
        campaign,
        fc.constantFrom(1, 2, 3, 5, 10, 16, 17, 40, 64, 65, 200),
        strict,
        async (its, limit, limitClass) => {
          const policy = windowOf(limit, 1_000, { class: limitClass })
          expectWindow(await run(simulate().simulation, [policy], its), policy)
        },
      ),
      { numRuns: 200 },
    )
  }, 60_000)

  test('demand at exactly the limit, wandering among them, is admitted to 90 % at least, and never beyond', async () => {
    await fc.assert(
      fc.asyncProperty(demand, async (its) => {
        const [limit = 1, windowMs = 1_000] = its.shape
        const policy = windowOf(limit, windowMs)
        const { outcomes, calls } = await meet(simulate().simulation, policy, its)
        expectWindow(outcomes, policy)
        expect(admittedUnits(outcomes) / calls).toBeGreaterThanOrEqual(0.9)
      }),
      RUNS,
    )
  }, 60_000)

  test('a burst never lets more through in any stretch than the burst and what the rate adds', async () => {
    await fc.assert(
      fc.asyncProperty(
        campaign,
        fc.constantFrom(1, 7, 100),
        fc.constantFrom(1, 3, 16, 17, 300),
        strict,
        async (its, limit, burst, limitClass) => {
          const policy = burstOf(limit, burst, { class: limitClass })
          expectBurst(await run(simulate().simulation, [policy], its), policy)
        },
      ),
      RUNS,
    )
  }, 60_000)

  test('no more calls run at once than there are slots', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, fc.constantFrom(1, 3, 10, 40, 200), strict, async (its, limit, limitClass) => {
        const policy = slotsOf(limit, { class: limitClass })
        expectSlots(await run(simulate().simulation, [policy], its), policy)
      }),
      RUNS,
    )
  }, 60_000)

  test('a quota holds in its period', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, fc.constantFrom(1, 20, 150), strict, async (its, limit, limitClass) => {
        expectUnits(await run(simulate().simulation, [quotaOf(limit, { class: limitClass })], its), limit)
      }),
      RUNS,
    )
  }, 60_000)

  test('of a balance no more is spent than it holds, and the books say at least what was spent', async () => {
    await fc.assert(
      fc.asyncProperty(campaign, fc.constantFrom(1, 20, 150), strict, async (its, units, limitClass) => {
        const { simulation, store } = simulate()
        store.grant('key_1', units)
        const outcomes = await run(simulation, [creditsOf('key_1', { class: limitClass })], its)
        expectUnits(outcomes, units)
        const account = store.books.credits.get('key_1')
        const left = account === undefined ? 0 : account.booked - leasedOf(account)
        expectUnits(outcomes, units - left)
        expect(left).toBeGreaterThanOrEqual(0)
      }),
      RUNS,
    )
  }, 60_000)

  test('several limits hold together, and one in shadow does not stand in their way', async () => {
    const window = windowOf(30, 1_000)
    const burst = burstOf(20, 10)
    const slots = slotsOf(25)
    const shadow = windowOf(1, 60_000, { mode: 'shadow' })
    await fc.assert(
      fc.asyncProperty(campaign, async (its) => {
        const outcomes = await run(simulate().simulation, [shadow, window, burst, slots], its)
        expectWindow(outcomes, window)
        expectBurst(outcomes, burst)
        expectSlots(outcomes, slots)
      }),
      RUNS,
    )
  }, 60_000)
})
