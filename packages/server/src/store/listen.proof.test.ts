import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestStore, type TestStore } from './testing.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.dispose())

test('a broken connection is told, opened again, and hears again', async () => {
  const heard: string[] = []
  const states: string[] = []
  const subscription = await store.listen(
    'bell',
    (payload) => heard.push(payload),
    (state) => states.push(state),
  )
  await store.raw(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'claviger listen bell' and datname = current_database()",
    [],
  )
  await expect.poll(() => states, { timeout: 5_000 }).toEqual(['up', 'down', 'up'])
  await store.raw("select pg_notify('bell', 'again')", [])
  await expect.poll(() => heard).toEqual(['again'])
  await subscription.close()
  expect(states).toEqual(['up', 'down', 'up'])
})

test('after close nothing is heard', async () => {
  const heard: string[] = []
  const subscription = await store.listen(
    'bell',
    (payload) => heard.push(payload),
    () => {},
  )
  await subscription.close()
  await store.raw("select pg_notify('bell', 'late')", [])
  expect(heard).toEqual([])
})

test('a channel name that would have to be quoted is refused', async () => {
  await expect(
    store.listen(
      'bell; drop table x',
      () => {},
      () => {},
    ),
  ).rejects.toThrow('not a channel name')
})
