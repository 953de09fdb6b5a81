/** `decisions/explain` against the door that it explains. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

const PATH = '/api/v1/decisions/explain'
const DAY_MS = 86_400_000

let it: TestDoors
let appId: string
let apiId: string
let otherApiId: string
let apps = 0

beforeAll(async () => {
  it = await openTestDoors()
  appId = await made('/api/v1/apps', { name: 'Shop', owner: 'ada@example.com' })
  apiId = await made('/api/v1/apis', { name: 'Orders', prefix: 'acme', scopes: ['read', 'write'] })
  otherApiId = await made('/api/v1/apis', { name: 'Stock', prefix: 'acme', scopes: ['read'] })
})
afterAll(async () => it.dispose())

async function made(path: string, body: object, as = it.owner): Promise<string> {
  const got = await it.call('POST', path, { body, as })
  expect(got.status, got.text).toBe(201)
  return got.body.id
}

interface Issued {
  readonly id: string
  readonly secret: string
}

async function issue(members: object = {}): Promise<Issued> {
  const body = { name: 'Key', app_id: appId, api_ids: [apiId], environment: 'test', scopes: ['read'], ...members }
  const got = await it.call('POST', '/api/v1/keys', { body })
  expect(got.status, got.text).toBe(201)
  return got.body
}

/** Only clients in these networks. */
const onlyFrom = (networks: readonly string[]): object => ({
  restrictions: [{ kind: 'ip', allow: networks }],
})

async function post(path: string, body?: object): Promise<void> {
  const got = await it.call('POST', path, body === undefined ? {} : { body })
  expect(got.status, got.text).toBeLessThan(300)
}
async function patch(path: string, body: object): Promise<void> {
  const got = await it.call('PATCH', path, { body })
  expect(got.status, got.text).toBe(200)
  await it.settled()
}
const later = (ms: number): string => new Date(it.identity.clockMs + ms).toISOString()

interface Case {
  readonly rule: string
  /** Makes a key to ask about, in the state that the rule is about. */
  readonly key: () => Promise<Issued>
  readonly facts?: () => object
  readonly nearest: RegExp | null
}

const CASES: readonly Case[] = [
  { rule: 'all', key: issue, nearest: null },
  {
    rule: 'key.revoked',
    key: async () => {
      const key = await issue()
      await post(`/api/v1/keys/${key.id}/revoke`, {})
      return key
    },
    nearest: null,
  },
  {
    rule: 'version.revoked',
    key: async () => {
      const key = await issue()
      await post(`/api/v1/keys/${key.id}/rotate`, {})
      await post(`/api/v1/keys/${key.id}/versions/1/revoke`)
      return key
    },
    nearest: /another version/,
  },
  {
    rule: 'app.disabled',
    key: async () => {
      const own = await made('/api/v1/apps', { name: `Closing ${++apps}`, owner: 'ada@example.com' })
      const key = await issue({ app_id: own })
      await patch(`/api/v1/apps/${own}`, { disabled: true })
      return key
    },
    nearest: /enable the app/,
  },
  {
    rule: 'key.deleted',
    key: async () => {
      const key = await issue()
      expect((await it.call('DELETE', `/api/v1/keys/${key.id}`)).status).toBe(204)
      return key
    },
    nearest: /restore/,
  },
  {
    rule: 'key.expires_at',
    key: async () => {
      const key = await issue({ expires_at: later(DAY_MS) })
      it.identity.clockMs += 2 * DAY_MS
      return key
    },
    nearest: /expires_at/,
  },
  {
    rule: 'version.expires_at',
    key: async () => {
      const key = await issue()
      await post(`/api/v1/keys/${key.id}/rotate`, { grace_seconds: 60 })
      it.identity.clockMs += 61_000
      return key
    },
    nearest: /use the version/,
  },
  { rule: 'key.not_before', key: async () => issue({ not_before: later(DAY_MS) }), nearest: /not_before/ },
  {
    rule: 'key.disabled',
    key: async () => {
      const key = await issue()
      await patch(`/api/v1/keys/${key.id}`, { disabled: true })
      return key
    },
    nearest: /enable the key/,
  },
  {
    rule: 'key.dormant',
    key: async () => {
      const key = await issue()
      await it.identity.store.raw('update keys_key set dormant_at = $1 where id = $2', [
        new Date(it.identity.clockMs - 1),
        key.id,
      ])
      return key
    },
    nearest: /wake/,
  },
  { rule: 'key.apis', key: issue, facts: () => ({ api_id: otherApiId }), nearest: /add api_/ },
  {
    rule: 'api.disabled',
    key: async () => {
      const key = await issue({ api_ids: [otherApiId] })
      await patch(`/api/v1/apis/${otherApiId}`, { disabled: true })
      return key
    },
    facts: () => ({ api_id: otherApiId }),
    nearest: /enable the api/,
  },
  { rule: 'key.scopes', key: issue, facts: () => ({ scopes: ['read', 'write'] }), nearest: /grant write/ },
  {
    rule: 'limit.key.requests',
    key: async () => {
      const key = await issue({ limits: [{ kind: 'window', name: 'requests', limit: 2, window_seconds: 3600 }] })
      for (let call = 0; call < 2; call++) expect((await it.verify({ key: key.secret })).code).toBe('valid')
      return key
    },
    nearest: /wait \d+ s/,
  },
  {
    rule: 'limit.api.requests',
    key: async () => {
      await patch(`/api/v1/apis/${apiId}`, {
        limits: [{ kind: 'window', name: 'requests', limit: 5, window_seconds: 60 }],
      })
      return issue()
    },
    facts: () => ({ api_id: apiId, cost: 6 }),
    nearest: /raise the limit requests to 6/,
  },
]

