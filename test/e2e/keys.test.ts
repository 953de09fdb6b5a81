/** The life of keys, with the product and its command line as they are. */
import { createHash } from 'node:crypto'
import { spawn } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

const CLI = resolve(import.meta.dirname, '../../packages/cli/src/main.ts')

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct()
  world = await makeWorld(product, upstream.origin)
})
afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
})

const knock = async (secret: string): Promise<number> => {
  const answer = await fetch(`${product.url}/gw/notes/today`, { headers: { 'x-api-key': secret } })
  await answer.arrayBuffer()
  return answer.status
}
const keyOf = async (id: string) => (await api(product, 'GET', `/keys/${id}`)).body

describe('a key', () => {
  test('tells when and from where it was used, seconds after the call', async () => {
    const { id, secret } = await makeKey(product, world)
    expect((await keyOf(id))['last_used_at']).toBeNull()
    expect(await knock(secret)).toBe(200)
    await expect
      .poll(async () => (await keyOf(id))['last_used_at'], { timeout: 10_000 })
      .toEqual(expect.stringMatching(/^20/))
    const body = { filter: { app_id: world.appId, ip_seen: { range: '127.0.0.0/8' } } }
    const preview = await api(product, 'POST', '/keys/bulk-revoke/preview', body)
    expect(preview.body['sample']).toMatchObject([{ id }])
  })

  test('that is deleted refuses the next request, cuts the open stream, and comes back', async () => {
    const { id, secret } = await makeKey(product, world)
    const stream = await fetch(`${product.url}/openai/v1/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${secret}`,
        'content-type': 'application/json',
        'x-stand-in-chunks': '500',
        'x-stand-in-delay-ms': '50',
      },
      body: JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'Hello' }], stream: true }),
    })
    const cut = (async () => {
      try {
        await stream.text()
        return false
      } catch {
        return true
      }
    })()
    const deleted = await product.cli(['keys', 'delete', id])
    expect(deleted.stdout).toContain('deleted')
    expect(await knock(secret)).toBe(401)
    expect(await cut).toBe(true)
    expect(await product.cliJson(['keys', 'restore', id])).toMatchObject({ id, deleted_at: null })
    expect(await knock(secret)).toBe(200)
  })
})

