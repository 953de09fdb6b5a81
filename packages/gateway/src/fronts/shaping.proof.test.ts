/** What routes do to calls beside passing them on: header rules, CORS, maintenance. */
import { compileCidrs } from '@claviger/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { compileCors, type CorsSettings } from '../shaping/cors.ts'
import { compileFieldRules, type FieldRuleSettings } from '../shaping/field-rules.ts'
import type { Shaping } from '../shaping/shaping.ts'
import { startHttpUpstream, startSeeingUpstream } from '../testing/http-upstream.ts'
import { apiOf, limitOf, routeOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { sendRaw, type RawAnswer } from '../testing/raw-client.ts'
import { callRaw } from '../testing/raw-socket.ts'
import { shapingOf } from '../testing/shaped.ts'

const home = apiOf('wsp_home')
const APP = 'https://app.example.com'

let upstream: Awaited<ReturnType<typeof startSeeingUpstream>>
let plane: Plane
let caller: MadeKey

beforeAll(async () => {
  upstream = await startSeeingUpstream([
    ...['Server', 'secret/1', 'X-Kept', 'yes', 'Vary', 'Accept'],
    ...['Access-Control-Allow-Origin', 'https://evil.example', 'access-control-allow-credentials', 'true'],
  ])
})
afterAll(() => upstream.close())
beforeEach(async () => {
  upstream.seen.length = 0
  plane = await startPlane()
  caller = plane.world.addKey(home)
})
afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.errors).toEqual([])
  await plane.close()
})

