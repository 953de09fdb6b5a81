/** Nodes that stand still, answers that are lost, and draws that arrive when nobody waits for them any more. */
import type { LimitPolicy } from '@claviger/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import type { LeaseStore } from './lease-store.ts'
import { LeasedLimits } from './leased-limits.ts'
import { closeBlock, leasedOf } from './testing/credit-arithmetic.ts'
import { MemoryLeaseStore } from './testing/memory-lease-store.ts'
import { creditsOf, quotaOf, windowOf } from './testing/worlds.ts'

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn++) await new Promise((resolve) => setImmediate(resolve))
}

/** What becomes of one call of the store. */
interface Fate {
  /** From the sending until the store hears it. */
  readonly thereMs: number
  /** From then until the answer is here. */
  readonly backMs: number
}

/** An answer that takes longer is none. */
const PATIENCE_MS = 1_000

/** Nodes with one clock and one store, and ways to it that the test decides. */
class World {
  nowMs = 1_800_000_000_000
  readonly store = new MemoryLeaseStore(
    () => this.nowMs,
    () => 3,
  )
  readonly nodes: { readonly limits: LeasedLimits; pausedUntilMs: number }[] = []
  /** When calls were admitted. */
  readonly admissions: number[] = []
  #due: { readonly atMs: number; readonly happen: () => void }[] = []

  addNode(fateOf: () => Fate): void {
    const remote: LeaseStore['draw'] = async (requests, returns, onLate) => {
      const { thereMs, backMs } = fateOf()
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<LeaseStore['draw']>>>()
      const sentMs = this.nowMs
      this.at(sentMs + PATIENCE_MS, () => reject(new Error('too late')))
      this.at(this.nowMs + thereMs, () => {
        void this.store.draw(requests, returns).then(
          (grants) =>
            this.at(this.nowMs + backMs, () => {
              if (this.nowMs >= sentMs + PATIENCE_MS) onLate?.(grants)
              else resolve(grants)
            }),
          () => undefined,
        )
      })
      return promise
    }
    const limits = new LeasedLimits({
      stores: [
        {
          kinds: this.store.kinds,
          draw: remote,
          giveBack: async (returns) => void (await remote([], returns)),
          look: async () => [],
        },
      ],
      node: `nod_${this.nodes.length + 1}`,
      clock: { nowMs: () => this.nowMs, monotonicMs: () => this.nowMs },
      log: silentLog,
      schedule: queueMicrotask,
      after: (delayMs, work) => this.at(this.nowMs + delayMs, work),
    })
    this.nodes.push({ limits, pausedUntilMs: 0 })
  }

  at(atMs: number, happen: () => void): void {
    this.#due.push({ atMs, happen })
  }

  /** A call that nobody waits for here. */
  call(index: number, policy: LimitPolicy): void {
    const node = this.nodes[index % this.nodes.length]
    if (node === undefined || this.nowMs < node.pausedUntilMs) return
    const decided = (kind: string): void => {
      if (kind === 'admitted') this.admissions.push(this.nowMs)
    }
    const admission = node.limits.admit([policy], 1)
    if (admission instanceof Promise) void admission.then(({ kind }) => decided(kind))
    else decided(admission.kind)
  }

  async pass(ms: number, stepMs = 50): Promise<void> {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += stepMs) {
      const due = this.#due.filter(({ atMs }) => atMs <= this.nowMs)
      this.#due = this.#due.filter(({ atMs }) => atMs > this.nowMs)
      for (const { happen } of due.toSorted((one, other) => one.atMs - other.atMs)) happen()
      await settled()
      for (const { limits, pausedUntilMs } of this.nodes) if (this.nowMs >= pausedUntilMs) limits.sweep()
      await settled()
    }
  }

  get admitted(): number {
    return this.admissions.length
  }
}

const near = (): Fate => ({ thereMs: 0, backMs: 0 })

const burst = fc.record({
  afterMs: fc.integer({ min: 0, max: 3_000 }),
  node: fc.nat(2),
  calls: fc.integer({ min: 1, max: 30 }),
  thereMs: fc.constantFrom(0, 0, 0, 300, 900, 1_500, 12_000, 40_000),
  backMs: fc.constantFrom(0, 0, 0, 300, 900, 1_500),
  pauseMs: fc.constantFrom(0, 0, 0, 0, 400, 5_000, 20_000),
})

type Burst = typeof burst extends fc.Arbitrary<infer Value> ? Value : never

