import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { silentLog } from '#config'
import { openPool } from './connection.ts'
import { createJobs } from './jobs.ts'
import { openStore } from './open-store.ts'
import type { Store } from './store.ts'
import { openTestStore, type TestStore } from './testing.ts'

let store: TestStore
let other: Store
beforeAll(async () => {
  store = await openTestStore()
  other = await openStore(store.config, silentLog)
})
afterAll(async () => {
  await other.close()
  await store.dispose()
})

test('a repeated job runs on one of two workers, and a handed-over one once', async () => {
  const runs: string[] = []
  const handled: object[] = []
  for (const [name, worker] of [
    ['first', store],
    ['second', other],
  ] as const) {
    worker.jobs.every('tick', 3_600_000, () => Promise.resolve(void runs.push(name)))
    worker.jobs.every('midnight', '0 0 * * *', () => Promise.resolve())
    worker.jobs.handle('mail', (payload) => Promise.resolve(void handled.push(payload)))
  }
  await Promise.all([store.jobs.start(), other.jobs.start()])
  await store.jobs.once('mail', { to: 'somebody' })
  await expect.poll(() => runs.length, { timeout: 15_000 }).toBe(1)
  await expect.poll(() => handled, { timeout: 15_000 }).toEqual([{ to: 'somebody' }])
  await new Promise((resolve) => setTimeout(resolve, 3_000))
  expect(runs).toHaveLength(1)
})

test('a start that failed is no start: the next one succeeds', async () => {
  const pool = openPool({
    target: { connectionString: store.config.databaseUrl?.reveal() ?? '' },
    max: 2,
    name: 'claviger jobs test',
  })
  const jobs = createJobs(pool, silentLog)
  const query = vi.spyOn(pool, 'query').mockImplementation(() => {
    throw new Error('away')
  })
  await expect(jobs.start()).rejects.toThrow('away')
  query.mockRestore()
  await expect(jobs.start()).resolves.toBeUndefined()
  await jobs.stop()
  await pool.end()
})

test('a job that fails is tried again', async () => {
  let tries = 0
  const late = await openStore(store.config, silentLog)
  late.jobs.handle('fragile', () => {
    tries += 1
    return tries < 2 ? Promise.reject(new Error('not yet')) : Promise.resolve()
  })
  await late.jobs.start()
  await late.jobs.once('fragile', {})
  await expect.poll(() => tries, { timeout: 20_000 }).toBe(2)
  await late.close()
})

test(
  'a repeated job whose worker is killed runs again on another within a minute or so',
  { timeout: 150_000 },
  async () => {
    const program = fileURLToPath(new URL('./jobs.child.ts', import.meta.url))
    const { databaseUrl, dataDir } = store.config
    const child = spawn(
      process.execPath,
      ['--conditions=@claviger/source', program, databaseUrl?.reveal() ?? '', dataDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    )
    await once(child.stdout, 'data')
    const exited = once(child, 'exit')
    child.kill('SIGKILL')
    await exited
    let runs = 0
    const heir = await openStore(store.config, silentLog)
    heir.jobs.every('hangs', 2_000, () => Promise.resolve(void (runs += 1)))
    await heir.jobs.start()
    await expect.poll(() => runs, { timeout: 120_000, interval: 500 }).toBeGreaterThan(0)
    await heir.close()
  },
)
