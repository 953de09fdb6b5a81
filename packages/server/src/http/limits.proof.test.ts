/** Limits of keys, apps, plans and apis, from the control API to the answer of `keys/verify`. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeTenant } from '../identity/testing/behaviours.ts'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

let it: TestDoors
let appId: string
let apiId: string
let count = 0

beforeAll(async () => {
  it = await openTestDoors()
  apiId = (await made('/apis', { name: 'Orders', prefix: 'acme', scopes: ['read'] })).id
})
beforeEach(async () => {
  appId = (await made('/apps', { name: `App ${++count}`, owner: 'ada@example.com' })).id
})
afterAll(async () => it.dispose())

const HOUR = 3_600
const windowOf = (limit: number, members: object = {}): object => ({
  kind: 'window',
  name: 'requests',
  limit,
  window_seconds: HOUR,
  class: 'bounded',
  ...members,
})
const WHOLE = { class: 'bounded', mode: 'enforce', on_counter_loss: 'closed' }

interface Made {
  readonly id: string
  readonly secret: string
}
async function made(path: string, body: object): Promise<Made> {
  const got = await it.call('POST', `/api/v1${path}`, { body })
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body
}
async function patch(path: string, body: object): Promise<void> {
  const got = await it.call('PATCH', `/api/v1${path}`, { body })
  expect(got.status, got.text).toBe(200)
  await it.settled()
}
const issue = async (members: object = {}): Promise<Made> =>
  made('/keys', { name: 'Key', app_id: appId, api_ids: [apiId], environment: 'test', scopes: ['read'], ...members })

/** How many of so many calls, with each of these keys in turn, are let through. */
async function admitted(keys: readonly Made[], calls: number): Promise<number> {
  let valid = 0
  for (let call = 0; call < calls; call++) {
    const key = keys[call % keys.length]
    if ((await it.verify({ key: key?.secret })).valid === true) valid++
  }
  return valid
}

describe('a list of limits', () => {
  const all = [
    windowOf(100),
    { kind: 'burst', name: 'burst', limit: 10, window_seconds: 1, burst: 50 },
    { kind: 'concurrency', name: 'at-once', limit: 5, mode: 'shadow' },
    { kind: 'quota', name: 'monthly', limit: 1_000, period: 'month', anchor_day: 15, zone: 'Europe/Berlin', per: 'ip' },
    { kind: 'credits', name: 'paid' },
  ]
  const stored = [
    { ...WHOLE, ...windowOf(100) },
    { ...WHOLE, ...all[1] },
    { ...WHOLE, ...all[2] },
    { ...WHOLE, anchor_month: 1, ...all[3] },
    { ...WHOLE, ...all[4] },
  ]

  test.each(['keys', 'apis', 'apps', 'plans', 'routes', 'models'])(
    'of %s is answered as it was given',
    async (kind) => {
      const name = `thing-${++count}`
      const bodies: Readonly<Record<string, object>> = {
        keys: { name, app_id: appId, api_ids: [apiId] },
        apis: { name, prefix: 'acme' },
        apps: { name, owner: 'me' },
        plans: { name },
        routes: { name, api_id: apiId, required_scopes: ['read'], upstream_url: 'https://api.example.com' },
        models: {
          name,
          api_id: apiId,
          required_scopes: ['read'],
          deployments: [{ base_url: 'https://api.example.com/v1', model: 'm' }],
        },
      }
      const { id } = await made(`/${kind}`, { ...bodies[kind], limits: all })
      const read = async () => (await it.call('GET', `/api/v1/${kind}/${id}`)).body.limits
      expect(await read()).toEqual(stored)
      await patch(`/${kind}/${id}`, { name: `${name}-2` })
      expect(await read()).toEqual(stored)
      await patch(`/${kind}/${id}`, { limits: [] })
      expect(await read()).toEqual([])
    },
  )

  test.each([
    [[windowOf(0)], '/limits/0/limit'],
    [[windowOf(1), windowOf(2)], '/limits/1/name'],
    [[{ kind: 'tokens', name: 'x' }], '/limits/0/kind'],
    [[windowOf(1, { name: 'No Name' })], '/limits/0/name'],
    [[{ kind: 'quota', name: 'x', limit: 1, period: 'month', zone: 'Mars/Base' }], '/limits/0/zone'],
    [{ requests: 1 }, '/limits'],
  ])('%j is refused at %s', async (limits, pointer) => {
    const got = await it.call('POST', '/api/v1/plans', { body: { name: `bad ${++count}`, limits } })
    expect([got.status, got.body.errors?.[0]?.pointer]).toEqual([400, pointer])
  })

  test('in place of the one limit of before is told to be unknown', async () => {
    const body = { name: 'x', limit: { requests: 1, window_seconds: 1 } }
    const got = await it.call('POST', '/api/v1/plans', { body })
    expect([got.status, got.body.errors?.[0]?.pointer]).toEqual([400, '/limit'])
  })
})

