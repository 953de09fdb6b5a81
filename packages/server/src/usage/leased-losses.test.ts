import type { CounterLoss, LimitPolicy } from '@claviger/core'
import type { Admission } from '@claviger/gateway'
import { describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import type { CallHold } from './call-hold.ts'
import type { LeaseStore } from './lease-store.ts'
import { LeasedLimits } from './leased-limits.ts'
import { MemoryLeaseStore } from './testing/memory-lease-store.ts'
import { burstOf, creditsOf, quotaOf, slotsOf, windowOf } from './testing/worlds.ts'

/** One node, two stores that can be away, and a clock that the test runs. */
class World {
  nowMs = 1_800_000_000_000
  readonly told: (readonly [LimitPolicy['kind'], CounterLoss])[] = []
  readonly away = { windows: false, money: false }
  readonly windows: MemoryLeaseStore
  readonly money: MemoryLeaseStore
  readonly limits: LeasedLimits

  constructor(liveNodes: number) {
    const memory = (): MemoryLeaseStore =>
      new MemoryLeaseStore(
        () => this.nowMs,
        () => liveNodes,
      )
    this.windows = memory()
    this.money = memory()
    this.limits = new LeasedLimits({
      stores: [
        perhaps(this.windows, ['window', 'burst', 'concurrency'], () => this.away.windows),
        perhaps(this.money, ['quota', 'credits'], () => this.away.money),
      ],
      node: 'nod_1',
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      log: silentLog,
      schedule: queueMicrotask,
      after: (_delayMs, work) => queueMicrotask(work),
      onLoss: ({ kind }, used) => this.told.push([kind, used]),
    })
  }

  async admit(...policies: readonly LimitPolicy[]): Promise<Admission> {
    return this.limits.admit(policies, 1)
  }

  async admitted(count: number, ...policies: readonly LimitPolicy[]): Promise<number> {
    let admitted = 0
    for (let call = 0; call < count; call++) if ((await this.admit(...policies)).kind === 'admitted') admitted++
    return admitted
  }

  async pass(ms: number): Promise<void> {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += 50) {
      this.limits.sweep()
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
}

function perhaps(store: MemoryLeaseStore, kinds: readonly LimitPolicy['kind'][], isAway: () => boolean): LeaseStore {
  const draw: LeaseStore['draw'] = async (requests, returns) => {
    if (isAway()) throw new Error('away')
    return store.draw(requests, returns)
  }
  return {
    kinds: new Set(kinds),
    draw,
    giveBack: async (returns) => void (await draw([], returns)),
    look: async () => [],
  }
}

function holdOf(admission: Admission): CallHold {
  if (admission.kind !== 'admitted' || admission.hold === undefined) throw new Error('nothing is held')
  return admission.hold as CallHold // `admit` made it
}

describe('a limit whose counter is lost', () => {
  test.each([
    [windowOf(100, 60_000, { onCounterLoss: 'local' }), 25],
    [burstOf(10, 40, { onCounterLoss: 'local' }), 10],
    [slotsOf(12, { onCounterLoss: 'local' }), 3],
    [windowOf(2, 60_000, { onCounterLoss: 'local' }), 1],
  ] as const)(
    'and says local is decided here, with a fourth of it on four nodes: %j admits %i',
    async (policy, part) => {
      const world = new World(4)
      await world.admit(windowOf(9, 1_000))
      world.away.windows = true
      expect(await world.admitted(50, policy)).toBe(part)
      expect(await world.admit(policy)).toMatchObject({ kind: 'refused', blocking: { loss: 'local', remaining: 0 } })
      expect(world.limits.facts().losses).toEqual({ closed: 0, open: 0, local: part })
      expect(world.told).toEqual(Array.from({ length: part }, () => [policy.kind, 'local']))
    },
  )

  test('says so in its state, and is counted by the store again when it is back', async () => {
    const world = new World(1)
    const policy = windowOf(3, 60_000, { onCounterLoss: 'local' })
    world.away.windows = true
    expect(await world.admit(policy)).toMatchObject({ kind: 'admitted', states: [{ loss: 'local', remaining: 2 }] })
    world.away.windows = false
    await world.pass(300)
    const admission = await world.admit(policy)
    expect(admission).toMatchObject({ kind: 'admitted', states: [{ remaining: 2 }] })
    if (admission.kind === 'admitted') expect(admission.states[0]?.loss).toBeUndefined()
  })

  test('of calls at once lets the next one in when one has ended, here too', async () => {
    const world = new World(2)
    const policy = slotsOf(2, { onCounterLoss: 'local' })
    await world.admit(windowOf(9, 1_000))
    world.away.windows = true
    const hold = holdOf(await world.admit(policy))
    expect((await world.admit(policy)).kind).toBe('refused')
    hold.release()
    expect((await world.admit(policy)).kind).toBe('admitted')
  })

  test.each([
    ['closed', 'lost'],
    ['open', 'admitted'],
    ['local', 'lost'],
  ] as const)('of credits that says %s is %s: nobody can know the balance', async (onCounterLoss, kind) => {
    const world = new World(1)
    world.away.money = true
    expect((await world.admit(creditsOf('key_1', { onCounterLoss }))).kind).toBe(kind)
  })

  test('in shadow never refuses', async () => {
    const world = new World(1)
    world.away.windows = true
    expect(await world.admit(windowOf(1, 1_000, { mode: 'shadow' }))).toMatchObject({
      kind: 'admitted',
      states: [{ loss: 'open' }],
    })
  })

  test('charges nothing here when another one refuses', async () => {
    const world = new World(1)
    const local = windowOf(2, 60_000, { id: 'local', onCounterLoss: 'local' })
    world.away.windows = true
    for (let call = 0; call < 5; call++) await world.admit(local, windowOf(5, 1_000, { id: 'closed' }))
    expect(await world.admitted(5, local)).toBe(2)
  })
})

describe('calls that run when the store goes away', () => {
  test('keep their slots; nobody new gets in once the lease has ended', async () => {
    const world = new World(1)
    const policy = slotsOf(100)
    const holds = []
    for (let call = 0; call < 10; call++) holds.push(holdOf(await world.admit(policy)))
    world.away.windows = true
    expect(await world.admitted(1, policy)).toBe(1)
    await world.pass(11_000)
    expect(await world.admit(policy)).toMatchObject({ kind: 'lost' })
    world.away.windows = false
    await world.pass(2_000)
    for (const hold of holds) hold.release()
    await world.pass(2_000)
    expect(await world.admit(policy)).toMatchObject({ kind: 'admitted', states: [{ remaining: 98 }] })
  })
})

describe('two stores', () => {
  const window = windowOf(20, 60_000)
  const credits = creditsOf('key_1')

  test('each count what they can, and a refusal in one leaves the other whole', async () => {
    const world = new World(1)
    world.money.grant('key_1', 2)
    expect(await world.admitted(9, window, credits)).toBe(2)
    expect([world.windows.books.credits.size, world.money.books.window.size]).toEqual([0, 0])
    await world.pass(20_000)
    expect(await world.admitted(30, window)).toBe(18)
  })

  test('are away one by one: limits of the other go on', async () => {
    const world = new World(1)
    world.money.grant('key_1', 5)
    world.away.windows = true
    expect((await world.admit(window)).kind).toBe('lost')
    expect((await world.admit(credits)).kind).toBe('admitted')
    expect((await world.admit(quotaOf(5))).kind).toBe('admitted')
  })
})
