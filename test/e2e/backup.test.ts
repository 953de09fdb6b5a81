/** The operator's drill: backup beside a running server, restore elsewhere, rotation of what everything is sealed under. */
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import {
  api,
  makeDataDir,
  makeKey,
  makeWorld,
  runCli,
  startProduct,
  type Product,
  type Ran,
  type World,
} from '../support/product.ts'

const PROVIDER_SECRET = 'sk-stand-in-of-the-drill'

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World
let folder: string
let file: string

beforeAll(async () => {
  upstream = await startStandIn({ key: PROVIDER_SECRET })
  folder = await mkdtemp(join(tmpdir(), 'claviger-backup-'))
  file = join(folder, 'early.backup')
  product = await startProduct()
  world = await makeWorld(product, upstream.origin, { providerSecret: PROVIDER_SECRET })
  await product.cliJson(['backup', '--file', file])
})

afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
  await rm(folder, { recursive: true, force: true })
})

async function statusOf(server: Product, secret: string): Promise<number> {
  const answer = await fetch(`${server.url}/gw/notes/drill`, { headers: { 'x-api-key': secret } })
  await answer.arrayBuffer()
  return answer.status
}

/** What reaches the upstream as its credential: proof that the provider key can be opened. */
async function injectedCredential(server: Product, secret: string): Promise<unknown> {
  const answer = await fetch(`${server.url}/gw/notes/drill`, { headers: { 'x-api-key': secret } })
  const echoed = (await answer.json()) as { readonly headers?: { readonly authorization?: string } }
  return echoed.headers?.authorization
}

async function listOf(server: Product, path: string): Promise<readonly Record<string, unknown>[]> {
  const { status, body } = await api(server, 'GET', path)
  expect(status).toBe(200)
  return body['data'] as readonly Record<string, unknown>[]
}

async function revoke(server: Product, id: string): Promise<void> {
  expect((await api(server, 'POST', `/keys/${id}/revoke`, { reason: 'drill' })).status).toBe(200)
}

/** `restore` into a new data directory that holds this seal key. */
async function restore(from: string, sealKey: Uint8Array): Promise<{ readonly dataDir: string; readonly ran: Ran }> {
  const dataDir = await makeDataDir()
  await writeFile(join(dataDir, 'seal.key'), sealKey, { mode: 0o600 })
  const ran = await runCli({ ...product.env, CLAVIGER_DATA_DIR: dataDir }, ['restore', '--file', from, '--json'])
  return { dataDir, ran }
}

