/** The SDK against the product as it is: the examples of the guide, revocation, and what becomes of reports. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { createVerifier } from '@claviger/sdk/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { api, freePort, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')
/** Generous: two cores with other tests on them. The figure that is measured is printed. */
const REVOKED_WITHIN_MS = 1_000
const REVOCATIONS = 40

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World
let credential: string
let scratch: string

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct()
  world = await makeWorld(product, upstream.origin)
  const made = await api(product, 'POST', '/admin-keys', { name: 'sdk', role: 'verifier', api_ids: [world.apiId] })
  credential = String(made.body['secret'])
  // inside of the repository, so that the examples find the packages
  scratch = await mkdtemp(join(ROOT, 'node_modules/.cache/sdk-examples-'))
})
afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
  await rm(scratch, { recursive: true, force: true })
})

const open = () => createVerifier({ url: product.url, credential, reportMs: 100 })

describe('a revoked key', () => {
  test('is refused by a verifier that has it in memory, soon after', async () => {
    const verifier = open()
    await verifier.ready()
    const tookMs: number[] = []
    for (let count = 0; count < REVOCATIONS; count += 1) {
      const { id, secret } = await makeKey(product, world)
      const question = { key: secret, apiId: world.apiId, scopes: ['notes.read'] }
      expect((await verifier.verify(question)).code).toBe('valid')
      let revokedMs = 0
      const revoking = api(product, 'POST', `/keys/${id}/revoke`, {}).then(() => (revokedMs = performance.now()))
      let verdict = await verifier.verify(question)
      while (verdict.valid) {
        await new Promise((later) => setTimeout(later, 1))
        verdict = await verifier.verify(question)
      }
      const refusedMs = performance.now()
      await revoking
      expect(verdict.code).toBe('key_revoked')
      // counted from the answer that the key is revoked; below 0 is before it
      tookMs.push(Math.max(0, refusedMs - revokedMs))
    }
    await verifier.close()
    tookMs.sort((one, other) => one - other)
    const at = (share: number): number => tookMs[Math.ceil(tookMs.length * share) - 1] ?? Number.NaN
    console.log(`revoke to refuse in the SDK: p50 ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms`)
    expect(at(0.99)).toBeLessThan(REVOKED_WITHIN_MS)
  })

  test('and a key that is disabled, rescoped or of a changed role is judged as it is then', async () => {
    const verifier = open()
    await verifier.ready()
    const role = await api(product, 'POST', '/roles', { name: 'readers', scopes: ['notes.read'] })
    const roleId = String(role.body['id'])
    const { id, secret } = await makeKey(product, world, { scopes: [], role_ids: [roleId] })
    const code = async () => (await verifier.verify({ key: secret, apiId: world.apiId, scopes: ['notes.read'] })).code
    expect(await code()).toBe('valid')
    await api(product, 'PATCH', `/roles/${roleId}`, { scopes: ['chat'] })
    await expect.poll(code).toBe('scope_missing')
    await api(product, 'PATCH', `/keys/${id}`, { scopes: ['notes.read'] })
    await expect.poll(code).toBe('valid')
    await api(product, 'PATCH', `/keys/${id}`, { disabled: true })
    await expect.poll(code).toBe('key_disabled')
    await api(product, 'PATCH', `/keys/${id}`, { disabled: false })
    await expect.poll(code).toBe('valid')
    await api(product, 'PATCH', `/apps/${world.appId}`, { disabled: true })
    await expect.poll(code).toBe('app_disabled')
    await api(product, 'PATCH', `/apps/${world.appId}`, { disabled: false })
    await expect.poll(code).toBe('valid')
    await verifier.close()
  })
})

test('a limit holds over several verifiers: never more than it allows', async () => {
  const limits = [{ kind: 'window', name: 'requests', limit: 40, window_seconds: 3600 }]
  const { secret } = await makeKey(product, world, { limits })
  const verifiers = [open(), open(), open()]
  const verdicts = await Promise.all(
    Array.from({ length: 120 }, async (_, at) =>
      verifiers[at % verifiers.length]?.verify({ key: secret, apiId: world.apiId }),
    ),
  )
  expect(verdicts.filter((verdict) => verdict?.valid === true)).toHaveLength(40)
  for (const verifier of verifiers) await verifier.close()
})

