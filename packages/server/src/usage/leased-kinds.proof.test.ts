import { parseIp, type IpAddress, type LimitPolicy } from '@claviger/core'
import type { Admission, LimitSubject } from '@claviger/gateway'
import { describe, expect, test } from 'vitest'
import type { CallHold } from './call-hold.ts'
import { leasedOf } from './testing/credit-arithmetic.ts'
import { admittedUnits, excessOverBurst, mostAtOnce, type Arrival, type SimulatedNode } from './testing/simulation.ts'
import {
  burstOf,
  creditsOf,
  numbers,
  quotaOf,
  simulate,
  slotsOf,
  START_MS,
  steady,
  windowOf,
  type World,
} from './testing/worlds.ts'

const at = (afterMs: number, rest: Partial<Arrival> = {}): Arrival => ({
  atMs: START_MS + afterMs,
  node: 0,
  cost: 1,
  ...rest,
})
const many = (count: number, everyMs: number, rest: Partial<Arrival> = {}, fromMs = 10): readonly Arrival[] =>
  Array.from({ length: count }, (_, index) => at(fromMs + index * everyMs, rest))

async function decide(world: World, policies: readonly LimitPolicy[], node?: SimulatedNode): Promise<Admission> {
  const decider = node ?? world.simulation.nodes[0]
  if (decider === undefined) throw new Error('the world has no nodes')
  return world.simulation.decide(decider, policies, 1)
}

function holdOf(admission: Admission): CallHold {
  if (admission.kind !== 'admitted' || admission.hold === undefined) throw new Error('nothing is held')
  return admission.hold as CallHold // `admit` made it
}

describe('a burst', () => {
  test('goes through at once, then one unit per interval, and tells when', async () => {
    const world = simulate(1)
    const policy = burstOf(10, 20)
    const outcomes = await world.simulation.run([policy], many(40, 1), START_MS + 90)
    expect(admittedUnits(outcomes)).toBe(20)
    const refused = await decide(world, [policy])
    expect(refused).toMatchObject({ kind: 'refused', blocking: { remaining: 0 } })
    if (refused.kind !== 'refused') return
    expect(refused.blocking.resetMs).toBeGreaterThan(0)
    expect(refused.blocking.resetMs).toBeLessThanOrEqual(100)
    const later = world.simulation.nowMs + refused.blocking.resetMs
    const next = await world.simulation.run([policy], [{ atMs: later + 1, node: 0, cost: 1 }], later + 100)
    expect(admittedUnits(next)).toBe(1)
  })

  test.each([
    [1, 2, 1],
    [1, 2, 9],
    [5, 2, 3],
    [5, 3, 2],
    [20, 20, 1],
    [20, 20, 9],
    [200, 100, 3],
  ])(
    'of %i a second and up to %i at once: steady demand is admitted to 90 % at least, on %i nodes',
    async (limit, burst, nodes) => {
      const random = numbers(nodes)
      const { simulation } = simulate(nodes, random)
      const policy = burstOf(limit, burst)
      const arrivals = steady(policy, 60, () => Math.floor(random() * nodes))
      const outcomes = await simulation.run([policy], arrivals, START_MS + 62_000)
      expect(excessOverBurst(outcomes, policy)).toBeLessThanOrEqual(1e-6)
      expect(admittedUnits(outcomes) / arrivals.length).toBeGreaterThanOrEqual(0.9)
    },
  )

  test('that is far from used up seldom asks the store', async () => {
    const { simulation, store } = simulate(2)
    const policy = burstOf(1_000, 5_000)
    const outcomes = await simulation.run([policy], many(4_000, 5, {}), START_MS + 21_000)
    expect(admittedUnits(outcomes)).toBe(4_000)
    expect(store.calls).toBeLessThan(400)
  })
})

