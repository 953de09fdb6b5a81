import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { bucketWidthOf } from './bucket-width.ts'
import type { DrawRequest, UnusedUnits } from './lease-store.ts'
import { PgLeaseStore } from './pg-lease-store.ts'
import { MemoryLeaseStore } from './testing/memory-lease-store.ts'

let store: TestStore

beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => store.dispose())

async function setLiveNodes(count: number): Promise<void> {
  await store.raw('delete from feed_node where true', [])
  await store.raw(
    `insert into feed_node (id, name, roles, version) select 'nod_' || n, 'n', '{gateway}', '0' from generate_series(1, ${count}) n`,
    [],
  )
}

/** The real function, told what time it is. */
function atTime(nowMs: () => number): PgLeaseStore {
  return new PgLeaseStore({
    raw: async (text, values) => store.raw(text.replace('$2::jsonb)', '$2::jsonb, $3)'), [...values, nowMs()]),
  })
}

const policies = [
  { limit: 5, windowMs: 1_000, buckets: 10 },
  { limit: 100, windowMs: 10_000, buckets: 10 },
  { limit: 1_000, windowMs: 60_000, buckets: 60 },
  { limit: 700, windowMs: 61_003, buckets: 60 },
]

const limitDraw = fc.record({
  which: fc.constantFrom(0, 1, 2, 3),
  want: fc.integer({ min: 1, max: 400 }),
  alone: fc.boolean(),
  // Another shape of the same counter: somebody edited the limit.
  edited: fc.boolean(),
})

const step = fc.record({
  passedMs: fc.oneof(fc.integer({ min: -2_000, max: 2_000 }), fc.integer({ min: 0, max: 30_000 })),
  requests: fc.array(
    fc.record({
      cost: fc.integer({ min: 1, max: 40 }),
      leastMs: fc.integer({ min: 0, max: 200 }),
      limits: fc.uniqueArray(limitDraw, { minLength: 1, maxLength: 3, selector: (draw) => draw.which }),
    }),
    { maxLength: 3 },
  ),
  returnShare: fc.double({ min: 0, max: 1, noNaN: true }),
})

type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never

function drawRequest(run: string, request: Step['requests'][number]): DrawRequest {
  const { cost, leastMs, limits } = request
  return {
    cost,
    leastMs,
    limits: limits.map(({ which, want, alone, edited }) => {
      const base = policies[which] ?? { limit: 1, windowMs: 1, buckets: 1 }
      const policy = edited ? { ...base, limit: base.limit * 2, windowMs: base.windowMs * 3 } : base
      return {
        id: `${run}:${which}`,
        limit: policy.limit,
        windowMs: policy.windowMs,
        widthMs: bucketWidthOf(policy),
        want: Math.max(want, cost),
        alone,
      }
    }),
  }
}

describe('the SQL function', () => {
  test.each([1, 2, 9])(
    'decides as the arithmetic does, with %i nodes, over edits, returns and a clock that steps back',
    async (nodes) => {
      await setLiveNodes(nodes)
      let run = 0
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 25 }), async (steps) => {
          const name = `${nodes}-${++run}`
          let nowMs = 1_800_000_000_000
          const memory = new MemoryLeaseStore(
            () => nowMs,
            () => nodes,
          )
          const real = atTime(() => nowMs)
          let held: UnusedUnits[] = []
          for (const { passedMs, requests, returnShare } of steps) {
            nowMs += passedMs
            const sent = requests.map((request) => drawRequest(name, request))
            const returned = held
              .map((one) => ({ ...one, units: Math.floor(one.units * returnShare) }))
              .filter((one) => one.units > 0)
            const expected = await memory.draw(sent, returned)
            expect(await real.draw(sent, returned)).toEqual(expected)
            held = expected.flatMap((grant, at) =>
              grant.limits.map((limit, index) => {
                const draw = sent[at]?.limits[index]
                return {
                  id: draw?.id ?? '',
                  widthMs: draw?.widthMs ?? 1,
                  bucket: limit.bucket,
                  units: grant.granted ? limit.units : 0,
                }
              }),
            )
          }
        }),
        { numRuns: 60 },
      )
    },
  )

  test('many connections at once never wait in a circle, and never grant more than the limit', async () => {
    await setLiveNodes(2)
    const shapes = Array.from({ length: 6 }, (_, index) => ({
      id: `busy:${index}`,
      limit: 300,
      windowMs: 60_000,
      widthMs: 1_000,
    }))
    const real = new PgLeaseStore(store)
    const sums = new Map<string, number>()
    await Promise.all(
      Array.from({ length: 200 }, async (_, turn) => {
        const limits = shapes
          .filter((_shape, index) => (turn >> (index % 4)) % 2 === 0)
          .map((shape) => ({ ...shape, want: 20, alone: false }))
        if (turn % 2 === 1) limits.reverse()
        if (limits.length === 0) return
        const [grant] = await real.draw([{ cost: 3, leastMs: 0, limits }], [])
        for (const [index, limit] of (grant?.limits ?? []).entries()) {
          const id = limits[index]?.id ?? ''
          sums.set(id, (sums.get(id) ?? 0) + limit.units)
        }
      }),
    )
    expect([...sums.keys()].toSorted()).toEqual(shapes.map((shape) => shape.id))
    for (const sum of sums.values()) expect(sum).toBeLessThanOrEqual(300)
  })
})
