/** Roles of keys: what may be granted by them, what the doors make of it, and what an edit of one changes at once. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { loadAppPart, loadWorkspacePart } from '#identity'
import { KeySnapshots } from '#keys'
import { decide } from '@claviger/core'
import { startFeed } from '#feed'
import { silentLog } from '#config'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'
import type { Got } from './testing/open-control.ts'

let it: TestDoors
let appId: string
let apiId: string
let count = 0

beforeAll(async () => {
  it = await openTestDoors()
  appId = (await made('/apps', { name: 'Shop', owner: 'ada@example.com' })).id
})
afterAll(async () => it.dispose())
beforeEach(async () => {
  const scopes = ['orders.read', 'orders.write', 'billing.read']
  apiId = (await made('/apis', { name: `Api ${++count}`, prefix: 'acme', scopes })).id
})

async function made(path: string, body: object, as = it.owner): Promise<Got['body']> {
  const got = await it.call('POST', `/api/v1${path}`, { body, as })
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body
}
async function patched(path: string, body: object): Promise<Got['body']> {
  const got = await it.call('PATCH', `/api/v1${path}`, { body })
  expect(got.status, got.text).toBe(200)
  await it.settled()
  return got.body
}
const REASON = 'Moves the old orders over.'
const inDays = (days: number): string => new Date(it.identity.clockMs + days * 86_400_000).toISOString()
const keyWith = (members: object): object => ({ name: 'Key', app_id: appId, api_ids: [apiId], ...members })
const issue = async (members: object) => made('/keys', keyWith(members))
const roleOf = async (scopes: readonly string[]): Promise<string> =>
  (await made('/roles', { name: `Role ${++count}`, scopes })).id
const codeOf = async (secret: string, ...scopes: readonly string[]): Promise<string> =>
  (await it.verify({ key: secret, api_id: apiId, scopes })).code

async function refusal(method: string, path: string, body: object, as = it.owner): Promise<readonly string[]> {
  const got = await it.call(method, `/api/v1${path}`, { body, as })
  expect([got.status, got.body.code], got.text).toEqual([400, 'validation_failed'])
  return got.body.errors.map(({ pointer }: { pointer: string }) => pointer)
}
async function conflict(method: string, path: string, body?: object): Promise<string> {
  const got = await it.call(method, `/api/v1${path}`, { ...(body !== undefined && { body }) })
  expect([got.status, got.body.code], got.text).toEqual([409, 'conflict'])
  return got.body.detail
}
const bounded = async (members: object): Promise<string> =>
  (await made('/admin-keys', { name: `Bounded ${++count}`, role: 'operator', ...members })).secret

describe('a role', () => {
  test('gives a key its scopes, and an edit holds at the doors at once without a key rewritten', async () => {
    const role = await roleOf(['orders.read'])
    const { id, secret, role_ids: given } = await issue({ scopes: ['billing.read'], role_ids: [role] })
    expect(given).toEqual([role])
    expect(await codeOf(secret, 'orders.read', 'billing.read')).toBe('valid')
    expect(await codeOf(secret, 'orders.write')).toBe('scope_missing')
    await patched(`/roles/${role}`, { scopes: ['orders.write'] })
    expect(await codeOf(secret, 'orders.write')).toBe('valid')
    expect(await codeOf(secret, 'orders.read')).toBe('scope_missing')
    expect((await it.verify({ key: secret, api_id: apiId })).scopes).toEqual(['billing.read', 'orders.write'])
    const { body: key } = await it.call('GET', `/api/v1/keys/${id}`)
    expect(key).toMatchObject({ scopes: ['billing.read'], role_ids: [role], revision: 1 })
    await patched(`/keys/${id}`, { role_ids: [] })
    expect(await codeOf(secret, 'orders.write')).toBe('scope_missing')
  })

  test('is told by explain as what holds a scope', async () => {
    const role = await roleOf(['orders.read'])
    const { id } = await issue({ role_ids: [role] })
    const question = { key_id: id, api_id: apiId, scopes: ['orders.read'] }
    const { body } = await it.call('POST', '/api/v1/decisions/explain', { body: question })
    const check = body.checks.find(({ rule }: { rule: string }) => rule === 'key.scopes')
    expect(check.detail).toBe(`orders.read is held by orders.read of the role ${role}.`)
  })

  test('is edited at once in another process, which hears of it through the feed', async () => {
    const { store, seal, room } = it.identity
    const clock = { nowMs: room.nowMs, monotonicMs: () => performance.now() }
    const other = new KeySnapshots({
      store,
      seal,
      log: silentLog,
      monotonicMs: clock.monotonicMs,
      loadApp: async (id) => loadAppPart(store.db, id),
      loadWorkspace: async (id) => loadWorkspacePart(store.db, id),
    })
    const feed = await startFeed(store, silentLog, clock, { staleMs: 2_000 })
    feed.onChange(async (changes) => {
      for (const change of changes) await other.apply(change)
    })
    try {
      const role = await roleOf(['orders.read'])
      const { secret } = await issue({ role_ids: [role] })
      const codeThere = async (scope: string): Promise<string> => {
        const found = await other.find(secret)
        if (found.kind !== 'found') return found.kind
        const ask = { nowMs: room.nowMs(), clientIp: undefined, apiId, scopes: [scope] }
        return decide(found.key, found.version, ask).code
      }
      expect(await codeThere('orders.read')).toBe('valid')
      const reads = other.reads
      await patched(`/roles/${role}`, { scopes: ['orders.write'] })
      const [row] = await store.raw('select feed_position() as position', [])
      await feed.reached(Number(row?.['position']))
      expect([await codeThere('orders.read'), await codeThere('orders.write')]).toEqual(['scope_missing', 'valid'])
      expect(other.reads, 'the key was not read again').toBe(reads)
    } finally {
      await feed.close()
    }
  })

  test('may hold scopes of other apis: they do not count, until an api has them', async () => {
    const role = await roleOf(['orders.read', 'orders.refund', 'users.read'])
    const { secret } = await issue({ role_ids: [role] })
    expect((await it.verify({ key: secret, api_id: apiId })).scopes).toEqual(['orders.read'])
    expect(await codeOf(secret, 'users.read')).toBe('scope_missing')
    await patched(`/apis/${apiId}`, { scopes: ['orders.read', 'orders.refund'] })
    expect(await codeOf(secret, 'orders.refund')).toBe('valid')
  })

  test('with a wildcard needs a reason and an expiry on the key', async () => {
    const role = await roleOf(['orders.*'])
    expect(await refusal('POST', '/keys', keyWith({ role_ids: [role] }))).toEqual(['/grant_reason', '/expires_at'])
    const { id, secret } = await issue({ role_ids: [role], grant_reason: REASON, expires_at: inDays(1) })
    expect(await codeOf(secret, 'orders.write')).toBe('valid')
    expect(await refusal('PATCH', `/keys/${id}`, { grant_reason: null })).toEqual(['/grant_reason'])
    const plain = await issue({})
    expect(await refusal('PATCH', `/keys/${plain.id}`, { role_ids: [role] })).toEqual(['/grant_reason'])
  })

  test('gets no wildcard while a key without a reason holds it', async () => {
    const role = await roleOf(['orders.read'])
    const { id } = await issue({ role_ids: [role] })
    const widened = { scopes: ['orders.read', 'orders.*'] }
    expect(await conflict('PATCH', `/roles/${role}`, widened)).toMatch(/1 keys/)
    await it.call('DELETE', `/api/v1/keys/${id}`)
    expect(await conflict('PATCH', `/roles/${role}`, widened), 'it could be restored').toMatch(/1 keys/)
    await it.call('POST', `/api/v1/keys/${id}/restore`)
    await patched(`/keys/${id}`, { grant_reason: REASON })
    await patched(`/roles/${role}`, widened)
    expect(await refusal('PATCH', `/keys/${id}`, { grant_reason: null })).toEqual(['/grant_reason'])
  })

  test.each([
    [{ scopes: ['orders*'] }, '/scopes/0'],
    [{ scopes: ['a', 'a'] }, '/scopes'],
    [{ scopes: ['a..b'] }, '/scopes/0'],
    [{ name: '' }, '/name'],
    [{ scope: [] }, '/scope'],
  ])('%j is refused at %s', async (members, pointer) => {
    expect(await refusal('POST', '/roles', { name: `Role ${++count}`, ...members })).toEqual([pointer])
  })

  test('has a name that no other role of the workspace has, until it is deleted', async () => {
    const name = `Role ${++count}`
    const { id } = await made('/roles', { name })
    expect(await conflict('POST', '/roles', { name })).toMatch(/already has a role/)
    expect((await it.call('DELETE', `/api/v1/roles/${id}`)).status).toBe(204)
    expect((await it.call('GET', `/api/v1/roles/${id}`)).status).toBe(404)
    await made('/roles', { name })
  })

  test('is changed and deleted only at the revision that was seen', async () => {
    const role = await roleOf([])
    const { headers } = await it.call('GET', `/api/v1/roles/${role}`)
    const stale = { 'if-match': headers.get('etag') ?? '' }
    await patched(`/roles/${role}`, { description: 'For the till.' })
    for (const [method, body] of [['PATCH', { name: 'x' }] as const, ['DELETE', undefined] as const]) {
      const got = await it.call(method, `/api/v1/roles/${role}`, { headers: stale, ...(body && { body }) })
      expect([method, got.status, got.body.code]).toEqual([method, 412, 'precondition_failed'])
    }
  })
})

describe("an api's maximum", () => {
  test('bounds what a role may give to a key, and is pointed to', async () => {
    await patched(`/apis/${apiId}`, { maximum: { scopes: ['orders.read'] } })
    const wide = await roleOf(['orders.read', 'billing.read'])
    expect(await refusal('POST', '/keys', keyWith({ role_ids: [wide] }))).toEqual(['/role_ids/0'])
    const role = await roleOf(['orders.read', 'users.read'])
    const { id, secret } = await issue({ role_ids: [role] })
    expect(await refusal('PATCH', `/keys/${id}`, { role_ids: [role, wide] })).toEqual(['/role_ids/1'])
    expect(await codeOf(secret, 'orders.read')).toBe('valid')
  })

  test('caps what a role that is widened later gives, at every call', async () => {
    await patched(`/apis/${apiId}`, { maximum: { scopes: ['orders.read'] } })
    const role = await roleOf(['orders.read'])
    const { id, secret } = await issue({ role_ids: [role] })
    await patched(`/roles/${role}`, { scopes: ['orders.read', 'orders.write'] })
    expect(await codeOf(secret, 'orders.write')).toBe('scope_missing')
    expect((await it.verify({ key: secret, api_id: apiId })).scopes).toEqual(['orders.read'])
    await patched(`/keys/${id}`, { name: 'Renamed', scopes: ['orders.read'] })
    await patched(`/apis/${apiId}`, { maximum: null })
    expect(await codeOf(secret, 'orders.write')).toBe('valid')
  })
})

describe('an operator with bounds', () => {
  test('gives no role that holds more than it may grant, whatever the key is for', async () => {
    const as = await bounded({ scopes: ['orders.read', 'users.read'] })
    const [within, beyond] = [await roleOf(['orders.read', 'users.read']), await roleOf(['orders.read', 'users.write'])]
    const { id } = await made('/keys', keyWith({ role_ids: [within] }), as)
    expect(await refusal('POST', '/keys', keyWith({ role_ids: [within, beyond] }), as)).toEqual(['/role_ids/1'])
    expect(await refusal('PATCH', `/keys/${id}`, { role_ids: [beyond] }, as)).toEqual(['/role_ids/0'])
    const wide = await issue({ role_ids: [beyond] })
    expect(await refusal('PATCH', `/keys/${wide.id}`, { scopes: ['orders.read'] }, as)).toEqual(['/role_ids/0'])
    const freed = await it.call('PATCH', `/api/v1/keys/${wide.id}`, { as, body: { role_ids: [] } })
    expect(freed.status, 'taking away is free').toBe(200)
  })

  test('gets no secret of a key that may more by its role', async () => {
    const as = await bounded({ scopes: ['orders.read'] })
    const { id } = await issue({ role_ids: [await roleOf(['orders.write'])] })
    const got = await it.call('POST', `/api/v1/keys/${id}/rotate`, { as, body: {} })
    expect([got.status, got.body.code]).toEqual([403, 'permission_missing'])
  })

  test('widens no role beyond its scopes, nor for keys of other apis, and narrows what it likes', async () => {
    const as = await bounded({ scopes: ['orders.*'] })
    expect(await refusal('POST', '/roles', { name: `R ${++count}`, scopes: ['orders.a', 'users.a'] }, as)).toEqual([
      '/scopes/1',
    ])
    const role = await roleOf(['billing.read'])
    const { secret } = await issue({ role_ids: [role] })
    const path = `/roles/${role}`
    expect(await refusal('PATCH', path, { scopes: ['billing.read', 'users.read', '*'] }, as)).toEqual([
      '/scopes/1',
      '/scopes/2',
    ])
    const other = await bounded({ api_ids: [(await made('/apis', { name: `A ${++count}`, prefix: 'acme' })).id] })
    expect(await refusal('PATCH', path, { scopes: ['billing.read', 'orders.read'] }, other)).toEqual(['/scopes'])
    const widened = { scopes: ['billing.read', 'orders.read'] }
    expect((await it.call('PATCH', `/api/v1${path}`, { as, body: widened })).status).toBe(200)
    expect((await it.call('PATCH', `/api/v1${path}`, { as: other, body: { scopes: [] } })).status).toBe(200)
    await it.settled()
    expect(await codeOf(secret, 'billing.read')).toBe('scope_missing')
  })
})

describe('a role that keys hold', () => {
  test('is not deleted: the answer says how many, and the list which', async () => {
    const role = await roleOf([])
    const keys = [await issue({ role_ids: [role] }), await issue({ role_ids: [role] })]
    expect(await conflict('DELETE', `/roles/${role}`)).toMatch(/2 keys hold it/)
    const listed = await it.call('GET', `/api/v1/keys?role_id=${role}`)
    expect(listed.body.data.map(({ id }: { id: string }) => id).toSorted()).toEqual(keys.map(({ id }) => id).toSorted())
    await patched(`/keys/${keys[0].id}`, { role_ids: [] })
    await it.call('POST', `/api/v1/keys/${keys[1].id}/revoke`, { body: {} })
    expect((await it.call('DELETE', `/api/v1/roles/${role}`)).status).toBe(204)
    expect(await refusal('POST', '/keys', keyWith({ role_ids: [role] }))).toEqual(['/role_ids/0'])
  })

  test('and were deleted is gone from those that are restored', async () => {
    const [gone, kept] = [await roleOf(['orders.read']), await roleOf(['billing.read'])]
    const { id, secret } = await issue({ role_ids: [gone, kept] })
    await it.call('DELETE', `/api/v1/keys/${id}`)
    expect((await it.call('DELETE', `/api/v1/roles/${gone}`)).status).toBe(204)
    const restored = await it.call('POST', `/api/v1/keys/${id}/restore`)
    await it.settled()
    expect([restored.status, restored.body.role_ids]).toEqual([200, [kept]])
    expect([await codeOf(secret, 'billing.read'), await codeOf(secret, 'orders.read')]).toEqual([
      'valid',
      'scope_missing',
    ])
    const { body } = await it.call('GET', `/api/v1/audit?resource_id=${id}&operation=keys.restore`)
    expect(body.data[0].values).toEqual({ lost_role_ids: [gone] })
  })

  test('is deleted, or given to a key, and never both, however they race', async () => {
    for (let round = 0; round < 15; round++) {
      const role = await roleOf(['orders.read'])
      const plain = await issue({})
      const [deleted, created, updated] = await Promise.all([
        it.call('DELETE', `/api/v1/roles/${role}`),
        it.call('POST', '/api/v1/keys', { body: keyWith({ role_ids: [role] }) }),
        it.call('PATCH', `/api/v1/keys/${plain.id}`, { body: { role_ids: [role] } }),
      ])
      const takers = [created, updated].filter(({ status }) => status < 300)
      if (deleted.status === 204) expect(takers.map(({ text }) => text)).toEqual([])
      else expect([deleted.status, takers.length > 0]).toEqual([409, true])
    }
  })

  test('gets a wildcard, or is given to a key without a reason, and never both, however they race', async () => {
    for (let round = 0; round < 15; round++) {
      const role = await roleOf(['orders.read'])
      const [widened, created] = await Promise.all([
        it.call('PATCH', `/api/v1/roles/${role}`, { body: { scopes: ['orders.*'] } }),
        it.call('POST', '/api/v1/keys', { body: keyWith({ role_ids: [role] }) }),
      ])
      expect([
        [200, 400],
        [409, 201],
      ]).toContainEqual([widened.status, created.status])
    }
  })
})

test('an import gives roles item by item, and judges each', async () => {
  const [role, wild] = [await roleOf(['orders.read']), await roleOf(['*'])]
  const item = (members: object) => ({
    hash: createHash('sha256').update(`secret ${++count}`).digest('hex'),
    ...members,
  })
  const unknown = 'rol_01k2m5f8r2e9vbt9rpk9w0z5c3'
  const secret = `foreign-${++count}-secret-of-old`
  const body = {
    app_id: appId,
    api_ids: [apiId],
    algorithm: 'sha256',
    encoding: 'hex',
    role_ids: [role],
    keys: [
      { hash: createHash('sha256').update(secret).digest('hex') },
      item({ role_ids: [] }),
      item({ role_ids: [wild] }),
      item({ role_ids: [role, unknown] }),
    ],
  }
  const got = await it.call('POST', '/api/v1/keys/import', { body })
  await it.settled()
  expect(got.body.results, got.text).toMatchObject([
    { outcome: 'created' },
    { outcome: 'created' },
    { outcome: 'invalid', detail: expect.stringContaining('needs a reason') },
    { outcome: 'invalid', detail: `There is no role ${unknown} in this workspace.` },
  ])
  expect([await codeOf(secret, 'orders.read'), await codeOf(secret, 'orders.write')]).toEqual([
    'valid',
    'scope_missing',
  ])
  const as = await bounded({ scopes: ['billing.read'] })
  const beyond = await it.call('POST', '/api/v1/keys/import', { as, body: { ...body, keys: [item({})] } })
  expect(beyond.body.results[0].detail).toMatch(/may not grant all of the role/)
})

test('a role of another workspace is an unknown role', async () => {
  const role = await roleOf(['orders.read'])
  const { id: workspaceId } = await made('/workspaces', { name: `Other ${++count}` })
  const as = await it.mint('owner', workspaceId)
  for (const method of ['GET', 'PATCH', 'DELETE']) {
    const got = await it.call(method, `/api/v1/roles/${role}`, { as, ...(method === 'PATCH' && { body: {} }) })
    expect([got.status, got.body.code]).toEqual([404, 'not_found'])
  }
  const [app, api] = [
    await made('/apps', { name: 'Theirs', owner: 'me' }, as),
    await made('/apis', { name: 'Theirs', prefix: 'acme', scopes: ['orders.read'] }, as),
  ]
  const body = { name: 'Key', app_id: app.id, api_ids: [api.id], role_ids: [role] }
  expect(await refusal('POST', '/keys', body, as)).toEqual(['/role_ids/0'])
  await made('/roles', { name: 'Role', scopes: [] }, as)
  expect((await it.call('GET', '/api/v1/roles', { as })).body.data).toHaveLength(1)
})

test('a change of the roles of a key is tried in a dry run', async () => {
  const role = await roleOf(['orders.read'])
  const { id, secret } = await issue({ role_ids: [role] })
  await codeOf(secret, 'orders.read')
  await codeOf(secret, 'orders.write')
  await it.flush()
  it.identity.clockMs += 1_000
  const other = await roleOf(['orders.write'])
  const run = await it.call('POST', '/api/v1/decisions/dry-run', { body: { key: { id, role_ids: [other] } } })
  expect(run.body.flips, run.text).toMatchObject({ total: 2, allowed_to_refused: 1, refused_to_allowed: 1 })
})

test('every change of a role is in the audit log', async () => {
  const role = await roleOf(['orders.read'])
  await patched(`/roles/${role}`, { scopes: [], description: 'Nobody needs it.' })
  await it.call('DELETE', `/api/v1/roles/${role}`)
  const { body } = await it.call('GET', `/api/v1/audit?resource_id=${role}`)
  expect(body.data.map(({ operation, values }: Got['body']) => [operation, values['scopes']])).toEqual([
    ['roles.delete', undefined],
    ['roles.update', []],
    ['roles.create', ['orders.read']],
  ])
  expect(JSON.stringify(body)).not.toContain('Nobody needs it')
})
