/** Draws of credits that reach PostgreSQL after their block was closed, or after their node was buried. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { bookCredits, readCredits } from './credits.ts'
import type { CreditDraw, DrawRequest, Overspend, Returned } from './lease-store.ts'
import { PgLeaseStore } from './pg-lease-store.ts'
import { noteSpends } from './rows-credits.ts'
import { settleCredits } from './settle-credits.ts'
import { windowOf } from './testing/worlds.ts'

let store: TestStore
let seal: Seal
let leases: PgLeaseStore
let account = ''
let node = ''
let testNumber = 0

beforeAll(async () => {
  store = await openTestStore()
  seal = await openSeal(store, store.config, silentLog)
  await store.transaction(async (tx) => seal.ensureWorkspace(tx, 'wsp_1'))
  leases = new PgLeaseStore(store)
})
beforeEach(async () => {
  account = `key_late_${++testNumber}`
  node = `nod_late_${testNumber}`
  await bookCredits(
    store,
    { workspaceId: 'wsp_1', actor: { type: 'system', id: 'test' } },
    { accountId: account, kind: 'grant', units: 100, reference: 'first' },
  )
})
afterAll(async () => {
  await seal.close()
  await store.dispose()
})

const asking = (changes: Partial<CreditDraw> = {}): DrawRequest => {
  const common = {
    kind: 'credits',
    id: account,
    limit: 0,
    node,
    block: 1,
    want: 5,
    alone: false,
    patienceMs: 0,
  } as const
  return { cost: 1, leastMs: 0, limits: [{ ...common, ...changes }] }
}
const closing = (changes: Partial<Extract<Returned, { kind: 'credits' }>> = {}): Returned => ({
  kind: 'credits',
  id: account,
  node,
  block: 1,
  spent: 0,
  doubted: true,
  ...changes,
})
const balance = async () => readCredits(store.db, 'wsp_1', account)
const settle = async (): Promise<number> => store.transaction(async (tx) => settleCredits(tx, node))
/** A value, not an error: it concerns nobody else. */
const ended = { granted: false, nodeEnded: true }
const late = { cause: { code: '55000' } }

describe('a draw that comes after its block was closed with a draw unanswered', () => {
  test('draws nothing, whether the block was there or not', async () => {
    await leases.giveBack([closing()])
    await expect(leases.draw([asking()], [])).rejects.toMatchObject(late)
    await leases.draw([asking({ block: 2 })], [])
    await leases.giveBack([closing({ block: 2, spent: 2 })])
    await expect(leases.draw([asking({ block: 2 })], [])).rejects.toMatchObject(late)
    expect(await balance()).toEqual({ balance: 98, reserved: 0 })
  })

  test('charges no other limit of the same call either', async () => {
    const { id, limit, windowMs } = windowOf(9, 60_000, { id: `window:${account}` })
    const common = { id, limit, windowMs, widthMs: 6_000, want: 1, alone: true, patienceMs: 0 }
    const window: DrawRequest = { cost: 1, leastMs: 0, limits: [{ ...common, kind: 'window' }] }
    await leases.giveBack([closing()])
    await expect(leases.draw([window, asking()], [])).rejects.toMatchObject(late)
    const [grant] = await leases.draw([window], [])
    expect(grant?.limits[0]?.remaining).toBe(8)
  })

  test('leaves other blocks and blocks without a doubt alone', async () => {
    await leases.giveBack([closing(), closing({ block: 2, doubted: false })])
    expect((await leases.draw([asking({ block: 2 }), asking({ block: 3 })], [])).map(({ granted }) => granted)).toEqual(
      [true, true],
    )
  })
})

