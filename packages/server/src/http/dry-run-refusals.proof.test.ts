/** Which changes `decisions/dry-run` refuses to try. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

const PATH = '/api/v1/decisions/dry-run'

let it: TestDoors
let apps = 0

beforeAll(async () => {
  it = await openTestDoors()
})
afterAll(async () => it.dispose())

async function made(path: string, body: object): Promise<{ readonly id: string }> {
  const got = await it.call('POST', path, { body })
  expect(got.status, got.text).toBe(201)
  return got.body
}

async function issue(): Promise<{ readonly id: string }> {
  const app = await made('/api/v1/apps', { name: `Shop ${++apps}`, owner: 'ada@example.com' })
  const api = await made('/api/v1/apis', { name: `Api ${apps}`, prefix: 'acme', scopes: ['read', 'write'] })
  return made('/api/v1/keys', { name: 'Key', app_id: app.id, api_ids: [api.id], scopes: ['read', 'write'] })
}

describe('a change that cannot be meant', () => {
  const key = { id: 'key_01k2m5f8r2e9vbt9rpk9w0z5c3' }
  const api = { id: 'api_01k2m5f8r2e9vbt9rpk9w0z5c3' }
  test.each([
    [{}, ''],
    [{ key, api }, ''],
    [{ key: {} }, '/key/id'],
    [{ key: { id: 'key_1' } }, '/key/id'],
    [{ key: { ...key, revoked: true } }, '/key/revoked'],
    [{ key, days: 0 }, '/days'],
    [{ key, days: 31 }, '/days'],
    [{ key, days: 1.5 }, '/days'],
    [{ key, max_decisions: 1_000_001 }, '/max_decisions'],
    [{ key, samples: -1 }, '/samples'],
    [{ api: { ...api, disabled: 'yes' } }, '/api/disabled'],
    [{ plan: { id: 'x' } }, '/plan/id'],
  ])('is refused with its place: %o', async (body, pointer) => {
    const got = await it.call('POST', PATH, { body })
    expect(got.status, got.text).toBe(400)
    expect(got.body.errors.map((error: { pointer: string }) => error.pointer)).toContain(pointer)
  })

  test('because it could not be made either is refused as that would be', async () => {
    const { id } = await issue()
    const tried = await it.call('POST', PATH, { body: { key: { id, scopes: ['read', 'admin'] } } })
    const real = await it.call('PATCH', `/api/v1/keys/${id}`, { body: { scopes: ['read', 'admin'] } })
    expect(tried.status).toBe(real.status)
    expect(tried.body.errors).toEqual(
      real.body.errors.map((error: { pointer: string }) => ({ ...error, pointer: `/key${error.pointer}` })),
    )
  })

  test('is not told to who may not ask', async () => {
    const { id } = await issue()
    for (const [role, status] of [
      ['auditor', 200],
      ['verifier', 403],
    ] as const)
      expect((await it.call('POST', PATH, { as: await it.mint(role), body: { key: { id } } })).status).toBe(status)
  })
})
