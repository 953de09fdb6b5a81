import { sql } from 'kysely'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'

let it: TestControl
beforeAll(async () => {
  it = await openTestControl()
})
afterAll(async () => it.dispose())
afterEach(() => {
  it.world.feedAgeMs = 0
  it.failureModes.length = 0
  it.world.shieldedForMs = 0
  it.failures.length = 0
})

const PROBLEM = 'application/problem+json'
const APP = { name: 'Billing', owner: 'ada@example.com' }
const UNKNOWN_APP = '/api/v1/apps/app_01k2m5f8r2e9vbt9rpk9w0z5c3'

let count = 0
const newApp = (change: object = {}) => ({ ...APP, name: `App ${++count}`, ...change })

/** What others have a name for, too, is called by that. */
const IANA_TYPES: Readonly<Record<string, string>> = {
  probing: 'https://iana.org/assignments/http-problem-types#abnormal-usage-detected',
}

function expectProblem(got: Got, status: number, code: string): void {
  expect([got.status, got.body.code, got.headers.get('content-type')]).toEqual([status, code, PROBLEM])
  expect(got.body).toMatchObject({
    type: IANA_TYPES[code] ?? `urn:claviger:error:${code}`,
    status,
    title: expect.any(String),
    detail: expect.any(String),
  })
  expect(got.body.request_id).toBe(got.headers.get('x-request-id'))
}

describe('every answer', () => {
  test.each([
    ['GET', '/api/v1/apps', 200],
    ['GET', '/api/v1/nothing', 404],
    ['GET', '/nothing', 404],
    ['PUT', '/api/v1/apps', 405],
    ['GET', '/api/docs', 200],
    ['GET', '/api/setup', 200],
    ['GET', '/api/openapi.json', 200],
    ['GET', '/healthz', 200],
    ['GET', '/api/v1/apps/%zz', 400],
  ])('%s %s (%i) carries a request id and the secure headers', async (method, path, status) => {
    const { status: got, headers } = await it.call(method, path)
    expect(got).toBe(status)
    expect(headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/)
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-security-policy')).toContain("default-src 'none'")
    expect(headers.get('content-security-policy')).toContain("frame-ancestors 'none'")
    expect(headers.get('strict-transport-security'), 'nothing of the sort over plain HTTP').toBeNull()
  })
})

describe('creating', () => {
  test('answers 201 with Location, ETag and what was made', async () => {
    const made = await it.call('POST', '/api/v1/apps', { body: newApp({ metadata: { team: 'pay' } }) })
    expect(made.status).toBe(201)
    expect(made.headers.get('location')).toBe(`/api/v1/apps/${made.body.id}`)
    expect(made.headers.get('etag')).toBe('"1"')
    expect(made.body).toMatchObject({ owner: APP.owner, metadata: { team: 'pay' }, disabled_at: null, revision: 1 })
    expect(made.body.created_at).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
    const found = await it.call('GET', made.headers.get('location') ?? '')
    expect(found.body).toEqual(made.body)
  })

  test('changes nothing when it is refused', async () => {
    const before = await it.call('GET', '/api/v1/apps')
    for (const body of [{}, { ...newApp(), nme: 'x' }, newApp({ owner: 7 }), []])
      expectProblem(await it.call('POST', '/api/v1/apps', { body }), 400, 'validation_failed')
    expect((await it.call('GET', '/api/v1/apps')).body).toEqual(before.body)
  })

  test('says with JSON pointers everything that is wrong', async () => {
    const got = await it.call('POST', '/api/v1/apps', { body: { name: '', owner: 'x', 'a/b~c': 1, metadata: [] } })
    expectProblem(got, 400, 'validation_failed')
    expect(got.body.errors.map((one: { pointer: string }) => one.pointer).toSorted()).toEqual([
      '/a~1b~0c',
      '/metadata',
      '/name',
    ])
  })

  test('of the same name at the same moment makes one', async () => {
    const body = newApp()
    const all = await Promise.all([1, 2, 3, 4].map(async () => it.call('POST', '/api/v1/apps', { body })))
    expect(all.map((one) => one.status).toSorted()).toEqual([201, 409, 409, 409])
    for (const one of all) if (one.status === 409) expectProblem(one, 409, 'conflict')
  })
})