describe('limits of an app', () => {
  test('are shared by all its keys, and one edit holds for all of them', async () => {
    await patch(`/apps/${appId}`, { limits: [windowOf(3)] })
    const keys = [await issue(), await issue()]
    expect(await admitted(keys, 6)).toBe(3)
    await patch(`/apps/${appId}`, { limits: [windowOf(5)] })
    expect(await admitted(keys, 7)).toBe(5)
    await patch(`/apps/${appId}`, { limits: [] })
    expect(await admitted(keys, 6)).toBe(6)
  })
})

describe('all limits of a call', () => {
  test('are told with their owner, and none is charged when one refuses', async () => {
    const { id: planId } = await made('/plans', { name: `p ${++count}`, limits: [windowOf(20)] })
    await patch(`/apps/${appId}`, { limits: [windowOf(30)] })
    await patch(`/apis/${apiId}`, { limits: [windowOf(40)] })
    const key = await issue({ limits: [windowOf(1)], plan_id: planId })
    const told = async () => {
      const answer = await it.verify({ key: key.secret, api_id: apiId })
      return [answer.code, answer.limits.map(({ owner, limit, remaining }: Told) => [owner, limit, remaining])]
    }
    interface Told {
      readonly owner: string
      readonly limit: number
      readonly remaining: number
    }
    const left = [
      ['key', 1, 0],
      ['plan', 20, 19],
      ['app', 30, 29],
      ['api', 40, 39],
    ]
    expect(await told()).toEqual(['valid', left])
    for (let again = 0; again < 3; again++) expect((await told())[0]).toBe('limit_reached')
    const explained = await it.call('POST', '/api/v1/decisions/explain', { body: { key_id: key.id, api_id: apiId } })
    expect(explained.body.rule).toBe('limit.key.requests')
    expect(
      explained.body.limits.map(({ owner, limit, remaining }: Told) => [owner, limit, remaining]),
      'the refused calls were charged to none',
    ).toEqual(left)
    await patch(`/apis/${apiId}`, { limits: [] })
  })

  test('in shadow mode let through, and say that they would not have', async () => {
    const key = await issue({ limits: [windowOf(1, { mode: 'shadow' })] })
    expect((await it.verify({ key: key.secret })).shadow).toEqual([])
    const beyond = await it.verify({ key: key.secret })
    expect(beyond).toMatchObject({ valid: true, shadow: [{ code: 'limit_reached', rule: 'limit.key.requests' }] })
    expect(beyond.limits[0]).toMatchObject({ mode: 'shadow', exceeded: true })
  })
})

