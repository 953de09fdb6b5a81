import { describe, expect, test } from 'vitest'
import type { LeaseStore } from './lease-store.ts'
import { MemoryLeaseStore } from './testing/memory-lease-store.ts'
import { admittedUnits, mostInAnyWindow, Simulation, type Arrival } from './testing/simulation.ts'
import { simulate, START_MS, steady, windowOf } from './testing/worlds.ts'

describe('never more than the limit in any window', () => {
  test.each(Array.from({ length: 20 }, (_, step) => 60 + step * 20))(
    'not even when a lease is used %i ms after it was drawn, and another node takes all there is as soon as it can',
    async (afterMs) => {
      const { simulation } = simulate()
      simulation.addNode(0, () => 40)
      simulation.addNode(0, () => 0.1)
      const policy = windowOf(1_000, 1_000)
      const warm = Array.from({ length: 60 }, (_, index) => ({ atMs: START_MS + index, node: 0, cost: 1 }))
      const late = Array.from({ length: 30 }, () => ({ atMs: START_MS + 60 + afterMs, node: 0, cost: 1 }))
      const hungry = Array.from({ length: 700 }, (_, index) => ({ atMs: START_MS + 700 + index, node: 1, cost: 4 }))
      const outcomes = await simulation.run([policy], [...warm, ...late, ...hungry], START_MS + 2_000)
      expect(mostInAnyWindow(outcomes, 1_000)).toBeLessThanOrEqual(1_000)
    },
  )

  test('a lease ends so long after it was asked for as the store said, however late the answer came', async () => {
    const grant = { units: 100, ttlMs: 500, bucket: 1, central: false, remaining: 900, resetMs: 1_000, retryMs: 0 }
    const generous: LeaseStore = {
      kinds: new Set(['window']),
      draw: async (requests) => requests.map(() => ({ granted: true, delayMs: 0, liveNodes: 1, limits: [grant] })),
      giveBack: async () => undefined,
      look: async () => [],
    }
    const simulation = new Simulation(START_MS, () => generous)
    const node = simulation.addNode(0, () => 100)
    const policy = windowOf(1_000, 60_000)
    await simulation.decide(node, [policy], 1)
    expect(simulation.nowMs).toBe(START_MS + 200)
    await simulation.run([], [], START_MS + 499)
    expect(node.limits.admit([policy], 1)).toMatchObject({ kind: 'admitted' })
    await simulation.run([], [], START_MS + 500)
    expect(node.limits.admit([policy], 1)).toBeInstanceOf(Promise)
  })

  test('not even when the machine sleeps and its monotonic clock stands still meanwhile', async () => {
    const { simulation, store } = simulate()
    const node = simulation.addNode(0, () => 1)
    const policy = windowOf(1_000, 1_000)
    expect(
      admittedUnits(
        await simulation.run(
          [policy],
          steady(policy, 0.2, () => 0),
          START_MS + 310,
        ),
      ),
    ).toBe(200)
    const calls = store.calls
    expect(node.limits.admit([policy], 1)).toMatchObject({ kind: 'admitted' })
    // Asleep for a minute: the wall clock has gone on, the monotonic clock has not.
    node.skewMs += 60_000
    expect(node.limits.admit([policy], 1)).toBeInstanceOf(Promise)
    await simulation.run([], [], START_MS + 320)
    expect(store.calls).toBeGreaterThan(calls)
  })
})

describe('several limits', () => {
  test('are charged together or not at all: a refusal by one leaves the others whole', async () => {
    const { simulation } = simulate()
    const node = simulation.addNode(0, () => 1)
    const wide = windowOf(100, 60_000, { id: 'wide' })
    const narrow = windowOf(10, 60_000, { id: 'narrow' })
    const arrivals = Array.from({ length: 50 }, (_, index) => ({ atMs: START_MS + 10 + index * 5, node: 0, cost: 1 }))
    const both = await simulation.run([wide, narrow], arrivals, START_MS + 2_000)
    expect(admittedUnits(both)).toBe(10)
    const refused = await simulation.decide(node, [wide, narrow], 1)
    expect(refused).toMatchObject({ kind: 'refused', blocking: { policy: { id: 'narrow' }, remaining: 0 } })
    const later = arrivals
      .concat(arrivals, arrivals)
      .map((arrival, index) => ({ ...arrival, atMs: START_MS + 20_000 + index * 5 }))
    const rest = await simulation.run([wide], later, START_MS + 25_000)
    expect(admittedUnits(rest)).toBe(90)
  })

  test('the one that opens last is named, with the moment from which it has room', async () => {
    const { simulation } = simulate()
    const node = simulation.addNode(0, () => 0)
    const short = windowOf(2, 1_000, { id: 'short' })
    const long = windowOf(2, 10_000, { id: 'long' })
    await simulation.run(
      [short, long],
      [1, 2].map((index) => ({ atMs: START_MS + index, node: 0, cost: 1 })),
      START_MS + 100,
    )
    const refused = await simulation.decide(node, [short, long], 1)
    expect(refused).toMatchObject({ kind: 'refused', blocking: { policy: { id: 'long' } } })
    if (refused.kind !== 'refused') return
    expect(refused.blocking.resetMs).toBeGreaterThan(9_800)
    expect(refused.blocking.resetMs).toBeLessThan(10_200)
    const atReset = simulation.nowMs + refused.blocking.resetMs
    const outcomes = await simulation.run([short, long], [{ atMs: atReset + 2, node: 0, cost: 1 }], atReset + 100)
    expect(admittedUnits(outcomes)).toBe(1)
  })

  test('a limit of class approximate is counted here, and costs no call of the store', async () => {
    const { simulation, store } = simulate()
    const node = simulation.addNode(0, () => 1)
    const policy = windowOf(5, 1_000, { class: 'approximate' })
    const kinds = Array.from({ length: 8 }, () => node.limits.admit([policy], 1)).map((admission) =>
      admission instanceof Promise ? 'later' : admission.kind,
    )
    expect(kinds).toEqual([...Array(5).fill('admitted'), ...Array(3).fill('refused')])
    expect(store.calls).toBe(0)
  })
})