describe('changing', () => {
  test('moves the revision on, and If-Match refuses what came too late', async () => {
    const { body: app } = await it.call('POST', '/api/v1/apps', { body: newApp() })
    const path = `/api/v1/apps/${app.id}`
    const first = await it.call('PATCH', path, { body: { owner: 'one' }, headers: { 'if-match': '"1"' } })
    expect([first.status, first.headers.get('etag')]).toEqual([200, '"2"'])
    for (const tag of ['"1"', 'W/"2"', '"nonsense"']) {
      expectProblem(
        await it.call('PATCH', path, { body: { owner: 'two' }, headers: { 'if-match': tag } }),
        412,
        'precondition_failed',
      )
      expectProblem(await it.call('DELETE', path, { headers: { 'if-match': tag } }), 412, 'precondition_failed')
    }
    expectProblem(
      await it.call('PATCH', path, { body: { owner: 'x' }, headers: { 'if-match': 'nonsense' } }),
      400,
      'bad_header',
    )
    expect((await it.call('PATCH', path, { body: { owner: 'three' }, headers: { 'if-match': '*' } })).status).toBe(200)
    expect(
      (
        await it.call('PATCH', path, {
          body: { owner: 'four' },
          headers: { 'content-type': 'application/merge-patch+json' },
        })
      ).status,
    ).toBe(200)
    expect((await it.call('GET', path)).body).toMatchObject({ owner: 'four', revision: 4, name: app.name })
  })

  test('deletes once', async () => {
    const { body: app } = await it.call('POST', '/api/v1/apps', { body: newApp() })
    const gone = await it.call('DELETE', `/api/v1/apps/${app.id}`)
    expect([gone.status, gone.text]).toEqual([204, ''])
    expectProblem(await it.call('DELETE', `/api/v1/apps/${app.id}`), 404, 'not_found')
  })

  test('is not needed where the copy is still good: If-None-Match answers 304', async () => {
    const { body: app } = await it.call('POST', '/api/v1/apps', { body: newApp() })
    const got = await it.call('GET', `/api/v1/apps/${app.id}`, { headers: { 'if-none-match': '"1"' } })
    expect([got.status, got.text, got.headers.get('etag')]).toEqual([304, '', '"1"'])
    expect((await it.call('GET', `/api/v1/apps/${app.id}`, { headers: { 'if-none-match': '"0"' } })).status).toBe(200)
  })
})

