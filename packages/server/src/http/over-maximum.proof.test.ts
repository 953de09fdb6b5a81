/** Whom it concerns that a maximum is lowered: the list of keys that hold more, and how many they are. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

const REASON = 'Moves the old orders over.'
const IP = { kind: 'ip', allow: ['10.0.0.0/8'] }

let it: TestDoors
let appId: string
let apiId: string
let count = 0

beforeAll(async () => {
  it = await openTestDoors()
  appId = await made('apps', { name: 'Shop', owner: 'ada@example.com' })
})
afterAll(async () => it.dispose())
beforeEach(async () => {
  apiId = await newApi()
})

async function made(list: string, body: object): Promise<string> {
  const got = await it.call('POST', `/api/v1/${list}`, { body })
  expect(got.status, got.text).toBe(201)
  return got.body.id
}
const newApi = async (): Promise<string> =>
  made('apis', { name: `Api ${++count}`, prefix: 'acme', scopes: ['orders.read', 'orders.write', 'billing.read'] })
/** Each a millisecond later than the one before: lists are in this order. */
async function issue(members: object = {}): Promise<string> {
  it.identity.clockMs += 1
  return made('keys', { name: 'Key', app_id: appId, api_ids: [apiId], ...members })
}
const inDays = (days: number): string => new Date(it.identity.clockMs + days * 86_400_000).toISOString()

/** @returns what the answer says: how many hold more */
async function setMaximum(maximum: object | null, id = apiId): Promise<number> {
  const got = await it.call('PATCH', `/api/v1/apis/${id}`, { body: { maximum } })
  expect(got.status, got.text).toBe(200)
  return got.body.keys_over_maximum
}

/** All pages. */
async function listed(query: string, limit = 100): Promise<readonly string[]> {
  const ids: string[] = []
  let cursor = ''
  do {
    const got = await it.call('GET', `/api/v1/keys?${query}&limit=${limit}${cursor}`)
    expect(got.status, got.text).toBe(200)
    expect(got.body.data.length).toBeLessThanOrEqual(limit)
    ids.push(...got.body.data.map(({ id }: { id: string }) => id))
    cursor = got.body.next_cursor === null ? '' : `&cursor=${encodeURIComponent(got.body.next_cursor)}`
  } while (cursor !== '')
  return ids
}
const over = async (limit?: number) => listed(`over_maximum=true&api_id=${apiId}`, limit)

describe('over_maximum', () => {
  test('holds for scopes and wildcards that the maximum does not cover, whatever else the key has', async () => {
    const write = await issue({ scopes: ['orders.read', 'orders.write'] })
    const wild = await issue({ scopes: ['orders.*'], grant_reason: REASON, expires_at: inDays(1) })
    await issue({ scopes: ['orders.read'] })
    await issue()
    expect(await setMaximum({ scopes: ['orders.read'] })).toBe(2)
    expect(await over()).toEqual([wild, write])
    expect(await setMaximum({ scopes: ['orders.*'] })).toBe(0)
    expect(await setMaximum({ scopes: [] })).toBe(3)
    expect(await setMaximum(null)).toBe(0)
    expect(await over()).toEqual([])
  })

  test('holds for a life that is too long, and for a restriction that is missing or in shadow', async () => {
    const long = await issue({ expires_at: inDays(9), restrictions: [IP] })
    const shadow = await issue({ expires_at: inDays(1), restrictions: [{ ...IP, mode: 'shadow' }] })
    const free = await issue({ expires_at: inDays(1) })
    const good = await issue({ expires_at: inDays(1), restrictions: [{ ...IP, mode: 'shadow' }, IP] })
    expect(await setMaximum({ lifetime_seconds: 2 * 86_400 })).toBe(1)
    expect(await over()).toEqual([long])
    expect(await setMaximum({ required_restrictions: ['ip'] })).toBe(2)
    expect(await over()).toEqual([free, shadow])
    expect(await setMaximum({ required_restrictions: ['ip'], lifetime_seconds: 2 * 86_400 })).toBe(3)
    expect(await listed(`over_maximum=false&api_id=${apiId}`)).toEqual([good])
  })

  test('holds for what comes by roles, as the roles are now', async () => {
    const role = await made('roles', { name: `Writer ${count}`, scopes: ['orders.read', 'orders.write'] })
    const byRole = await issue({ role_ids: [role] })
    await issue({ scopes: ['orders.read'] })
    expect(await setMaximum({ scopes: ['orders.read'] })).toBe(1)
    expect(await over()).toEqual([byRole])
    const edited = await it.call('PATCH', `/api/v1/roles/${role}`, { body: { scopes: ['orders.read'] } })
    expect(edited.status, edited.text).toBe(200)
    expect(await over()).toEqual([])
  })

  test('is about living keys only', async () => {
    const [revoked, deleted, living] = [
      await issue({ scopes: ['orders.write'] }),
      await issue({ scopes: ['orders.write'] }),
      await issue({ scopes: ['orders.write'] }),
    ]
    await issue({ scopes: ['orders.write'], expires_at: inDays(1) })
    await it.call('POST', `/api/v1/keys/${revoked}/revoke`, { body: {} })
    await it.call('DELETE', `/api/v1/keys/${deleted}`)
    it.identity.clockMs += 2 * 86_400_000
    expect(await setMaximum({ scopes: ['orders.read'] })).toBe(1)
    expect(await over()).toEqual([living])
  })

  test('an api has no say in scopes of another; any of the apis of a key may be the one', async () => {
    const other = await made('apis', { name: `Api ${++count}`, prefix: 'other', scopes: ['reports.read'] })
    const both = await issue({ api_ids: [apiId, other], scopes: ['orders.read', 'reports.read'] })
    expect(await setMaximum({ scopes: ['orders.*'] })).toBe(0)
    expect(await over()).toEqual([])
    expect(await setMaximum({ scopes: [] }, other)).toBe(1)
    expect(await over()).toEqual([both])
  })

  test('pages are whole: each key once, full pages, with other filters beside it', async () => {
    const expected: string[] = []
    for (let index = 0; index < 9; index += 1) {
      const isOver = index % 3 !== 1
      const id = await issue({ scopes: [isOver ? 'orders.write' : 'orders.read'], tags: [isOver ? 'many' : 'few'] })
      if (isOver) expected.unshift(id)
    }
    await setMaximum({ scopes: ['orders.read'] })
    for (const limit of [1, 2, 6]) expect(await over(limit)).toEqual(expected)
    expect(await listed(`over_maximum=true&tag=many&sort=created_at&api_id=${apiId}`, 4)).toEqual(expected.toReversed())
    expect(await listed(`over_maximum=true&tag=few&api_id=${apiId}`, 4)).toEqual([])
  })

  test('a change that says nothing of the maximum tells no number', async () => {
    const got = await it.call('PATCH', `/api/v1/apis/${apiId}`, { body: { limits: [] } })
    expect(got.body).not.toHaveProperty('keys_over_maximum')
    expect((await it.call('GET', '/api/v1/keys?over_maximum=perhaps')).status).toBe(400)
  })
})
