/**
 * What every lease store must do: the same as the arithmetic, step by step, over edits, returns and a clock that steps back.
 * The stores' own tests run this with the real thing.
 */
import type { LimitKind } from '@claviger/core'
import fc from 'fast-check'
import { expect } from 'vitest'
import { bucketWidthOf } from '../bucket-width.ts'
import type { DrawRequest, Grant, LeaseStore, LimitDraw, LimitSight, Returned } from '../lease-store.ts'
import { MemoryLeaseStore } from './memory-lease-store.ts'

export interface StoreUnderTest {
  /** The real store, told what time it is. */
  readonly open: (nowMs: () => number) => LeaseStore
  /** Gives an account units, where the store has accounts. */
  readonly grant?: (account: string, units: number) => Promise<void>
}

const START_MS = Date.parse('2026-11-24T12:00Z')
const DAY_MS = 86_400_000

const windows = [
  { limit: 5, windowMs: 1_000, buckets: 10 },
  { limit: 100, windowMs: 10_000, buckets: 10 },
  { limit: 1_000, windowMs: 60_000, buckets: 60 },
  { limit: 700, windowMs: 61_003, buckets: 60 },
  // as much as the schema lets one declare, and a half of it where an edit doubles it
  { limit: 500_000_000, windowMs: 893 * 1_000_000, buckets: 60 },
]
const bursts = [
  { limit: 5, windowMs: 1_000, burst: 1 },
  { limit: 70, windowMs: 61_003, burst: 10 },
  { limit: 1_000, windowMs: 1_000, burst: 400 },
  { limit: 1, windowMs: 60_000, burst: 20_000_000 },
]
const quotas = [
  { limit: 40, lengthMs: DAY_MS },
  { limit: 3_000, lengthMs: 20_000 },
  { limit: 500_000_000, lengthMs: 366 * DAY_MS },
]
const slots = [{ limit: 3 }, { limit: 30 }, { limit: 200 }, { limit: 500_000_000 }]

const number = (min: number, max: number): fc.Arbitrary<number> => fc.integer({ min, max })

const limitDraw = fc.record({
  kind: fc.constantFrom<LimitKind>('window', 'burst', 'quota', 'concurrency', 'credits'),
  which: number(0, 4),
  want: number(1, 400),
  alone: fc.boolean(),
  // Another shape of the same counter: somebody edited the limit.
  isEdited: fc.boolean(),
  patienceMs: fc.constantFrom(0, 0, 50, 500),
  node: fc.constantFrom('nod_a', 'nod_b'),
  need: number(0, 12),
  waiting: number(0, 5),
  spare: number(0, 60),
  isStale: fc.boolean(),
})

const step = fc.record({
  passedMs: fc.oneof(number(-2_000, 2_000), number(0, 30_000)),
  requests: fc.array(
    fc.record({
      cost: number(1, 40),
      leastMs: number(0, 200),
      limits: fc.uniqueArray(limitDraw, {
        minLength: 1,
        maxLength: 3,
        selector: ({ kind, which }) => (kind === 'credits' ? kind : `${kind} ${which}`),
      }),
    }),
    { maxLength: 3 },
  ),
  returnShare: fc.double({ min: 0, max: 1, noNaN: true }),
  usesBefore: number(0, 2_000),
})

type Asked = typeof limitDraw extends fc.Arbitrary<infer Value> ? Value : never
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

let run = 0

/** @param liveNodes as the real store sees them, too */
export async function expectArithmetic(
  { open, grant }: StoreUnderTest,
  liveNodes: number,
  numRuns: number,
): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), number(0, 2_000), async (steps, credit) => {
      const world = new World(`${liveNodes}-${++run}`)
      const memory = new MemoryLeaseStore(
        () => world.nowMs,
        () => liveNodes,
      )
      const real = open(() => world.nowMs)
      if (credit > 0 && grant !== undefined) {
        await grant(world.idOf('credits', 0), credit)
        memory.grant(world.idOf('credits', 0), credit)
      }
      for (const each of steps) {
        world.nowMs += each.passedMs
        const sent = world.requestsOf(each, real.kinds)
        const returns = world.returnsOf(each)
        const expected = await memory.draw(sent, returns)
        expect(await real.draw(sent, returns)).toEqual(expected)
        world.remember(sent, expected)
        for (const { cost, limits } of sent)
          expectSights(await real.look(cost, limits), await memory.look(cost, limits))
      }
    }),
    { numRuns },
  )
}