describe('a caller that cannot be let in', () => {
  test('without a credential gets a bare challenge', async () => {
    const got = await it.call('GET', '/api/v1/apps', { as: '' })
    expectProblem(got, 401, 'credential_missing')
    expect(got.headers.get('www-authenticate')).toBe('Bearer realm="claviger"')
    expectProblem(
      await it.call('GET', '/api/v1/apps', { as: '', headers: { authorization: 'Basic eDp5' } }),
      401,
      'credential_missing',
    )
    expect(it.failures).toEqual([])
  })

  test('with a wrong one gets invalid_token, the same for every reason, and is counted', async () => {
    const otherEnd = it.owner.endsWith('0') ? '1' : '0'
    const body = it.owner.slice(0, -6)
    const wrong = ['nonsense', it.owner.slice(0, -1) + otherEnd, 'acme_live_x', `${body}000000`]
    const answers = []
    for (const as of wrong) {
      const got = await it.call('GET', '/api/v1/apps', { as })
      expectProblem(got, 401, 'credential_invalid')
      answers.push(JSON.stringify({ ...got.body, request_id: '' }) + got.headers.get('www-authenticate'))
    }
    expect(new Set(answers).size).toBe(1)
    expect(answers[0]).toContain('error="invalid_token"')
    expect(it.failures).toHaveLength(2 * wrong.length)
    expect(it.failures).toContain('probe: checksum')
  })

  test('that keeps trying is held off before its credential is looked at', async () => {
    it.world.shieldedForMs = 2_500
    const got = await it.call('GET', '/api/v1/apps')
    expectProblem(got, 429, 'probing')
    expect(got.headers.get('retry-after')).toBe('3')
  })

  test('waits while nobody can see revocations', async () => {
    it.world.feedAgeMs = 2_001
    expectProblem(await it.call('GET', '/api/v1/apps'), 503, 'feed_lost')
    expect(it.failureModes).toMatchObject([
      { dependency: 'feed', mode: 'deny', target: { type: 'door', id: 'control' }, outcome: 'refused' },
    ])
  })

  test('is told when the database did not answer it', async () => {
    const { store } = it.identity
    await store.transaction(async (tx) => {
      await sql`lock table identity_app in access exclusive mode`.execute(tx)
      const call = it.call('POST', '/api/v1/apps', { body: { name: 'late', owner: 'tests@example.com' } })
      const waiting = sql<{ ended: boolean }>`
        select pg_terminate_backend(pid) as ended from pg_stat_activity
         where datname = current_database() and wait_event_type = 'Lock'`
      await expect.poll(async () => (await waiting.execute(store.db)).rows.length).toBe(1)
      expectProblem(await call, 503, 'store_unavailable')
    })
    expect(it.failureModes).toMatchObject([{ dependency: 'store', mode: 'refuse_unknown', outcome: 'refused' }])
    await expect.poll(() => store.available()).toBe(true)
  })

  test('may not send two credentials', async () => {
    expectProblem(await it.call('GET', '/api/v1/apps', { headers: { 'x-api-key': 'other' } }), 400, 'bad_header')
  })

  test('never learns from a query parameter that its key would have been good', async () => {
    const got = await it.call('GET', `/api/v1/apps?access_token=${it.owner}`, { as: '' })
    expectProblem(got, 401, 'credential_missing')
    expect(got.text).not.toContain(it.owner)
  })

  test('stays out with a revoked key, from the next call on', async () => {
    const { body } = await it.call('POST', '/api/v1/admin-keys', { body: { name: 'Bob', role: 'operator' } })
    expect((await it.call('GET', '/api/v1/me', { as: body.secret })).body).toMatchObject({
      admin_key_id: body.id,
      role: 'operator',
    })
    expect((await it.call('POST', `/api/v1/admin-keys/${body.id}/revoke`)).body.revoked_at).not.toBeNull()
    expectProblem(await it.call('GET', '/api/v1/me', { as: body.secret }), 401, 'credential_invalid')
  })
})

