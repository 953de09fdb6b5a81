/** `claviger apply` and the manners of the command line. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { api, makeWorld, startProduct, type Product } from '../support/product.ts'

const HELPFUL = [
  ...[
    'apis',
    'apps',
    'owners',
    'keys',
    'key-orders',
    'credits',
    'workspaces',
    'admin-keys',
    'provider-keys',
    'routes',
    'models',
  ],
  ...['apply', 'audit', 'status'],
]

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let file: string

beforeAll(async () => {
  upstream = await startStandIn()
  product = await startProduct()
  await makeWorld(product, upstream.origin)
  file = join(product.dataDir, 'claviger.yaml')
})

afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
})

const wanted = (scope: string): string => `
routes:
  - name: notes
    api: demo
    upstream_url: ${upstream.origin}/echo
    required_scopes: [${scope}]
  - name: more
    api: demo
    upstream_url: ${upstream.origin}/echo
    required_scopes: [chat]
    provider_key: stand-in
    limits: [{ kind: window, name: requests, limit: 10, window_seconds: 60 }, 5/once]
models:
  - name: slow
    api: demo
    required_scopes: [chat]
    deployments:
      - base_url: ${upstream.origin}/v1
        model: stand-in-1
        provider_key: stand-in
`

describe('apply', () => {
  test('shows the difference without making it, makes it, and has nothing to do the second time', async () => {
    await writeFile(file, wanted('chat'))
    const dry = await product.cliJson(['apply', '-f', file, '--dry-run'])
    expect(dry['steps']).toEqual([
      { kind: 'routes', name: 'notes', action: 'update', changes: ['required_scopes'] },
      { kind: 'routes', name: 'more', action: 'create', changes: [] },
      { kind: 'models', name: 'slow', action: 'create', changes: [] },
    ])
    expect((await api(product, 'GET', '/models')).body['data']).toHaveLength(1)
    await product.cliJson(['apply', '-f', file])
    expect((await api(product, 'GET', '/models')).body['data']).toHaveLength(2)
    const again = await product.cliJson(['apply', '-f', file])
    expect((again['steps'] as readonly { readonly action: string }[]).map((step) => step.action)).toEqual([
      'unchanged',
      'unchanged',
      'unchanged',
    ])
  })

  test.each([
    { what: 'an unknown list', text: 'rules: []', says: 'rules' },
    { what: 'an api of nobody', text: 'routes: [{ name: a, api: nobody }]', says: 'nobody' },
    { what: 'text that is no YAML', text: 'routes: [', says: 'cannot be read' },
  ])('refuses $what with exit code 2', async ({ text, says }) => {
    await writeFile(file, text)
    const ran = await product.cli(['apply', '-f', file])
    expect(ran.code).toBe(2)
    expect(ran.stderr).toContain(says)
  })

  test('tells what the server refuses, with exit code 1', async () => {
    await writeFile(file, `routes: [{ name: bad, api: demo, upstream_url: 'ftp://x', required_scopes: [chat] }]`)
    const ran = await product.cli(['apply', '-f', file])
    expect(ran.code).toBe(1)
    expect(ran.stderr).toContain('/upstream_url')
  })
})

describe('the command line', () => {
  test.each([
    { args: ['keys', 'rotate', 'key_01k2m5f8r2e9vbt9rpk9w0z5c3'], code: 1, says: 'not_found' },
    { args: ['keys', 'create', '--name', 'x'], code: 2, says: '--app' },
    { args: ['nonsense'], code: 2, says: 'unknown command' },
    { args: ['routes', 'delete', 'rte_01k2m5f8r2e9vbt9rpk9w0z5c3'], code: 1, says: 'not_found' },
  ])('$args ends with $code', async ({ args, code, says }) => {
    const ran = await product.cli(args)
    expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({ code, stderr: expect.stringContaining(says) })
  })

  test('says that nobody answers, with exit code 3', async () => {
    const ran = await startless(['keys', 'list'], { CLAVIGER_URL: 'http://127.0.0.1:9' })
    expect(ran.code).toBe(3)
  })

  test('config lists every setting and shows no secret; doctor and status are well', async () => {
    const config = await product.cliJson(['config'])
    expect(JSON.stringify(config)).toContain('CLAVIGER_LISTEN')
    expect(JSON.stringify(config)).not.toContain(product.env['CLAVIGER_TOKEN'])
    expect(await product.cliJson(['doctor'])).toMatchObject({ ok: true })
    expect(await product.cliJson(['status'])).toMatchObject({ state: 'ready' })
  })

  test('every command has a help text', async () => {
    for (const command of HELPFUL) {
      const ran = await product.cli([command, '--help'])
      expect({ command, code: ran.code, stdout: ran.stdout }).toMatchObject({
        command,
        code: 0,
        stdout: expect.stringContaining('Usage:'),
      })
    }
  })
})

async function startless(args: readonly string[], env: Record<string, string>): Promise<{ readonly code: number }> {
  const before = { ...product.env }
  Object.assign(product.env, env)
  try {
    return await product.cli(args)
  } finally {
    Object.assign(product.env, before)
  }
}
