import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../store/testing.ts'
import type { DrawRequest } from './lease-store.ts'
import { PgLeaseStore } from './pg-lease-store.ts'
import { describeStore } from './testing/describe-store.ts'
import { expectArithmetic } from './testing/lease-store-suite.ts'
import { MemoryLeaseStore } from './testing/memory-lease-store.ts'
import { Simulation } from './testing/simulation.ts'
import { START_MS } from './testing/worlds.ts'

let store: TestStore

beforeAll(async () => {
  store = await openTestStore()
})
afterAll(async () => store.dispose())

async function setLiveNodes(count: number): Promise<void> {
  await store.raw('delete from feed_node where true', [])
  await store.raw(
    `insert into feed_node (id, name, roles, version, seen_at) select 'nod_' || n, 'n', '{gateway}', '0', clock_timestamp() + interval '1 hour' from generate_series(1, $1) n`,
    [count],
  )
}

async function grant(account: string, units: number): Promise<void> {
  await store.raw(`insert into usage_credit (account_id, workspace_id) values ($1, 'wsp_1')`, [account])
  await store.raw(`select usage_credit_book($1, 'grant', $2, 'first', null, null)`, [account, units])
}

/** The real function, told what time it is. */
function atTime(nowMs: () => number): PgLeaseStore {
  return new PgLeaseStore({
    raw: async (text, values) =>
      text.includes('usage_draw')
        ? store.raw(text.replace('$2::jsonb)', '$2::jsonb, $3)'), [...values, nowMs()])
        : store.raw(text.replace('clock_timestamp()', 'to_timestamp($3::float8 / 1000)'), [...values, nowMs()]),
  })
}

describe('the SQL function', () => {
  test.each([1, 2, 9])(
    'decides as the arithmetic does, with %i nodes, over edits, returns and a clock that steps back',
    async (nodes) => {
      await setLiveNodes(nodes)
      await expectArithmetic({ open: atTime, grant }, nodes, 60)
    },
  )

  const MONTH_MS = 31 * 86_400_000
  const largest = { windowMs: MONTH_MS, burst: Math.floor(2 ** 52 / MONTH_MS) }
  const extremes = [
    { limit: 1, windowMs: 60_000, burst: 20_000_000 },
    { limit: 1, windowMs: 1_000, burst: 1_000_000_000 },
    { limit: 1_000_000_000, windowMs: 1_000, burst: 1_000_000_000 },
    { limit: 1, ...largest },
    { limit: 1_000_000_000, ...largest },
  ]

  test('decides the largest bursts that can be declared as the arithmetic does, and any edit of one to another', async () => {
    await setLiveNodes(2)
    let nowMs = START_MS
    const memory = new MemoryLeaseStore(
      () => nowMs,
      () => 2,
    )
    const real = atTime(() => nowMs)
    const asDraw = (id: string, shape: (typeof extremes)[number], want: number) =>
      ({ kind: 'burst', id, ...shape, want, alone: false, patienceMs: 0 }) as const
    for (const [at, before] of extremes.entries())
      for (const [to, after] of extremes.entries()) {
        const draws: readonly DrawRequest[] = [
          { cost: 1, leastMs: 20, limits: [asDraw(`extreme:${at}:${to}`, before, before.burst)] },
          { cost: before.burst / 4, leastMs: 20, limits: [asDraw(`extreme:${at}:${to}`, before, before.burst)] },
          { cost: 1, leastMs: 20, limits: [asDraw(`extreme:${at}:${to}`, after, 400)] },
        ].map((draw) => ({ ...draw, cost: Math.ceil(draw.cost) }))
        for (const draw of draws) {
          nowMs += 5
          expect(await real.look(draw.cost, draw.limits)).toEqual(
            (await memory.look(draw.cost, draw.limits)).map((sight) => (draw === draws[0] ? undefined : sight)),
          )
          expect(await real.draw([draw], [])).toEqual(await memory.draw([draw], []))
        }
      }
  })

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
          .map((shape) => ({ ...shape, kind: 'window' as const, want: 20, alone: false, patienceMs: 0 }))
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

describeStore(async (liveNodes) => {
  await setLiveNodes(liveNodes)
  return new Simulation(START_MS, (its) => atTime(() => Math.floor(its.nowMs)))
})