/** Facts beside those of the case, that none of its rules asks about: they change nothing on either side. */
const BYSTANDERS = [
  {},
  { client_ip: '203.0.113.7', request: { method: 'GET', path: '/orders?secret', user_agent: 'x' } },
]

describe.each(CASES)('$rule', ({ rule, key, facts, nearest }) => {
  test.each(BYSTANDERS)('is explained as it is decided: %o', async (bystander) => {
    const issued = await key()
    const asked = { ...bystander, ...facts?.() }
    // before the door: asking it charges
    const told = await it.call('POST', PATH, { body: { key_id: issued.id, version: 1, ...asked } })
    const presented = await it.call('POST', PATH, { body: { key: issued.secret, ...asked } })
    const answered = await it.verify({ key: issued.secret, ...asked })
    expect(told.status, told.text).toBe(200)
    expect(told.body).toMatchObject({ rule, code: answered.code, valid: answered.valid, key_id: issued.id, version: 1 })
    expect(it.decided.at(-1)).toMatchObject({ rule, code: answered.code })
    expect(told.body.missing_scopes).toEqual(answered.missing_scopes ?? [])
    // time goes on between two questions
    const { limits, checks, nearest: near, ...same } = told.body
    expect(presented.body).toMatchObject(same)
    expect(presented.body.nearest?.rule).toEqual(near?.rule)
    expect(rulesOf(presented.body.checks)).toEqual(rulesOf(checks))
    expect(presented.body.limits).toMatchObject(limits.map(({ policy, remaining }: Limit) => ({ policy, remaining })))
    if (nearest === null) expect(told.body.nearest).toBeNull()
    else expect(told.body.nearest).toEqual({ rule, change: expect.stringMatching(nearest) })
    expectOneDecider(told.body)
    if (rule === 'api.disabled') await patch(`/api/v1/apis/${otherApiId}`, { disabled: false })
    if (rule === 'limit.api.requests') await patch(`/api/v1/apis/${apiId}`, { limits: [] })
  })
})

describe('an address restriction', () => {
  test.each([
    { client_ip: '10.1.2.3', code: 'valid' },
    { client_ip: '203.0.113.7', code: 'ip_not_allowed', change: /add 203\.0\.113\.7/ },
    { client_ip: undefined, code: 'ip_not_allowed', change: /.+/ },
  ])('from $client_ip is explained as it is decided', async ({ client_ip, code, change }) => {
    const { id, secret } = await issue(onlyFrom(['10.0.0.0/8']))
    const told = await it.call('POST', PATH, { body: { key_id: id, client_ip } })
    const answered = await it.verify({ key: secret, client_ip })
    expect([told.body.code, answered.code]).toEqual([code, code])
    expect(told.body.rule).toBe(it.decided.at(-1)?.rule)
    if (change !== undefined) expect(told.body.nearest.change).toMatch(change)
  })
})

