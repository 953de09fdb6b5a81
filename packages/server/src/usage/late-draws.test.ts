/** Nodes that stand still, answers that are lost, and draws that arrive when nobody waits for them any more. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import type { LeaseStore } from './lease-store.ts'
import { LeasedLimits } from './leased-limits.ts'
import { closeBlock, leasedOf } from './testing/credit-arithmetic.ts'
import { MemoryLeaseStore } from './testing/memory-lease-store.ts'
import { creditsOf } from './testing/worlds.ts'

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve))
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
  readonly nodes: { readonly limits: LeasedLimits; pausedUntilMs: number; admitted: number }[] = []
  #due: { readonly atMs: number; readonly happen: () => void }[] = []

  addNode(fateOf: () => Fate): void {
    const remote: LeaseStore['draw'] = async (requests, returns) => {
      const { thereMs, backMs } = fateOf()
      const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<LeaseStore['draw']>>>()
      this.at(this.nowMs + PATIENCE_MS, () => reject(new Error('too late')))
      this.at(this.nowMs + thereMs, () => {
        void this.store.draw(requests, returns).then(
          (grants) => this.at(this.nowMs + backMs, () => resolve(grants)),
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
    this.nodes.push({ limits, pausedUntilMs: 0, admitted: 0 })
  }

  at(atMs: number, happen: () => void): void {
    this.#due.push({ atMs, happen })
  }

  /** A call that nobody waits for here. */
  call(index: number, policy: ReturnType<typeof creditsOf>): void {
    const node = this.nodes[index % this.nodes.length]
    if (node === undefined || this.nowMs < node.pausedUntilMs) return
    const decided = (kind: string): void => {
      if (kind === 'admitted') node.admitted++
    }
    const admission = node.limits.admit([policy], 1)
    if (admission instanceof Promise) void admission.then(({ kind }) => decided(kind))
    else decided(admission.kind)
  }

  async pass(ms: number): Promise<void> {
    for (const endMs = this.nowMs + ms; this.nowMs < endMs; this.nowMs += 50) {
      const due = this.#due.filter(({ atMs }) => atMs <= this.nowMs)
      this.#due = this.#due.filter(({ atMs }) => atMs > this.nowMs)
      for (const { happen } of due.toSorted((one, other) => one.atMs - other.atMs)) happen()
      await settled()
      for (const { limits, pausedUntilMs } of this.nodes) if (this.nowMs >= pausedUntilMs) limits.sweep()
      await settled()
    }
  }

  get admitted(): number {
    return this.nodes.reduce((sum, { admitted }) => sum + admitted, 0)
  }
}

const near = (): Fate => ({ thereMs: 0, backMs: 0 })

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
    await world.pass(60_000)
    expect(world.admitted).toBe(0)
    const account = world.store.books.credits.get('key_1')
    expect(account?.booked).toBe(10)
    expect(account === undefined ? 0 : leasedOf(account)).toBe(0)
  })

  const burst = fc.record({
    afterMs: fc.integer({ min: 0, max: 3_000 }),
    node: fc.nat(2),
    calls: fc.integer({ min: 1, max: 30 }),
    thereMs: fc.constantFrom(0, 0, 0, 300, 900, 1_500, 12_000, 40_000),
    backMs: fc.constantFrom(0, 0, 0, 300, 900, 1_500),
    pauseMs: fc.constantFrom(0, 0, 0, 0, 400, 5_000, 20_000),
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
          await world.pass(75_000)
          const account = world.store.books.credits.get('key_1')
          expect(account === undefined ? 0 : leasedOf(account)).toBe(0)
          expect(units - (account?.booked ?? 0)).toBe(world.admitted)
        },
      ),
      { numRuns: 40 },
    )
  }, 60_000)
})
