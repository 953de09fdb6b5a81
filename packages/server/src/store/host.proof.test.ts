import { createServer } from 'node:net'
import { once } from 'node:events'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { loadConfig, silentLog } from '#config'
import { openStore } from './open-store.ts'
import { openTestStore, type TestStore } from './testing.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.dispose())

async function open(url: string, feedUrl?: string): Promise<unknown> {
  const config = loadConfig(
    { DATABASE_URL: url, CLAVIGER_FEED_DATABASE_URL: feedUrl, CLAVIGER_DATA_DIR: store.config.dataDir },
    '/',
  )
  const opened = await openStore(config, silentLog)
  await opened.close()
  return opened.engine
}

const own = (): string => store.config.databaseUrl?.reveal() ?? ''

describe('DATABASE_URL', () => {
  test('that works makes the store an external one', async () => {
    expect(await open(own())).toBe('external')
  })

  test('to a port where nobody listens says so, and never the password', async () => {
    const failure = await open('postgres://u:hunter2@127.0.0.1:1/d').catch((error: unknown) => error)
    expect(failure).toMatchObject({
      code: 'database_unreachable',
      message: expect.stringContaining('Is PostgreSQL running there'),
    })
    expect(String(failure)).not.toContain('hunter2')
  })

  test('to a database that does not exist says so', async () => {
    const url = new URL(own())
    url.pathname = '/nosuch'
    expect(await open(url.href).catch((error: unknown) => error)).toMatchObject({
      code: 'database_refused',
      message: expect.stringContaining('"nosuch" does not exist'),
    })
  })

  test('to something that never answers gives up within seconds', async () => {
    const deaf = createServer(() => {}).listen(0, '127.0.0.1')
    await once(deaf, 'listening')
    const address = deaf.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    const startedAtMs = Date.now()
    expect(await open(`postgres://u@127.0.0.1:${port}/d`).catch((error: unknown) => error)).toMatchObject({
      code: 'database_unreachable',
    })
    expect(Date.now() - startedAtMs).toBeLessThan(10_000)
    deaf.close()
  })

  test('with a feed that cannot be reached names the variable that is wrong', async () => {
    expect(await open(own(), 'postgres://u@127.0.0.1:1/d').catch((error: unknown) => error)).toMatchObject({
      message: expect.stringContaining('CLAVIGER_FEED_DATABASE_URL'),
    })
  })
})
