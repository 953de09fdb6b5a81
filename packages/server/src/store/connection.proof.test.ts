import { once } from 'node:events'
import { createConnection, createServer, type Socket } from 'node:net'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openPool } from './connection.ts'
import { openTestStore, type TestStore } from './testing.ts'

let store: TestStore
beforeAll(async () => {
  store = await openTestStore()
})
afterAll(() => store.dispose())

/** A network before the database that can go deaf: nothing passes any more, and nothing is closed. */
async function deafNetwork(): Promise<{ readonly url: string; deafen(): void; close(): void }> {
  const url = new URL(store.config.databaseUrl?.reveal() ?? '')
  const socketDir = url.searchParams.get('host')
  const sockets = new Set<Socket>()
  const server = createServer((near) => {
    const far =
      socketDir === null
        ? createConnection(Number(url.port), url.hostname)
        : createConnection(`${socketDir}/.s.PGSQL.5432`)
    for (const socket of [near, far]) sockets.add(socket.on('error', () => {}))
    near.pipe(far).pipe(near)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  url.searchParams.delete('host')
  url.host = '127.0.0.1'
  url.port = String(typeof address === 'object' ? address?.port : 0)
  return {
    url: url.href,
    deafen: () => sockets.forEach((socket) => socket.unpipe().pause()),
    close: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

test('a connection whose network went deaf is not used again', async () => {
  const network = await deafNetwork()
  const pool = openPool({ target: { connectionString: network.url }, max: 1, name: 'test', statementTimeoutMs: 200 })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  expect((await sql`select 1 as one`.execute(db)).rows).toEqual([{ one: 1 }])
  network.deafen()
  const startedAtMs = Date.now()
  await expect(sql`select 1`.execute(db)).rejects.toThrow('Query read timeout')
  // a new connection passes: only the sockets that were open are deaf
  expect((await sql`select 2 as two`.execute(db)).rows).toEqual([{ two: 2 }])
  expect(Date.now() - startedAtMs).toBeLessThan(8_000)
  network.close()
  await db.destroy()
})

test('a statement that takes too long is ended by the database', async () => {
  const pool = openPool({
    target: { connectionString: store.config.databaseUrl?.reveal() ?? '' },
    max: 1,
    name: 'test',
    statementTimeoutMs: 100,
  })
  await expect(pool.query('select pg_sleep(5)')).rejects.toMatchObject({ code: '57014' })
  await pool.end()
})
