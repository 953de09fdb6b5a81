/** The manners of the command line. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startProduct, type Product } from '../support/product.ts'

const HELPFUL = [
  ...['apis', 'apps', 'owners', 'plans', 'keys', 'key-orders', 'credits', 'workspaces', 'admin-keys', 'provider-keys'],
  ...['routes', 'models', 'apply', 'export', 'decisions', 'audit', 'status'],
]

let product: Product

beforeAll(async () => {
  product = await startProduct()
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