/** Bursts of calls at three nodes; then the ways are short again. */
async function attack(world: World, policy: LimitPolicy, bursts: readonly Burst[]): Promise<void> {
  let fate: Fate = near()
  for (let node = 0; node < 3; node++) world.addNode(() => fate)
  for (const { afterMs, node, calls, thereMs, backMs, pauseMs } of bursts) {
    await world.pass(afterMs)
    fate = { thereMs, backMs }
    for (let call = 0; call < calls; call++) world.call(node, policy)
    await settled()
    const its = world.nodes[node]
    if (its !== undefined) its.pausedUntilMs = world.nowMs + pauseMs
  }
  fate = near()
}

describe('credits', () => {
  test('that a node drew before it stood still for long are not spent: it may have been buried meanwhile', async () => {
    const world = new World()
    world.store.grant('key_1', 1_000)
    world.addNode(near)
    for (let call = 0; call < 60; call++) {
      world.call(0, creditsOf('key_1'))
      await world.pass(50)
    }
    const spent = world.admitted
    const [block] = world.store.books.credits.get('key_1')?.blocks.values() ?? []
    expect(block?.units).toBeGreaterThan(spent)
    // Not even its timers run; somebody else settles what its spool told, and the rest is spent elsewhere.
    world.nowMs += 31_000
    const settling = { kind: 'credits', id: 'key_1', node: 'nod_1', block: 1, spent, doubted: false } as const
    closeBlock(world.store.books.credits, settling)
    world.store.grant('key_1', spent - 1_000)
    expect(world.store.books.credits.get('key_1')).toMatchObject({ booked: 0 })
    for (let call = 0; call < 40; call++) world.call(0, creditsOf('key_1'))
    await world.pass(2_000)
    expect(world.admitted).toBe(spent)
  })

  test('are not drawn by a call that arrives after its block was closed', async () => {
    const world = new World()
    world.store.grant('key_1', 10)
    let fate: Fate = { thereMs: 25_000, backMs: 0 }
    world.addNode(() => fate)
    world.call(0, creditsOf('key_1'))
    await world.pass(500)
    fate = near()
    await world.pass(60_000, 500)
    expect(world.admitted).toBe(0)
    const account = world.store.books.credits.get('key_1')
    expect(account?.booked).toBe(10)
    expect(account === undefined ? 0 : leasedOf(account)).toBe(0)
  })

  test('are booked exactly as often as calls were admitted, however slow the ways, whoever stands still', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(burst, { minLength: 1, maxLength: 25 }),
        fc.constantFrom(1, 20, 300),
        fc.constantFrom('bounded' as const, 'exact' as const),
        async (bursts, units, limitClass) => {
          const world = new World()
          const policy = creditsOf('key_1', { class: limitClass })
          world.store.grant('key_1', units)
          await attack(world, policy, bursts)
          await world.pass(75_000, 500)
          const account = world.store.books.credits.get('key_1')
          expect(account === undefined ? 0 : leasedOf(account)).toBe(0)
          expect(units - (account?.booked ?? 0)).toBe(world.admitted)
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)
})

describe('a draw whose answer comes after its lease has ended', () => {
  test.each([
    ['window', windowOf(3, 3_600_000)],
    ['quota', quotaOf(3)],
  ])('costs no unit of a small %s: the call tries again with a lease that is long enough', async (_kind, policy) => {
    const world = new World()
    let fate: Fate = { thereMs: 50, backMs: 600 }
    world.addNode(() => fate)
    for (let call = 0; call < 3; call++) world.call(0, policy)
    await world.pass(3_000)
    expect(world.admitted).toBe(3)
    fate = near()
    world.call(0, policy)
    await world.pass(3_000)
    expect(world.admitted).toBe(3)
  })

  test.each([
    ['window', windowOf(3, 3_600_000)],
    ['quota', quotaOf(3)],
  ])('and nobody waits for it any more, gives the units of a %s back', async (_kind, policy) => {
    const world = new World()
    let fate: Fate = { thereMs: 50, backMs: 1_400 }
    world.addNode(() => fate)
    for (let call = 0; call < 3; call++) world.call(0, policy)
    await world.pass(1_100)
    expect(world.admitted).toBe(0)
    fate = near()
    await world.pass(1_000)
    for (let call = 0; call < 4; call++) world.call(0, policy)
    await world.pass(1_000)
    expect(world.admitted).toBe(3)
  })

  test('never lets more through in any window than the limit, however slow the ways, whoever stands still', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(burst, { minLength: 1, maxLength: 25 }),
        fc.constantFrom(1, 3, 20, 300),
        async (bursts, limit) => {
          const world = new World()
          const policy = windowOf(limit, 2_000)
          await attack(world, policy, bursts)
          const most = Math.max(
            0,
            ...world.admissions.map(
              (endMs) => world.admissions.filter((at) => at > endMs - 2_000 && at <= endMs).length,
            ),
          )
          expect(most).toBeLessThanOrEqual(limit)
        },
      ),
      { numRuns: 25 },
    )
  }, 60_000)
})
