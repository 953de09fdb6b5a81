/** Orders on many keys over the wire. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'
import { makeOneOfEach } from './testing/samples.ts'

let it: TestControl
let ids: ReadonlyMap<string, string>
beforeAll(async () => {
  it = await openTestControl()
  ids = await makeOneOfEach(it, it.owner)
})
afterAll(async () => it.dispose())

const preview = async (filter: object, as = it.owner): Promise<Got> =>
  it.call('POST', '/api/v1/keys/bulk-revoke/preview', { as, body: { filter } })
const revoke = async (body: object, as = it.owner): Promise<Got> =>
  it.call('POST', '/api/v1/keys/bulk-revoke', { as, body })

async function makeKey(tag: string): Promise<string> {
  const body = { name: 'key', app_id: ids.get('app'), api_ids: [ids.get('api')], tags: [tag] }
  return (await it.call('POST', '/api/v1/keys', { body })).body.id
}

describe('a revocation by filter', () => {
  test('is previewed, given, and read until it is done', async () => {
    const [one, two] = [await makeKey('leak'), await makeKey('leak')]
    const shown = await preview({ tag: 'leak' })
    expect(shown.body).toMatchObject({ keys_total: 2, sample: [{ tags: ['leak'] }, { tags: ['leak'] }] })
    expect(shown.text).not.toContain('digest')
    const given = await revoke({ filter: { tag: 'leak' }, confirm: shown.body.confirm, reason: 'leaked' })
    expect(given.body).toMatchObject({
      kind: 'revoke_keys',
      state: 'done',
      subject: { tag: 'leak' },
      reason: 'leaked',
      keys_total: 2,
      keys_revoked: 2,
      keys_skipped: 0,
      nodes: { acknowledged: 1, total: 1 },
    })
    for (const id of [one, two]) {
      const key = await it.call('GET', `/api/v1/keys/${id}`)
      expect(key.body).toMatchObject({ revoked_at: expect.any(String), revoke_reason: 'leaked' })
    }
    expect((await it.call('GET', `/api/v1/key-orders/${given.body.id}`)).body).toEqual(given.body)
  })

  test('tells in the audit log what was asked for: ids in clear, people not', async () => {
    const filter = { tag: 'audited', owner: 'somebody@example.com', app_id: ids.get('app') }
    const shown = await preview(filter)
    const { body } = await revoke({ filter, confirm: shown.body.confirm })
    const { body: log } = await it.call('GET', `/api/v1/audit?resource_id=${body.id}`)
    const order = log.data.find((entry: { operation: string }) => entry.operation === 'key_orders.revoke_keys')
    expect(order.values).toMatchObject({ tag: 'audited', app_id: ids.get('app'), keys: 0 })
    expect(order.values.owner).toMatch(/^hmac-sha256:/)
  })

  test.each([
    { what: 'no member at all', filter: {}, pointer: '/filter' },
    { what: 'an unknown member', filter: { name: 'x' }, pointer: '/filter/name' },
    { what: 'a range that is none', filter: { ip_seen: { range: '10.0.0.0/33' } }, pointer: '/filter/ip_seen/range' },
    {
      what: 'days beyond what is kept',
      filter: { ip_seen: { range: '10.0.0.1', within_days: 91 } },
      pointer: '/filter/ip_seen/within_days',
    },
    { what: 'an app that is no id', filter: { app_id: 'app' }, pointer: '/filter/app_id' },
  ])('with $what is refused', async ({ filter, pointer }) => {
    const got = await preview(filter)
    expect([got.status, got.body.errors?.[0]?.pointer], got.text).toEqual([400, pointer])
  })

  test('without the digest of its own preview ends nothing', async () => {
    const id = await makeKey('guarded')
    const { body } = await preview({ tag: 'guarded' })
    const attempts = [
      { body: { filter: { tag: 'guarded' } }, status: 400 },
      { body: { filter: { tag: 'guarded' }, confirm: 'x' }, status: 400 },
      { body: { filter: { tag: 'guarded' }, confirm: 'A'.repeat(43) }, status: 409 },
      { body: { filter: { tag: 'other' }, confirm: body.confirm }, status: 409 },
    ]
    for (const attempt of attempts) expect((await revoke(attempt.body)).status).toBe(attempt.status)
    expect((await it.call('GET', `/api/v1/keys/${id}`)).body.revoked_at).toBeNull()
  })

  test('of another workspace finds nothing there, and nobody reads its orders', async () => {
    await makeKey('ours')
    const { body: made } = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Orders' } })
    const stranger = await it.mint('owner', made.id)
    for (const filter of [{ tag: 'ours' }, { app_id: ids.get('app') }, { owner: 'ada@example.com' }]) {
      expect((await preview(filter, stranger)).body).toMatchObject({ keys_total: 0, sample: [] })
    }
    const { body: ours } = await preview({ tag: 'ours' })
    const stolen = await revoke({ filter: { tag: 'ours' }, confirm: ours.confirm }, stranger)
    expect([stolen.status, stolen.body.code]).toEqual([409, 'conflict'])
    expect((await it.call('GET', '/api/v1/key-orders', { as: stranger })).body.data).toEqual([])
  })

  test('is for operators', async () => {
    const auditor = await it.mint('auditor')
    expect((await preview({ tag: 'x' }, auditor)).status).toBe(403)
    expect((await it.call('GET', '/api/v1/key-orders', { as: auditor })).status).toBe(200)
  })
})

describe('a decommission', () => {
  const newApp = async (owner: string): Promise<string> =>
    (await it.call('POST', '/api/v1/apps', { body: { name: `Of ${owner}`, owner } })).body.id
  const newKey = async (appId: string): Promise<string> => {
    const body = { name: 'key', app_id: appId, api_ids: [ids.get('api')] }
    return (await it.call('POST', '/api/v1/keys', { body })).body.id
  }

  test('of an app is previewed and done, and the app says so', async () => {
    const appId = await newApp('carol')
    const keyId = await newKey(appId)
    const shown = await it.call('POST', `/api/v1/apps/${appId}/decommission/preview`)
    expect(shown.body).toMatchObject({
      apps: [{ id: appId, name: 'Of carol', owner: 'carol' }],
      keys_total: 1,
      sample: [{ id: keyId }],
    })
    const body = { confirm: shown.body.confirm, reason: 'product ended' }
    const given = await it.call('POST', `/api/v1/apps/${appId}/decommission`, { body })
    expect(given.body).toMatchObject({
      kind: 'decommission_app',
      state: 'done',
      app_ids: [appId],
      keys_revoked: 1,
      nodes: { acknowledged: 1, total: 1 },
    })
    const app = await it.call('GET', `/api/v1/apps/${appId}`)
    expect(app.body).toMatchObject({ decommissioned_at: expect.any(String), disabled_at: expect.any(String) })
    const revived = await it.call('PATCH', `/api/v1/apps/${appId}`, { body: { disabled: false } })
    expect([revived.status, revived.body.code]).toEqual([409, 'conflict'])
  })

  test('of an owner ends all apps and keys, and another owner none', async () => {
    const [mine, other] = [await newApp('dave'), await newApp('erin')]
    const [keyId, otherKeyId] = [await newKey(mine), await newKey(other)]
    const { body: shown } = await it.call('POST', '/api/v1/owners/decommission/preview', { body: { owner: 'dave' } })
    const given = await it.call('POST', '/api/v1/owners/decommission', {
      body: { owner: 'dave', confirm: shown.confirm },
    })
    expect(given.body).toMatchObject({ kind: 'decommission_owner', subject: { owner: 'dave' }, app_ids: [mine] })
    expect((await it.call('GET', `/api/v1/keys/${keyId}`)).body.revoked_at).toEqual(expect.any(String))
    expect((await it.call('GET', `/api/v1/keys/${otherKeyId}`)).body.revoked_at).toBeNull()
  })

  test('needs the digest of its own preview, and an operator', async () => {
    const appId = await newApp('frank')
    const { body: shown } = await it.call('POST', `/api/v1/apps/${ids.get('app')}/decommission/preview`)
    const got = await it.call('POST', `/api/v1/apps/${appId}/decommission`, { body: { confirm: shown.confirm } })
    expect([got.status, got.body.code]).toEqual([409, 'conflict'])
    const auditor = await it.mint('auditor')
    expect((await it.call('POST', `/api/v1/apps/${appId}/decommission/preview`, { as: auditor })).status).toBe(403)
  })
})
