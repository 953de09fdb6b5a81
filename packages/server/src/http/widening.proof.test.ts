/** A key that may more than an operator could grant: they take away from it, and give it nothing back, over the wire. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'

const DAY_MS = 86_400_000
const IP = { kind: 'ip', allow: ['10.0.0.0/8'] }
const LIMIT = { kind: 'window', name: 'requests', limit: 10, window_seconds: 60 }

let it: TestControl
let appId: string
let apiId: string
let planId: string
let bounded: string

beforeAll(async () => {
  it = await openTestControl()
  const made = async (path: string, body: object): Promise<Got['body']> => {
    const got = await it.call('POST', `/api/v1${path}`, { body })
    expect(got.status, got.text).toBe(201)
    return got.body
  }
  appId = (await made('/apps', { name: 'App', owner: 'x' })).id
  apiId = (await made('/apis', { name: 'orders', prefix: 'acme', scopes: ['orders.read', 'orders.write'] })).id
  planId = (await made('/plans', { name: 'large', limits: [] })).id
  const admin = { name: 'Bounded', role: 'operator', api_ids: [apiId], scopes: ['orders.read'] }
  bounded = (await made('/admin-keys', admin)).secret
})
afterAll(async () => it.dispose())

const inDays = (days: number): string => new Date(it.identity.clockMs + days * DAY_MS).toISOString()

async function makeKey(scopes: readonly string[], members: object = {}): Promise<string> {
  const body = { name: 'key', app_id: appId, api_ids: [apiId], scopes, expires_at: inDays(10), ...members }
  const got = await it.call('POST', '/api/v1/keys', { body })
  expect(got.status, got.text).toBe(201)
  return got.body.id
}
const change = async (id: string, body: object, as = bounded): Promise<Got> =>
  it.call('PATCH', `/api/v1/keys/${id}`, { as, body })
const act = async (id: string, verb: string, as = bounded): Promise<Got> =>
  it.call('POST', `/api/v1/keys/${id}/${verb}`, { as })

const HELD = { restrictions: [IP], limits: [LIMIT], dormant_after_days: 30, not_before: 'later' }
const makeHeld = async (scopes: readonly string[]): Promise<string> =>
  makeKey(scopes, { ...HELD, not_before: inDays(5) })

const WIDER: readonly (readonly [string, () => object])[] = [
  ['a later end', () => ({ expires_at: inDays(11) })],
  ['an earlier beginning', () => ({ not_before: inDays(4) })],
  ['no beginning', () => ({ not_before: null })],
  ['a longer sleep', () => ({ dormant_after_days: 31 })],
  ['the sleep of the workspace', () => ({ dormant_after_days: null })],
  ['no restriction', () => ({ restrictions: [] })],
  ['another restriction', () => ({ restrictions: [{ kind: 'ip', allow: ['0.0.0.0/0'] }] })],
  ['a restriction in shadow', () => ({ restrictions: [{ ...IP, mode: 'shadow' }] })],
  ['no limit', () => ({ limits: [] })],
  ['a larger limit', () => ({ limits: [{ ...LIMIT, limit: 11 }] })],
  ['a limit in shadow', () => ({ limits: [{ ...LIMIT, mode: 'shadow' }] })],
  ['a plan', () => ({ plan_id: planId })],
]
const NARROWER: readonly (readonly [string, () => object])[] = [
  ['an earlier end', () => ({ expires_at: inDays(9) })],
  ['a later beginning', () => ({ not_before: inDays(6) })],
  ['a shorter sleep', () => ({ dormant_after_days: 29 })],
  ['one restriction more', () => ({ restrictions: [{ kind: 'user_agent', deny: ['*bot*'] }, IP] })],
  ['a smaller limit', () => ({ limits: [{ ...LIMIT, limit: 9 }] })],
  ['one limit more', () => ({ limits: [LIMIT, { ...LIMIT, name: 'more' }] })],
  ['the end of it', () => ({ disabled: true })],
  ['what is in it already', () => ({ restrictions: [IP], limits: [LIMIT], plan_id: null })],
  ['another name', () => ({ name: 'renamed', tags: ['x'] })],
  ['less, and then more of the rest', () => ({ scopes: ['orders.read'], expires_at: inDays(11), limits: [] })],
]

describe('a key that may more than the operator could grant', () => {
  test.each(WIDER)('is not given %s, and nothing of the change is made', async (_what, members) => {
    const id = await makeHeld(['orders.write'])
    const got = await change(id, { name: 'changed', ...members() })
    expect([got.status, got.body.code], got.text).toEqual([403, 'permission_missing'])
    expect(got.body.detail).toContain(Object.keys(members())[0])
    expect((await it.call('GET', `/api/v1/keys/${id}`)).body).toMatchObject({ name: 'key', revision: 1 })
    expect((await change(id, members(), it.owner)).status).toBe(200)
  })

  test.each(NARROWER)('is given %s', async (_what, members) => {
    const got = await change(await makeHeld(['orders.write']), members())
    expect(got.status, got.text).toBe(200)
  })

  test('is disabled and not enabled again', async () => {
    const id = await makeKey(['orders.write'])
    expect((await change(id, { disabled: true })).status).toBe(200)
    expect((await change(id, { disabled: false })).body).toMatchObject({ status: 403, code: 'permission_missing' })
    expect((await change(id, { disabled: false }, it.owner)).status).toBe(200)
    expect((await change(id, { disabled: false })).status, 'it is enabled already').toBe(200)
  })

  test('is deleted and not restored, and not woken', async () => {
    const id = await makeKey(['orders.write'])
    expect((await it.call('DELETE', `/api/v1/keys/${id}`, { as: bounded })).status).toBe(204)
    expect((await act(id, 'restore')).body).toMatchObject({ status: 403, code: 'permission_missing' })
    expect((await act(id, 'restore', it.owner)).status).toBe(200)
    await it.identity.store.raw('update keys_key set dormant_at = clock_timestamp() where id = $1', [id])
    expect((await act(id, 'wake')).body).toMatchObject({ status: 403, code: 'permission_missing' })
    expect((await act(id, 'wake', it.owner)).status).toBe(200)
    expect((await act(id, 'revoke')).status).toBe(200)
  })
})

describe('a key within the bounds', () => {
  test.each([...WIDER, ...NARROWER])('is given %s', async (_what, members) => {
    const got = await change(await makeHeld(['orders.read']), members())
    expect(got.status, got.text).toBe(200)
  })

  test('is enabled, restored, woken and rotated', async () => {
    const id = await makeKey(['orders.read'])
    expect((await change(id, { disabled: true })).status).toBe(200)
    expect((await change(id, { disabled: false })).status).toBe(200)
    expect((await it.call('DELETE', `/api/v1/keys/${id}`, { as: bounded })).status).toBe(204)
    expect((await act(id, 'restore')).status).toBe(200)
    await it.identity.store.raw('update keys_key set dormant_at = clock_timestamp() where id = $1', [id])
    expect((await act(id, 'wake')).status).toBe(200)
    expect((await it.call('POST', `/api/v1/keys/${id}/rotate`, { as: bounded, body: {} })).status).toBe(200)
  })
})

describe('an api, a plan and an app', () => {
  let count = 0
  const make = async (path: string, body: object): Promise<string> => {
    const got = await it.call('POST', `/api/v1${path}`, { body: { name: `${path} ${++count}`, ...body } })
    expect(got.status, got.text).toBe(201)
    return got.body.id
  }
  /** Each with one key, and what a change of it looks like. */
  const holders = {
    api: async (scopes: readonly string[]) => {
      const on_feed_loss = { mode: 'deny' }
      const members = { prefix: 'acme', scopes: ['orders.read', 'orders.write'], limits: [LIMIT], on_feed_loss }
      const id = await make('/apis', members)
      await makeKey(scopes, { api_ids: [id] })
      return `/apis/${id}`
    },
    plan: async (scopes: readonly string[]) => {
      const id = await make('/plans', { limits: [LIMIT] })
      await makeKey(scopes, { plan_id: id })
      return `/plans/${id}`
    },
    'plan of an app': async (scopes: readonly string[]) => {
      const id = await make('/plans', { limits: [LIMIT] })
      await makeKey(scopes, { app_id: await make('/apps', { owner: 'x', plan_id: id }) })
      return `/plans/${id}`
    },
    app: async (scopes: readonly string[]) => {
      const id = await make('/apps', { owner: 'x', limits: [LIMIT] })
      await makeKey(scopes, { app_id: id })
      return `/apps/${id}`
    },
  } as const
  const set = async (path: string, body: object, as = bounded): Promise<readonly unknown[]> => {
    const got = await it.call('PATCH', `/api/v1${path}`, { as, body })
    return got.status === 200 ? [200] : [got.status, got.body.code]
  }
  const refused = [403, 'permission_missing']
  const LOOSER = { limits: [{ ...LIMIT, limit: 11 }] }

  test.each(Object.entries(holders))(
    'of whose keys one may more: who has bounds makes the limits of the %s stricter, and no looser',
    async (kind, open) => {
      const path = await open(['orders.write'])
      expect(await set(path, { limits: [{ ...LIMIT, limit: 5 }] }), kind).toEqual([200])
      expect(await set(path, LOOSER)).toEqual(refused)
      expect(await set(path, { limits: [] })).toEqual(refused)
      expect(await set(path, { name: `renamed ${++count}` })).toEqual([200])
      expect(await set(path, LOOSER, it.owner)).toEqual([200])
    },
  )

  test.each(Object.entries(holders))('of whose keys none does: the %s is loosened as one likes', async (kind, open) => {
    // an api that is made for the test is none of those that the admin key is held to
    const path = kind === 'api' ? `/apis/${await make('/apis', { prefix: 'acme', limits: [LIMIT] })}` : await open([])
    expect(await set(path, { limits: [] })).toEqual([200])
  })

  test('are not enabled, and no api is served longer without the feed, for keys that may more', async () => {
    const [api, app] = [await holders.api([]), await holders.app(['orders.write'])]
    const served = { on_feed_loss: { mode: 'serve_known', max_stale_seconds: 600 } }
    expect(await set(api, served)).toEqual(refused)
    for (const path of [api, app]) {
      expect(await set(path, { disabled: true })).toEqual([200])
      expect(await set(path, { disabled: false })).toEqual(refused)
    }
    expect(await set(app, { plan_id: planId })).toEqual(refused)
  })

  test('count a role like scopes of the key', async () => {
    const role = await make('/roles', { scopes: ['orders.write'] })
    const id = await make('/apps', { owner: 'x', limits: [LIMIT] })
    await makeKey([], { app_id: id, role_ids: [role] })
    expect(await set(`/apps/${id}`, { limits: [] })).toEqual(refused)
  })
})
