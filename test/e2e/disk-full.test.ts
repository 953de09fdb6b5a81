/** A disk that is full: a start says so and leaves nothing behind; a running server does what is declared, and comes back. */
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { engineProcesses, isRunning, postmasterOf } from '../support/engine.ts'
import { api, freePort, makeDataDir, makeKey, makeWorld, startProduct, type Product } from '../support/product.ts'
import { runToItsEnd } from '../support/run-server.ts'
import { mayMountSmallDisk, mountSmallDisk, type SmallDisk } from '../support/small-disk.ts'

/** Free space is looked at every 3 s; the machine may be busy. */
const SEEN_WITHIN = { timeout: 20_000, interval: 100 }
const A_START_FAILS_WITHIN_MS = 20_000

vi.setConfig({ testTimeout: 180_000 })
let disk: SmallDisk
let product: Product | undefined

afterEach(async () => {
  await product?.dispose()
  product = undefined
  disk.dispose()
})

const mayMount = mayMountSmallDisk()

describe.skipIf(!mayMount)('a start on a disk without space', () => {
  /** What it says, when it was one sentence or two for the person at the terminal, and soon. */
  async function refusedStart(settings: Readonly<Record<string, string>>): Promise<string> {
    const startedAtMs = performance.now()
    const { code, printed } = await runToItsEnd({
      CLAVIGER_LISTEN: `127.0.0.1:${await freePort()}`,
      CLAVIGER_DATA_DIR: disk.dir,
      ...settings,
    })
    expect(performance.now() - startedAtMs).toBeLessThan(A_START_FAILS_WITHIN_MS)
    expect(code).toBe(1)
    expect(printed).not.toMatch(/^\s+at |report it|DatabaseError/m)
    expect(postmasterOf(disk.dir)).toBeUndefined()
    return /^Claviger cannot start: (.*)$/m.exec(printed)?.[1] ?? printed
  }

  test('too small for a new installation: says what is there and what it takes, and begins nothing', async () => {
    disk = mountSmallDisk(200)
    expect(await refusedStart({})).toMatch(
      /has \d+ MB free\. A new database needs \d+ MB, and .* less than 256 MB .*\(CLAVIGER_DISK_STOP_FREE_MB\)\. Free some space/,
    )
    expect(await readdir(disk.dir)).toEqual([])
  })

  test('the file system has no room for so many files: half a database is taken away again', async () => {
    disk = mountSmallDisk(600, 300)
    expect(await refusedStart({})).toBe(
      `The disk that holds ${disk.dir} is full: it has no space or no inodes left. ` +
        'Free some, or set CLAVIGER_DATA_DIR to a folder on another disk.',
    )
    expect((await readdir(disk.dir)).filter((name) => name.startsWith('postgres'))).toEqual([])
  })

  test('full under an installation that was stopped: server and command line say so; with space it starts again', async () => {
    disk = mountSmallDisk(300)
    const settings = { CLAVIGER_DATA_DIR: disk.dir, CLAVIGER_DISK_STOP_FREE_MB: '10' }
    product = await startProduct(settings)
    await product.stop()
    disk.leave(0)
    expect(await refusedStart(settings)).toContain('is full')
    const command = await product.cli(['admin', 'create-key', '--role', 'owner'])
    expect(command).toMatchObject({ code: 1, stderr: expect.stringContaining('is full') })
    expect(command.stderr).not.toMatch(/^\s+at /m)
    disk.release()
    await product.start()
    expect(await product.cli(['doctor'])).toMatchObject({ code: 0 })
  })

  test('full where the seal key belongs: says which file, and leaves no half of it behind', async () => {
    disk = mountSmallDisk(5)
    await mkdir(disk.dir)
    disk.leave(0)
    const dataDir = await makeDataDir()
    const settings = { CLAVIGER_DATA_DIR: dataDir, CLAVIGER_SEAL_KEY_FILE: join(disk.dir, 'seal.key') }
    expect(await refusedStart(settings)).toMatch(/^Cannot write the seal key to .*seal\.key: ENOSPC/)
    expect(postmasterOf(dataDir)).toBeUndefined()
    expect(await readdir(disk.dir)).toEqual([])
    disk.release()
    product = await startProduct(settings)
    expect(await product.cli(['doctor'])).toMatchObject({ code: 0 })
  })

  test('little is left, and what was installed runs: it says what that means', async () => {
    disk = mountSmallDisk(300)
    product = await startProduct({ CLAVIGER_DATA_DIR: disk.dir, CLAVIGER_DISK_STOP_FREE_MB: '100' })
    await product.stop()
    disk.leave(50)
    const started = product.start()
    await expect
      .poll(() => product?.output(), SEEN_WITHIN)
      .toMatch(/has \d+ MB free: calls are refused until there is more/)
    disk.release()
    await started
  })
})

