/** The README's tour, run as it stands there: what users copy must work. */
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { freePort, startProduct, type Product } from '../support/product.ts'

const ROOT = resolve(import.meta.dirname, '../..')
let product: Product
let folder: string

beforeAll(async () => {
  product = await startProduct()
  // the tour writes files where it runs: give it a folder that looks like the checkout
  folder = await mkdtemp(join(tmpdir(), 'claviger-tour-'))
  for (const name of ['examples', 'tools', 'node_modules', 'package.json', 'packages'])
    await symlink(join(ROOT, name), join(folder, name))
})

afterAll(async () => {
  await product?.dispose()
  await rm(folder, { recursive: true, force: true })
})

test('from nothing to a revoked key', { timeout: 120_000 }, async () => {
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8')
  const blocks = [...readme.matchAll(/^```sh tour\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
  expect(blocks.length).toBeGreaterThan(5)
  const upstreamPort = await freePort()
  const script = `set -euo pipefail\n${blocks.join('\n')}`
    .replaceAll('http://127.0.0.1:7300', product.url)
    .replaceAll('7399', String(upstreamPort))
  const shell = spawn('bash', ['-c', script], {
    cwd: folder,
    env: {
      ...product.env,
      CLAVIGER_TOKEN: undefined,
      PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let printed = ''
  for (const stream of [shell.stdout, shell.stderr])
    stream.setEncoding('utf8').on('data', (text: string) => (printed += text))
  const code = await new Promise<number>((done) => shell.on('close', (exit) => done(exit ?? -1)))
  expect({ code, printed }).toMatchObject({ code: 0 })
  expect(printed).toContain('chat.completion')
  expect(printed).toMatch(/^valid +true$/m)
  expect(printed).toMatch(/^401$/m)
  expect(printed).toContain('keys.revoke')
})
