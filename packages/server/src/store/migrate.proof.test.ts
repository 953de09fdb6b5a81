import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openPool } from './connection.ts'
import { migrate, readMigrations, type Migration } from './migrate.ts'
import { openStore } from './open-store.ts'
import { openTestStore, type TestStore } from './testing.ts'

let store: TestStore
beforeEach(async () => {
  store = await openTestStore()
})
afterEach(() => store.dispose())

const own = readMigrations()
const more = (name: string, text: string): readonly Migration[] => [
  ...own,
  { name, sql: text, checksum: `${text.length}` },
]

async function start(migrations: readonly Migration[]): Promise<void> {
  const again = await openStore(store.config, silentLog, { migrations })
  await again.close()
}

describe('migrations', () => {
  test('stand in one order, with a number each', () => {
    expect(own.map((migration) => migration.name)).toEqual(
      own.map(() => expect.stringMatching(/^\d{4}_[a-z]+(?:_[a-z]+)*$/)),
    )
    expect(new Set(own.map((migration) => migration.name.slice(0, 4))).size).toBe(own.length)
  })

  test('are applied once, also when several processes start at once', async () => {
    const next = more('9001_test', 'create table test_once (n int); insert into test_once values (1);')
    await Promise.all([start(next), start(next), start(next)])
    await start(next)
    expect(await store.raw('select count(*) as times from test_once', [])).toEqual([{ times: 1 }])
  })

  test('that fail leave nothing behind, and the server says which one it was', async () => {
    const broken = more('9001_test', 'create table test_half (n int); select 1/0;')
    await expect(start(broken)).rejects.toMatchObject({
      code: 'migration_failed',
      message: expect.stringContaining('9001_test'),
    })
    expect(await store.raw("select to_regclass('test_half') as there", [])).toEqual([{ there: null }])
    await start(more('9001_test', 'create table test_half (n int);'))
  })

  test('of a newer server stop an older one', async () => {
    await start(more('9001_test', 'select 1'))
    await expect(start(own)).rejects.toMatchObject({
      code: 'schema_newer',
      message: expect.stringContaining('9001_test'),
    })
  })

  test('that were edited after they were applied stop the server', async () => {
    await start(more('9001_test', 'select 1'))
    await expect(start(more('9001_test', 'select 12'))).rejects.toMatchObject({
      code: 'schema_edited',
      message: expect.stringContaining('9001_test'),
    })
  })

  test('are skipped by one query when there is nothing to do', async () => {
    let asked = 0
    const target = { connectionString: store.config.databaseUrl?.reveal() ?? '' }
    const usual = openPool({ target, max: 1, name: 'test' }).on('acquire', () => (asked += 1))
    const openUnbounded = (): never => {
      throw new Error('there was nothing to apply')
    }
    await migrate({ usual, openUnbounded }, own, silentLog)
    await usual.end()
    expect(asked).toBe(1)
  })
})