test('what was decided stands in decisions and in usage, and the key was used', async () => {
  const { id, secret } = await makeKey(product, world)
  const verifier = open()
  await verifier.ready()
  for (let count = 0; count < 25; count += 1) {
    await verifier.verify({ key: secret, apiId: world.apiId, scopes: count < 20 ? [] : ['x'] })
  }
  await verifier.close()
  const listed = async () => (await api(product, 'GET', `/decisions?key_id=${id}&door=sdk`)).body['data']
  const sums = async () => {
    const decisions = await listed()
    const counts: Record<string, number> = {}
    for (const each of Array.isArray(decisions) ? decisions : [])
      counts[each.code] = (counts[each.code] ?? 0) + each.count
    return counts
  }
  await expect.poll(sums, { timeout: 10_000 }).toEqual({ valid: 20, scope_missing: 5 })
  const usage = await api(product, 'GET', `/usage?key_id=${id}`)
  expect(JSON.stringify(usage.body)).toContain('"requests":25')
  expect(JSON.stringify(usage.body)).toContain('"refused":5')
  expect((await api(product, 'GET', `/keys/${id}`)).body['last_used_at']).toEqual(expect.stringMatching(/^20/))
})

test('every example of the guide runs', async () => {
  const guide = await readFile(join(ROOT, 'docs/guide/sdk.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```js example\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  expect(blocks).toHaveLength(3)
  const { id, secret } = await makeKey(product, world)
  const port = await freePort()
  const env = {
    PATH: process.env['PATH'],
    CLAVIGER_URL: product.url,
    CLAVIGER_VERIFIER: credential,
    CLAVIGER_TOKEN: product.env['CLAVIGER_TOKEN'],
    API_ID: world.apiId,
    KEY: secret,
    PORT: String(port),
  }
  const start = async (code: string, name: string) => {
    const file = join(scratch, name)
    await writeFile(file, code)
    const child = spawn(process.execPath, ['--conditions=@claviger/source', file], { env })
    let printed = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
    const ended = new Promise<string>((done) => child.on('close', (exit) => done(`${printed}${exit ?? -1}`)))
    return { child, ended }
  }
  const [guard = '', decide = '', call = ''] = blocks
  const server = await start(guard, 'guard.mjs')
  const knock = async (key: string) =>
    fetch(`http://127.0.0.1:${port}/`, { headers: { authorization: `Bearer ${key}` } }).then(
      async (answer) => `${answer.status} ${await answer.text()}`,
      () => 'down',
    )
  await expect.poll(async () => knock(secret), { timeout: 15_000 }).toBe('200 hello tests')
  expect(await knock('x')).toContain('credential_invalid')
  server.child.kill('SIGTERM')
  expect(await server.ended).toBe('0')
  expect(await (await start(decide, 'decide.mjs')).ended).toBe(`valid ${id}\n0`)
  expect(await (await start(call, 'call.mjs')).ended).toBe('somebody\ndemo\n0')
})

test('a server that comes back is followed again, and nothing that changed meanwhile is missed', async () => {
  const verifier = open()
  await verifier.ready()
  const { id, secret } = await makeKey(product, world)
  const question = { key: secret, apiId: world.apiId }
  expect((await verifier.verify(question)).code).toBe('valid')
  await product.stop()
  await expect.poll(() => verifier.facts().isConnected).toBe(false)
  // for 600 s, as apis are by default
  expect((await verifier.verify(question)).code).toBe('valid')
  expect((await verifier.verify({ key: 'x' })).code).toBe('unavailable')
  await product.start()
  await api(product, 'POST', `/keys/${id}/revoke`, {})
  await expect.poll(async () => (await verifier.verify(question)).code, { timeout: 15_000 }).toBe('key_revoked')
  await verifier.close()
})