describe('backup and restore', () => {
  test('what was there is there again, somewhere else', async () => {
    const [living, dead, late] = await Promise.all([
      makeKey(product, world),
      makeKey(product, world),
      makeKey(product, world),
    ])
    const rotated = await api(product, 'POST', `/keys/${living.id}/rotate`, { grace_seconds: 3_600 })
    const fresh = String(rotated.body['secret'])
    expect(await Promise.all([living.secret, fresh, dead.secret].map(async (each) => statusOf(product, each)))).toEqual(
      [200, 200, 200],
    )
    await revoke(product, dead.id)
    await expect.poll(async () => listOf(product, `/decisions?key_id=${living.id}`)).toHaveLength(2)

    const drill = join(folder, 'drill.backup')
    const made = await product.cliJson(['backup', '--file', drill])
    expect(made).toMatchObject({ file: drill, rows: expect.any(Number) })
    await revoke(product, late.id)

    const { dataDir, ran } = await restore(drill, await readFile(join(product.dataDir, 'seal.key')))
    expect(ran).toMatchObject({ code: 0, stderr: '' })
    expect(JSON.parse(ran.stdout)).toMatchObject({ rows: made['rows'], opened: { provider_key: 'opened' } })
    const entries = await listOf(product, `/audit?resource_id=${dead.id}`)

    const restored = await startProduct({ CLAVIGER_DATA_DIR: dataDir })
    try {
      expect(await restored.cli(['doctor'])).toMatchObject({ code: 0 })
      // the owner's key of the lost installation opens this one
      const oldOwner = { ...restored, env: { ...restored.env, CLAVIGER_TOKEN: product.env['CLAVIGER_TOKEN'] } }
      expect((await api(oldOwner, 'GET', `/keys/${living.id}`)).body).toMatchObject({ revoked_at: null })
      expect(await statusOf(restored, living.secret)).toBe(200)
      expect(await statusOf(restored, fresh)).toBe(200)
      expect(await statusOf(restored, dead.secret)).toBe(401)
      // as the guide says: what was revoked after the backup is not revoked in it
      expect(await statusOf(restored, late.secret)).toBe(200)
      await revoke(restored, late.id)
      expect(await statusOf(restored, late.secret)).toBe(401)
      expect(await injectedCredential(restored, living.secret)).toBe(`Bearer ${PROVIDER_SECRET}`)
      expect(await listOf(restored, `/audit?resource_id=${dead.id}`)).toEqual(entries)
      expect((await listOf(restored, `/decisions?key_id=${living.id}`)).length).toBeGreaterThanOrEqual(2)
      const made = await makeKey(restored, world)
      expect(await statusOf(restored, made.secret)).toBe(200)
    } finally {
      await restored.dispose()
    }
  })

  test('the file is only for its owner; where none can be written, it is said at once', async () => {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    const again = await product.cli(['backup', '--file', join(folder, 'no such folder', 'x.backup')])
    expect(again.code).toBe(1)
    expect(again.stderr).toMatch(/^claviger: The backup cannot be written: /)
    expect(again.stderr).not.toMatch(/^\s+at /m)
  })

  test('a damaged, a cut and a foreign file change nothing', { timeout: 120_000 }, async () => {
    const whole = await readFile(file)
    const sealKey = await readFile(join(product.dataDir, 'seal.key'))
    const flipped = Buffer.from(whole)
    const middle = whole.length >> 1
    flipped.writeUInt8(whole.readUInt8(middle) ^ 0x10, middle)
    const spoiled = { flipped, cut: whole.subarray(0, whole.length - 64), foreign: Buffer.from('{"format":"other"}') }
    for (const [name, bytes] of Object.entries(spoiled)) {
      const spoiledFile = join(folder, name)
      await writeFile(spoiledFile, bytes)
      const { dataDir, ran } = await restore(spoiledFile, sealKey)
      expect(ran.code, name).toBe(1)
      expect(ran.stderr, name).toMatch(/^claviger: \S/)
      expect(ran.stderr, name).not.toMatch(/^\s+at /m)
      // nothing was changed: the same folder takes the whole one
      const retried = await runCli({ ...product.env, CLAVIGER_DATA_DIR: dataDir }, ['restore', '--file', file])
      expect(retried, name).toMatchObject({ code: 0 })
      await rm(dataDir, { recursive: true, force: true })
    }
  })

  test('an installation that is used is not overwritten', async () => {
    const ran = await product.cli(['restore', '--file', file])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('There is an installation here already')
    expect((await fetch(`${product.url}/readyz`)).status).toBe(200)
  })

  test('the seal key of another installation is refused before anything is changed', async () => {
    const { dataDir, ran } = await restore(file, Buffer.alloc(32, 9))
    expect(ran.code).toBe(1)
    expect(ran.stderr).toMatch(/seal key/)
    expect(ran.stderr).not.toMatch(/^\s+at /m)
    await copyFile(join(product.dataDir, 'seal.key'), join(dataDir, 'seal.key'))
    const retried = await runCli({ ...product.env, CLAVIGER_DATA_DIR: dataDir }, ['restore', '--file', file])
    expect(retried).toMatchObject({ code: 0 })
    await rm(dataDir, { recursive: true, force: true })
  })
})

describe('rotation beside a running server', () => {
  test.each([
    ['keyring', { term: 2 }],
    ['pepper', { pepper: 2 }],
  ])('a new %s changes no key', async (what, answer) => {
    const [living, dead] = await Promise.all([makeKey(product, world), makeKey(product, world)])
    await revoke(product, dead.id)
    expect(await product.cliJson([what, 'rotate'])).toMatchObject(answer)

    const check = async (): Promise<void> => {
      const fresh = await makeKey(product, world)
      expect(await statusOf(product, living.secret)).toBe(200)
      expect(await statusOf(product, dead.secret)).toBe(401)
      expect(await statusOf(product, fresh.secret)).toBe(200)
      expect(await injectedCredential(product, living.secret)).toBe(`Bearer ${PROVIDER_SECRET}`)
      const doctor = await product.cliJson(['doctor'])
      expect(doctor).toMatchObject({ ok: true })
    }
    await check()
    // and not only because the running process remembers the old one
    await product.stop()
    await product.start()
    await check()
    expect(await listOf(product, '/audit?operation=seal.rotate&limit=1')).toMatchObject([
      { resource: { type: what }, values: { purpose: what, version: 2 }, actor: { type: 'machine' } },
    ])
  })

  test('a backup from before a rotation still opens, and so does one from after', { timeout: 120_000 }, async () => {
    const after = join(folder, 'after.backup')
    await product.cliJson(['backup', '--file', after])
    const sealKey = await readFile(join(product.dataDir, 'seal.key'))
    for (const each of [file, after]) {
      const { dataDir, ran } = await restore(each, sealKey)
      expect(ran, each).toMatchObject({ code: 0 })
      expect(await runCli({ ...product.env, CLAVIGER_DATA_DIR: dataDir }, ['doctor']), each).toMatchObject({ code: 0 })
      await rm(dataDir, { recursive: true, force: true })
    }
  })
})
