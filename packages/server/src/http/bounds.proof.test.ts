/** A minted key never exceeds its minter, over the wire. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'

let it: TestControl
let appId: string
let orders: string
let users: string
beforeAll(async () => {
  it = await openTestControl()
  appId = (await it.call('POST', '/api/v1/apps', { body: { name: 'App', owner: 'x' } })).body.id
  orders = await makeApi('orders', ['orders.read', 'orders.write'])
  users = await makeApi('users', ['users.read', 'orders.read'])
})
afterAll(async () => it.dispose())

async function makeApi(name: string, scopes: readonly string[]): Promise<string> {
  return (await it.call('POST', '/api/v1/apis', { body: { name, prefix: 'acme', scopes } })).body.id
}

let count = 0
const mint = async (members: object, as = it.owner): Promise<Got> =>
  it.call('POST', '/api/v1/admin-keys', { as, body: { name: `Key ${++count}`, role: 'operator', ...members } })
async function minted(members: object, as = it.owner): Promise<string> {
  const got = await mint(members, as)
  if (got.status !== 201) throw new Error(got.text)
  return got.body.secret
}
const makeKey = async (members: object, as = it.owner): Promise<Got> =>
  it.call('POST', '/api/v1/keys', {
    as,
    body: { name: 'key', app_id: appId, api_ids: [orders], scopes: [], ...members },
  })
const refusal = (got: Got) => [got.status, got.body.errors?.map((error: { pointer: string }) => error.pointer)]

describe('an operator with bounds', () => {
  let bounded: string
  beforeAll(async () => {
    bounded = await minted({ api_ids: [orders], scopes: ['orders.read'] })
  })

  test('makes keys within them, and none beyond', async () => {
    expect((await makeKey({ scopes: ['orders.read'] }, bounded)).status).toBe(201)
    expect(refusal(await makeKey({ scopes: ['orders.read', 'orders.write'] }, bounded))).toEqual([400, ['/scopes/1']])
    expect(refusal(await makeKey({ api_ids: [orders, users] }, bounded))).toEqual([400, ['/api_ids/1']])
  })

  test('adds nothing to a key that it could not give, takes away what it likes', async () => {
    const { body: wide } = await makeKey({ scopes: ['orders.write'] })
    const change = async (id: string, body: object): Promise<Got> =>
      it.call('PATCH', `/api/v1/keys/${id}`, { as: bounded, body })
    expect(refusal(await change(wide.id, { scopes: ['orders.write', 'orders.read'] }))).toEqual([400, ['/scopes/0']])
    expect(refusal(await change(wide.id, { api_ids: [orders, users] }))).toEqual([400, ['/api_ids/1', '/scopes/0']])
    expect((await change(wide.id, { name: 'renamed' })).status).toBe(200)
    expect((await change(wide.id, { scopes: [] })).status).toBe(200)
    expect((await change(wide.id, { scopes: ['orders.read'] })).status).toBe(200)
  })

  test('gets no secret of a key that may more: rotation is refused', async () => {
    const { body: wide } = await makeKey({ scopes: ['orders.write'] })
    const rotated = await it.call('POST', `/api/v1/keys/${wide.id}/rotate`, { as: bounded, body: {} })
    expect([rotated.status, rotated.body.code]).toEqual([403, 'permission_missing'])
    const { body: narrow } = await makeKey({ scopes: ['orders.read'] })
    expect((await it.call('POST', `/api/v1/keys/${narrow.id}/rotate`, { as: bounded, body: {} })).status).toBe(200)
  })

  test('imports within its bounds: other apis not at all, other scopes item by item', async () => {
    const send = async (members: object): Promise<Got> =>
      it.call('POST', '/api/v1/keys/import', {
        as: bounded,
        body: { app_id: appId, api_ids: [orders], algorithm: 'sha256', encoding: 'hex', ...members },
      })
    const item = (scope: string) => ({
      hash: createHash('sha256').update(`${++count}`).digest('hex'),
      scopes: [scope],
    })
    expect(refusal(await send({ api_ids: [users], keys: [item('orders.read')] }))).toEqual([400, ['/api_ids/0']])
    expect((await send({ keys: [item('orders.read'), item('orders.write')] })).body.results).toMatchObject([
      { outcome: 'created' },
      { outcome: 'invalid', detail: expect.stringContaining('orders.write') },
    ])
  })

  test('sees its bounds, and may end keys that it could not make', async () => {
    const me = await it.call('GET', '/api/v1/me', { as: bounded })
    expect(me.body).toMatchObject({ api_ids: [orders], scopes: ['orders.read'] })
    const { body: wide } = await makeKey({ scopes: ['orders.write'] })
    expect((await it.call('POST', `/api/v1/keys/${wide.id}/revoke`, { as: bounded, body: {} })).status).toBe(200)
  })
})

describe('an owner with bounds', () => {
  let bounded: string
  beforeAll(async () => {
    bounded = await minted({ role: 'owner', api_ids: [orders, users], scopes: ['orders.read', 'users.read'] })
  })

  test('mints admin keys with its own bounds or narrower ones, never wider', async () => {
    const inherits = await mint({ role: 'owner' }, bounded)
    expect(inherits.body).toMatchObject({ api_ids: [orders, users], scopes: ['orders.read', 'users.read'] })
    const narrower = await mint({ api_ids: [users], scopes: [] }, bounded)
    expect(narrower.body).toMatchObject({ api_ids: [users], scopes: [] })
    const other = await makeApi(`other ${++count}`, [])
    expect(refusal(await mint({ api_ids: [other] }, bounded))).toEqual([400, ['/api_ids/0']])
    expect(refusal(await mint({ scopes: ['users.read', 'orders.write'] }, bounded))).toEqual([400, ['/scopes/1']])
  })

  test('gets no way around them: no workspace, no set-up link', async () => {
    const workspace = await it.call('POST', '/api/v1/workspaces', { as: bounded, body: { name: 'Mine' } })
    expect([workspace.status, workspace.body.code]).toEqual([403, 'permission_missing'])
    const { body: me } = await it.call('GET', '/api/v1/me', { as: bounded })
    expect(me.permissions).not.toContain('workspaces.create')
    const link = await it.call('POST', `/api/v1/workspaces/${me.workspace_id}/setup-links`, { as: bounded })
    expect(link.status).toBe(403)
  })

  test('does not count as the last owner: one without bounds must stay', async () => {
    const { body: keys } = await it.call('GET', '/api/v1/admin-keys?role=owner&limit=100')
    const unbounded = keys.data.filter((key: { api_ids: unknown; scopes: unknown }) => key.api_ids === null)
    expect(unbounded).toHaveLength(1)
    const last = await it.call('POST', `/api/v1/admin-keys/${unbounded[0].id}/revoke`, { as: bounded })
    expect([last.status, last.body.code]).toEqual([409, 'conflict'])
  })
})

describe('an owner whose key ends', () => {
  test('makes no key, and no set-up link whose key, would outlive it', async () => {
    const endsAtMs = it.identity.clockMs + 3_600_000
    const ending = await minted({ role: 'owner', expires_at: new Date(endsAtMs).toISOString() })
    const later = new Date(endsAtMs + 1).toISOString()
    expect(refusal(await mint({ expires_at: later }, ending))).toEqual([400, ['/expires_at']])
    const { body: me } = await it.call('GET', '/api/v1/me', { as: ending })
    const link = await it.call('POST', `/api/v1/workspaces/${me.workspace_id}/setup-links`, { as: ending })
    const secret = String(link.body.setup_url).split('#')[1]
    const done = await it.call('POST', '/api/v1/setup', { as: '', body: { secret, owner_name: 'Eve' } })
    expect(done.body.expires_at).toBe(new Date(endsAtMs).toISOString())
  })
})

test('300 random grants over the wire: accepted exactly when they lie within the bounds and the catalogues', async () => {
  const scopes = ['orders.read', 'orders.write', 'users.read']
  const catalogues: Readonly<Record<string, readonly string[]>> = {
    [orders]: ['orders.read', 'orders.write'],
    [users]: ['users.read', 'orders.read'],
  }
  let state = 42
  const random = (): number => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
  const some = (items: readonly string[]): readonly string[] => items.filter(() => random() < 0.5)
  let accepted = 0
  for (let round = 0; round < 30; round++) {
    const [apiBounds, scopeBounds] = [some([orders, users]), some(scopes)]
    const bounds = {
      api_ids: apiBounds.length === 0 ? null : apiBounds,
      scopes: random() < 0.3 ? null : scopeBounds,
    }
    const operator = await minted(bounds)
    for (let grant = 0; grant < 10; grant++) {
      const [apiIds, wanted] = [some([orders, users]), some(scopes)]
      const known = new Set(apiIds.flatMap((id) => catalogues[id] ?? []))
      const may =
        apiIds.length > 0 &&
        wanted.every((scope) => known.has(scope) && (bounds.scopes?.includes(scope) ?? true)) &&
        apiIds.every((id) => bounds.api_ids?.includes(id) ?? true)
      const got = await makeKey({ api_ids: apiIds, scopes: wanted }, operator)
      expect(got.status, JSON.stringify({ bounds, apiIds, wanted })).toBe(may ? 201 : 400)
      if (may) accepted += 1
    }
  }
  expect(accepted).toBeGreaterThan(20)
})