describe('a draw of a node that was buried', () => {
  test('draws nothing, from an account that the node never drew from either', async () => {
    await leases.draw([asking()], [])
    expect(await settle()).toBe(1)
    expect(await leases.draw([asking(), asking({ block: 7 })], [])).toMatchObject([ended, ended])
    expect(await balance()).toEqual({ balance: 100, reserved: 0 })
    expect(await settle()).toBe(0)
  })

  test('hears of it, and the other limits of the call are counted: only what goes with its credits is not', async () => {
    const { id, limit, windowMs } = windowOf(9, 60_000, { id: `window:${account}` })
    const common = { id, limit, windowMs, widthMs: 6_000, want: 1, alone: true, patienceMs: 0 }
    const window = { ...common, kind: 'window' } as const
    const [credits] = asking().limits
    await settle()
    const grants = await leases.draw(
      [
        { cost: 1, leastMs: 0, limits: [window] },
        { cost: 1, leastMs: 0, limits: [window, ...(credits === undefined ? [] : [credits])] },
      ],
      [],
    )
    expect(grants).toMatchObject([{ granted: true }, ended])
    expect(grants[0]?.nodeEnded).toBeUndefined()
    expect((await leases.draw([{ cost: 1, leastMs: 0, limits: [window] }], []))[0]?.limits[0]?.remaining).toBe(7)
  })

  test('comes wholly before the burial or after it, at whatever moment it is sent', async () => {
    for (let round = 0; round < 20; round++) {
      node = `nod_race_${round}`
      const block = round % 2 === 0 ? 1 : 2
      if (block === 2) await leases.draw([asking()], [])
      const drawing = Array.from({ length: 6 }, async () => leases.draw([asking({ block })], []).catch(() => undefined))
      const [settled] = await Promise.all([settle(), ...drawing])
      expect(settled).toBeLessThanOrEqual(2)
      expect(await balance()).toEqual({ balance: 100, reserved: 0 })
    }
  })

  test('waits while the burial is under way', async () => {
    let drawn: Promise<unknown> | undefined
    await store.transaction(async (tx) => {
      await settleCredits(tx, node)
      drawn ??= leases.draw([asking()], [])
      expect(await Promise.race([drawn, new Promise((done) => setTimeout(() => done('waits'), 200))])).toBe('waits')
    })
    expect(await drawn).toMatchObject([ended])
    expect(await balance()).toEqual({ balance: 100, reserved: 0 })
  })
})

describe('closing a block of which more was spent than was drawn', () => {
  const told: Overspend[] = []
  const close = async (changes: Parameters<typeof closing>[0]): Promise<readonly Overspend[]> => {
    told.length = 0
    await new PgLeaseStore(store, (overspend) => told.push(overspend)).giveBack([
      closing({ doubted: false, ...changes }),
    ])
    return [...told]
  }

  test('books what was drawn, and tells of both numbers', async () => {
    const [grant] = await leases.draw([asking()], [])
    const booked = grant?.limits[0]?.units ?? 0
    expect(await close({ spent: booked + 3 })).toEqual([{ account, node, block: 1, spent: booked + 3, booked }])
    expect(await balance()).toEqual({ balance: 100 - booked, reserved: 0 })
  })

  test('tells it of a block that there never was, too', async () => {
    expect(await close({ block: 9, spent: 2 })).toEqual([{ account, node, block: 9, spent: 2, booked: 0 }])
    expect(await close({ block: 9, spent: 0 })).toEqual([])
  })

  test('is not what a second word is: of one who does not know whether the first was heard, or after a settlement', async () => {
    await leases.draw([asking()], [])
    expect(await close({ spent: 2 })).toEqual([])
    expect(await close({ spent: 2 })).toEqual([])
    expect(await close({ spent: 2, again: true })).toEqual([])
    await leases.draw([asking({ block: 2 })], [])
    await store.transaction(async (tx) => noteSpends(tx, node, [{ block: 2, units: 1 }]))
    await settle()
    expect(await close({ block: 2, spent: 1 })).toEqual([])
    expect(await close({ block: 2, spent: 2 })).toMatchObject([{ spent: 2, booked: 1 }])
  })
})