describe('refusals', () => {
  test('are known here: a flood on a used-up limit does not reach the store', async () => {
    const { simulation, store } = simulate()
    simulation.addNode(0, () => 1)
    const policy = windowOf(20, 60_000, { class: 'exact' })
    const flood = Array.from({ length: 5_000 }, (_, index) => ({ atMs: START_MS + 10 + index, node: 0, cost: 1 }))
    const outcomes = await simulation.run([policy], flood, START_MS + 6_000)
    expect(admittedUnits(outcomes)).toBe(20)
    expect(store.calls).toBeLessThan(30)
  })

  test('a call that costs more than the whole limit is refused at once', async () => {
    const { simulation, store } = simulate()
    const node = simulation.addNode(0, () => 1)
    expect(node.limits.admit([windowOf(20, 60_000)], 21)).toMatchObject({
      kind: 'refused',
      blocking: { resetMs: 60_000, remaining: 20 },
    })
    expect(store.calls).toBe(0)
  })

  test('a raised limit counts at once, whatever was refused before; what was used stays used', async () => {
    const { simulation } = simulate()
    simulation.addNode(0, () => 1)
    const arrivals = (fromMs: number): readonly Arrival[] =>
      Array.from({ length: 300 }, (_, index) => ({ atMs: fromMs + index, node: 0, cost: 1 }))
    const before = await simulation.run(
      [windowOf(100, 60_000, { id: 'edited' })],
      arrivals(START_MS + 10),
      START_MS + 1_000,
    )
    const after = await simulation.run(
      [windowOf(150, 60_000, { id: 'edited' })],
      arrivals(START_MS + 1_001),
      START_MS + 2_000,
    )
    expect([admittedUnits(before), admittedUnits(after)]).toEqual([100, 50])
  })
})

describe('a store that is away', () => {
  const away: LeaseStore = {
    kinds: new Set(['window']),
    draw: async () => Promise.reject(new Error('away')),
    giveBack: async () => Promise.reject(new Error('away')),
    look: async () => Promise.reject(new Error('away')),
  }

  test('refuses or allows as the limit declares, counts it, and tries again after a moment', async () => {
    let answers = false
    const simulation = new Simulation(START_MS, (its) => {
      const memory = new MemoryLeaseStore(
        () => its.nowMs,
        () => 1,
      )
      return {
        kinds: memory.kinds,
        draw: async (requests, returns) => (answers ? memory : away).draw(requests, returns),
        giveBack: async () => undefined,
        look: async () => [],
      }
    })
    const node = simulation.addNode(0, () => 1)
    const refusing = windowOf(100, 60_000, { id: 'refusing' })
    const allowing = windowOf(100, 60_000, { id: 'allowing', onCounterLoss: 'open' })
    expect(await simulation.decide(node, [refusing], 1)).toEqual({ kind: 'lost', policy: refusing })
    const allowed = { kind: 'admitted', states: [{ remaining: 0, loss: 'open' }] }
    expect(node.limits.admit([allowing], 1)).toMatchObject(allowed)
    expect(node.limits.admit([allowing, refusing], 1)).toMatchObject({ kind: 'lost', policy: { id: 'refusing' } })
    expect(node.limits.facts()).toMatchObject({ losses: { closed: 2, open: 1, local: 0 }, storeAway: true })
    answers = true
    const outcomes = await simulation.run([refusing], [{ atMs: START_MS + 400, node: 0, cost: 1 }], START_MS + 500)
    expect(admittedUnits(outcomes)).toBe(1)
    expect(node.limits.facts().storeAway).toBe(false)
  })

  test('is known to be back without anybody drawing from it', async () => {
    let answers = false
    const simulation = new Simulation(START_MS, (its) => {
      const memory = new MemoryLeaseStore(
        () => its.nowMs,
        () => 1,
      )
      return {
        kinds: memory.kinds,
        draw: async (requests, returns) => (answers ? memory : away).draw(requests, returns),
        giveBack: async () => undefined,
        look: async () => [],
      }
    })
    const node = simulation.addNode(0, () => 1)
    await simulation.decide(node, [windowOf(100, 60_000)], 1)
    await simulation.run([], [], START_MS + 2_000)
    expect(node.limits.facts().storeAway).toBe(true)
    answers = true
    await simulation.run([], [], START_MS + 3_000)
    expect(node.limits.facts().storeAway).toBe(false)
  })

  test('does not stop what is leased already', async () => {
    let answers = true
    const simulation = new Simulation(START_MS, (its) => {
      const memory = new MemoryLeaseStore(
        () => its.nowMs,
        () => 1,
      )
      return {
        kinds: memory.kinds,
        draw: async (requests, returns) => (answers ? memory : away).draw(requests, returns),
        giveBack: async () => undefined,
        look: async () => [],
      }
    })
    simulation.addNode(0, () => 1)
    const policy = windowOf(10_000, 60_000)
    const warm = Array.from({ length: 500 }, (_, index) => ({ atMs: START_MS + 10 + index, node: 0, cost: 1 }))
    await simulation.run([policy], warm, START_MS + 600)
    answers = false
    const outage = Array.from({ length: 100 }, (_, index) => ({ atMs: START_MS + 700 + index, node: 0, cost: 1 }))
    const outcomes = await simulation.run([policy], outage, START_MS + 1_000)
    expect(admittedUnits(outcomes)).toBe(100)
  })
})