describe('calls at once', () => {
  test.each([
    [1, 1],
    [3, 2],
    [10, 1],
    [10, 3],
    [100, 3],
    [100, 9],
  ])('are never more than %i on %i nodes, and nearly as many when more want in', async (limit, nodes) => {
    const random = numbers(limit)
    const { simulation } = simulate(nodes, random)
    const arrivals = Array.from({ length: limit * 60 }, (_, index) =>
      at(10 + (index * 20_000) / (limit * 60), { node: Math.floor(random() * nodes), lastsMs: 500 + random() * 1_500 }),
    )
    const outcomes = await simulation.run([slotsOf(limit)], arrivals, START_MS + 25_000)
    expect(outcomes).toHaveLength(arrivals.length)
    expect(mostAtOnce(outcomes)).toBeLessThanOrEqual(limit)
    const busyMs = outcomes.reduce((sum, { admitted, arrival }) => sum + (admitted ? (arrival.lastsMs ?? 0) : 0), 0)
    expect(busyMs / (limit * 20_000)).toBeGreaterThan(0.8)
  })

  test('cost one slot each, whatever the call costs, and are told without a time', async () => {
    const world = simulate(1)
    const policy = slotsOf(2)
    const admitted = await world.simulation.decide(world.simulation.nodes[0] ?? never(), [policy], 50)
    expect(admitted).toMatchObject({ kind: 'admitted', states: [{ remaining: 1, resetMs: Infinity }] })
    holdOf(await decide(world, [policy]))
    expect(await decide(world, [policy])).toMatchObject({
      kind: 'refused',
      blocking: { policy, remaining: 0, resetMs: Infinity },
    })
  })

  test('leave by `release`, once, and the next one gets in', async () => {
    const world = simulate(1)
    const policy = slotsOf(1)
    const first = holdOf(await decide(world, [policy]))
    expect((await decide(world, [policy])).kind).toBe('refused')
    first.release()
    const second = holdOf(await decide(world, [policy]))
    first.release()
    expect((await decide(world, [policy])).kind).toBe('refused')
    second.release()
    expect((await decide(world, [policy])).kind).toBe('admitted')
  })

  test('are decided without the store while slots are spare', async () => {
    const world = simulate(1)
    const policy = slotsOf(1_000)
    await world.simulation.run([policy], many(400, 5, { lastsMs: 100 }), START_MS + 3_000)
    expect(world.store.calls).toBeLessThan(60)
  })

  test('of a node that died are free after ten seconds, not before; of one that lives they are kept', async () => {
    const world = simulate(2)
    const [dying, other] = world.simulation.nodes
    const policy = slotsOf(2)
    holdOf(await decide(world, [policy], dying))
    holdOf(await decide(world, [policy], other))
    if (dying !== undefined) world.simulation.kill(dying)
    await world.simulation.run([], [], START_MS + 6_000)
    expect((await decide(world, [policy], other)).kind).toBe('refused')
    await world.simulation.run([], [], START_MS + 11_000)
    holdOf(await decide(world, [policy], other))
    await world.simulation.run([], [], START_MS + 60_000)
    expect((await decide(world, [policy], other)).kind).toBe('refused')
  })

  test('stay in when the limit is edited, and count under the new one', async () => {
    const world = simulate(1)
    const before = slotsOf(3, { id: 'edited' })
    for (let call = 0; call < 3; call++) holdOf(await decide(world, [before]))
    expect((await decide(world, [slotsOf(2, { id: 'edited' })])).kind).toBe('refused')
    await world.simulation.run([], [], START_MS + 1_000)
    holdOf(await decide(world, [slotsOf(4, { id: 'edited' })]))
    expect((await decide(world, [slotsOf(4, { id: 'edited' })])).kind).toBe('refused')
  })

  test('give their slot back to others when the node needs it no more', async () => {
    const world = simulate(2)
    const [first, second] = world.simulation.nodes
    const policy = slotsOf(20)
    const outcomes = await world.simulation.run([policy], many(15, 1, { lastsMs: 300 }), START_MS + 2_500)
    expect(admittedUnits(outcomes)).toBe(15)
    for (let call = 0; call < 19; call++) holdOf(await decide(world, [policy], second))
    expect((await decide(world, [policy], first)).kind).toBe('admitted')
  })
})

