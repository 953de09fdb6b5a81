/** What a start says when it cannot: plain words, exit code 1, nothing left behind. */
import { chmod, copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { postmasterOf } from '../support/engine.ts'
import { freePort, makeDataDir, startProduct, type Product } from '../support/product.ts'
import { runToItsEnd, type Ended } from '../support/run-server.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const NOBODY = { uid: 65_534, gid: 65_534 }
const isRoot = process.getuid?.() === 0

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'claviger-start-'))
  await chmod(folder, 0o711)
})

afterAll(async () => {
  await rm(folder, { recursive: true, force: true })
})

/** For the person at the terminal: one sentence or two, no stack, no object. */
function expectPlainWords({ code, printed }: Ended, words: RegExp): void {
  expect(printed).toMatch(words)
  expect(printed).toContain('Claviger cannot start: ')
  expect(printed).not.toMatch(/^\s+at /m)
  expect(code).toBe(1)
}

describe('settings that cannot be used', () => {
  test('an unknown variable is refused with the nearest name, and all that is wrong is told at once', async () => {
    const ended = await runToItsEnd({
      CLAVIGER_DATA_DIR: folder,
      CLAVIGER_LISTN: '127.0.0.1:1',
      CLAVIGER_ROLES: 'king',
    })
    expectPlainWords(ended, /CLAVIGER_LISTN is not a variable of Claviger; did you mean CLAVIGER_LISTEN\?/)
    expect(ended.printed).toContain('CLAVIGER_ROLES')
  })

  test('plain text beyond this machine', async () => {
    const ended = await runToItsEnd({ CLAVIGER_DATA_DIR: folder, CLAVIGER_LISTEN: '0.0.0.0:7300' })
    expectPlainWords(ended, /keys would travel in plain text/)
  })

  test('a database that does not answer: its password is not told', async () => {
    const port = await freePort()
    const url = `postgres://claviger:canary-password@127.0.0.1:${port}/claviger`
    const ended = await runToItsEnd({ CLAVIGER_DATA_DIR: folder, DATABASE_URL: url })
    expectPlainWords(ended, new RegExp(`127\\.0\\.0\\.1:${port}`))
    expect(ended.printed).not.toContain('canary-password')
  })
})

describe('a data directory that cannot be used', () => {
  test('a file stands in its place', async () => {
    const file = join(folder, 'file')
    await writeFile(file, '')
    expectPlainWords(await runToItsEnd({ CLAVIGER_DATA_DIR: join(file, 'data') }), /cannot be written: .*is a file/)
  })

  test('this user may not write there', async ({ skip }) => {
    const dir = await mkdtemp(join(folder, 'read-only-'))
    await chmod(dir, 0o555)
    // root may write anywhere: it lends the test a user who may not, if that one can read this checkout
    if (isRoot && !(await isOpenToAll(ROOT))) skip('the checkout is closed to ordinary users')
    const ended = await runToItsEnd({ CLAVIGER_DATA_DIR: dir }, isRoot ? NOBODY : undefined)
    expectPlainWords(ended, /cannot be written: this user may not write there/)
    expect(ended.printed).toContain(dir)
  })
})

describe('an installation that is there', () => {
  let product: Product
  let seal: { readonly file: string; readonly copy: string }

  beforeAll(async () => {
    product = await startProduct()
    seal = { file: join(product.dataDir, 'seal.key'), copy: join(folder, 'seal.key') }
    await copyFile(seal.file, seal.copy)
  })

  afterAll(async () => {
    await product?.dispose()
  })

  test('a second server on the same data directory is told who has it', async () => {
    const ended = await runToItsEnd({
      CLAVIGER_DATA_DIR: product.dataDir,
      CLAVIGER_LISTEN: `127.0.0.1:${await freePort()}`,
    })
    expectPlainWords(ended, new RegExp(`server \\(process ${product.process.pid}\\) is running on the data directory`))
    expect((await fetch(`${product.url}/readyz`)).status).toBe(200)
  })

  test('a taken port, and the engine is stopped again', async () => {
    await product.stop()
    const { server, port } = await takenPort()
    try {
      expectPlainWords(await start({ CLAVIGER_LISTEN: `127.0.0.1:${port}` }), new RegExp(`Port ${port} .* is taken`))
    } finally {
      server.close()
    }
    expect(postmasterOf(product.dataDir)).toBeUndefined()
  })

  test.each([
    ['of another installation', async () => writeFile(seal.file, Buffer.alloc(32, 7)), /seal key/i],
    ['that is lost', async () => rm(seal.file), /The seal key is lost/],
    ['that was cut short', async () => writeFile(seal.file, Buffer.alloc(31, 7)), /exactly 32 bytes and holds 31/],
    ['that others may read', async () => chmod(seal.file, 0o644), /chmod 600/],
  ])('a seal key %s', async (_, spoil, words) => {
    await product.stop()
    try {
      await spoil()
      expectPlainWords(await start({}), words)
      expect(postmasterOf(product.dataDir)).toBeUndefined()
    } finally {
      await copyFile(seal.copy, seal.file)
      await chmod(seal.file, 0o600)
    }
  })

  test('with its own seal key it starts again, and nothing was changed by the attempts', async () => {
    await product.stop()
    await product.start()
    expect(await product.cli(['doctor'])).toMatchObject({ code: 0 })
    expect(await readFile(seal.file)).toEqual(await readFile(seal.copy))
  })

  async function start(settings: Readonly<Record<string, string>>): Promise<Ended> {
    return runToItsEnd({
      CLAVIGER_DATA_DIR: product.dataDir,
      CLAVIGER_LISTEN: `127.0.0.1:${await freePort()}`,
      ...settings,
    })
  }
})

test('a first start that is interrupted leaves nothing that stops the second', { timeout: 120_000 }, async () => {
  const dataDir = await makeDataDir()
  const settings = { CLAVIGER_DATA_DIR: dataDir, CLAVIGER_LISTEN: `127.0.0.1:${await freePort()}` }
  for (const afterMs of [700, 2_000]) await runToItsEnd(settings, undefined, afterMs)
  const product = await startProduct({ CLAVIGER_DATA_DIR: dataDir })
  try {
    expect(await product.cli(['doctor'])).toMatchObject({ code: 0 })
  } finally {
    await product.dispose()
  }
})

async function takenPort(): Promise<{ readonly server: Server; readonly port: number }> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  return { server, port: address.port }
}

async function isOpenToAll(path: string): Promise<boolean> {
  for (let dir = path; ; dir = join(dir, '..')) {
    if (((await stat(dir)).mode & 0o001) === 0) return false
    if (dir === '/') return true
  }
}
