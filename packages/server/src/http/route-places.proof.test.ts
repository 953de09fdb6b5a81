/** Routes at hosts and paths of their own, and what is done to their calls: over the API, into the doors, under load. */
import { readFileSync } from 'node:fs'
import { Agent, request, type IncomingHttpHeaders } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Got } from './testing/open-control.ts'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'
import { makeOneOfEach } from './testing/samples.ts'

const GUIDE = new URL('../../../../docs/guide/routes.md', import.meta.url)

let it: TestDoors
let ids: ReadonlyMap<string, string>
let key: { readonly id: string; readonly secret: string }
const agent = new Agent({ keepAlive: true })

beforeAll(async () => {
  it = await openTestDoors()
  ids = await makeOneOfEach(it, it.owner)
  const body = { name: 'caller', app_id: ids.get('app'), api_ids: [ids.get('api')], scopes: ['read'] }
  key = (await it.call('POST', '/api/v1/keys', { body })).body
})
afterAll(async () => {
  agent.destroy()
  await it.dispose()
})

const bodyOf = (name: string, members: object): object => ({
  name,
  api_id: ids.get('api'),
  required_scopes: ['read'],
  upstream_url: it.upstreamUrl,
  ...members,
})
const create = async (name: string, members: object, as = it.owner): Promise<Got> =>
  it.call('POST', '/api/v1/routes', { as, body: bodyOf(name, members) })
async function made(name: string, members: object): Promise<string> {
  const got = await create(name, members)
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body.id
}

interface Seen {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}
/** `fetch` sets Host by itself. */
async function ask(host: string, path: string, headers: object = {}, method = 'GET', body?: object): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const fields = { host, authorization: `Bearer ${key.secret}`, ...headers }
    const sent = request(it.doorsUrl + path, { method, headers: fields, agent }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
      answer.on('error', reject)
    })
    sent.on('error', reject).end(body === undefined ? undefined : JSON.stringify(body))
  })
}

test('the first route with a host is refused to whoever would lose the control API by it', async () => {
  const body = bodyOf('outsider', { hosts: ['outside.test'] })
  const headers = { host: 'claviger.test', 'content-type': 'application/json' }
  const refused = await ask(
    'claviger.test',
    '/api/v1/routes',
    { ...headers, authorization: `Bearer ${it.owner}` },
    'POST',
    body,
  )
  expect([refused.status, JSON.parse(refused.text).errors[0].pointer], refused.text).toEqual([400, '/hosts'])
  expect(refused.text).toContain('CLAVIGER_CONTROL_HOSTS')
})