describe('a quota', () => {
  const midnight = Date.parse('2027-01-16T00:00+01:00')
  const berlin = { zone: 'Europe/Berlin' } as const

  test('holds in each day of its zone, on nodes whose clocks are apart, and is whole again at midnight', async () => {
    const { simulation } = simulate(4, numbers(3), midnight - 60_000)
    const policy = quotaOf(100, berlin)
    const arrivals = Array.from({ length: 1_200 }, (_, index) => ({
      atMs: midnight - 60_000 + index * 100,
      node: index % 4,
      cost: 1,
    }))
    const outcomes = await simulation.run([policy], arrivals, midnight + 70_000)
    const admitted = outcomes.filter((outcome) => outcome.admitted)
    expect(admitted.filter(({ decidedAtMs }) => decidedAtMs < midnight)).toHaveLength(100)
    expect(admitted.filter(({ decidedAtMs }) => decidedAtMs >= midnight)).toHaveLength(100)
  })

  test('is never exceeded on either side of the boundary by leases that were drawn just before it', async () => {
    const random = numbers(5)
    const { simulation } = simulate(9, random, midnight - 5_000)
    const policy = quotaOf(400, berlin)
    const arrivals = Array.from({ length: 4_000 }, () => ({
      atMs: midnight - 3_000 + random() * 6_000,
      node: Math.floor(random() * 9),
      cost: 1,
    })).toSorted((one, other) => one.atMs - other.atMs)
    const outcomes = await simulation.run([policy], arrivals, midnight + 10_000)
    const admitted = outcomes.filter((outcome) => outcome.admitted)
    const before = admitted.filter(({ decidedAtMs }) => decidedAtMs < midnight).length
    expect(before).toBeLessThanOrEqual(400)
    expect(admitted.length - before).toBeLessThanOrEqual(400)
    expect(before).toBeGreaterThan(360)
    expect(admitted.length - before).toBeGreaterThan(360)
  })

  test('tells what is left, and the time to the end of its period', async () => {
    const world = simulate(1, numbers(1), midnight - 3_600_000)
    const admitted = await decide(world, [quotaOf(10, berlin)])
    expect(admitted).toMatchObject({ kind: 'admitted', states: [{ remaining: 9 }] })
    if (admitted.kind !== 'admitted') return
    expect(Math.abs((admitted.states[0]?.resetMs ?? 0) - 3_600_000)).toBeLessThan(100)
  })
})

