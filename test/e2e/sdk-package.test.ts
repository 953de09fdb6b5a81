/** The SDK as it is published: packed, installed into an empty project without a network, type-checked and run. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, rm, symlink, mkdir, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { compileScopes, makeId } from '@claviger/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  endVerifyPlane,
  home,
  startVerifyPlane,
  type VerifyPlane,
} from '../../packages/gateway/src/testing/verify-plane.ts'

const run = promisify(execFile)
const ROOT = resolve(import.meta.dirname, '../..')
const BIN = join(ROOT, 'node_modules/.bin')

const PROGRAM = `
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiError, createClient } from '@claviger/sdk'
import { guardExpress } from '@claviger/sdk/express'
import { guardFastify } from '@claviger/sdk/fastify'
import { callerOf, guardListener } from '@claviger/sdk/node'
import { createVerifier, type Verdict } from '@claviger/sdk/verifier'

const [url = '', key = '', apiId = ''] = process.argv.slice(2)
const verifier = createVerifier({ url, credential: 'admin' })
await verifier.ready()
const first: Verdict = await verifier.verify({ key, apiId, scopes: ['read'] })
const again = verifier.verify({ key, apiId, scopes: ['write', 'nothing'] })
console.log(first.code, again instanceof Promise ? 'later' : again.code)
const guard = { verifier, apiId, scopes: ['read'] }
console.log(typeof guardExpress(guard), typeof guardFastify(guard))
const server = createServer(guardListener(guard, (request, response) => void response.end(callerOf(request).key.appId)))
server.listen(0, '127.0.0.1', async () => {
  const { port } = server.address() as AddressInfo
  for (const credential of [key, 'x']) {
    const answer = await fetch(\`http://127.0.0.1:\${port}/\`, { headers: { authorization: \`Bearer \${credential}\` } })
    console.log(answer.status, (await answer.text()).slice(0, 40))
  }
  const code = await createClient({ url, credential: 'admin' }).call('getMe').catch((error: unknown) => error instanceof ApiError ? error.status : error)
  console.log(code)
  server.close()
  server.closeAllConnections()
  await verifier.close()
})
`

let project: string
let plane: VerifyPlane

beforeAll(async () => {
  plane = await startVerifyPlane()
  project = await mkdtemp(join(tmpdir(), 'claviger-sdk-'))
  await run(join(BIN, 'tsc'), ['-b', 'packages/core/tsconfig.build.json', 'packages/sdk/tsconfig.build.json'], {
    cwd: ROOT,
  })
  for (const name of ['core', 'sdk']) await npm(['pack', '--pack-destination', project], join(ROOT, 'packages', name))
  await writeFile(join(project, 'package.json'), '{ "name": "empty", "private": true, "type": "module" }')
  const packs = (await readdir(project)).filter((name) => name.endsWith('.tgz')).map((name) => `./${name}`)
  expect(packs).toHaveLength(2)
  await npm(['install', '--offline', '--no-audit', '--no-fund', '--ignore-scripts', ...packs], project)
  // whoever type-checks for Node has these
  await mkdir(join(project, 'node_modules/@types'), { recursive: true })
  for (const name of ['@types/node', 'undici-types'])
    if (existsSync(join(ROOT, 'node_modules', name)))
      await symlink(join(ROOT, 'node_modules', name), join(project, 'node_modules', name))
  await writeFile(join(project, 'program.ts'), PROGRAM)
}, 120_000)

afterAll(async () => {
  await endVerifyPlane(plane)
  await rm(project, { recursive: true, force: true })
})

async function npm(args: readonly string[], cwd: string): Promise<void> {
  await run('npm', [...args], { cwd, env: { ...process.env, npm_config_loglevel: 'error' } })
}

/** The Node of this repository, and that of the machine if it is another one that we promise to run on. */
async function nodes(): Promise<readonly string[]> {
  const places = (process.env['PATH'] ?? '').split(delimiter).filter((place) => !place.includes('node_modules'))
  const machine = places.map((place) => join(place, 'node')).find((file) => existsSync(file))
  return machine === undefined ? [process.execPath] : [process.execPath, machine]
}

describe('the packed SDK', () => {
  test('holds what it needs and nothing else', async () => {
    const files = await readdir(join(project, 'node_modules/@claviger/sdk'), { recursive: true })
    expect(files).toContain(join('dist', 'verifier', 'index.d.ts'))
    expect(files.filter((name) => /\.test\.|tsbuildinfo|^src/.test(name))).toEqual([])
    expect(await readdir(join(project, 'node_modules/@claviger'))).toEqual(['core', 'sdk'])
  })

  test('type-checks, strictly and with its own types, and runs on every Node that is here', async () => {
    const flags = [
      '--strict',
      '--exactOptionalPropertyTypes',
      '--module',
      'nodenext',
      '--target',
      'es2022',
      '--types',
      'node',
    ]
    await run(join(BIN, 'tsc'), ['program.ts', ...flags], { cwd: project })
    for (const node of await nodes()) {
      const random = crypto.getRandomValues(new Uint8Array(10))
      const made = plane.plane.world.addKey(home, {
        id: makeId('key', Date.now(), random),
        scopes: compileScopes(['read']),
      })
      const { stdout } = await run(node, ['program.js', plane.plane.origin, made.secret, home.current.id], {
        cwd: project,
      })
      expect(stdout.split('\n').slice(0, 5), node).toEqual([
        'valid scope_missing',
        'function function',
        '200 app_wsp_home',
        expect.stringMatching(/^401 \{"type":"urn:claviger/),
        '404',
      ])
    }
  })
})
