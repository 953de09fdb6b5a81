/** Wildcards and maxima: what may be granted over the wire, and what the doors make of it when a maximum is lowered. */
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

let it: TestDoors
let appId: string
let apiId: string
let count = 0

beforeAll(async () => {
  it = await openTestDoors()
  appId = (await made('/api/v1/apps', { name: 'Shop', owner: 'ada@example.com' })).id
})
afterAll(async () => it.dispose())
beforeEach(async () => {
  const scopes = ['orders.read', 'orders.write', 'billing.read']
  apiId = (await made('/api/v1/apis', { name: `Api ${++count}`, prefix: 'acme', scopes })).id
})

async function made(path: string, body: object): Promise<{ readonly id: string; readonly secret: string }> {
  const got = await it.call('POST', path, { body })
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body
}
const inDays = (days: number): string => new Date(it.identity.clockMs + days * 86_400_000).toISOString()
const keyWith = (members: object): object => ({ name: 'Key', app_id: appId, api_ids: [apiId], ...members })
const issue = async (members: object) => made('/api/v1/keys', keyWith(members))

async function refusal(method: string, path: string, body: object, as = it.owner): Promise<readonly string[]> {
  const got = await it.call(method, path, { body, as })
  expect([got.status, got.body.code], got.text).toEqual([400, 'validation_failed'])
  return got.body.errors.map(({ pointer }: { pointer: string }) => pointer)
}
async function setMaximum(maximum: object | null): Promise<void> {
  const got = await it.call('PATCH', `/api/v1/apis/${apiId}`, { body: { maximum } })
  expect(got.status, got.text).toBe(200)
  await it.settled()
}
async function codeOf(secret: string, question: object = {}): Promise<string> {
  return (await it.verify({ key: secret, api_id: apiId, ...question })).code
}
const REASON = 'Moves the old orders over.'

describe('a wildcard', () => {
  test('needs a reason and an expiry, and every mistake is told', async () => {
    const scopes = ['orders.*']
    expect(await refusal('POST', '/api/v1/keys', keyWith({ scopes }))).toEqual(['/grant_reason', '/expires_at'])
    const reasoned = keyWith({ scopes, grant_reason: REASON })
    expect(await refusal('POST', '/api/v1/keys', reasoned)).toEqual(['/expires_at'])
    const ending = keyWith({ scopes, expires_at: inDays(1) })
    expect(await refusal('POST', '/api/v1/keys', ending)).toEqual(['/grant_reason'])
    const { id, secret } = await issue({ scopes, grant_reason: REASON, expires_at: inDays(1) })
    expect(await codeOf(secret, { scopes: ['orders.write'] })).toBe('valid')
    expect(await refusal('PATCH', `/api/v1/keys/${id}`, { grant_reason: null })).toEqual(['/grant_reason'])
  })

  test.each([['order*'], ['orders..*'], ['invoices.*'], ['orders.read.*']])('%s is about nothing', async (scope) => {
    const body = keyWith({ scopes: [scope], grant_reason: REASON, expires_at: inDays(1) })
    expect(await refusal('POST', '/api/v1/keys', body)).toEqual(['/scopes/0'])
  })

  test('stands for what the catalogue has, then and now', async () => {
    const { secret } = await issue({ scopes: ['*'], grant_reason: REASON, expires_at: inDays(1) })
    expect(await codeOf(secret, { scopes: ['orders.refund'] })).toBe('scope_missing')
    const scopes = ['orders.read', 'orders.refund']
    await it.call('PATCH', `/api/v1/apis/${apiId}`, { body: { scopes } })
    await it.settled()
    expect(await codeOf(secret, { scopes: ['orders.refund'] })).toBe('valid')
    expect((await it.verify({ key: secret, api_id: apiId })).scopes).toEqual(scopes)
    expect(await codeOf(secret, { scopes: ['billing.read'] })).toBe('scope_missing')
  })

  test('defaults grant nothing', async () => {
    const { secret } = await issue({})
    expect(await codeOf(secret, { scopes: ['orders.read'] })).toBe('scope_missing')
  })
})