function serve(shaping: Partial<Shaping>, origin: string = upstream.origin): void {
  const limits = [limitOf('requests', 100, 60_000)]
  plane.world.addRoute(routeOf('shop', origin, home, { limits, shaping: shapingOf(shaping) }))
}
async function call(headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<RawAnswer> {
  const authorization = `Bearer ${caller.secret}`
  return sendRaw({ method, url: `${plane.origin}/gw/shop/x`, headers: { authorization, ...headers } })
}
const rules = (settings: Partial<FieldRuleSettings>) => compileFieldRules({ remove: [], set: [], add: [], ...settings })

describe('header rules', () => {
  test('take away, set and add fields of the request, however they are spelled', async () => {
    const requestFields = rules({
      remove: ['X-Debug', 'cookie'],
      set: [
        { name: 'X-Tenant', value: 'acme' },
        { name: 'X-Call', value: '${request_id} of ${key_id}/${app_id}' },
      ],
      add: [{ name: 'Accept-Language', value: 'en' }],
    })
    serve({ requestFields })
    const sent = {
      'x-debug': '1',
      x_debug: '2',
      cookie: 'a=b',
      'X-TENANT': 'evil',
      x_tenant: 'evil',
      'accept-language': 'de',
    }
    const answer = await call(sent)
    const headers = upstream.seen[0]?.headers ?? {}
    expect(headers).toMatchObject({ 'x-tenant': 'acme', 'accept-language': 'de, en' })
    expect(headers['x-call']).toBe(`${answer.headers['x-request-id']} of ${caller.key.id}/app_wsp_home`)
    expect(Object.keys(headers)).not.toEqual(expect.arrayContaining([expect.stringMatching(/debug|cookie|x_tenant/)]))
  })

  test('take away, set and add fields of the answer; ours are not touched', async () => {
    const responseFields = rules({
      remove: ['server'],
      set: [{ name: 'Cache-Control', value: 'no-store' }],
      add: [{ name: 'X-Kept', value: 'too, ${request_id}' }],
    })
    serve({ responseFields })
    const { headers } = await call()
    expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-kept': `yes, too, ${headers['x-request-id']}` })
    expect(headers['server']).toBeUndefined()
    expect(headers['ratelimit']).toBeDefined()
  })

  test('take a field away behind the body too', async () => {
    const trailing = await startHttpUpstream((_incoming, outgoing) => {
      outgoing.writeHead(200, { Trailer: 'X-Sum, X-Inner' })
      outgoing.write('ok')
      outgoing.addTrailers({ 'X-Sum': '1', 'X-Inner': '2' })
      outgoing.end()
    })
    serve({ responseFields: rules({ remove: ['x-inner'] }) }, trailing.origin)
    const head = `GET /gw/shop HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${caller.secret}\r\nConnection: close\r\n\r\n`
    const { text } = await callRaw(plane.port, { bytes: head })
    expect(text).toContain('X-Sum: 1')
    expect(text).not.toContain('X-Inner')
    await trailing.close()
  })
})

describe('CORS', () => {
  const settings: CorsSettings = {
    origins: [APP, 'https://*.example.org'],
    methods: ['GET', 'PUT'],
    headers: ['content-type'],
    exposedHeaders: ['x-kept'],
    credentials: true,
    maxAgeSeconds: 600,
  }
  const open = (changes: Partial<CorsSettings> = {}): void =>
    serve({ cors: compileCors({ ...settings, ...changes }, ['x-api-key']) })
  async function preflight(origin: string, more: Readonly<Record<string, string>> = {}): Promise<RawAnswer> {
    const headers = { origin, 'access-control-request-method': 'PUT', ...more }
    return sendRaw({ method: 'OPTIONS', url: `${plane.origin}/gw/shop/x`, headers })
  }

  test('a preflight is answered without a key, and goes no further', async () => {
    open()
    const answer = await preflight(APP, { 'access-control-request-headers': 'authorization' })
    expect([answer.status, answer.body.length, answer.headers['content-length']]).toEqual([204, 0, undefined])
    expect(answer.headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'GET, PUT',
      'access-control-allow-headers': 'authorization, x-api-key, content-type',
      'access-control-max-age': '600',
      vary: 'Origin, Access-Control-Request-Method, Access-Control-Request-Headers',
    })
    expect([upstream.seen, plane.world.records, plane.world.failures]).toEqual([[], [], []])
  })

  test.each(['https://a.example.org', 'https://a.b.example.org'])(
    '%s is below https://*.example.org',
    async (origin) => {
      open()
      expect((await preflight(origin)).headers['access-control-allow-origin']).toBe(origin)
    },
  )
  test.each([
    'https://example.org',
    'http://a.example.org',
    'https://app.example.com.evil.test',
    'https://evil.test',
    'null',
  ])('%s is not let in by a preflight, and its answers cannot be read', async (origin) => {
    open()
    const refused = await preflight(origin)
    expect([refused.status, JSON.parse(refused.body.toString()).code]).toEqual([403, 'origin_not_allowed'])
    const answer = await call({ origin })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([200, undefined])
    expect(answer.headers['vary']).toBe('Accept, Origin')
  })

  test("the upstream's own word on it is replaced by the route's", async () => {
    open()
    const { headers } = await call({ origin: APP })
    expect(headers).toMatchObject({
      'access-control-allow-origin': APP,
      'access-control-expose-headers': 'x-request-id, ratelimit, ratelimit-policy, retry-after, x-kept',
      vary: 'Accept, Origin',
    })
    const silent = await call()
    expect([silent.headers['access-control-allow-origin'], silent.headers['access-control-allow-credentials']]).toEqual(
      [undefined, undefined],
    )
  })

  test('a refusal can be read by a script that may call', async () => {
    open()
    const answer = await call({ origin: APP, authorization: 'Bearer nonsense' })
    expect([answer.status, answer.headers['access-control-allow-origin']]).toEqual([401, APP])
  })

  test('every origin is told as *, and any header is allowed by name', async () => {
    open({ origins: ['*'], headers: ['*'], credentials: false })
    const answer = await preflight('https://any.test', { 'access-control-request-headers': 'x-one, x-two' })
    expect(answer.headers['access-control-allow-headers']).toBe('x-one, x-two')
    expect([answer.headers['access-control-allow-origin'], answer.headers['access-control-allow-credentials']]).toEqual(
      ['*', undefined],
    )
    const odd = await preflight('https://any.test', { 'access-control-request-headers': 'x y; <script>' })
    expect([odd.status, odd.headers['access-control-allow-headers']]).toEqual([204, undefined])
    expect((await call({ origin: 'https://any.test' })).headers['vary']).toBe('Accept')
  })

  test('an OPTIONS that is no preflight needs a key, and so does a preflight where the route says nothing', async () => {
    open()
    const plain = await sendRaw({ method: 'OPTIONS', url: `${plane.origin}/gw/shop`, headers: { origin: APP } })
    expect(plain.status).toBe(401)
    serve({})
    expect((await preflight(APP)).status).toBe(401)
    expect((await call({}, 'OPTIONS')).status).toBe(200)
    expect(upstream.seen.map(({ method }) => method)).toEqual(['OPTIONS'])
  })

  test('a preflight with a body ends its connection, so that nothing of it is taken for a request', async () => {
    open()
    const fields = `Host: x\r\nOrigin: ${APP}\r\nAccess-Control-Request-Method: PUT\r\nContent-Length: 70000\r\n\r\n`
    const { text, isClosed } = await callRaw(plane.port, {
      bytes: `OPTIONS /gw/shop HTTP/1.1\r\n${fields}GET / HTTP/1.1\r\n`,
    })
    expect([text.startsWith('HTTP/1.1 204'), text.includes('Connection: close'), isClosed]).toEqual([true, true, true])
    expect(text.match(/HTTP\/1\.1/g)).toHaveLength(1)
  })
})

describe('a route in maintenance', () => {
  const close = (keyIds: readonly string[], addresses: readonly string[]): void =>
    serve({
      maintenance: {
        message: 'Back at noon.',
        retryAfterSeconds: 90,
        keyIds: new Set(keyIds),
        addresses: compileCidrs(addresses),
      },
    })

  test('answers 503 in the words of the operator, charges no limit, and stands in the journal', async () => {
    close([], ['10.0.0.0/8'])
    const answer = await call()
    expect([answer.status, answer.headers['retry-after'], JSON.parse(answer.body.toString())]).toEqual([
      503,
      '90',
      expect.objectContaining({ code: 'maintenance', detail: 'Back at noon.' }),
    ])
    expect(plane.world.records).toMatchObject([{ code: 'maintenance', rule: 'route.maintenance', status: 503 }])
    expect(upstream.seen).toEqual([])
    serve({})
    expect((await call()).headers['ratelimit']).toContain('r=99')
  })

  test('tells nobody of it without a good key', async () => {
    close([], [])
    expect((await call({ authorization: 'Bearer nonsense' })).status).toBe(401)
  })

  test.each(['a key', 'an address'])('lets %s through that was named', async (what) => {
    if (what === 'a key') close([caller.key.id], [])
    else close([], ['127.0.0.0/8'])
    expect((await call()).status).toBe(200)
  })
})