describe('places of routes', () => {
  test('are told back, answer at once, move with a change, and are free when the route is gone', async () => {
    const id = await made('placed', { hosts: ['one.test', '*.two.test'], paths: ['/v1', '=/ping'] })
    const { body } = await it.call('GET', `/api/v1/routes/${id}`)
    expect(body).toMatchObject({ path: '/gw/placed', hosts: ['one.test', '*.two.test'], paths: ['/v1', '=/ping'] })
    expect((await ask('one.test', '/v1/x')).status).toBe(200)
    expect((await ask('a.two.test', '/ping')).status).toBe(200)
    expect((await ask('one.test', '/v2')).status).toBe(404)
    const moved = await it.call('PATCH', `/api/v1/routes/${id}`, { body: { hosts: ['three.test'], paths: [] } })
    expect(moved.status, moved.text).toBe(200)
    expect([(await ask('three.test', '/any')).status, (await ask('one.test', '/v1/x')).status]).toEqual([200, 404])
    await made('heir', { hosts: ['one.test'], paths: ['/v1'] })
    expect((await it.call('DELETE', `/api/v1/routes/${id}`)).status).toBe(204)
    expect((await ask('three.test', '/any')).status).toBe(404)
    await made('placed', { hosts: ['three.test'] })
  })

  test.each([
    ['the same host and path', { hosts: ['taken.test'], paths: ['/x'] }, '/paths/0'],
    ['the same host without paths', { hosts: ['whole.test'] }, '/hosts'],
    ['the same path of it', { hosts: ['whole.test'], paths: ['/', '/y'] }, '/paths/0'],
    ['the same path of any host', { paths: ['/y', '/taken'] }, '/paths/1'],
  ])('%s cannot be had twice', async (what, members, pointer) => {
    await create('first-taken', { hosts: ['taken.test'], paths: ['/x', '=/x'] })
    await create('first-whole', { hosts: ['whole.test'] })
    await create('first-any', { paths: ['/taken'] })
    const got = await create(`second-${what.length}`, members)
    expect([got.status, got.body.code, got.body.errors?.[0]?.pointer], got.text).toEqual([409, 'conflict', pointer])
  })

  test('of one workspace are not those of another, nor is what stands above or below its hosts', async () => {
    await made('mine', { hosts: ['mine.test', '*.wide.test'] })
    const tenant = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Tenant' } })
    const as = await it.mint('owner', tenant.body.id)
    const own = await makeOneOfEach(it, as)
    const tried = async (members: object): Promise<Got> =>
      create(`theirs-${++count}`, { ...members, api_id: own.get('api') }, as)
    for (const hosts of [['mine.test'], ['*.test'], ['a.wide.test'], ['*.b.wide.test']]) {
      const got = await tried({ hosts: ['fine.test', ...hosts], paths: ['/theirs'] })
      expect([got.status, got.body.errors?.[0]?.pointer], `${hosts[0]}: ${got.text}`).toEqual([409, '/hosts/1'])
    }
    expect((await tried({ paths: ['/theirs'] })).status).toBe(409)
    expect((await tried({ hosts: ['wide.test', 'amine.test'] })).status).toBe(201)
  })
  let count = 0

  test('are given to one of many who ask at once', async () => {
    const all = await Promise.all([1, 2, 3, 4, 5, 6].map(async (n) => create(`race-${n}`, { hosts: ['race.test'] })))
    expect(all.map(({ status }) => status).toSorted()).toEqual([201, 409, 409, 409, 409, 409])
  })

  test.each<readonly [object, string]>([
    [{ hosts: ['Upper.test'] }, '/hosts/0'],
    [{ hosts: ['a.test:443'] }, '/hosts/0'],
    [{ hosts: ['*'] }, '/hosts/0'],
    [{ hosts: ['a.*.test'] }, '/hosts/0'],
    [{ hosts: ['a.test', 'a.test'] }, '/hosts'],
    [{ hosts: ['a.test'], paths: ['v1'] }, '/paths/0'],
    [{ hosts: ['a.test'], paths: ['/v1/'] }, '/paths/0'],
    [{ hosts: ['a.test'], paths: ['/a//b'] }, '/paths/0'],
    [{ hosts: ['a.test'], paths: ['/a/../b'] }, '/paths/0'],
    [{ hosts: ['a.test'], paths: ['/a%20b'] }, '/paths/0'],
    [{ hosts: ['a.test'], paths: ['/a;b'] }, '/paths/0'],
    [{ paths: ['/fine', '/api/v2'] }, '/paths/1'],
    [{ paths: ['=/healthz'] }, '/paths/0'],
    [{ paths: ['/gw'] }, '/paths/0'],
    [{ rewrite: { strip_prefix: '/a/' } }, '/rewrite/strip_prefix'],
    [{ rewrite: { replace_path: '/../a' } }, '/rewrite/replace_path'],
    [{ rewrite: { strip_prefix: '/a', replace_path: '/b' } }, '/rewrite'],
    [
      { header_rules: { request: { set: [{ name: 'X-Ok', value: 'a\r\nX-Evil: 1' }] } } },
      '/header_rules/request/set/0/value',
    ],
    [
      { header_rules: { request: { set: [{ name: 'X-Ok', value: '${secret}' }] } } },
      '/header_rules/request/set/0/value',
    ],
    [{ header_rules: { request: { set: [{ name: 'X Bad', value: 'a' }] } } }, '/header_rules/request/set/0/name'],
    [{ header_rules: { request: { add: [{ name: 'x_acme_key', value: 'a' }] } } }, '/header_rules/request/add/0/name'],
    [{ header_rules: { request: { remove: ['Api-Version'] } } }, '/header_rules/request/remove/0'],
    ...[
      'Host',
      'Content-Length',
      'Transfer_Encoding',
      'Connection',
      'Authorization',
      'X-Api-Key',
      'Cookie',
      'X-Forwarded-For',
      'X-Claviger-Who',
      'Sec-WebSocket-Key',
    ].map(
      (name) =>
        [{ header_rules: { request: { set: [{ name, value: 'a' }] } } }, '/header_rules/request/set/0/name'] as const,
    ),
    ...[
      'Content-Length',
      'Upgrade',
      'Set-Cookie',
      'RateLimit',
      'X-Request-Id',
      'Access-Control-Allow-Origin',
      'Strict-Transport-Security',
    ].map(
      (name) =>
        [{ header_rules: { response: { add: [{ name, value: 'a' }] } } }, '/header_rules/response/add/0/name'] as const,
    ),
    [{ cors: { origins: [] } }, '/cors/origins'],
    [{ cors: { origins: ['app.example.com'] } }, '/cors/origins/0'],
    [{ cors: { origins: ['https://app.example.com/path'] } }, '/cors/origins/0'],
    [{ cors: { origins: ['null'] } }, '/cors/origins/0'],
    [{ cors: { origins: ['*'], credentials: true } }, '/cors/credentials'],
    [{ cors: { origins: ['*', 'https://a.test'] } }, '/cors/origins'],
    [{ maintenance: { message: 'two\nlines' } }, '/maintenance/message'],
    [{ maintenance: { addresses: ['10.0.0.1/8'] } }, '/maintenance/addresses/0'],
  ])('%j is refused', async (members, pointer) => {
    const more = { key_headers: ['x-acme-key'], api_version: { from: 'header', name: 'api-version' } }
    const got = await create('refused', { ...more, ...members })
    expect([got.status, got.body.code, got.body.errors?.[0]?.pointer], got.text).toEqual([
      400,
      'validation_failed',
      pointer,
    ])
  })

  test('end the control API on other hosts than its own', async () => {
    const api = { authorization: `Bearer ${it.owner}` }
    expect((await ask('127.0.0.1', '/api/v1/routes', api)).status).toBe(200)
    expect((await ask('localhost:7300', '/api/v1/routes', api)).status).toBe(200)
    expect((await ask('elsewhere.test', '/api/v1/routes', api)).status).toBe(404)
    expect((await ask('elsewhere.test', '/healthz')).status).toBe(200)
  })
})

