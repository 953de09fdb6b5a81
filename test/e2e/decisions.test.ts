/** The guide of decisions, run as it stands there, over decisions of a running server; and what its commands print. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World
let key: { readonly id: string; readonly secret: string }
let plan: { readonly id: string }
let folder: string

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct()
  world = await makeWorld(product, upstream.origin)
  plan = (
    await api(product, 'POST', '/plans', {
      name: 'Standard',
      limits: [{ kind: 'window', name: 'minute', limit: 50, window_seconds: 60 }],
    })
  ).body as unknown as typeof plan
  key = await makeKey(product, world, {
    plan_id: plan.id,
    limits: [{ kind: 'window', name: 'requests', limit: 100, window_seconds: 3600 }],
  })
  folder = await mkdtemp(join(tmpdir(), 'claviger-decisions-'))
  for (let call = 0; call < 3; call++) expect(await knock()).toBe(200)
  await verify({ scopes: ['chat'] })
  await verify({ scopes: ['chat'], client_ip: '203.0.113.7' })
  await verify({ scopes: ['notes.read'] })
  await vi.waitFor(
    async () => expect(await product.cliJson(['audit', 'decisions', '--key', key.id])).toMatchObject({ 5: {} }),
    { timeout: 15_000, interval: 200 },
  )
})

afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
  await rm(folder, { recursive: true, force: true })
})

async function knock(): Promise<number> {
  const answer = await fetch(`${product.url}/gw/notes/17`, { headers: { authorization: `Bearer ${key.secret}` } })
  await answer.arrayBuffer()
  return answer.status
}

async function verify(members: object): Promise<Record<string, unknown>> {
  return (await api(product, 'POST', '/keys/verify', { key: key.secret, api_id: world.apiId, ...members })).body
}

test('every example of the guide runs', { timeout: 120_000 }, async () => {
  const guide = await readFile(join(ROOT, 'docs/guide/decisions.md'), 'utf8')
  const blocks = [...guide.matchAll(/^```sh example\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  expect(blocks.length).toBe(6)
  const shell = spawn('bash', ['-c', `set -euo pipefail\n${blocks.join('\necho ----\n')}`], {
    cwd: folder,
    env: {
      ...product.env,
      KEY_ID: key.id,
      API_ID: world.apiId,
      PLAN_ID: plan.id,
      SECRET: key.secret,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const code = await new Promise<number>((done) => shell.on('close', (exit) => done(exit ?? -1)))
  expect({ code, printed }).toMatchObject({ code: 0 })
  const [why = '', presented = '', later = '', change = '', lowering = '', disabling = ''] = printed.split('----\n')
  expect(why).toContain(`${key.id}, version 1, is refused with scope_missing by key.scopes.`)
  expect(why).toContain('To allow it: grant notes.write')
  expect(why).toMatch(
    /^refused +key\.scopes +notes\.read is held by notes\.read of the key; notes\.write is held by nothing\.$/m,
  )
  expect(why).toMatch(/^key +requests +window +enforce +100 +94 /m)
  expect(JSON.parse(presented)).toMatchObject({ valid: true, code: 'valid', key_id: key.id, nearest: null })
  expect(later).toContain('is allowed by all.')
  expect(change).toContain('6 of 6 decisions were evaluated.')
  expect(change).toContain('2 would be decided otherwise: 2 allowed ones refused, 0 refused ones allowed.')
  expect(change).toMatch(new RegExp(`^${key.id} +valid +all +scope_missing +key\\.scopes +2 `, 'm'))
  expect(change).toContain('203.0.113.7')
  expect(lowering).toContain('2 would be decided otherwise: 2 allowed ones refused, 0 refused ones allowed.')
  expect(lowering).toContain('By limits: 2 refused, 0 allowed.')
  expect(lowering).toContain('As they are, limits decide 6 of 6 as they did then (100.0 %).')
  expect(lowering).toMatch(new RegExp(`^${key.id} +valid +all +limit_reached +limit\\.plan\\.minute +2 `, 'm'))
  expect(JSON.parse(disabling)).toMatchObject({
    decisions: { found: 6, evaluated: 6 },
    flips: { total: 6, allowed_to_refused: 6 },
  })
  expect(await knock()).toBe(200)
})

describe('the commands', () => {
  test('tell a limit that would block, and what is different already', async () => {
    const limited = await makeKey(product, world, {
      limits: [{ kind: 'window', name: 'requests', limit: 1, window_seconds: 3600 }],
    })
    const first = await api(product, 'POST', '/keys/verify', { key: limited.secret })
    expect(first.body['valid']).toBe(true)
    const told = await product.cli(['decisions', 'explain', '--key', limited.id])
    expect(told.code).toBe(0)
    expect(told.stdout).toContain('is refused with limit_reached by limit.key.requests.')
    expect(told.stdout).toMatch(/^To allow it: wait \d+ s, or raise the limit requests$/m)
    const only = await api(product, 'PATCH', `/keys/${key.id}`, { disabled: true })
    expect(only.status).toBe(200)
    await writeFile(join(folder, 'name.json'), JSON.stringify({ key: { id: key.id, name: 'other' } }))
    const run = await product.cli(['decisions', 'dry-run', '-f', join(folder, 'name.json'), '--max-decisions', '4'])
    expect(run.stdout).toContain('Not all was looked at')
    expect(run.stdout).toContain('4 are decided otherwise today already, without the change:')
    expect(run.stdout).toMatch(/ valid +all +key_disabled +key\.disabled +4 /)
    await api(product, 'PATCH', `/keys/${key.id}`, { disabled: false })
  })

  test.each([
    [['explain', '--key', 'key_01k2m5f8r2e9vbt9rpk9w0z5c3'], 1, 'There is no such key'],
    [['explain', '--key', 'x', '--cost', 'much'], 2, 'much is not a whole number'],
    [['dry-run', '-f', '-'], 2, 'not JSON'],
    [['dry-run'], 2, '--file'],
  ])('refuse what cannot be meant: %o', async (args, code, said) => {
    const ran = await product.cli(['decisions', ...args], 'no json')
    expect(ran.code).toBe(code)
    expect(ran.stderr).toContain(said)
  })

  test('refuse a change that could not be made, with its place', async () => {
    const change = JSON.stringify({ key: { id: key.id, scopes: ['unheard.of'] } })
    const ran = await product.cli(['decisions', 'dry-run', '-f', '-'], change)
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('/key/scopes/0')
  })
})
