/** Which api a proxy asks about: by its name in the first workspace, by its id in any; and what the journal is told. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

let it: TestDoors
let home: Made
let away: Made

interface Made {
  readonly owner: string
  readonly apiId: string
  readonly keyId: string
  readonly secret: string
}

const PREFIXES = ['home', 'away']

beforeAll(async () => {
  it = await openTestDoors()
  home = await make(it.owner)
  away = await make(await otherOwner())
  await it.settled()
})
afterAll(async () => it.dispose())

/** An api `orders`, and a key for it. */
async function make(as: string): Promise<Made> {
  const made = async (path: string, body: object) => {
    const got = await it.call('POST', `/api/v1${path}`, { as, body })
    expect(got.status, got.text).toBe(201)
    return got.body
  }
  const { id: apiId } = await made('/apis', { name: 'orders', prefix: PREFIXES.shift(), scopes: ['read', 'write'] })
  const { id: appId } = await made('/apps', { name: 'shop', owner: 'shop@example.com' })
  const key = await made('/keys', { name: 'one', app_id: appId, api_ids: [apiId], scopes: ['read'] })
  return { owner: as, apiId, keyId: key.id, secret: key.secret }
}

async function otherOwner(): Promise<string> {
  const got = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Away' } })
  expect(got.status, got.text).toBe(201)
  return it.mint('owner', got.body.id)
}

const ask = async (api: string, { secret }: Pick<Made, 'secret'>, more = ''): Promise<number> =>
  it.knock(`/authz/forward?api=${encodeURIComponent(api)}${more}`, {
    headers: {
      authorization: `Bearer ${secret}`,
      'x-forwarded-method': 'GET',
      'x-forwarded-uri': '/orders/17',
      'x-forwarded-for': '203.0.113.7',
    },
  })

const rename = async (name: string): Promise<void> => {
  const got = await it.call('PATCH', `/api/v1/apis/${home.apiId}`, { body: { name } })
  expect(got.status, got.text).toBe(200)
  await it.settled()
}

describe('the api', () => {
  test('is found by its name or id, and a key for it is let through', async () => {
    expect([await ask('orders', home), await ask(home.apiId, home)]).toEqual([200, 200])
  })

  test('of another workspace that has the same name is not meant: its keys are unknown', async () => {
    expect([await ask('orders', away), await ask(home.apiId, away)]).toEqual([401, 401])
  })

  test('of another workspace is found by its id, for its own keys', async () => {
    expect([await ask(away.apiId, away), await ask(away.apiId, home)]).toEqual([200, 401])
  })

  test('that is renamed is found by its new name from then on, and not by its old one', async () => {
    expect(await ask('purchases', home)).toBe(404)
    await rename('purchases')
    expect([await ask('purchases', home), await ask('orders', home)]).toEqual([200, 404])
    await rename('orders')
    expect(await ask('orders', home)).toBe(200)
  })

  test.each(['nothing', 'api_01k2m5f8r2e9vbt9rpk9w0z5c3', 'api_', "o'; drop table keys_api; --"])(
    'that does not exist is told: %s',
    async (name) => {
      expect([await ask(name, home), await ask(name, home)]).toEqual([404, 404])
    },
  )

  test('that is disabled lets nobody through', async () => {
    await it.call('PATCH', `/api/v1/apis/${home.apiId}`, { body: { disabled: true } })
    await it.settled()
    expect(await ask('orders', home)).toBe(403)
    await it.call('PATCH', `/api/v1/apis/${home.apiId}`, { body: { disabled: false } })
    await it.settled()
    expect(await ask('orders', home)).toBe(200)
  })
})

test('what a proxy asked for is journaled, so that a dry run judges it anew', async () => {
  it.decided.splice(0)
  expect([await ask('orders', home, '&scope=read'), await ask('orders', home, '&scope=write')]).toEqual([200, 403])
  await expect.poll(() => it.decided.length).toBe(2)
  await it.flush()
  it.identity.clockMs += 1_000
  const listed = await it.call('GET', '/api/v1/decisions?door=authz')
  expect(listed.body.data.map((one: { code: string }) => one.code).toSorted()).toEqual(['scope_missing', 'valid'])
  const body = { key: { id: home.keyId, scopes: ['write'] } }
  const tried = await it.call('POST', '/api/v1/decisions/dry-run', { body })
  expect(tried.status, tried.text).toBe(200)
  expect(tried.text).toContain('scope_missing')
})