describe('what a route does to calls', () => {
  test('is what the examples of the guide say, and what the API tells back', async () => {
    const examples = [...readFileSync(GUIDE, 'utf8').matchAll(/^```json route\n(.*?)^```$/gms)].map(([, text = '']) =>
      JSON.parse(text),
    )
    expect(examples.length).toBeGreaterThan(3)
    const id = await made('guided', {})
    for (const example of examples) {
      const got = await it.call('PATCH', `/api/v1/routes/${id}`, { body: example })
      expect(got.status, got.text).toBe(200)
      expect((await it.call('GET', `/api/v1/routes/${id}`)).body).toMatchObject(example)
    }
    const nothing = { hosts: [], paths: [], rewrite: null, header_rules: null, cors: null, maintenance: null }
    expect((await it.call('PATCH', `/api/v1/routes/${id}`, { body: nothing })).body).toMatchObject(nothing)
  })

  test('reaches the doors', async () => {
    await made('shaped', {
      hosts: ['shaped.test'],
      rewrite: { strip_prefix: '/v1' },
      header_rules: { response: { set: [{ name: 'X-Served-By', value: 'us for ${key_id}' }] } },
      cors: { origins: ['https://app.test'] },
    })
    const { status, headers } = await ask('shaped.test', '/v1/x', { origin: 'https://app.test' })
    expect([status, headers['x-served-by'], headers['access-control-allow-origin']]).toEqual([
      200,
      `us for ${key.id}`,
      'https://app.test',
    ])
    const asked = { authorization: '', origin: 'https://app.test', 'access-control-request-method': 'PATCH' }
    const preflight = await ask('shaped.test', '/v1/x', asked, 'OPTIONS')
    expect([preflight.status, preflight.headers['access-control-allow-methods']]).toEqual([
      204,
      'GET, HEAD, POST, PUT, PATCH, DELETE',
    ])
  })

  test('opens and closes with maintenance', async () => {
    const id = await made('worked-on', { maintenance: { message: 'Back at noon.', addresses: ['192.0.2.0/24'] } })
    const closed = await ask('any.test', '/gw/worked-on')
    expect([closed.status, closed.headers['retry-after'], JSON.parse(closed.text).detail]).toEqual([
      503,
      '300',
      'Back at noon.',
    ])
    // a connection keeps who is at its other end, and the two APIs of this test differ on proxies
    agent.destroy()
    const through = await ask('any.test', '/gw/worked-on', { 'x-forwarded-for': '192.0.2.7' })
    expect(through.status, through.text).toBe(200)
    await it.call('PATCH', `/api/v1/routes/${id}`, { body: { maintenance: null } })
    await it.settled()
    expect((await ask('any.test', '/gw/worked-on')).status).toBe(200)
  })

  test('is judged by a dry run as it was by the door: by the path behind what was cut off', async () => {
    await made('dry', { hosts: ['dry.test'], rewrite: { strip_prefix: '/shop' } })
    it.decided.splice(0)
    expect((await ask('dry.test', '/shop/items/7')).status).toBe(200)
    await expect.poll(() => it.decided.length).toBeGreaterThan(0)
    await it.flush()
    it.identity.clockMs += 1_000
    const tryout = async (path: string): Promise<string> => {
      const restrictions = [{ kind: 'request', allow: [{ path }] }]
      return (await it.call('POST', '/api/v1/decisions/dry-run', { body: { key: { id: key.id, restrictions } } })).text
    }
    expect(await tryout('/items/{id}')).not.toContain('request_not_allowed')
    expect(await tryout('/shop/items/{id}')).toContain('request_not_allowed')
  })
})