/** What was never drawn from is not seen, and is whole. */
function expectSights(seen: readonly (LimitSight | undefined)[], expected: readonly (LimitSight | undefined)[]): void {
  expect(seen.length).toBe(expected.length)
  for (const [at, sight] of seen.entries())
    if (sight === undefined) expect([0, Infinity]).toContain(expected[at]?.fitsMs)
    else expect(sight).toEqual(expected[at])
}

class World {
  nowMs = START_MS
  readonly #name: string
  #sequence = 1
  #block = 0
  #held: { readonly draw: LimitDraw; readonly bucket: number; readonly units: number }[] = []

  constructor(name: string) {
    this.#name = name
  }

  idOf(kind: LimitKind, which: number): string {
    return `${this.#name}:${kind}:${which}`
  }

  requestsOf({ requests }: Step, kinds: ReadonlySet<LimitKind>): readonly DrawRequest[] {
    return requests
      .map(({ cost, leastMs, limits }) => ({
        cost,
        leastMs,
        limits: limits.filter(({ kind }) => kinds.has(kind)).map((asked) => this.#drawOf(asked, cost)),
      }))
      .filter(({ limits }) => limits.length > 0)
  }

  /** A part of what was granted last comes back; some of it as used, before its bucket. */
  returnsOf({ returnShare, usesBefore }: Step): readonly Returned[] {
    return this.#held.flatMap(({ draw, bucket, units }): readonly Returned[] => {
      const { id } = draw
      const returned = Math.floor(units * returnShare)
      switch (draw.kind) {
        case 'window': {
          const usedBucket = usesBefore > 0 && draw.widthMs === 1 ? bucket - usesBefore : undefined
          return returned === 0
            ? []
            : [{ kind: 'window', id, widthMs: draw.widthMs, bucket, units: returned, usedBucket }]
        }
        case 'burst':
          return []
        case 'quota':
          return returned === 0 ? [] : [{ kind: 'quota', id, bucket, units: returned }]
        case 'concurrency':
          return [{ kind: 'concurrency', id, node: draw.node, sequence: ++this.#sequence, slots: returned }]
        case 'credits':
          return [{ kind: 'credits', id, node: draw.node, block: draw.block, spent: returned, doubted: false }]
      }
    })
  }

  remember(sent: readonly DrawRequest[], grants: readonly Grant[]): void {
    this.#held = sent.flatMap(({ limits }, at) =>
      limits.flatMap((draw, index) => {
        const limit = grants[at]?.limits[index]
        return grants[at]?.granted === true && limit !== undefined
          ? [{ draw, bucket: limit.bucket, units: limit.units }]
          : []
      }),
    )
  }

  #drawOf({ kind, which, want, alone, isEdited, patienceMs, ...slot }: Asked, cost: number): LimitDraw {
    const node = `${slot.node}_${this.#name}`
    const wanted = Math.max(want, cost)
    const times = isEdited ? 2 : 1
    const common = { id: this.idOf(kind, kind === 'credits' ? 0 : which), alone, patienceMs }
    switch (kind) {
      case 'window': {
        const { limit, windowMs, buckets } = at(windows, which)
        const policy = { limit: limit * times, windowMs: windowMs * (isEdited ? 3 : 1), buckets }
        return {
          ...common,
          kind,
          limit: policy.limit,
          windowMs: policy.windowMs,
          widthMs: bucketWidthOf(policy),
          want: wanted,
        }
      }
      case 'burst': {
        const { limit, windowMs, burst } = at(bursts, which)
        return { ...common, kind, limit: limit * times, windowMs, burst: burst * times, want: wanted }
      }
      case 'quota': {
        const { limit, lengthMs } = at(quotas, which)
        const start = Math.floor(this.nowMs / lengthMs) * lengthMs
        const starts = [-1, 0, 1, 2].map((offset) => start + offset * lengthMs)
        return { ...common, kind, limit: limit * times, starts, want: wanted }
      }
      case 'concurrency': {
        const sequence = slot.isStale ? Math.max(1, this.#sequence - 1) : ++this.#sequence
        const { need, waiting, spare } = slot
        return { ...common, kind, limit: at(slots, which).limit * times, node, sequence, need, waiting, spare }
      }
      case 'credits':
        return { ...common, kind, limit: 0, node, block: which % 2 === 0 ? this.#block : ++this.#block, want: wanted }
    }
  }
}

function at<Item>(items: readonly Item[], which: number): Item {
  const item = items[which % items.length]
  if (item === undefined) throw new RangeError('no such shape')
  return item
}