describe('credits', () => {
  test('are spent to the last one on several nodes, and not one more; the ledger says so', async () => {
    const { simulation, store } = simulate(3, numbers(2))
    store.grant('key_1', 1_000)
    const arrivals = Array.from({ length: 3_000 }, (_, index) => at(10 + index * 10, { node: index % 3 }))
    const outcomes = await simulation.run([creditsOf('key_1')], arrivals, START_MS + 60_000)
    expect(admittedUnits(outcomes)).toBe(1_000)
    expect(store.books.credits.get('key_1')).toEqual({ booked: 0, blocks: new Map() })
  })

  test('that one node does not spend go to the others within seconds', async () => {
    const { simulation, store } = simulate(2)
    store.grant('key_1', 1_000)
    await simulation.run([creditsOf('key_1')], many(100, 2), START_MS + 400)
    expect(leasedOf(store.books.credits.get('key_1') ?? never())).toBeGreaterThan(100)
    const rest = await simulation.run([creditsOf('key_1')], many(1_000, 30, { node: 1 }, 500), START_MS + 60_000)
    expect(admittedUnits(rest)).toBe(900)
  })

  test('tell the journal which block each call was paid from', async () => {
    const world = simulate(1)
    world.store.grant('key_1', 100)
    const holds = [await decide(world, [creditsOf('key_1')]), await decide(world, [creditsOf('key_1')])].map(holdOf)
    expect(holds.map(({ credits }) => credits)).toEqual([[{ block: 1, units: 1 }], [{ block: 1, units: 1 }]])
  })

  test('of class exact are booked by the draw itself: the journal has nothing to tell', async () => {
    const world = simulate(1)
    world.store.grant('key_1', 2)
    const exact = creditsOf('key_1', { class: 'exact' })
    expect(holdOf(await decide(world, [exact])).credits).toEqual([])
    expect(world.store.books.credits.get('key_1')?.blocks.get('nod_1:1')).toEqual({ units: 1, spent: 1 })
    expect((await decide(world, [exact])).kind).toBe('admitted')
    expect(await decide(world, [exact])).toMatchObject({
      kind: 'refused',
      blocking: { remaining: 0, resetMs: Infinity },
    })
  })

  test('that are granted count within a second or so', async () => {
    const world = simulate(1)
    const policy = creditsOf('key_1')
    expect((await decide(world, [policy])).kind).toBe('refused')
    world.store.grant('key_1', 5)
    await world.simulation.run([], [], world.simulation.nowMs + 1_100)
    expect((await decide(world, [policy])).kind).toBe('admitted')
  })

  test('are paid once when two declarations mean one balance', async () => {
    const world = simulate(1)
    world.store.grant('key_1', 1)
    const both = [creditsOf('key_1'), creditsOf('key_1', { name: 'again' })]
    expect((await decide(world, both)).kind).toBe('admitted')
    expect((await decide(world, both)).kind).toBe('refused')
  })

  test('whose answer was lost come back when the block is closed', async () => {
    const { simulation, store } = simulate()
    let isLost = true
    // Draws reach the store, but their answers do not reach the node.
    const draw = store.draw.bind(store)
    store.draw = async (requests, returns) => {
      const grants = await draw(requests, returns)
      if (isLost && requests.length > 0) throw new Error('lost')
      return grants
    }
    store.grant('key_1', 10)
    const node = simulation.addNode(0, () => 1)
    expect((await simulation.decide(node, [creditsOf('key_1')], 4)).kind).toBe('lost')
    isLost = false
    expect(leasedOf(store.books.credits.get('key_1') ?? never())).toBe(4)
    await simulation.run([], [], START_MS + 12_000)
    expect(store.books.credits.get('key_1')).toMatchObject({ booked: 10, blocks: new Map() })
    expect((await simulation.decide(node, [creditsOf('key_1')], 10)).kind).toBe('admitted')
  })
})

describe('all kinds together', () => {
  test('are charged in one step or not at all', async () => {
    const world = simulate(1)
    world.store.grant('key_1', 3)
    const wide = [windowOf(100, 60_000), slotsOf(10), quotaOf(100), burstOf(10, 50)]
    const holds = []
    for (let call = 0; call < 3; call++) holds.push(holdOf(await decide(world, [...wide, creditsOf('key_1')])))
    const refused = await decide(world, [...wide, creditsOf('key_1')])
    expect(refused).toMatchObject({ kind: 'refused', blocking: { policy: { kind: 'credits' } } })
    for (const hold of holds) hold.release()
    await world.simulation.run([], [], START_MS + 3_000)
    const states = (await decide(world, wide)) as Extract<Admission, { kind: 'admitted' }>
    const left = states.states.map(({ remaining }) => remaining)
    expect(left.slice(0, 3)).toEqual([96, 9, 96])
    // A burst's lease costs up to a 40th of it for a moment.
    expect(left[3]).toBeGreaterThanOrEqual(47)
  })
})

describe('a shadow limit', () => {
  test('is counted, never refuses, and says when it would have', async () => {
    const world = simulate(1)
    const shadow = windowOf(3, 60_000, { mode: 'shadow' })
    const states = []
    for (let call = 0; call < 5; call++) {
      const admission = await decide(world, [shadow])
      expect(admission.kind).toBe('admitted')
      states.push(admission.kind === 'admitted' ? admission.states[0]?.exceeded : never())
    }
    expect(states).toEqual([undefined, undefined, undefined, true, true])
  })

  test('is not charged for what another limit refuses, and does not stand in its way', async () => {
    const world = simulate(1)
    const shadow = windowOf(1, 60_000, { id: 'shadow', mode: 'shadow' })
    const strict = windowOf(2, 60_000, { id: 'strict' })
    const kinds = []
    for (let call = 0; call < 4; call++) kinds.push((await decide(world, [shadow, strict])).kind)
    expect(kinds).toEqual(['admitted', 'admitted', 'refused', 'refused'])
  })

  test.each([
    ['burst', burstOf(1, 1, { mode: 'shadow' })],
    ['concurrency', slotsOf(1, { mode: 'shadow' })],
    ['quota', quotaOf(1, { mode: 'shadow' })],
    ['credits', creditsOf('nobody', { mode: 'shadow' })],
    ['approximate window', windowOf(1, 60_000, { mode: 'shadow', class: 'approximate' })],
  ])('may be a %s', async (_name, policy) => {
    const world = simulate(1)
    await decide(world, [policy])
    expect(await decide(world, [policy])).toMatchObject({ kind: 'admitted', states: [{ exceeded: true }] })
  })
})