interface Limit {
  readonly policy: string
  readonly remaining: number
}

const rulesOf = (checks: readonly { readonly rule: string; readonly outcome: string }[]): readonly string[] =>
  checks.map(({ rule, outcome }) => `${rule} ${outcome}`)

/** Exactly one check has refused, the ones behind it were not reached, and it has the name and the code of the answer. */
function expectOneDecider(told: {
  readonly valid: boolean
  readonly rule: string
  readonly code: string
  readonly checks: readonly { readonly rule: string; readonly outcome: string; readonly code: string | null }[]
}): void {
  const at = told.checks.findIndex(({ outcome }) => outcome === 'refused')
  if (told.valid) {
    expect(told.checks.every(({ outcome }) => outcome === 'passed')).toBe(true)
    return
  }
  expect(told.checks[at]).toMatchObject({ rule: told.rule, code: told.code })
  expect(told.checks.slice(0, at).every(({ outcome }) => outcome === 'passed')).toBe(true)
  if (!told.rule.startsWith('limit.'))
    expect(told.checks.slice(at + 1).every(({ outcome }) => outcome === 'not_reached')).toBe(true)
}

describe('limits', () => {
  test('are told with their state, and asking changes nothing of it', async () => {
    const { id, secret } = await issue({
      limits: [{ kind: 'window', name: 'requests', limit: 10, window_seconds: 3600 }],
    })
    const ask = async (members: object = {}) => (await it.call('POST', PATH, { body: { key_id: id, ...members } })).body
    const policy = {
      policy: `key:${id}:window:requests`,
      name: 'requests',
      kind: 'window',
      owner: 'key',
      mode: 'enforce',
      limit: 10,
    }
    const fresh = { ...policy, remaining: 10, would_block: false }
    expect((await ask()).limits).toEqual([{ ...fresh, reset_ms: 0 }])
    for (let again = 0; again < 20; again++) expect((await ask({ cost: 10 })).limits[0].remaining).toBe(10)
    expect((await it.verify({ key: secret, cost: 4 })).limits[0].remaining).toBe(6)
    for (let again = 0; again < 20; again++) {
      const [limit] = (await ask({ cost: 6 })).limits
      expect(limit).toMatchObject({ remaining: 6, would_block: false, reset_ms: expect.any(Number) })
    }
    expect((await ask({ cost: 7 })).limits[0]).toMatchObject({ remaining: 6, would_block: true })
    expect((await it.verify({ key: secret, cost: 6 })).valid).toBe(true)
    expect((await ask()).limits[0]).toMatchObject({ remaining: 0, would_block: true })
  })

  test('are told for another instant too, and decide nothing there', async () => {
    const { id, secret } = await issue({
      limits: [{ kind: 'window', name: 'requests', limit: 1, window_seconds: 3600 }],
    })
    await it.verify({ key: secret })
    const at = later(DAY_MS)
    const { body } = await it.call('POST', PATH, { body: { key_id: id, at } })
    expect(body).toMatchObject({ valid: true, code: 'valid', at, limits: [{ would_block: true }] })
    expect(body.checks.at(-1)).toMatchObject({ rule: 'limit.key.requests', outcome: 'not_reached' })
  })

  test('leave no trace of the question: nothing is journaled, and the key is not used', async () => {
    const { id } = await issue()
    const before = it.decided.length
    await it.call('POST', PATH, { body: { key_id: id } })
    expect(it.decided).toHaveLength(before)
    expect((await it.call('GET', `/api/v1/keys/${id}`)).body.last_used_at).toBeNull()
  })
})

describe('a key that was rotated', () => {
  test('is asked about by its newest secret, unless another is named', async () => {
    const { id } = await issue()
    await post(`/api/v1/keys/${id}/rotate`, { grace_seconds: 0 })
    const ask = async (members: object) => (await it.call('POST', PATH, { body: { key_id: id, ...members } })).body
    expect(await ask({})).toMatchObject({ version: 2, code: 'valid' })
    expect(await ask({ version: 1 })).toMatchObject({ version: 1, code: 'key_expired', rule: 'version.expires_at' })
  })
})