describe.skipIf(!mayMount)('a disk that fills up under a running server', () => {
  let upstream: Awaited<ReturnType<typeof startStandIn>>
  beforeEach(async () => {
    upstream = await startStandIn({ key: 'sk-stand-in' })
    disk = mountSmallDisk(300)
  })
  afterEach(async () => upstream.close())

  async function start(mode: 'refuse' | 'drop') {
    const running = await startProduct({
      CLAVIGER_DATA_DIR: disk.dir,
      CLAVIGER_DISK_WARN_FREE_MB: '120',
      CLAVIGER_DISK_STOP_FREE_MB: '60',
      CLAVIGER_DISK_FULL_MODE: mode,
    })
    product = running
    const world = await makeWorld(running, upstream.origin)
    await api(running, 'POST', '/routes', {
      name: 'audited',
      api_id: world.apiId,
      upstream_url: upstream.origin,
      required_scopes: ['notes.read'],
      audit: 'before-answer',
    })
    const key = await makeKey(running, world)
    const statuses: number[] = []
    return { running, world, key, statuses, call }

    /** Answers the status; those of the ordinary route are remembered. */
    async function call(route: 'notes' | 'audited' = 'notes'): Promise<string> {
      const answer = await fetch(`${running.url}/gw/${route}/echo`, { headers: { 'x-api-key': key.secret } })
      const text = await answer.text()
      if (route === 'notes') statuses.push(answer.status)
      if (answer.status === 200) return '200'
      expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
      const problem: unknown = JSON.parse(text)
      return `${answer.status} ${Reflect.get(Object(problem), 'code')}`
    }
  }

  test(
    'refuse: warns, then takes no call that it could not journal, and comes back',
    { timeout: 180_000 },
    async () => {
      const { running, world, key, statuses, call } = await start('refuse')
      expect(await outcomes(20, call)).toEqual(['200'])

      disk.leave(100)
      await expect.poll(async () => ready(running), SEEN_WITHIN).toEqual([200, 'degraded', 'The disk is filling up.'])
      expect(await metric(running, 'claviger_disk_level')).toBe(1)
      expect(await outcomes(20, call)).toEqual(['200'])

      disk.leave(40)
      await expect
        .poll(async () => ready(running), SEEN_WITHIN)
        .toEqual([503, 'unready', 'The disk is full: decisions cannot be journaled, and are refused.'])
      const spoolBytes = await metric(running, 'claviger_spool_bytes')
      expect(await outcomes(20, call)).toEqual(['503 journal_full'])
      expect(await outcomes(5, async () => call('audited'))).toEqual(['503 journal_full'])
      const verified = await api(running, 'POST', '/keys/verify', { key: key.secret, api_id: world.apiId })
      expect([verified.status, verified.body['code']]).toEqual([503, 'journal_full'])
      // each is counted, and none takes the space that is left
      expect(await metric(running, REFUSED)).toBe(26)
      expect((await metric(running, 'claviger_spool_bytes')) - spoolBytes).toBeLessThan(1_000)
      expect(await metric(running, 'claviger_disk_level')).toBe(2)
      expect(await metric(running, 'claviger_disk_free_bytes')).toBeLessThan(60 * 1024 * 1024)
      // an operator can act
      const other = await makeKey(running, world)
      expect(await api(running, 'POST', `/keys/${other.id}/revoke`, {})).toMatchObject({ status: 200 })

      disk.leave(0)
      expect(await outcomes(20, call)).toEqual(['503 journal_full'])
      expect((await ready(running))[0]).toBe(503)
      expect(await api(running, 'GET', '/keys')).toMatchObject({ status: 200 })

      disk.release()
      await expect.poll(async () => ready(running), SEEN_WITHIN).toEqual([200, 'ready'])
      expect(await outcomes(20, call)).toEqual(['200'])
      expect(await metric(running, 'claviger_disk_level')).toBe(0)
      await expectJournaled(running, key.id, statuses.filter((status) => status === 200).length)
      await expectEvent(running, { mode: 'refuse', refused: await metric(running, REFUSED), dropped: 0 })
    },
  )

  test('refuse: full at one blow, under load, no call that was answered is missing in the journal', async () => {
    const { running, key, statuses, call } = await start('refuse')
    let isOn = true
    const load = Promise.all(
      Array.from({ length: 8 }, async () => {
        while (isOn) {
          await call()
          await sleep(5)
        }
      }),
    )
    try {
      await expect.poll(() => statuses.filter((status) => status === 200).length).toBeGreaterThan(100)
      disk.leave(0)
      await expect.poll(() => statuses.at(-1), { timeout: 20_000, interval: 5 }).toBe(503)
      await sleep(2_000)
      disk.release()
      await expect.poll(async () => ready(running), SEEN_WITHIN).toEqual([200, 'ready'])
      const served = statuses.filter((status) => status === 200).length
      await expect.poll(() => statuses.filter((status) => status === 200).length).toBeGreaterThan(served + 50)
    } finally {
      isOn = false
      await load
    }
    expect(new Set(statuses)).toEqual(new Set([200, 503]))
    const served = statuses.filter((status) => status === 200).length
    await expectJournaled(running, key.id, served)
    const engine = engineProcesses(disk.dir)
    expect(await running.stop()).toBe(0)
    expect(engine.filter(isRunning)).toEqual([])
    // what was refused while its line was in memory is no call that was interrupted
    await running.start()
    await expectJournaled(running, key.id, served)
    expect(await running.cli(['doctor'])).toMatchObject({ code: 0 })
  })

  test('drop: serves on and counts what is not journaled; only what must be journaled is refused', async () => {
    const { running, key, statuses, call } = await start('drop')
    expect(await outcomes(20, call)).toEqual(['200'])
    disk.leave(40)
    await expect
      .poll(async () => ready(running), SEEN_WITHIN)
      .toEqual([200, 'degraded', 'The disk is full: decisions are dropped from the journal, and counted.'])
    expect(await outcomes(20, call)).toEqual(['200'])
    expect(await metric(running, DROPPED)).toBe(20)
    // by the watermark there is room for the few that must be kept
    expect(await outcomes(5, async () => call('audited'))).toEqual(['200'])

    disk.leave(0)
    await expect.poll(async () => call('audited'), { timeout: 20_000, interval: 1 }).toBe('503 journal_full')
    expect(await outcomes(20, call)).toEqual(['200'])
    expect(await metric(running, DROPPED)).toBe(40)

    disk.release()
    await expect.poll(async () => ready(running), SEEN_WITHIN).toEqual([200, 'ready'])
    expect(await outcomes(20, call)).toEqual(['200'])
    expect(await outcomes(5, async () => call('audited'))).toEqual(['200'])
    expect(new Set(statuses)).toEqual(new Set([200]))
    await expectJournaled(running, key.id, statuses.length - 40)
    await expectEvent(running, { mode: 'drop', dropped: 40, refused: await metric(running, REFUSED_BY_DROP) })
  })

  test('a stop while nothing can be written ends soon, and leaves no process behind', async () => {
    const { running, call } = await start('refuse')
    await outcomes(20, call)
    const engine = engineProcesses(disk.dir)
    disk.leave(0)
    await outcomes(20, call)
    const startedAtMs = performance.now()
    expect(await running.stop()).toBe(0)
    expect(performance.now() - startedAtMs).toBeLessThan(60_000)
    expect(engine.length).toBeGreaterThan(1)
    expect(engine.filter(isRunning)).toEqual([])
  })
})