describe('limits counted apart', () => {
  const ip = (text: string): IpAddress => parseIp(text) ?? never()
  const subject = (changes: Partial<LimitSubject>): LimitSubject => ({
    keyId: 'key_1',
    appId: 'app_1',
    targetId: 'rte_1',
    clientIp: ip('192.0.2.1'),
    ...changes,
  })

  async function admit(
    world: World,
    policies: readonly LimitPolicy[],
    changes: Partial<LimitSubject>,
  ): Promise<Admission['kind']> {
    const node = world.simulation.nodes[0] ?? never()
    const admission = node.limits.admit(policies, 1, subject(changes))
    await world.simulation.run([], [], world.simulation.nowMs + 100)
    return (await admission).kind
  }

  test.each<[LimitPolicy['per'], Partial<LimitSubject>, Partial<LimitSubject>]>([
    [['key'], { keyId: 'key_2' }, { appId: 'app_2', targetId: 'rte_2', clientIp: ip('192.0.2.9') }],
    [['app'], { appId: 'app_2' }, { keyId: 'key_2' }],
    [['route'], { targetId: 'rte_2' }, { keyId: 'key_2' }],
    [['ip'], { clientIp: ip('192.0.2.2') }, { keyId: 'key_2' }],
    [['ip'], { clientIp: ip('2001:db8:0:100::1') }, {}],
    [['key', 'ip'], { clientIp: ip('192.0.2.2') }, { targetId: 'rte_2' }],
    [['key', 'ip'], { keyId: 'key_2' }, { targetId: 'rte_2' }],
  ])('per %j have one counter each: %j has another, %j the same', async (per, other, same) => {
    const world = simulate(1)
    const policy = [windowOf(1, 60_000, { per: per ?? [] })]
    expect(await admit(world, policy, {})).toBe('admitted')
    expect(await admit(world, policy, same)).toBe('refused')
    expect(await admit(world, policy, other)).toBe('admitted')
  })

  test('by address take a /56 of IPv6 for one caller', async () => {
    const world = simulate(1)
    const policy = [windowOf(1, 60_000, { per: ['ip'] })]
    expect(await admit(world, policy, { clientIp: ip('2001:db8:0:100::1') })).toBe('admitted')
    expect(await admit(world, policy, { clientIp: ip('2001:db8:0:1ff::2') })).toBe('refused')
    expect(await admit(world, policy, { clientIp: ip('2001:db8:0:200::1') })).toBe('admitted')
  })

  test('of credits mean the balance of whoever calls', async () => {
    const world = simulate(1)
    world.store.grant('app_1', 1)
    const policy = [creditsOf('', { account: undefined, per: ['app'] })]
    expect(await admit(world, policy, {})).toBe('admitted')
    expect(await admit(world, policy, {})).toBe('refused')
    expect(await admit(world, policy, { appId: 'app_2' })).toBe('refused')
  })

  test('remember very many callers, and go on with those who come again', async () => {
    const world = simulate(1)
    const policy = [windowOf(2, 60_000, { class: 'approximate', per: ['key'] })]
    const node = world.simulation.nodes[0] ?? never()
    const kinds = []
    for (let call = 0; call < 25_000; call++) {
      void node.limits.admit(policy, 1, subject({ keyId: `key_${call}` }))
      if (call % 10_000 === 0) kinds.push(await node.limits.admit(policy, 1, subject({ keyId: 'key_a' })))
    }
    expect(kinds.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'refused'])
  })
})

function never(): never {
  throw new Error('there is none')
}
