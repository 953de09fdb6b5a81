/** The guide of limits and plans, run as it stands there. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World
let key: { readonly id: string; readonly secret: string }
let folder: string
let guide: string

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct()
  world = await makeWorld(product, upstream.origin)
  key = await makeKey(product, world, {})
  folder = await mkdtemp(join(tmpdir(), 'claviger-limits-'))
  guide = await readFile(join(ROOT, 'docs/guide/limits.md'), 'utf8')
})
afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
  await rm(folder, { recursive: true, force: true })
})

const blocksOf = (kind: string): readonly string[] =>
  [...guide.matchAll(new RegExp(`^\`\`\`${kind}\n(.*?)^\`\`\`$`, 'gms'))].map((match) => match[1] ?? '')

describe('the guide', () => {
  test('shows limits in JSON that are taken as they stand', async () => {
    const blocks = blocksOf('json')
    expect(blocks.length).toBeGreaterThan(0)
    for (const block of blocks) {
      const { status, body } = await api(product, 'PATCH', `/keys/${key.id}`, { limits: JSON.parse(block) })
      expect([status, body['limits']]).toEqual([200, expect.anything()])
    }
  })

  test('shows commands that run, one after the other', { timeout: 120_000 }, async () => {
    const plan = await product.cliJson(['plans', 'create', '--name', 'silver', '--limit', '60/60s'])
    const env = { ...product.env, KEY: key.id, APP: world.appId, API: world.apiId, PLAN: String(plan['id']) }
    const blocks = blocksOf('sh example')
    expect(blocks.length).toBeGreaterThan(1)
    for (const block of blocks) expect(await inShell(block, env), block).toMatchObject({ code: 0 })
    const shown = await api(product, 'GET', `/keys/${key.id}`)
    expect(shown.body).toMatchObject({
      plan_id: plan['id'],
      limits: [
        { kind: 'window', limit: 100 },
        { kind: 'burst', burst: 50 },
        { kind: 'quota', period: 'month' },
        { kind: 'concurrency', mode: 'shadow' },
      ],
    })
    const { body } = await api(product, 'POST', '/keys/verify', { key: key.secret })
    expect(body['limits']).toMatchObject([{ owner: 'key' }, {}, {}, {}, { owner: 'plan', limit: 900 }, {}, {}, {}])
  })

  test('shows a file that is applied, and then has nothing to do', async () => {
    const file = join(folder, 'claviger.yaml')
    await writeFile(file, blocksOf('yaml')[0] ?? '')
    const actions = async (): Promise<unknown> => {
      const { steps } = await product.cliJson(['apply', '-f', file])
      return (steps as readonly { readonly action: string }[]).map(({ action }) => action)
    }
    expect(await actions()).toEqual(['unchanged', 'create'])
    expect(await actions()).toEqual(['unchanged', 'unchanged'])
  })
})

/** Runs a block as it stands in the guide, with the command line of this checkout. */
async function inShell(script: string, env: NodeJS.ProcessEnv) {
  const path = `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`
  const shell = spawn('bash', ['-c', `set -euo pipefail\n${script}`], {
    cwd: folder,
    env: { ...env, PATH: path },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const code = await new Promise<number>((done) => shell.on('close', (exit) => done(exit ?? -1)))
  return { code, printed }
}