const REFUSED = 'claviger_failure_mode_decisions_total{dependency="journal",mode="refuse",outcome="refused"}'
/** What must be journaled, while all else is dropped. */
const REFUSED_BY_DROP = 'claviger_failure_mode_decisions_total{dependency="journal",mode="drop",outcome="refused"}'
const DROPPED = 'claviger_failure_mode_decisions_total{dependency="journal",mode="drop",outcome="dropped"}'

/** The different outcomes of so many calls, one after the other. */
async function outcomes(count: number, call: () => Promise<string>): Promise<readonly string[]> {
  const seen = new Set<string>()
  for (let each = 0; each < count; each += 1) seen.add(await call())
  return [...seen]
}

/** Status, state, and the reasons. */
async function ready({ url }: Product): Promise<readonly [number, ...string[]]> {
  const answer = await fetch(`${url}/readyz`)
  return [answer.status, ...(await answer.text()).trimEnd().split('\n')]
}

async function metric({ url }: Product, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text()
  const line = text.split('\n').find((each) => each.startsWith(`${name} `))
  return Number(line?.slice(name.length + 1))
}

/** Waits for the drain, then: exactly so many served calls of the route `notes`, each with its end. */
async function expectJournaled(running: Product, keyId: string, count: number): Promise<void> {
  const endings = async (): Promise<Readonly<Record<string, number>>> => {
    const counts: Record<string, number> = {}
    for (const decision of await decisionsOf(running, keyId)) {
      if (decision.code !== 'valid' || decision.path !== '/gw/notes/echo') continue
      const ended = decision.usage?.ended ?? 'never'
      counts[ended] = (counts[ended] ?? 0) + 1
    }
    return counts
  }
  await expect.poll(endings, SEEN_WITHIN).toEqual({ complete: count })
}

/** One episode: the log tells when the mode came into use, and when it ended, with the counts. */
async function expectEvent(running: Product, counts: object): Promise<void> {
  const events = async (): Promise<unknown> => (await api(running, 'GET', '/audit?resource_id=journal')).body['data']
  await expect.poll(events, SEEN_WITHIN).toMatchObject([
    { operation: 'failure_modes.end', actor: { type: 'system' }, values: { ended: 'back', ...counts } },
    { operation: 'failure_modes.begin', resource: { type: 'journal', id: 'journal' } },
  ])
}

interface Decision {
  readonly code: string
  readonly path: string
  readonly usage: { readonly ended: string } | null
}

async function decisionsOf(running: Product, keyId: string): Promise<readonly Decision[]> {
  const found: Decision[] = []
  for (let cursor = ''; ;) {
    const { body } = await api(running, 'GET', `/decisions?key_id=${keyId}&limit=100${cursor}`)
    found.push(...(body['data'] as readonly Decision[]))
    if (body['has_more'] !== true) return found
    cursor = `&cursor=${encodeURIComponent(String(body['next_cursor']))}`
  }
}