describe('keys import', () => {
  const secretOf = (at: number): string => `legacy-${at}-${'x'.repeat(20)}`
  const hashOf = (at: number): string => createHash('sha256').update(secretOf(at)).digest('hex')
  const args = (file: string, ...more: readonly string[]): readonly string[] => [
    ...['keys', 'import', file, '--app', world.appId, '--api', world.apiId, '--scope', 'notes.read'],
    ...['--algorithm', 'sha256', '--encoding', 'hex', ...more],
  ]

  test(
    'that is killed in the middle goes on when it is repeated, and loses nothing',
    { timeout: 120_000 },
    async () => {
      const total = 12_000
      const file = join(product.dataDir, 'legacy.jsonl')
      const lines = Array.from({ length: total }, (_, at) =>
        JSON.stringify({ hash: hashOf(at), name: `customer ${at}` }),
      )
      await writeFile(file, `${lines.join('\n')}\n`)
      const first = spawn(process.execPath, ['--conditions=@claviger/source', CLI, ...args(file, '--batch', '500')], {
        env: product.env,
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const ended = new Promise((done) => first.on('close', done))
      await new Promise<void>((begun) => {
        first.stderr.setEncoding('utf8').on('data', (text: string) => {
          if (text.includes('10 %')) begun()
        })
      })
      first.kill('SIGKILL')
      await ended
      const again = await product.cliJson([...args(file, '--batch', '5000')])
      expect(again).toMatchObject({ lines: total, invalid: 0 })
      expect(Number(again['duplicates'])).toBeGreaterThanOrEqual(500)
      expect(Number(again['created'])).toBeGreaterThan(0)
      expect(Number(again['created']) + Number(again['duplicates'])).toBe(total)
      for (const at of [0, 499, 5_000, total - 1]) expect(await knock(secretOf(at))).toBe(200)
      expect(await knock(secretOf(total))).toBe(401)
    },
  )

  test('accounts for every line: those that it cannot read, those that the server cannot, and those it will not', async () => {
    const [file, rejects] = [join(product.dataDir, 'mixed.jsonl'), join(product.dataDir, 'rejects.jsonl')]
    const lines = [
      JSON.stringify({ hash: hashOf(100_000) }),
      'not json',
      JSON.stringify({ hash: 12 }),
      JSON.stringify({ hash: hashOf(100_001), unknown: true }),
      JSON.stringify({ hash: 'zz' }),
      JSON.stringify({ hash: hashOf(100_000) }),
      JSON.stringify({ hash: hashOf(100_002) }),
    ]
    await writeFile(file, lines.join('\n'))
    const ran = await product.cli(args(file, '--json', '--rejects', rejects))
    expect(ran.code).toBe(1)
    expect(JSON.parse(ran.stdout)).toMatchObject({ lines: 7, created: 2, duplicates: 1, invalid: 4 })
    const kept = (await readFile(rejects, 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).line)
    expect(kept.toSorted()).toEqual([2, 3, 4, 5])
    expect(ran.stderr).toContain('line 2: The line is not JSON.')
    expect(await knock(secretOf(100_002))).toBe(200)
  })

  test.each([
    { what: 'a format of nobody', more: ['--format', 'xml'], says: 'jsonl or csv' },
    { what: 'batches that are too large', more: ['--batch', '10001'], says: '--batch' },
    { what: 'a file that is not there', more: [], file: 'nowhere.jsonl', says: 'nowhere.jsonl' },
  ])('refuses $what', async ({ more, file = 'mixed.jsonl', says }) => {
    const ran = await product.cli(args(join(product.dataDir, file), ...more))
    expect(ran.code).toBeGreaterThan(0)
    expect(ran.stderr).toContain(says)
  })

  test('survives a restart: the filter is read again, and used keys are found by their new hash', async () => {
    await product.stop()
    await product.start()
    await expect.poll(async () => knock(secretOf(0))).toBe(200)
    expect(await knock(secretOf(7_777))).toBe(200)
    expect(await knock('legacy-nobody')).toBe(401)
  })
})

describe('many keys at once', () => {
  test('are shown first, then ended by their digest, by the command line', async () => {
    const keys = [
      await makeKey(product, world, { tags: ['contractor'] }),
      await makeKey(product, world, { tags: ['contractor'] }),
    ]
    const preview = await product.cliJson(['keys', 'bulk-revoke', '--tag', 'contractor'])
    expect(preview).toMatchObject({ keys_total: 2 })
    for (const { secret } of keys) expect(await knock(secret)).toBe(200)
    const confirm = String(preview['confirm'])
    const order = await product.cliJson(['keys', 'bulk-revoke', '--tag', 'contractor', '--confirm', confirm])
    expect(order).toMatchObject({ state: 'done', keys_revoked: 2 })
    for (const { secret } of keys) expect(await knock(secret)).toBe(401)
  })

  test('thousands, of an app that ends: all refuse at once, and a server that is killed goes on when it is back', async () => {
    const before = await product.cliJson(['apps', 'decommission', world.appId])
    expect(before).toMatchObject({ apps: [{ id: world.appId }] })
    const body = { confirm: before['confirm'], reason: 'the end' }
    const given = await api(product, 'POST', `/apps/${world.appId}/decommission`, body)
    expect(given.body).toMatchObject({ kind: 'decommission_app' })
    expect(given.body['keys_revoked']).toBeGreaterThanOrEqual(5_000) // before the answer; the job may have helped
    await product.stop('SIGKILL')
    await product.start()
    const order = async () => (await api(product, 'GET', `/key-orders/${String(given.body['id'])}`)).body
    for (const secret of ['legacy-0-xxxxxxxxxxxxxxxxxxxx', 'legacy-11999-xxxxxxxxxxxxxxxxxxxx']) {
      await expect.poll(async () => knock(secret)).toBeOneOf([401, 403])
    }
    await expect.poll(async () => (await order())['state'], { timeout: 60_000 }).toBe('done')
    expect(await order()).toMatchObject({ keys_revoked: before['keys_total'], keys_skipped: 0 })
    expect(await knock('legacy-11999-xxxxxxxxxxxxxxxxxxxx')).toBe(401)
    const listed = await product.cliJson(['key-orders', 'show', String(given.body['id'])])
    expect(listed).toMatchObject({ state: 'done', reason: 'the end' })
  })
})

test('apply makes apps, and hands one over', async () => {
  const file = join(product.dataDir, 'apps.yaml')
  await writeFile(file, 'apps:\n  - name: applied\n    owner: ada@example.com\n')
  expect((await product.cliJson(['apply', '-f', file]))['steps']).toMatchObject([{ kind: 'apps', action: 'create' }])
  await writeFile(file, 'apps:\n  - name: applied\n    owner: bob@example.com\n')
  expect((await product.cliJson(['apply', '-f', file, '--dry-run']))['steps']).toMatchObject([
    { kind: 'apps', action: 'update', changes: ['owner'] },
  ])
})