describe('another instant', () => {
  test('is decided for with the key as it is now', async () => {
    const { id } = await issue({ not_before: later(DAY_MS), expires_at: later(3 * DAY_MS) })
    const codeAt = async (ms: number) =>
      (await it.call('POST', PATH, { body: { key_id: id, at: later(ms) } })).body.code
    expect(await codeAt(0)).toBe('key_not_yet_valid')
    expect(await codeAt(2 * DAY_MS)).toBe('valid')
    expect(await codeAt(3 * DAY_MS)).toBe('key_expired')
  })
})

describe('a key that is not the asker’s', () => {
  test('and one that nobody has are answered alike', async () => {
    const workspace = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Tenant' } })
    const tenant = await it.mint('owner', workspace.body.id)
    const ours = await issue()
    const answers = new Set<string>()
    const nobodys = `${ours.secret.slice(0, -8)}${ours.secret.endsWith('0') ? '1' : '0'}${ours.secret.slice(-7)}`
    for (const body of [
      { key_id: ours.id },
      { key_id: ours.id, version: 1 },
      { key_id: 'key_01k2m5f8r2e9vbt9rpk9w0z5c3' },
      { key: ours.secret },
      { key: nobodys },
      { key: 'x' },
    ]) {
      const { status, text } = await it.call('POST', PATH, { as: tenant, body })
      answers.add(`${status} ${text.replace(/"request_id":"[^"]*"/, '')}`)
    }
    expect([...answers]).toEqual([expect.stringMatching(/^404 .*not_found/)])
    expect((await it.call('POST', PATH, { body: { key_id: ours.id, version: 2 } })).status).toBe(404)
  })

  test('is not told to who may not ask', async () => {
    const { id } = await issue()
    for (const [role, status] of [
      ['auditor', 200],
      ['operator', 200],
      ['verifier', 403],
    ] as const)
      expect((await it.call('POST', PATH, { as: await it.mint(role), body: { key_id: id } })).status, role).toBe(status)
  })
})

describe('a question that cannot be meant', () => {
  const id = 'key_01k2m5f8r2e9vbt9rpk9w0z5c3'
  test.each([
    [{}, '/key_id'],
    [{ key_id: id, key: 'x' }, '/key'],
    [{ key: 'x', version: 1 }, '/version'],
    [{ key_id: 'key_1' }, '/key_id'],
    [{ key_id: id, version: 0 }, '/version'],
    [{ key_id: id, cost: 0 }, '/cost'],
    [{ key_id: id, client_ip: '999.1.1.1' }, '/client_ip'],
    [{ key_id: id, at: 'yesterday' }, '/at'],
    [{ key_id: id, scopes: [''] }, '/scopes/0'],
    [{ key_id: id, request: { method: 'get' } }, '/request/method'],
    [{ key_id: id, request: { client_certificate: 'ab' } }, '/request/client_certificate'],
    [{ key_id: id, request: { path: 'x'.repeat(3000) } }, '/request/path'],
    [{ key_id: id, request: { host: 'x' } }, '/request/host'],
    [{ key_id: id, cidr: 'x' }, '/cidr'],
  ])('is refused with the place: %o', async (body, pointer) => {
    const got = await it.call('POST', PATH, { body })
    expect([got.status, got.body.errors?.[0]?.pointer], got.text).toEqual([400, pointer])
  })

  test.each(['[]', 'null', '{"key_id":"a","key_id":"b"}', '{', '"\\ud800"'])('%s is refused', async (body) => {
    expect((await it.call('POST', PATH, { body })).status).toBe(400)
  })

  test('holds any text where text is meant, and the answer is whole', async () => {
    const key = await issue()
    const odd = '\u0001"\\\n\u2028𝒳'
    const request = { path: odd, origin: odd, referer: odd, user_agent: odd, api_version: odd }
    const got = await it.call('POST', PATH, { body: { key_id: key.id, request } })
    expect([got.status, got.body.code], got.text).toEqual([200, 'valid'])
  })
})
