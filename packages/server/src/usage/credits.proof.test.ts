import { balanceOf, makeId, type CreditsPolicy } from '@claviger/core'
import fc from 'fast-check'
import { randomBytes } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { listEntries } from '#audit'
import { silentLog } from '#config'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { createCounters, type RunningCounters } from './counters.ts'
import {
  bookCredits,
  expireCredits,
  listCreditEntries,
  listOpenBlocks,
  readCredits,
  type CreditCaller,
  type NewCreditEntry,
} from './credits.ts'
import type { CreditDraw } from './lease-store.ts'
import { PgLeaseStore } from './pg-lease-store.ts'
import { noteCreditSpends, settleCredits } from './settle-credits.ts'
import { startChild, type Child } from './testing/child.ts'
import { creditsOf } from './testing/worlds.ts'

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
const caller: CreditCaller = { workspaceId: 'wsp_1', actor: { type: 'system', id: 'test' } }

let store: TestStore
let seal: Seal
let account = ''
let node = ''
let testNumber = 0
const running: RunningCounters[] = []
const children: Child[] = []

beforeAll(async () => {
  store = await openTestStore()
  seal = await openSeal(store, store.config, silentLog)
  for (const id of ['wsp_1', 'wsp_2']) await store.transaction(async (tx) => seal.ensureWorkspace(tx, id))
})
beforeEach(() => {
  account = `key_${++testNumber}`
  node = account
})
afterEach(async () => {
  for (const counters of running.splice(0)) await counters.close()
  for (const child of children.splice(0)) child.process.kill('SIGKILL')
})
afterAll(async () => {
  await seal.close()
  await store.dispose()
})

const book = async (entry: Partial<NewCreditEntry>) =>
  bookCredits(store, caller, {
    accountId: account,
    kind: 'grant',
    units: undefined,
    reference: `${Math.random()}`,
    ...entry,
  })
const balance = async () => readCredits(store.db, 'wsp_1', account)
const entries = async () =>
  listCreditEntries(store.db, { workspaceId: 'wsp_1', accountId: account }, { before: undefined, limit: 1_000 })
const blocks = async () => listOpenBlocks(store.db, { workspaceId: 'wsp_1', accountId: account })
const draw = async (want: number, changes: Partial<CreditDraw> = {}, cost = 1) => {
  const limit: CreditDraw = {
    kind: 'credits',
    id: account,
    limit: 0,
    node,
    block: 1,
    want,
    alone: false,
    patienceMs: 0,
    ...changes,
  }
  const [grant] = await new PgLeaseStore(store).draw([{ cost, leastMs: 0, limits: [limit] }], [])
  return grant?.limits[0]?.units
}
const close = async (spent: number, block = 1) =>
  new PgLeaseStore(store).giveBack([{ kind: 'credits', id: account, node, block, spent, doubted: false }])

function open(): RunningCounters {
  const counters = createCounters({ store, node: `nod_${testNumber}_${running.length}`, clock, log: silentLog })
  running.push(counters)
  return counters
}

