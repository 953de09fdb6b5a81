/** `restrictions` of keys, from the wire over the rows to the doors, the journal, and whoever asks why. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

let it: TestDoors
let appId: string
let apiId: string

beforeAll(async () => {
  it = await openTestDoors()
  appId = (await made('/api/v1/apps', { name: 'Shop', owner: 'ada@example.com' })).id
  apiId = (await made('/api/v1/apis', { name: 'Orders', prefix: 'acme', scopes: ['read'] })).id
  await made('/api/v1/routes', {
    name: 'orders',
    api_id: apiId,
    required_scopes: ['read'],
    upstream_url: it.upstreamUrl,
  })
})
afterAll(async () => it.dispose())

async function made(path: string, body: object): Promise<{ readonly id: string; readonly secret: string }> {
  const got = await it.call('POST', path, { body })
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body
}

const keyWith = (restrictions: readonly object[]): object => ({
  name: 'Key',
  app_id: appId,
  api_ids: [apiId],
  scopes: ['read'],
  restrictions,
})

const ITEMS = { kind: 'request', allow: [{ methods: ['GET'], path: '/items/{id}' }] }

describe('restrictions of a key', () => {
  test('are told as they were given, and a change replaces the list', async () => {
    const { id } = await made('/api/v1/keys', keyWith([ITEMS, { kind: 'ip', allow: ['10.0.0.0/8'], mode: 'shadow' }]))
    const read = async () => (await it.call('GET', `/api/v1/keys/${id}`)).body.restrictions
    const items = { ...ITEMS, mode: 'enforce' }
    expect(await read()).toEqual([items, { kind: 'ip', allow: ['10.0.0.0/8'], mode: 'shadow' }])
    await it.call('PATCH', `/api/v1/keys/${id}`, { body: { name: 'Other' } })
    expect(await read()).toHaveLength(2)
    await it.call('PATCH', `/api/v1/keys/${id}`, { body: { restrictions: [ITEMS] } })
    expect(await read()).toEqual([items])
    await it.call('PATCH', `/api/v1/keys/${id}`, { body: { restrictions: [] } })
    expect(await read()).toEqual([])
  })

  test.each([
    [[{ kind: 'ip', allow: ['10.0.0.1/8'] }], '/restrictions/0/allow/0'],
    [[ITEMS, { kind: 'time', zone: 'Mars', windows: [{ from: '09:00', to: '10:00' }] }], '/restrictions/1/zone'],
    // this server has a file of countries and none of networks
    [
      [
        { kind: 'country', allow: ['DE'] },
        { kind: 'asn', allow: [64_500] },
      ],
      '/restrictions/1/kind',
    ],
  ])('%j are refused at %s, at once and in a dry run', async (restrictions, pointer) => {
    const { id } = await made('/api/v1/keys', keyWith([]))
    const refusals = [
      await it.call('POST', '/api/v1/keys', { body: keyWith(restrictions) }),
      await it.call('PATCH', `/api/v1/keys/${id}`, { body: { restrictions } }),
    ]
    for (const { status, body } of refusals) expect([status, body.errors[0].pointer]).toEqual([400, pointer])
    const tried = await it.call('POST', '/api/v1/decisions/dry-run', { body: { key: { id, restrictions } } })
    expect(tried.status, tried.text).toBe(400)
  })

  test('are gone as cidr_allow', async () => {
    const got = await it.call('POST', '/api/v1/keys', { body: { ...keyWith([]), cidr_allow: ['10.0.0.0/8'] } })
    expect([got.status, got.body.errors[0].pointer]).toEqual([400, '/cidr_allow'])
  })
})

test('the path that is judged is the one behind the route: at the door, in shadow, and in a dry run of the journal', async () => {
  const { id, secret } = await made('/api/v1/keys', keyWith([{ ...ITEMS, mode: 'shadow' }]))
  const call = async (path: string) => it.knock(path, { headers: { authorization: `Bearer ${secret}` } })
  const paths = ['/gw/orders/items/17', '/gw/orders/items/17/lines', '/gw/orders', '/gw/orders/gw/orders/items/17']
  for (const path of paths) expect(await call(path)).toBe(200)
  expect(it.decided.map(({ shadow }) => shadow?.length ?? 0)).toEqual([0, 1, 1, 1])
  await it.flush()
  it.identity.clockMs += 1_000
  const restrictions = [ITEMS]
  const run = await it.call('POST', '/api/v1/decisions/dry-run', { body: { key: { id, restrictions } } })
  expect(run.body.flips, run.text).toMatchObject({ total: 3, allowed_to_refused: 3 })
  await it.call('PATCH', `/api/v1/keys/${id}`, { body: { restrictions } })
  await it.settled()
  const statuses = []
  for (const path of paths) statuses.push(await call(path))
  expect(statuses).toEqual([200, 403, 403, 403])
  const request = { method: 'GET', path: '/items/17' }
  expect((await it.verify({ key: secret, api_id: apiId, request })).valid).toBe(true)
  const why = await it.call('POST', '/api/v1/decisions/explain', { body: { key_id: id, api_id: apiId, request } })
  expect(why.body.valid, why.text).toBe(true)
})
