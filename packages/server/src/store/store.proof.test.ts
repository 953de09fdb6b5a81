import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from './testing.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.dispose())

describe('values from the database', () => {
  test('an int8 is a number while it is safe', async () => {
    expect(await store.raw('select 9007199254740991::int8 as whole, array[1,2]::int8[] as list', [])).toEqual([
      { whole: 9_007_199_254_740_991, list: [1, 2] },
    ])
  })

  test('an int8 that a number cannot hold is an error, never a wrong number', async () => {
    await expect(store.raw('select 9007199254740993::int8 as whole', [])).rejects.toThrow(RangeError)
  })

  test('an instant is a Date', async () => {
    expect(await store.raw("select '2026-01-02T03:04:05.678Z'::timestamptz(3) as at", [])).toEqual([
      { at: new Date('2026-01-02T03:04:05.678Z') },
    ])
  })
})

describe('listen', () => {
  test('hears what is notified in a transaction when it commits', async () => {
    const heard: string[] = []
    const states: string[] = []
    const subscription = await store.listen(
      'bell',
      (payload) => heard.push(payload),
      (state) => states.push(state),
    )
    await store.transaction(async (tx) => {
      await sql`select pg_notify('bell', 'ding')`.execute(tx)
      expect(heard).toEqual([])
    })
    await expect.poll(() => heard).toEqual(['ding'])
    expect(states).toEqual(['up'])
    await subscription.close()
  })
})