describe('the ledger', () => {
  test('grants, adjusts, refunds and expires; the balance is the sum', async () => {
    await book({ units: 100 })
    await draw(60)
    await close(40)
    await book({ kind: 'refund', units: 15 })
    await book({ kind: 'adjust', units: -5 })
    await book({ kind: 'expire', units: -50 })
    const ledger = (await entries()).toReversed()
    expect(ledger.map(({ kind, units, balance }) => [kind, units, balance])).toEqual([
      ['grant', 100, 100],
      ['spend', -40, 60],
      ['refund', 15, 75],
      ['adjust', -5, 70],
      ['expire', -50, 20],
    ])
    expect(await balance()).toEqual({ balance: 20, reserved: 0 })
    expect(balanceOf(ledger)).toBe(20)
  })

  test('takes the same reference once, and refuses it for other units', async () => {
    const first = await book({ units: 10, reference: 'invoice 7' })
    expect(await book({ units: 10, reference: 'invoice 7' })).toEqual(first)
    await expect(book({ units: 11, reference: 'invoice 7' })).rejects.toMatchObject({ code: 'conflict' })
    await book({ units: 10, reference: 'invoice 8' })
    expect(await balance()).toEqual({ balance: 20, reserved: 0 })
  })

  test('takes a refund once, however many say it at once', async () => {
    await book({ units: 10 })
    await draw(10)
    await close(10)
    await Promise.all(Array.from({ length: 20 }, async () => book({ kind: 'refund', units: 4, reference: 'call 1' })))
    expect(await balance()).toEqual({ balance: 4, reserved: 0 })
  })

  test('never refunds more than was spent, and never falls below what nodes hold', async () => {
    await book({ units: 100 })
    await draw(30)
    await expect(book({ kind: 'adjust', units: -71 })).rejects.toMatchObject({ code: 'conflict' })
    await book({ kind: 'adjust', units: -70 })
    await close(20)
    await expect(book({ kind: 'refund', units: 21 })).rejects.toMatchObject({ code: 'conflict' })
    await book({ kind: 'refund', units: 20 })
    await expect(book({ kind: 'refund', units: 1 })).rejects.toMatchObject({ code: 'conflict' })
    expect(await balance()).toEqual({ balance: 30, reserved: 0 })
  })

  test('is written with its entry in the audit log, and the refused leave nothing', async () => {
    await book({ units: 5, note: 'welcome' })
    await book({ kind: 'adjust', units: -6 }).catch(() => undefined)
    const page = await listEntries(store.db, { workspaceId: 'wsp_1', resourceId: account, limit: 10 })
    expect(page.items.map(({ operation, values }) => [operation, values['units'], values['balance']])).toEqual([
      ['credits.grant', 5, 5],
    ])
  })

  test('of another workspace is not there', async () => {
    await book({ units: 5 })
    const stranger = { ...caller, workspaceId: 'wsp_2' }
    const entry = { accountId: account, kind: 'grant', units: 5, reference: 'x' } as const
    await expect(bookCredits(store, stranger, entry)).rejects.toMatchObject({ code: 'not_found' })
    expect(await readCredits(store.db, 'wsp_2', account)).toEqual({ balance: 0, reserved: 0 })
    expect(
      await listCreditEntries(store.db, { workspaceId: 'wsp_2', accountId: account }, { before: undefined, limit: 9 }),
    ).toEqual([])
    expect(await listOpenBlocks(store.db, { workspaceId: 'wsp_2', accountId: account })).toEqual([])
  })

  test('cannot be changed afterwards', async () => {
    await book({ units: 5 })
    for (const statement of [
      'update usage_credit_entry set units = 6',
      'delete from usage_credit_entry',
      'truncate usage_credit_entry',
    ])
      await expect(store.raw(statement, [])).rejects.toMatchObject({ code: '42501' })
  })

  test('is read page by page, newest first', async () => {
    for (let units = 1; units <= 5; units++) await book({ units })
    const page = await listCreditEntries(
      store.db,
      { workspaceId: 'wsp_1', accountId: account },
      { before: 4, limit: 2 },
    )
    expect(page.map(({ number, units }) => [number, units])).toEqual([
      [3, 3],
      [2, 2],
    ])
  })
})

describe('grants that end', () => {
  const soon = (ms: number): Date => new Date(Date.now() + ms)

  test('are spent before those that do not, the soonest first, and what is left of them expires', async () => {
    await book({ units: 100 })
    await book({ units: 20, endsAt: soon(3_600_000) })
    await book({ units: 10, endsAt: soon(60_000) })
    await draw(15)
    await close(15)
    await expireCredits(store, soon(120_000))
    expect(await balance()).toEqual({ balance: 115, reserved: 0 })
    await expireCredits(store, soon(7_200_000))
    expect(await balance()).toEqual({ balance: 100, reserved: 0 })
    expect((await entries()).filter(({ kind }) => kind === 'expire').map(({ units }) => units)).toEqual([-15])
  })

  test('give nothing from the very moment they end, even before anybody has cleared them away', async () => {
    await book({ units: 10, endsAt: soon(150) })
    expect(await draw(3)).toBe(3)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(await draw(3, { block: 2 })).toBe(0)
    expect(await balance()).toEqual({ balance: 3, reserved: 3 })
    await close(1)
    await expireCredits(store, new Date())
    expect(await balance()).toEqual({ balance: 0, reserved: 0 })
  })
})

