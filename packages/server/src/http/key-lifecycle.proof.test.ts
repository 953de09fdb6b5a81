/** The life of keys over the wire. */
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

const plain = (members: object = {}) => ({
  name: 'key',
  app_id: ids.get('app'),
  api_ids: [ids.get('api')],
  scopes: ['read'],
  ...members,
})
const create = async (members: object = {}): Promise<Got> => it.call('POST', '/api/v1/keys', { body: plain(members) })
const idsOf = (got: Got): readonly string[] => got.body.data.map((key: { id: string }) => key.id)
const list = async (query: string): Promise<readonly string[]> =>
  idsOf(await it.call('GET', `/api/v1/keys?limit=100&${query}`))

describe('a creation with an Idempotency-Key', () => {
  const post = async (key: string, body: object): Promise<Got> =>
    it.call('POST', '/api/v1/keys', { body, headers: { 'idempotency-key': key } })

  test('makes one key and one secret, however many come at the same moment', async () => {
    const body = plain({ tags: ['once'] })
    const all = await Promise.all([1, 2, 3, 4, 5].map(async () => post('at-once', body)))
    const made = all.filter((one) => one.status === 201)
    expect(made.length).toBeGreaterThanOrEqual(1)
    for (const one of all) expect([201, 409]).toContain(one.status)
    expect(new Set(made.map((one) => one.body.secret)).size).toBe(1)
    expect(await list('tag=once')).toEqual([made[0]?.body.id])
  })

  test('shows the secret once more, then names the key that was made', async () => {
    const body = plain({ tags: ['again'] })
    const first = await post('again', body)
    const second = await post('again', body)
    expect(second.body).toEqual(first.body)
    const third = await post('again', body)
    expect([third.status, third.body.code]).toEqual([409, 'idempotency_secret_gone'])
    expect(third.body.detail).toContain(first.body.id)
    expect(await list('tag=again')).toHaveLength(1)
  })

  test('with another payload makes nothing', async () => {
    await post('other', plain({ tags: ['one'] }))
    expect((await post('other', plain({ tags: ['two'] }))).body.code).toBe('idempotency_mismatch')
    expect(await list('tag=two')).toEqual([])
  })
})

describe('a key', () => {
  test('tells its owner, tags and dormancy, and takes changes of them', async () => {
    const { body } = await create({ owner: 'payments', tags: ['a', 'b'], dormant_after_days: 30 })
    expect(body).toMatchObject({
      owner: 'payments',
      owner_from: 'key',
      tags: ['a', 'b'],
      dormant_after_days: 30,
      dormant_at: null,
      last_used_at: null,
      deleted_at: null,
      restorable_until: null,
    })
    const changed = await it.call('PATCH', `/api/v1/keys/${body.id}`, {
      body: { owner: null, tags: [], dormant_after_days: null },
    })
    expect(changed.body).toMatchObject({
      owner: 'ada@example.com',
      owner_from: 'app',
      tags: [],
      dormant_after_days: null,
    })
  })

  test.each([
    { what: 'a tag that is no slug', members: { tags: ['No Slug'] }, pointer: '/tags/0' },
    { what: 'a tag twice', members: { tags: ['a', 'a'] }, pointer: '/tags' },
    { what: '51 tags', members: { tags: Array.from({ length: 51 }, (_, at) => `t${at}`) }, pointer: '/tags' },
    { what: 'an empty owner', members: { owner: '' }, pointer: '/owner' },
    { what: 'no days at all', members: { dormant_after_days: 0 }, pointer: '/dormant_after_days' },
    {
      what: 'a beginning after its end',
      members: { not_before: '2026-12-01T00:00:00Z', expires_at: '2026-12-01T00:00:00+00:00' },
      pointer: undefined,
    },
  ])('is not made with $what', async ({ members, pointer }) => {
    const got = await create(members)
    expect(got.status, got.text).toBe(400)
    if (pointer !== undefined) expect(got.body.errors[0].pointer).toBe(pointer)
  })

  test('is found by each of its filters, and by no other workspace', async () => {
    const { body } = await create({ owner: 'filters', tags: ['filters'], environment: 'filters' })
    const me = (await it.call('GET', '/api/v1/me')).body.admin_key_id
    for (const query of ['owner=filters', 'tag=filters', 'environment=filters', `created_by=${me}&tag=filters`]) {
      expect(await list(query), query).toEqual([body.id])
    }
    expect(await list('prefix=other')).toEqual([])
    const { body: made } = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Filters' } })
    const stranger = await it.mint('owner', made.id)
    for (const query of ['owner=filters', 'tag=filters', `app_id=${ids.get('app')}`, `created_by=${me}`]) {
      expect(idsOf(await it.call('GET', `/api/v1/keys?${query}`, { as: stranger })), query).toEqual([])
    }
  })

  test('lists its versions, newest first, and ends one of them', async () => {
    const { body } = await create()
    await it.call('POST', `/api/v1/keys/${body.id}/rotate`, { body: {} })
    await it.call('POST', `/api/v1/keys/${body.id}/versions/1/revoke`)
    const { body: versions } = await it.call('GET', `/api/v1/keys/${body.id}/versions`)
    expect(versions.data).toMatchObject([
      { number: 2, revoked_at: null },
      { number: 1, revoked_at: expect.any(String) },
    ])
    expect(JSON.stringify(versions)).not.toContain(body.secret)
    expect((await it.call('POST', `/api/v1/keys/${body.id}/versions/3/revoke`)).status).toBe(404)
  })
})