describe('a plan', () => {
  test('counts each of its keys apart, and an edit holds for all without touching them', async () => {
    const { id } = await made('/plans', { name: `p ${++count}`, limits: [windowOf(2)] })
    const [one, other] = [await issue({ plan_id: id }), await issue({ plan_id: id })]
    expect([await admitted([one], 4), await admitted([other], 4)]).toEqual([2, 2])
    const before = await it.call('GET', `/api/v1/keys/${one.id}`)
    await patch(`/plans/${id}`, { limits: [windowOf(3)] })
    expect([await admitted([one], 4), await admitted([other], 4)]).toEqual([3, 3])
    expect((await it.call('GET', `/api/v1/keys/${one.id}`)).body.revision).toBe(before.body.revision)
  })

  test('of a key comes before that of its app', async () => {
    const { id: small } = await made('/plans', { name: `small ${++count}`, limits: [windowOf(1)] })
    const { id: large } = await made('/plans', { name: `large ${++count}`, limits: [windowOf(3)] })
    await patch(`/apps/${appId}`, { plan_id: small })
    const [own, apps] = [await issue({ plan_id: large }), await issue()]
    expect([await admitted([own], 5), await admitted([apps], 5)]).toEqual([3, 1])
    await patch(`/apps/${appId}`, { plan_id: null })
    expect(await admitted([apps], 5)).toBe(5)
  })

  test('in use is not deleted, and says by whom; afterwards it is', async () => {
    const { id } = await made('/plans', { name: `p ${++count}` })
    const key = await issue({ plan_id: id })
    await patch(`/apps/${appId}`, { plan_id: id })
    const remove = async () => it.call('DELETE', `/api/v1/plans/${id}`)
    const inUse = await remove()
    expect([inUse.status, inUse.body.code]).toEqual([409, 'conflict'])
    expect(inUse.body.detail).toMatch(/1 keys .* 1 apps/)
    await patch(`/apps/${appId}`, { plan_id: null })
    await it.call('POST', `/api/v1/keys/${key.id}/revoke`, { body: {} })
    expect((await remove()).status).toBe(204)
    expect((await it.call('GET', `/api/v1/keys/${key.id}`)).body.plan_id).toBeNull()
    expect((await remove()).status).toBe(404)
  })

  test('given to a key at the moment of its deletion is either given or gone', async () => {
    const { id } = await made('/plans', { name: `p ${++count}` })
    const body = { name: 'Key', app_id: appId, api_ids: [apiId], plan_id: id }
    const [removed, issued] = await Promise.all([
      it.call('DELETE', `/api/v1/plans/${id}`),
      it.call('POST', '/api/v1/keys', { body }),
    ])
    expect([
      [204, 400],
      [409, 201],
    ]).toContainEqual([removed.status, issued.status])
  })

  test('of another workspace does not exist', async () => {
    const { id } = await made('/plans', { name: `p ${++count}` })
    const stranger = await it.mint('owner', await makeTenant(it.identity, `tenant ${++count}`))
    for (const method of ['GET', 'PATCH', 'DELETE']) {
      const got = await it.call(method, `/api/v1/plans/${id}`, {
        as: stranger,
        ...(method === 'PATCH' && { body: { name: 'theirs' } }),
      })
      expect([method, got.status]).toEqual([method, 404])
    }
    const app = await it.call('POST', '/api/v1/apps', {
      as: stranger,
      body: { name: 'Theirs', owner: 'me', plan_id: id },
    })
    expect([app.status, app.body.errors?.[0]?.pointer]).toEqual([400, '/plan_id'])
  })

  test('whose name is taken is refused', async () => {
    const name = `p ${++count}`
    await made('/plans', { name })
    const again = await it.call('POST', '/api/v1/plans', { body: { name } })
    expect([again.status, again.body.errors[0].pointer]).toEqual([409, '/name'])
  })

  test('can be tried: no decision is concerned, for limits are not asked again', async () => {
    const { id } = await made('/plans', { name: `p ${++count}` })
    const dryRun = async (plan: object) => it.call('POST', '/api/v1/decisions/dry-run', { body: { plan } })
    const { status, body } = await dryRun({ id, limits: [windowOf(1)] })
    expect([status, body.flips?.total, body.decisions?.found]).toEqual([200, 0, 0])
    expect((await dryRun({ id, limits: [windowOf(0)] })).body.errors?.[0]?.pointer).toBe('/plan/limits/0/limit')
    expect((await dryRun({ id: 'pln_01k2m5f8r2e9vbt9rpk9w0z5c3' })).status).toBe(404)
  })
})
