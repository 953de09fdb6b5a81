/** `api_version` of routes: over the API, into the decisions of the door, and back out of the journal. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'
import { makeOneOfEach } from './testing/samples.ts'

const GUIDE = new URL('../../../../docs/guide/gateway.md', import.meta.url)

let it: TestDoors
let ids: ReadonlyMap<string, string>
let routeId: string
let key: { readonly id: string; readonly secret: string }

beforeAll(async () => {
  it = await openTestDoors()
  ids = await makeOneOfEach(it, it.owner)
  const route = { name: 'versioned', api_id: ids.get('api'), required_scopes: ['read'], upstream_url: it.upstreamUrl }
  const made = await it.call('POST', '/api/v1/routes', { body: route })
  expect(made.body.api_version).toBeNull()
  routeId = made.body.id
  const restrictions = [{ kind: 'api_version', allow: ['2026-11'] }]
  const body = { name: 'held', app_id: ids.get('app'), api_ids: [ids.get('api')], scopes: ['read'], restrictions }
  key = (await it.call('POST', '/api/v1/keys', { body })).body
  await it.settled()
})
afterAll(async () => it.dispose())

async function declare(source: object | null): Promise<void> {
  const got = await it.call('PATCH', `/api/v1/routes/${routeId}`, { body: { api_version: source } })
  expect(got.status, got.text).toBe(200)
  await it.settled()
}
const knock = async (path: string, headers: Record<string, string> = {}): Promise<number> =>
  it.knock(path, { headers: { authorization: `Bearer ${key.secret}`, ...headers } })

describe('the version of the api that a call is for', () => {
  test('is not known until the route says where it stands', async () => {
    expect(await knock('/gw/versioned/2026-11', { 'api-version': '2026-11' })).toBe(403)
  })

  test('is where the example of the guide says', async () => {
    const example = /^## Versions of an api$.*?^```json\n(.*?)^```$/ms.exec(readFileSync(GUIDE, 'utf8'))?.[1] ?? ''
    const { api_version: source } = JSON.parse(example)
    await declare(source)
    expect((await it.call('GET', `/api/v1/routes/${routeId}`)).body.api_version).toEqual(source)
    expect(await knock('/gw/versioned/x', { 'api-version': '2026-11' })).toBe(200)
    expect(await knock('/gw/versioned/x')).toBe(403)
  })

  test.each([
    [{ from: 'path' }, '/gw/versioned/2026-11/x', '/gw/versioned/2026-01/x'],
    [{ from: 'fixed', value: '2026-11' }, '/gw/versioned/x', undefined],
    [{ from: 'fixed', value: '2026-01' }, undefined, '/gw/versioned/2026-11'],
  ])('is what %j says', async (source, good, bad) => {
    await declare(source)
    if (good !== undefined) expect(await knock(good)).toBe(200)
    if (bad !== undefined) expect(await knock(bad)).toBe(403)
  })

  test('is journaled, so that a dry run judges it', async () => {
    await declare({ from: 'header', name: 'api-version' })
    it.decided.splice(0)
    expect(await knock('/gw/versioned/dry', { 'api-version': '2026-11' })).toBe(200)
    await expect.poll(() => it.decided.length).toBeGreaterThan(0)
    await it.flush()
    it.identity.clockMs += 1_000
    const restrictions = [{ kind: 'api_version', allow: ['2027-01'] }]
    const tried = await it.call('POST', '/api/v1/decisions/dry-run', { body: { key: { id: key.id, restrictions } } })
    expect(tried.status, tried.text).toBe(200)
    expect(tried.text).toContain('api_version_not_allowed')
    const same = await it.call('POST', '/api/v1/decisions/dry-run', {
      body: { key: { id: key.id, restrictions: [{ kind: 'api_version', allow: ['2026-11', '2027-01'] }] } },
    })
    expect(same.text).not.toContain('api_version_not_allowed')
  })

  test('can be made unknown again', async () => {
    await declare(null)
    expect(await knock('/gw/versioned/x', { 'api-version': '2026-11' })).toBe(403)
  })
})

test.each([
  [{ from: 'header', name: 'authorization' }, '/api_version/name'],
  [{ from: 'header', name: 'x-forwarded-for' }, '/api_version/name'],
  [{ from: 'header', name: 'X-Version' }, '/api_version/name'],
  [{ from: 'header', name: 'x-acme-key' }, '/api_version/name'],
  [{ from: 'header', name: 'api-version', default: '' }, '/api_version/default'],
  [{ from: 'fixed', value: 'a b' }, '/api_version/value'],
  [{ from: 'query', name: 'v' }, '/api_version/from'],
])('%j is no place for it', async (source, pointer) => {
  const body = { api_version: source, key_headers: ['x_acme_key'] }
  const got = await it.call('PATCH', `/api/v1/routes/${routeId}`, { body })
  expect([got.status, got.body.errors?.[0]?.pointer], got.text).toEqual([400, pointer])
})