describe("an api's maximum", () => {
  test('bounds scopes, life and restrictions of what is granted, with a pointer to each', async () => {
    await setMaximum({ scopes: ['orders.*'], lifetime_seconds: 86_400, required_restrictions: ['ip'] })
    const wanted = keyWith({ scopes: ['orders.read', 'billing.read'], expires_at: inDays(2) })
    expect(await refusal('POST', '/api/v1/keys', wanted)).toEqual(['/scopes/1', '/restrictions', '/expires_at'])
    const shadow = { kind: 'ip', allow: ['10.0.0.0/8'], mode: 'shadow' }
    expect(await refusal('POST', '/api/v1/keys', keyWith({ restrictions: [shadow] }))).toEqual(['/restrictions'])
    const restrictions = [{ kind: 'ip', allow: ['10.0.0.0/8'] }]
    const key = await issue({ scopes: ['orders.read'], restrictions })
    const { body } = await it.call('GET', `/api/v1/keys/${key.id}`)
    expect(Date.parse(body.expires_at) - Date.parse(body.created_at)).toBe(86_400_000)
    const path = `/api/v1/keys/${key.id}`
    expect(await refusal('PATCH', path, { scopes: ['billing.read'] })).toEqual(['/scopes/0'])
    expect(await refusal('PATCH', path, { restrictions: [] })).toEqual(['/restrictions'])
    expect(await refusal('PATCH', path, { expires_at: inDays(3) })).toEqual(['/expires_at'])
    const all = { scopes: ['*'], grant_reason: REASON, expires_at: inDays(1) }
    expect(await refusal('PATCH', path, all)).toEqual(['/scopes/0'])
  })

  test.each([
    [
      { kind: 'ip', allow: ['0.0.0.0/0'] },
      { kind: 'ip', allow: ['10.0.0.0/8'] },
    ],
    [
      { kind: 'ip', allow: ['10.0.0.0/8', '::/0'] },
      { kind: 'ip', deny: ['192.0.2.0/24'] },
    ],
    [
      { kind: 'ip', allow: ['0.0.0.0/1', '128.0.0.0/1'] },
      { kind: 'ip', allow: ['0.0.0.0/1', '128.0.0.0/2'] },
    ],
    [
      { kind: 'user_agent', allow: ['x', '*'] },
      { kind: 'user_agent', allow: ['x*'] },
    ],
    [
      { kind: 'request', allow: [{ path: '/**' }] },
      { kind: 'request', allow: [{ methods: ['GET'], path: '/**' }] },
    ],
    [
      { kind: 'time', zone: 'UTC', windows: [{ from: '00:00', to: '24:00' }] },
      { kind: 'time', zone: 'UTC', windows: [{ from: '00:00', to: '23:59' }] },
    ],
  ])('that demands a restriction is not met by %j, which is none, and is by %j', async (open, good) => {
    const before = await issue({ restrictions: [open] })
    const allowed = { client_ip: '10.0.0.1', request: { method: 'GET', path: '/x', user_agent: 'x' } }
    expect(await codeOf(before.secret, allowed)).toBe('valid')
    await setMaximum({ required_restrictions: [open.kind] })
    const shadow = { kind: 'origin', allow: ['https://a.example'], mode: 'shadow' }
    const got = await it.call('POST', '/api/v1/keys', { body: keyWith({ restrictions: [shadow, open] }) })
    expect(got.body.errors, got.text).toEqual([
      {
        pointer: '/restrictions/1',
        detail: expect.stringMatching(
          `^This allows everything. .* kind ${open.kind}, enforced, that keeps something out.$`,
        ),
      },
    ])
    expect((await issue({ restrictions: [good] })).id).toBeDefined()
    expect((await issue({ restrictions: [open, good] })).id).toBeDefined()
    expect(await codeOf(before.secret, allowed), 'and keys that are out are not let by it either').toBe(
      'api_not_allowed',
    )
  })

  test('that is lowered caps keys that are out at once, and raised again gives back what they held', async () => {
    const { id, secret } = await issue({ scopes: ['orders.read', 'billing.read'] })
    const both = { scopes: ['orders.read', 'billing.read'] }
    expect(await codeOf(secret, both)).toBe('valid')
    await setMaximum({ scopes: ['orders.*'] })
    expect(await codeOf(secret, both)).toBe('scope_missing')
    expect(await codeOf(secret, { scopes: ['orders.read'] })).toBe('valid')
    const { missing_scopes: missing, scopes } = await it.verify({ key: secret, api_id: apiId, ...both })
    expect([missing, scopes]).toEqual([['billing.read'], ['orders.read']])
    await setMaximum({ required_restrictions: ['ip'] })
    expect(await codeOf(secret)).toBe('api_not_allowed')
    await setMaximum({ lifetime_seconds: 60 })
    it.identity.clockMs += 61_000
    expect(await codeOf(secret)).toBe('key_expired')
    await setMaximum(null)
    expect(await codeOf(secret, both)).toBe('valid')
    expect((await it.call('GET', `/api/v1/keys/${id}`)).body.revision, 'no key was rewritten').toBe(1)
  })

  test('lets a key that has too much be narrowed, and be given nothing more', async () => {
    const { id } = await issue({ scopes: ['orders.read', 'billing.read'] })
    await setMaximum({ scopes: ['orders.*'], lifetime_seconds: 3600 })
    const path = `/api/v1/keys/${id}`
    const restrictions = [{ kind: 'ip', allow: ['10.0.0.0/8'] }]
    expect((await it.call('PATCH', path, { body: { restrictions, name: 'Held' } })).status).toBe(200)
    expect((await it.call('PATCH', path, { body: { scopes: ['orders.read'] } })).status).toBe(200)
    expect(await refusal('PATCH', path, { scopes: ['billing.read'] })).toEqual(['/scopes/0'])
  })

  test('is tried in a dry run before it is lowered', async () => {
    const { secret } = await issue({ scopes: ['orders.read', 'billing.read'] })
    await codeOf(secret, { scopes: ['billing.read'] })
    await codeOf(secret, { scopes: ['orders.read'] })
    await it.flush()
    it.identity.clockMs += 1_000
    const api = { id: apiId, maximum: { scopes: ['orders.*'] } }
    const run = await it.call('POST', '/api/v1/decisions/dry-run', { body: { api } })
    expect(run.body.flips, run.text).toMatchObject({ total: 1, allowed_to_refused: 1 })
    expect(run.body.flips.groups[0]).toMatchObject({ to: 'scope_missing', rule: 'key.scopes' })
  })

  test.each([
    [{ scopes: ['orders*'] }, '/maximum/scopes/0'],
    [{ lifetime_seconds: 0 }, '/maximum/lifetime_seconds'],
    [{ required_restrictions: ['moon'] }, '/maximum/required_restrictions/0'],
    [{ scope: [] }, '/maximum/scope'],
  ])('%j is refused at %s', async (maximum, pointer) => {
    expect(await refusal('PATCH', `/api/v1/apis/${apiId}`, { maximum })).toEqual([pointer])
  })

  test('may be lowered by an operator with bounds, and not widened', async () => {
    const minted = await it.call('POST', '/api/v1/admin-keys', {
      body: { name: 'Bounded', role: 'operator', scopes: ['orders.read'] },
    })
    expect(minted.status, minted.text).toBe(201)
    const as = minted.body.secret
    const path = `/api/v1/apis/${apiId}`
    const lower = { maximum: { scopes: ['orders.*'], lifetime_seconds: 3600 } }
    expect((await it.call('PATCH', path, { body: lower, as })).status).toBe(200)
    for (const maximum of [null, { scopes: ['orders.*'] }, { scopes: ['*'], lifetime_seconds: 60 }]) {
      expect(await refusal('PATCH', path, { maximum }, as)).toEqual(['/maximum'])
    }
    expect(await refusal('PATCH', path, { scopes: ['orders.read', 'admin.all'] }, as)).toEqual(['/scopes/1'])
    const other = (await made('/api/v1/apis', { name: `Api ${++count}`, prefix: 'acme' })).id
    const elsewhere = await made('/api/v1/admin-keys', { name: 'Elsewhere', role: 'operator', api_ids: [other] })
    const larger = { scopes: ['orders.read', 'orders.refund'] }
    expect(await refusal('PATCH', path, larger, elsewhere.secret)).toEqual(['/scopes/1'])
  })
})

test('the example of the guide works as it says', async () => {
  const guide = readFileSync(new URL('../../../../docs/guide/grants.md', import.meta.url), 'utf8')
  const [maximum, key] = [...guide.matchAll(/```json\n([^`]+)```/g)].map((match): object => JSON.parse(match[1] ?? ''))
  expect((await it.call('PATCH', `/api/v1/apis/${apiId}`, { body: maximum ?? {} })).status).toBe(200)
  await it.settled()
  const { secret } = await issue({ ...key, expires_at: inDays(20) })
  expect(await codeOf(secret, { scopes: ['orders.write'], client_ip: '203.0.113.7' })).toBe('valid')
  expect(await codeOf(secret, { scopes: ['billing.read'], client_ip: '203.0.113.7' })).toBe('scope_missing')
})