describe('a request that is not right', () => {
  test.each([
    ['no content type', { body: '{}', headers: { 'content-type': '' } }, 415, 'unsupported_media_type'],
    [
      'a form',
      { body: 'a=b', headers: { 'content-type': 'application/x-www-form-urlencoded' } },
      415,
      'unsupported_media_type',
    ],
    [
      'another charset',
      { body: '{}', headers: { 'content-type': 'application/json; charset=latin1' } },
      415,
      'unsupported_media_type',
    ],
    ['a compressed body', { body: '{}', headers: { 'content-encoding': 'gzip' } }, 415, 'unsupported_media_type'],
    ['no body', {}, 400, 'validation_failed'],
    ['half a body', { body: '{"name":' }, 400, 'bad_json'],
    ['no JSON', { body: 'name: x' }, 400, 'bad_json'],
    ['a NaN', { body: '{"name":NaN}' }, 400, 'bad_json'],
    [
      'bytes that are not UTF-8',
      { body: Uint8Array.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]) },
      400,
      'bad_json',
    ],
    [
      'a polluted prototype',
      { body: '{"name":"x","owner":"y","metadata":{"__proto__":{"admin":true}}}' },
      400,
      'bad_json',
    ],
    ['a member twice', { body: '{"name":"x","name":"y","owner":"z"}' }, 400, 'bad_json'],
    ['a NUL', { body: '{"name":"x","owner":"y","description":"\\u0000"}' }, 400, 'bad_json'],
    ['half a character', { body: '{"name":"x","owner":"y","metadata":{"a":"\\ud800"}}' }, 400, 'bad_json'],
    ['a million brackets', { body: '['.repeat(1_000_000) }, 400, 'bad_json'],
    ['more than a megabyte', { body: ' '.repeat(1_048_577) }, 413, 'body_too_large'],
  ])('with %s is told so', async (_what, sent, status, code) => {
    expectProblem(await it.call('POST', '/api/v1/apps', sent), status, code)
  })

  test('with a body where none belongs is told so', async () => {
    expectProblem(await it.call('DELETE', UNKNOWN_APP, { body: { a: 1 } }), 400, 'bad_request')
  })

  test.each([
    ['limit=0', '#/query/limit'],
    ['limit=101', '#/query/limit'],
    ['limit=1e1', '#/query/limit'],
    ['limit=5&limit=6', '#/query/limit'],
    ['sort=name', '#/query/sort'],
    ['cursor=x', '#/query/cursor'],
    ['nme=x', '#/query/nme'],
    ['__proto__=x', '#/query/__proto__'],
    ['constructor=x', '#/query/constructor'],
    ['owner=', '#/query/owner'],
  ])('with ?%s is told where', async (query, pointer) => {
    const got = await it.call('GET', `/api/v1/apps?${query}`)
    expectProblem(got, 400, 'validation_failed')
    expect(got.body.errors).toEqual([{ pointer, detail: expect.any(String) }])
  })

  test('by another method is told which there are', async () => {
    const got = await it.call('PUT', '/api/v1/apps', { body: {} })
    expectProblem(got, 405, 'method_not_allowed')
    expect(got.headers.get('allow')).toBe('GET, HEAD, POST')
  })

  test.each(['app_x', 'key_01k2m5f8r2e9vbt9rpk9w0z5c3', '..%00', 'a'.repeat(500), "'; drop table identity_app; --"])(
    'for the id %s finds nothing',
    async (id) => {
      const got = await it.call('GET', `/api/v1/apps/${encodeURIComponent(id)}`)
      expect([400, 404]).toContain(got.status)
      expect(['not_found', 'bad_path']).toContain(got.body.code)
    },
  )

  test('by HEAD gets the head', async () => {
    const got = await it.call('HEAD', '/api/v1/apps')
    expect([got.status, got.text, got.headers.get('content-type')]).toEqual([200, '', 'application/json'])
  })
})

describe('the audit log', () => {
  const entries = async (query: string) => (await it.call('GET', `/api/v1/audit?${query}`)).body.data

  test('has every change, with who, whence, what and how long', async () => {
    const made = await it.call('POST', '/api/v1/apps', { body: newApp(), headers: { 'user-agent': 'tester/1' } })
    const [entry] = await entries(`resource_id=${made.body.id}`)
    expect(entry).toMatchObject({
      operation: 'apps.create',
      outcome: 'success',
      status: 201,
      endpoint: 'POST /api/v1/apps',
      client_ip: '127.0.0.1',
      user_agent: 'tester/1',
      request_id: made.headers.get('x-request-id'),
      resource: { type: 'app', id: made.body.id },
    })
    expect(entry.actor.id).toBe(entry.key_id)
    expect(entry.duration_ms).toBeGreaterThanOrEqual(0)
    // An owner's address is no public field.
    expect(entry.values.owner).toMatch(/^hmac-sha256:/)
  })

  test('has refusals of known callers, and none of strangers', async () => {
    const auditor = await it.mint('auditor')
    const refusals = [
      await it.call('GET', UNKNOWN_APP),
      await it.call('POST', '/api/v1/apps', { as: auditor, body: newApp() }),
      await it.call('POST', '/api/v1/apps', { body: { name: '' } }),
    ]
    const stranger = await it.call('GET', '/api/v1/apps', { as: 'nonsense' })
    for (const { body, headers } of refusals) {
      const found = await entries(`request_id=${headers.get('x-request-id')}`)
      expect(found).toMatchObject([{ outcome: 'refused', status: body.status, values: { reason: body.code } }])
    }
    expect(await entries(`request_id=${stranger.headers.get('x-request-id')}`)).toEqual([])
    expect((await entries('resource_id=app_01k2m5f8r2e9vbt9rpk9w0z5c3'))[0]).toMatchObject({
      operation: 'apps.read',
      resource: { type: 'app' },
    })
  })
})