describe('a deletion', () => {
  test('hides the key from the list, and is taken back by restore', async () => {
    const { body } = await create({ tags: ['gone'] })
    const removed = await it.call('DELETE', `/api/v1/keys/${body.id}`)
    expect([removed.status, removed.text]).toEqual([204, ''])
    expect(await list('tag=gone')).toEqual([])
    expect(await list('tag=gone&deleted=true')).toEqual([body.id])
    const shown = await it.call('GET', `/api/v1/keys/${body.id}`)
    const untilMs = Date.parse(shown.body.restorable_until)
    expect(untilMs - Date.parse(shown.body.deleted_at)).toBe(30 * 86_400_000)
    const restored = await it.call('POST', `/api/v1/keys/${body.id}/restore`)
    expect(restored.body).toMatchObject({ deleted_at: null, restorable_until: null })
    expect(await list('tag=gone')).toEqual([body.id])
  })

  test('comes too late when somebody was faster, and an operator may, an auditor may not', async () => {
    const { body, headers } = await create()
    await it.call('PATCH', `/api/v1/keys/${body.id}`, { body: { name: 'other' } })
    const etag = headers.get('etag') ?? ''
    const late = await it.call('DELETE', `/api/v1/keys/${body.id}`, { headers: { 'if-match': etag } })
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed'])
    const [auditor, operator] = [await it.mint('auditor'), await it.mint('operator')]
    expect((await it.call('DELETE', `/api/v1/keys/${body.id}`, { as: auditor })).status).toBe(403)
    expect((await it.call('DELETE', `/api/v1/keys/${body.id}`, { as: operator })).status).toBe(204)
  })

  test('beyond its window answers 410', async () => {
    const { body } = await create()
    await it.call('DELETE', `/api/v1/keys/${body.id}`)
    const beforeMs = it.identity.clockMs
    it.identity.clockMs = beforeMs + 30 * 86_400_000
    const late = await it.call('POST', `/api/v1/keys/${body.id}/restore`)
    it.identity.clockMs = beforeMs
    expect([late.status, late.body.code]).toEqual([410, 'gone'])
  })
})

test('a key that is awake stays as it is when it is woken', async () => {
  const { body } = await create()
  const woken = await it.call('POST', `/api/v1/keys/${body.id}/wake`)
  expect([woken.status, woken.body.revision]).toEqual([200, body.revision])
})

test('the rules of a workspace are shown and changed', async () => {
  const { body: me } = await it.call('GET', '/api/v1/me')
  const path = `/api/v1/workspaces/${me.workspace_id}`
  expect((await it.call('GET', path)).body).toMatchObject({ dormant_after_days: null, restore_window_days: 30 })
  const body = { dormant_after_days: 90, restore_window_days: 7 }
  expect((await it.call('PATCH', path, { body })).body).toMatchObject(body)
  for (const wrong of [{ dormant_after_days: 0 }, { restore_window_days: -1 }, { restore_window_days: 366 }]) {
    expect((await it.call('PATCH', path, { body: wrong })).status).toBe(400)
  }
  await it.call('PATCH', path, { body: { dormant_after_days: null, restore_window_days: 30 } })
})