describe('the books', () => {
  test('balance after whatever was granted, drawn, closed, told and expired, in any order', async () => {
    const move = fc.oneof(
      fc.record({
        what: fc.constant('grant' as const),
        units: fc.integer({ min: 1, max: 50 }),
        endsInMs: fc.option(fc.integer({ min: -50, max: 100_000 })),
      }),
      fc.record({ what: fc.constant('adjust' as const), units: fc.integer({ min: -60, max: 20 }) }),
      fc.record({ what: fc.constant('refund' as const), units: fc.integer({ min: 1, max: 30 }) }),
      fc.record({
        what: fc.constant('draw' as const),
        units: fc.integer({ min: 1, max: 40 }),
        block: fc.integer({ min: 1, max: 4 }),
        alone: fc.boolean(),
      }),
      fc.record({
        what: fc.constant('tell' as const),
        units: fc.integer({ min: 1, max: 9 }),
        block: fc.integer({ min: 1, max: 5 }),
      }),
      fc.record({ what: fc.constant('close' as const), units: fc.nat(50), block: fc.integer({ min: 1, max: 5 }) }),
      fc.record({ what: fc.constant('expire' as const), inMs: fc.integer({ min: 0, max: 200_000 }) }),
      fc.record({ what: fc.constant('settle' as const) }),
      fc.record({
        what: fc.constantFrom('refund of' as const, 'adjust of' as const),
        about: fc.integer({ min: 1, max: 8 }),
        units: fc.option(fc.integer({ min: -30, max: 30 })),
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 25 }), async (moves) => {
        account = `key_${++testNumber}`
        node = account
        for (const each of moves) {
          if (each.what === 'grant') {
            const endsAt = each.endsInMs === null ? undefined : new Date(Date.now() + each.endsInMs)
            await book({ units: each.units, endsAt })
          }
          if ((each.what === 'adjust' || each.what === 'refund') && each.units !== 0)
            await book({ kind: each.what, units: each.units }).catch(onlyConflict)
          if (each.what === 'draw') await draw(each.units, { block: each.block, alone: each.alone })
          if (each.what === 'tell') {
            const line = `["o",1,"r","gw","w","a","k",1,null,null,"GET","/","","","valid","all",0,0,null,null,null,null,[[${each.block},${each.units}]]]`
            await store.transaction(async (tx) => noteCreditSpends(tx, node, [line]))
          }
          if (each.what === 'close') await close(each.units, each.block)
          if (each.what === 'expire') await expireCredits(store, new Date(Date.now() + each.inMs))
          if (each.what === 'refund of' || each.what === 'adjust of') await bookAbout(each)
          if (each.what === 'settle') {
            await store.transaction(async (tx) => settleCredits(tx, node))
            // The next start of the process has another id.
            node = `${node}_again`
          }
          const { balance: booked, reserved } = await balance()
          const ledger = (await entries()).toReversed()
          expect(balanceOf(ledger)).toBe(booked)
          expect(ledger.at(-1)?.balance ?? 0).toBe(booked)
          expect((await blocks()).reduce((sum, { units }) => sum + units, 0)).toBe(reserved)
          expect(reserved).toBeLessThanOrEqual(booked)
          for (const { number, units } of ledger) {
            const after = units + ledger.reduce((sum, other) => sum + (other.about === number ? other.units : 0), 0)
            expect(Math.abs(after)).toBeLessThanOrEqual(Math.abs(units))
            expect(after * units).toBeGreaterThanOrEqual(0)
          }
        }
      }),
      { numRuns: 40 },
    )
  })
})

describe('what a spool tells', () => {
  const line = (spends: readonly (readonly [number, number])[]): string =>
    `["o",1790000000000,"req_1","gw","wsp_1","app_1","key_1",1,null,null,"GET","/","","","valid","all",0,0,null,null,null,null,${JSON.stringify(spends)}]`

  test('is what a dead node has spent; the rest of its blocks is free', async () => {
    await book({ units: 100 })
    await draw(30)
    await draw(20, { block: 2 })
    await store.transaction(async (tx) =>
      noteCreditSpends(tx, node, [
        line([[1, 3]]),
        line([
          [1, 1],
          [2, 5],
        ]),
        line([[1, 1]]),
      ]),
    )
    expect((await blocks()).map(({ units, spent }) => [units, spent])).toEqual([
      [30, 5],
      [20, 5],
    ])
    expect(await store.transaction(async (tx) => settleCredits(tx, node))).toBe(2)
    expect(await balance()).toEqual({ balance: 90, reserved: 0 })
    expect(await store.transaction(async (tx) => settleCredits(tx, node))).toBe(0)
  })

  test('changes nothing of blocks that the node has closed itself, and never goes beyond a block', async () => {
    await book({ units: 100 })
    await draw(10)
    await close(4)
    await close(9)
    await draw(10, { block: 2 })
    await store.transaction(async (tx) => noteCreditSpends(tx, node, [line([[1, 4]]), line([[2, 50]])]))
    await store.transaction(async (tx) => settleCredits(tx, node))
    expect(await balance()).toEqual({ balance: 86, reserved: 0 })
  })
})