describe('a table of 10,000 routes', () => {
  const HOSTS = 100
  const ROUTES = 10_000
  const CHANGES = 100
  const CALLERS = 4
  const MANY_ID = 'rte_01k2m5f8r2e9vbt9rpk9'

  test('is changed 100 times under load without one failed request', async () => {
    // every hundredth on a host of its own paths: 100 hosts with 100 paths each
    const pattern = await made('many', {})
    await it.identity.store.raw(
      `insert into dataplane_route
       select made.* from dataplane_route route, generate_series(1, ${ROUTES}) n,
              lateral jsonb_populate_record(route, jsonb_build_object('id', '${MANY_ID}' || lpad(n::text, 6, '0'),
                'name', 'many-' || n, 'hosts', array['h' || n % ${HOSTS} || '.many.test'], 'paths', array['/p' || n])) made
        where route.id = $1`,
      [pattern],
    )
    await it.identity.store.raw(
      `insert into dataplane_place (host, path, route_id, workspace_id)
       select hosts[1], paths[1], id, workspace_id from dataplane_route where id like '${MANY_ID}%'`,
      [],
    )
    await it.targets.loadAll()
    expect(it.targets.size.routes).toBeGreaterThanOrEqual(ROUTES)

    const outcomes = new Map<number, number>()
    let running = true
    const call = async (caller: number): Promise<void> => {
      for (let n = caller; running; n = (n * 31 + 7) % ROUTES) {
        // the first hundred are those that change all the time
        const route = 1 + (n % 3 === 0 ? n % CHANGES : n)
        const { status } = await ask(`h${route % HOSTS}.many.test`, `/p${route}/x?n=${n}`)
        outcomes.set(status, (outcomes.get(status) ?? 0) + 1)
      }
    }
    const callers = Array.from({ length: CALLERS }, async (_, index) => call(index + 1))
    const changed: number[] = []
    const change = async (method: string, path: string, body?: object): Promise<string> => {
      const got = await it.call(method, path, body === undefined ? {} : { body })
      changed.push(got.status)
      return got.body.id ?? ''
    }
    const changeOne = async (n: number): Promise<void> => {
      await change('PATCH', `/api/v1/routes/${idOf(n)}`, {
        cost: n,
        rewrite: { strip_prefix: `/p${n}` },
        header_rules: { response: { set: [{ name: 'x-round', value: String(n) }] } },
      })
      const body = bodyOf(`passing-${n}`, { hosts: ['*.many.test'], paths: [`/q${n}`] })
      const id = await change('POST', '/api/v1/routes', body)
      await change('PATCH', `/api/v1/routes/${id}`, { hosts: [`h${n}.many.test`] })
      await change('DELETE', `/api/v1/routes/${id}`)
      // and as after a feed that was lost: everything is read anew, while changes go on
      if (n % 10 === 0) await it.targets.loadAll()
    }
    const operators = [1, 2, 3, 4, 5].map(async (first) => {
      for (let n = first; n <= CHANGES / 4; n += 5) await changeOne(n)
    })
    await Promise.all(operators)
    running = false
    await Promise.all(callers)
    expect(changed).toHaveLength(CHANGES)
    expect(new Set(changed)).toEqual(new Set([200, 201, 204]))
    expect([...outcomes.keys()]).toEqual([200])
    expect(outcomes.get(200)).toBeGreaterThan(200)
    expect((await ask('h3.many.test', '/p3/x')).headers['x-round']).toBe('3')
  }, 120_000)

  const idOf = (n: number): string => `${MANY_ID}${String(n).padStart(6, '0')}`
})
