import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from './testing.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
  await store.raw('create table account (id int primary key, amount int8 not null)', [])
})
afterAll(() => store.dispose())

async function amounts(): Promise<unknown> {
  return store.raw('select id, amount from account order by id', [])
}

describe('transaction', () => {
  test('writes all or nothing, and hands the failure on unchanged', async () => {
    const failure = new Error('changed my mind')
    await expect(
      store.transaction(async (tx) => {
        await sql`insert into account values (9, 1)`.execute(tx)
        throw failure
      }),
    ).rejects.toBe(failure)
    expect(await amounts()).toEqual([])
  })

  test('two that block each other both succeed: the one that was cancelled is done again', async () => {
    await store.raw('insert into account values (1, 0), (2, 0)', [])
    let runs = 0
    const add = (first: number, second: number): Promise<void> =>
      store.transaction(async (tx) => {
        runs += 1
        await sql`update account set amount = amount + 1 where id = ${first}`.execute(tx)
        await new Promise((resolve) => setTimeout(resolve, 100))
        await sql`update account set amount = amount + 1 where id = ${second}`.execute(tx)
      })
    await Promise.all([add(1, 2), add(2, 1)])
    expect(await amounts()).toEqual([
      { id: 1, amount: 2 },
      { id: 2, amount: 2 },
    ])
    expect(runs).toBeGreaterThan(2)
  })

  test('gives up after four tries', async () => {
    let runs = 0
    const always = store.transaction(async (tx) => {
      runs += 1
      await sql`do $$ begin raise exception using errcode = '40001'; end $$`.execute(tx)
    })
    await expect(always).rejects.toMatchObject({ code: '40001' })
    expect(runs).toBe(4)
  })

  test('a lost connection is store_unavailable with its cause, and the store recovers by itself', async () => {
    const lost = store.transaction(async (tx) => {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(tx)
      await store.raw('select pg_terminate_backend($1)', [rows[0]?.pid])
      await sql`select 1`.execute(tx)
    })
    await expect(lost).rejects.toMatchObject({ code: 'store_unavailable', status: 503, cause: expect.anything() })
    expect(store.available()).toBe(false)
    await expect.poll(() => store.available()).toBe(true)
  })

  test('what is wrong with a statement is not taken for a lost connection', async () => {
    await expect(store.transaction((tx) => sql`select 1/0`.execute(tx))).rejects.toMatchObject({ code: '22012' })
    expect(store.available()).toBe(true)
  })

  test('a constraint of the table reaches the caller with its name', async () => {
    await store.raw('insert into account values (5, 0)', [])
    await expect(store.raw('insert into account values (5, 0)', [])).rejects.toMatchObject({
      code: '23505',
      constraint: 'account_pkey',
    })
  })
})

describe('raw', () => {
  test('survives the end of its connections', async () => {
    await expect(store.raw('select pg_terminate_backend(pg_backend_pid())', [])).rejects.toMatchObject({
      code: 'store_unavailable',
    })
    expect(await store.raw('select 1 as one', [])).toEqual([{ one: 1 }])
  })
})