describe('exactly 1,000 credits', () => {
  test.each(['bounded', 'exact'] as const)(
    'and 64 clients in one process, class %s: 1,000 calls are admitted, and booked',
    async (limitClass) => {
      await book({ units: 1_000 })
      const counters = open()
      const policy = creditsOf(account, { class: limitClass })
      let admitted = 0
      const client = async (): Promise<void> => {
        for (let refusals = 0; refusals < 3;) {
          const { kind } = await counters.admit([policy], 1)
          if (kind === 'admitted') admitted++
          else refusals += 1
          if (kind !== 'admitted') await new Promise((resolve) => setTimeout(resolve, 200))
        }
      }
      await Promise.all(Array.from({ length: 64 }, client))
      expect(admitted).toBe(1_000)
      await counters.close()
      expect(await balance()).toEqual({ balance: 0, reserved: 0 })
    },
  )

  test.each(['bounded', 'exact'] as const)(
    'and 64 clients in three processes of which one is killed, class %s: 1,000 are debited, and no call in flight is missing that the victim had not',
    async (limitClass) => {
      await book({ units: 1_000 })
      const clients = [22, 21, 21]
      const policy: CreditsPolicy = creditsOf(account, { class: limitClass })
      const processes = await Promise.all(clients.map(async (count) => startClients(policy, count)))
      for (const { tell } of processes) tell()
      const [victim, ...survivors] = processes
      await expect.poll(() => victim?.said('answered'), { timeout: 10_000 }).toBeGreaterThan(60)
      victim?.process.kill('SIGKILL')
      await victim?.ended
      // Units that the victim had drawn and not used are not lost: its spool tells which those are.
      const left = (await blocks()).find(({ nodeId }) => nodeId === victim?.nodeId)
      if (limitClass === 'bounded') expect(left?.units).toBeGreaterThan(victim?.said('answered') ?? 0)
      await expect.poll(balance, { timeout: 40_000, interval: 250 }).toEqual({ balance: 0, reserved: 0 })
      for (const { tell } of survivors) tell()
      await Promise.all(survivors.map(async ({ ended }) => ended))
      expect(survivors.map(({ said }) => said('done'))).toEqual([1, 1])
      const answers = processes.reduce((sum, { said }) => sum + said('answered'), 0)
      expect(answers).toBeLessThanOrEqual(1_000)
      expect(answers).toBeGreaterThanOrEqual(1_000 - 22)
      const debits = (await entries()).filter(({ kind }) => kind === 'spend').reduce((sum, { units }) => sum - units, 0)
      expect(debits).toBe(1_000)
    },
  )
})

async function startClients(policy: CreditsPolicy, clients: number): Promise<Child & { readonly nodeId: string }> {
  const program = fileURLToPath(new URL('credits.child.ts', import.meta.url))
  const nodeId = makeId('nod', Date.now(), randomBytes(10))
  const { databaseUrl, dataDir } = store.config
  const child = await startChild(program, [
    databaseUrl?.reveal() ?? '',
    dataDir,
    nodeId,
    JSON.stringify(policy),
    `${clients}`,
  ])
  children.push(child)
  return { ...child, nodeId }
}

async function bookAbout(move: {
  readonly what: 'refund of' | 'adjust of'
  readonly about: number
  readonly units: number | null
}): Promise<void> {
  const kind = move.what === 'refund of' ? 'refund' : 'adjust'
  const units = kind === 'refund' && move.units !== null ? Math.abs(move.units) : (move.units ?? undefined)
  if (units === 0) return
  const refused = (error: unknown): void =>
    expect(error).toMatchObject({ code: expect.stringMatching(/^(conflict|validation_failed)$/) })
  await book({ kind, units, about: move.about }).catch(refused)
}

function onlyConflict(error: unknown): void {
  expect(error).toMatchObject({ code: 'conflict' })
}