describe('the neighbours of the API', () => {
  test('readiness is said in a word and reasons', async () => {
    expect((await it.call('GET', '/readyz', { as: '' })).text).toBe('ready\n')
    it.world.readiness = { state: 'degraded', reasons: ['The feed is late.'] }
    const degraded = await it.call('GET', '/readyz', { as: '' })
    expect([degraded.status, degraded.text]).toEqual([200, 'degraded\nThe feed is late.\n'])
    it.world.readiness = { state: 'unready', reasons: ['No database.'] }
    expect((await it.call('GET', '/readyz', { as: '' })).status).toBe(503)
    it.world.readiness = { state: 'ready', reasons: [] }
    expect((await it.call('GET', '/healthz', { as: '' })).text).toBe('ok\n')
  })

  test('metrics are text for Prometheus', async () => {
    const { text, headers } = await it.call('GET', '/metrics', { as: '' })
    expect(headers.get('content-type')).toContain('version=0.0.4')
    expect(text).toMatch(/^claviger_control_requests_total\{operation="createApp",status="201"\} \d+$/m)
  })

  test('the document and its page are there for everybody', async () => {
    const document = await it.call('GET', '/api/openapi.json', { as: '' })
    expect(document.body.openapi).toBe('3.1.0')
    const page = await it.call('GET', '/api/docs', { as: '' })
    expect(page.text).toContain('<code>POST /api/v1/apps</code>')
    expect(page.text).not.toContain('<script')
  })
})

test('a server that stops takes no new calls, and says when to come again', async () => {
  const other = await openTestControl()
  try {
    other.control.drain()
    const got = await other.call('GET', '/api/v1/apps')
    expectProblem(got, 503, 'draining')
    expect(got.headers.get('retry-after')).toBe('1')
    expect((await other.call('GET', '/healthz')).status).toBe(200)
  } finally {
    await other.dispose()
  }
})

test('control hosts are the only ones that the API answers on', async () => {
  const other = await openTestControl({ controlHosts: new Set(['control.example']) })
  try {
    expectProblem(await other.call('GET', '/api/v1/apps'), 404, 'not_found')
    expectProblem(await other.call('GET', '/api/docs'), 404, 'not_found')
    expect((await other.call('GET', '/healthz')).status).toBe(200)
  } finally {
    await other.dispose()
  }
})

test('a process without the role of control answers nothing but how it is', async () => {
  const other = await openTestControl({ roles: new Set(['gateway']) })
  try {
    expectProblem(await other.call('GET', '/api/v1/apps'), 404, 'not_found')
    expectProblem(await other.call('GET', '/api/setup'), 404, 'not_found')
    for (const path of ['/healthz', '/readyz', '/metrics']) expect((await other.call('GET', path)).status).toBe(200)
  } finally {
    await other.dispose()
  }
})

test('no error and no entry repeats a secret that was sent', async () => {
  const canary = 'sk-canary-9d1f'
  const bad = { name: 'x', provider: 'openai', origins: ['http://nope'], secret: canary, extra: canary }
  for (const body of [bad, { ...bad, secret: { canary } }, `{"secret":"${canary}"`]) {
    expect((await it.call('POST', '/api/v1/provider-keys', { body })).text).not.toContain('canary-9d1f')
  }
  const rows = await it.identity.store.db.selectFrom('audit_entry').selectAll().execute()
  expect(JSON.stringify(rows)).not.toContain('canary-9d1f')
})
