/** The manners of the command line, and verbs that no other test asks. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

const HELPFUL = [
  ...['apis', 'apps', 'owners', 'plans', 'keys', 'key-orders', 'credits', 'workspaces', 'admin-keys', 'provider-keys'],
  ...['routes', 'models', 'apply', 'export', 'decisions', 'audit', 'status', 'nodes', 'usage', 'whoami'],
]

let product: Product
let world: World

beforeAll(async () => {
  product = await startProduct()
  world = await makeWorld(product, 'http://127.0.0.1:9')
})
afterAll(async () => product?.dispose())

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

describe('verbs', () => {
  const listOf = async (args: readonly string[]): Promise<readonly Record<string, unknown>[]> =>
    Object.values(await product.cliJson(args)) as readonly Record<string, unknown>[]

  test('models update changes what is named, and the rest of the deployment stays', async () => {
    const before = (await api(product, 'GET', `/models/${world.modelId}`)).body
    const [deployment] = before['deployments'] as readonly object[]
    const args = ['models', 'update', world.modelId, '--upstream-model', 'newer', '--no-stream-usage', '--cost', '3']
    expect(await product.cliJson(args)).toMatchObject({
      name: before['name'],
      cost: 3,
      deployments: [{ ...deployment, model: 'newer', asks_stream_usage: false }],
    })
  })

  test('models update leaves several deployments to apply', async () => {
    const deployments = ['a', 'b'].map((model) => ({ base_url: 'http://127.0.0.1:9/v1', model }))
    const made = await api(product, 'POST', '/models', {
      name: 'several',
      api_id: world.apiId,
      required_scopes: ['chat'],
      deployments,
    })
    const id = String(made.body['id'])
    const ran = await product.cli(['models', 'update', id, '--provider-key', 'none'])
    expect({ code: ran.code, stderr: ran.stderr }).toMatchObject({ code: 2, stderr: expect.stringContaining('apply') })
    expect(await product.cliJson(['models', 'update', id, '--audit', 'before-answer'])).toMatchObject({
      audit: 'before-answer',
      deployments,
    })
  })

  test('provider-keys update leaves the users alone that it does not name', async () => {
    const made = await api(product, 'POST', '/provider-keys', {
      ...{ name: 'held', provider: 'x', origins: ['https://a.example', 'https://b.example'], secret: 'sk' },
      used_by: { routes: [world.routeId], apps: [world.appId] },
    })
    const update = ['provider-keys', 'update', String(made.body['id'])]
    expect(await product.cliJson([...update, '--route', 'none', '--origin', 'https://a.example'])).toMatchObject({
      origins: ['https://a.example'],
      used_by: { routes: [], models: [], apps: [world.appId] },
    })
  })

  test('apis update tells how many keys a lower maximum concerns, and keys list which', async () => {
    await makeKey(product, world, { name: 'reader', scopes: ['notes.read'] })
    const { id } = await makeKey(product, world, { name: 'chatter', scopes: ['chat'] })
    const lowered = ['apis', 'update', world.apiId, '--maximum', '{"scopes":["notes.*"]}']
    expect(await product.cliJson(lowered)).toMatchObject({ keys_over_maximum: 1 })
    expect(await listOf(['keys', 'list', '--over-maximum'])).toMatchObject([{ id }])
    expect(await listOf(['keys', 'list', '--over-maximum', '--filter', 'tag=none'])).toEqual([])
    expect(await product.cliJson(['apis', 'update', world.apiId, '--no-maximum'])).toMatchObject({
      keys_over_maximum: 0,
    })
  })

  test('whoami, nodes, usage, probes and set-up links are a line away', async () => {
    expect(await product.cliJson(['whoami'])).toMatchObject({ role: 'owner', is_home: true })
    expect(await listOf(['nodes', 'list'])).toMatchObject([{ state: 'live' }])
    expect(await product.cliJson(['usage', '--by', 'day,app', '--app', world.appId])).toMatchObject({
      truncated: false,
    })
    expect(await product.cliJson(['audit', 'probes', '--reason', 'checksum'])).toMatchObject({ data: [] })
    const { body } = await api(product, 'POST', '/workspaces', { name: 'Second' })
    const link = await product.cliJson(['workspaces', 'setup-link', String(body['id'])])
    expect(link['setup_url']).toMatch(/#/)
  })
})
