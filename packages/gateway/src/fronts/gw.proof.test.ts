import { once } from 'node:events'
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compileCidrs } from '@claviger/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { apiOf, limitOf, routeOf, type MadeKey } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { callRaw } from '../testing/raw-socket.ts'

interface Seen {
  readonly method: string
  readonly url: string
  readonly rawHeaders: readonly string[]
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

const home = apiOf('wsp_home')
const away = apiOf('wsp_away')

let upstream: Server
let upstreamOrigin: string
let seen: Seen[] = []
let plane: Plane
let caller: MadeKey

beforeAll(async () => {
  upstream = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      const { method = '', url = '', rawHeaders, headers } = incoming
      seen.push({ method, url, rawHeaders, headers, body: Buffer.concat(chunks).toString() })
      outgoing.writeHead(200, [
        'Content-Type', 'text/plain', 'Set-Cookie', 'a=1', 'Set-Cookie', 'b=2', 'X-Request-Id', 'theirs',
        'Connection', 'X-Hop', 'X-Hop', 'secret', 'Keep-Alive', 'timeout=1', 'Alt-Svc', 'h3=":443"',
      ])
      outgoing.end(`answer to ${Buffer.concat(chunks).toString()}`)
    })
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  upstreamOrigin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
})

afterAll(async () => {
  upstream.closeAllConnections()
  upstream.close()
  await once(upstream, 'close')
})

beforeEach(async () => {
  seen = []
  plane = await startPlane({ trustedProxies: compileCidrs([]) })
  plane.world.addRoute(routeOf('orders', upstreamOrigin, home))
  caller = plane.world.addKey(home)
})

afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.openStreams.size).toBe(0)
  expect(plane.errors).toEqual([])
  await plane.close()
})

function call(path: string, init: RequestInit & { readonly key?: string | undefined } = {}): Promise<Response> {
  const { key = caller.secret, ...rest } = init
  return fetch(plane.origin + path, { ...rest, headers: { authorization: `Bearer ${key}`, ...rest.headers } })
}

/** The code of a problem document. */
async function codeOf(answer: Response): Promise<unknown> {
  const document: unknown = await answer.json()
  return typeof document === 'object' && document !== null && 'code' in document ? document.code : undefined
}

describe('a call through a route', () => {
  test('reaches the upstream with its path, query and body as they came, and brings the answer back', async () => {
    const answer = await call('/gw/orders/v1/a%20b;p=1/?x=%2F..&y', { method: 'POST', body: 'hello' })
    expect(answer.status).toBe(200)
    expect(await answer.text()).toBe('answer to hello')
    expect(seen[0]).toMatchObject({ method: 'POST', url: '/v1/a%20b;p=1/?x=%2F..&y', body: 'hello' })
  })

  test('without a path goes to the root of the upstream', async () => {
    await (await call('/gw/orders?a=1')).text()
    expect(seen[0]?.url).toBe('/?a=1')
  })

  test('is put under the base path of the route', async () => {
    plane.world.addRoute(routeOf('based', upstreamOrigin, home, { upstreamBasePath: '/v2' }))
    await (await call('/gw/based')).text()
    await (await call('/gw/based/x')).text()
    expect(seen.map(({ url }) => url)).toEqual(['/v2', '/v2/x'])
  })

  test('is journaled before it is forwarded, and whole when it has ended', async () => {
    await (await call('/gw/orders/v1?secret=1', { method: 'POST', body: 'hello', headers: { 'user-agent': 'test' } })).text()
    await until(() => plane.world.records.length === 1)
    expect(plane.world.opened).toHaveLength(1)
    expect(plane.world.opened[0]).toMatchObject({ status: 0, code: 'valid', usage: undefined })
    expect(plane.world.records[0]).toMatchObject({
      door: 'gw', workspaceId: 'wsp_home', keyId: caller.key.id, versionNumber: 1, apiId: 'api_wsp_home', targetId: 'rte_orders',
      method: 'POST', path: '/gw/orders/v1', clientIp: '127.0.0.1', userAgent: 'test', code: 'valid', status: 200,
      usage: { requests: 1, bytesIn: 5, bytesOut: 15, metered: true, ended: 'complete' },
    })
    expect(plane.world.settled).toEqual(plane.world.records)
  })

  test('keeps repeated fields of the answer, and drops those of one hop', async () => {
    const answer = await call('/gw/orders')
    expect(answer.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(answer.headers.get('x-hop')).toBeNull()
    expect(answer.headers.get('alt-svc')).toBeNull()
    expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/)
    expect(answer.headers.get('x-upstream-request-id')).toBe('theirs')
  })

  test('waits for look-ups that come later, with the same outcome', async () => {
    plane.world.weather.isSlow = true
    const limited = plane.world.addKey(home, { limits: [limitOf('requests', 5, 60_000)] })
    const answer = await call('/gw/orders', { key: limited.secret })
    expect(answer.status).toBe(200)
    expect(answer.headers.get('ratelimit')).toMatch(/^"requests";r=4;t=\d+$/)
    expect(answer.headers.get('ratelimit-policy')).toBe('"requests";q=5;w=60')
  })
})

describe('the header fields that the upstream sees', () => {
  async function sent(lines: string): Promise<Seen> {
    const answer = await callRaw(plane.port, { bytes: `GET /gw/orders HTTP/1.1\r\nHost: gw.example\r\nConnection: close\r\n${lines}\r\n` })
    expect(answer.status).toBe(200)
    const [first] = seen
    if (first === undefined) throw new Error('nothing was forwarded')
    return first
  }

  test.each([
    ['Authorization', 'authorization', () => `Authorization: bearer ${caller.secret}\r\n`],
    ['X-Api-Key', 'x-api-key', () => `X-Api-Key: ${caller.secret}\r\n`],
  ])('the credential in %s is not among them', async (_name, lower, line) => {
    const { headers, rawHeaders } = await sent(line())
    expect(headers[lower]).toBeUndefined()
    expect(rawHeaders.join()).not.toContain(caller.secret)
  })

  test('a key field of the route is not among them, in either spelling', async () => {
    plane.world.addRoute(routeOf('orders', upstreamOrigin, home, { keyHeaders: ['x-acme-key'] }))
    const { rawHeaders } = await sent(`X-Acme-Key: ${caller.secret}\r\nX_Acme_Key: other\r\nX_Api_Key: other\r\n`)
    expect(rawHeaders.join().toLowerCase()).not.toMatch(/acme|api.key/)
  })

  test('those of one hop are not among them, nor those that Connection names', async () => {
    const { headers } = await sent(
      `Authorization: Bearer ${caller.secret}\r\nConnection: X-Mine, Keep-Alive\r\nX-Mine: 1\r\nKeep-Alive: 9\r\nTE: trailers\r\nProxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nX-Kept: 1\r\n`,
    )
    expect(headers['x-kept']).toBe('1')
    for (const name of ['x-mine', 'keep-alive', 'te', 'proxy-authorization', 'upgrade', 'http2-settings']) expect(headers[name]).toBeUndefined()
  })

  test('Host is the upstream, and what only proxies may say is ours to say', async () => {
    const { headers } = await sent(
      `Authorization: Bearer ${caller.secret}\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nX-Claviger-Key: me\r\nX-Request-Id: mine\r\n`,
    )
    expect(headers.host).toBe(new URL(upstreamOrigin).host)
    expect(headers['x-forwarded-for']).toBe('127.0.0.1')
    expect(headers['x-forwarded-host']).toBe('gw.example')
    expect(headers['x-forwarded-proto']).toBe('http')
    expect(headers['x-request-id']).toMatch(/^req_/)
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|evil|x-claviger/)
  })

  test('Connection cannot name away what we set', async () => {
    const { headers, body } = await callWithBody(`Authorization: Bearer ${caller.secret}\r\nConnection: close, content-length, x-forwarded-for, authorization\r\n`)
    expect(body).toBe('abc')
    expect(headers['x-forwarded-for']).toBe('127.0.0.1')
  })

  async function callWithBody(lines: string): Promise<Seen> {
    await callRaw(plane.port, { bytes: `POST /gw/orders HTTP/1.1\r\nHost: a\r\n${lines}Content-Length: 3\r\n\r\nabc` })
    const [first] = seen
    if (first === undefined) throw new Error('nothing was forwarded')
    return first
  }
})

describe('behind a trusted proxy', () => {
  beforeEach(async () => {
    await plane.close()
    plane = await startPlane({ trustedProxies: compileCidrs(['127.0.0.1', '10.0.0.0/8']) })
    plane.world.addRoute(routeOf('orders', upstreamOrigin, home))
    caller = plane.world.addKey(home, { cidrAllow: compileCidrs(['192.0.2.7']) })
  })

  test.each([
    [{ 'x-forwarded-for': '192.0.2.7' }, 200],
    [{ 'x-forwarded-for': '6.6.6.6, 192.0.2.7, 10.1.2.3' }, 200],
    [{ 'x-forwarded-for': '192.0.2.7, 6.6.6.6' }, 403],
    [{ 'x-forwarded-for': '192.0.2.7, unknown' }, 403],
    [{ forwarded: 'for=6.6.6.6, for="192.0.2.7:4711";proto=https' }, 200],
    [{ forwarded: 'for=192.0.2.7, for="[2001:db8::1]:1"' }, 403],
    [{}, 403],
  ])('the client of %o is judged, answer %d', async (headers, status) => {
    const answer = await call('/gw/orders', { headers })
    expect(answer.status).toBe(status)
  })

  test('the chain is carried on, with the proxy at its end', async () => {
    await (await call('/gw/orders', { headers: { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' } })).text()
    expect(seen[0]?.headers['x-forwarded-for']).toBe('192.0.2.7, 127.0.0.1')
    expect(seen[0]?.headers['x-forwarded-proto']).toBe('https')
    await until(() => plane.world.records.length === 1)
    expect(plane.world.records[0]?.clientIp).toBe('192.0.2.7')
  })
})

describe('a refusal', () => {
  test.each([
    { name: 'nothing presented', headers: {}, status: 401, code: 'credential_missing', challenge: 'Bearer realm="claviger"' },
    { name: 'another scheme', headers: { authorization: 'Basic YTpi' }, status: 401, code: 'credential_missing', challenge: 'Bearer realm="claviger"' },
    { name: 'a malformed key', headers: { authorization: 'Bearer x' }, status: 401, code: 'credential_invalid', challenge: /error="invalid_token"/ },
  ])('$name is answered with a document and a challenge', async ({ headers, status, code, challenge }) => {
    const answer = await fetch(`${plane.origin}/gw/orders`, { headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('www-authenticate')).toMatch(challenge)
    expect(await answer.json()).toMatchObject({ status, code, request_id: answer.headers.get('x-request-id') })
    expect(plane.world.probes.map(({ reason }) => reason)).toEqual([code])
    expect(plane.world.records).toEqual([])
  })

  test('every wrong key gets the same answer, but for its request id', async () => {
    const wrongSecret = caller.secret.slice(0, -7) + (caller.secret.at(-7) === 'a' ? 'b' : 'a') + caller.secret.slice(-6)
    const unknown = plane.world.addKey(apiOf('wsp_home')).secret
    const stranger = (await startPlaneKey()).secret
    const shapes = new Set<string>()
    for (const key of ['x', 'acme_test_abc', wrongSecret, stranger]) {
      const answer = await call('/gw/orders', { key })
      const body = (await answer.text()).replace(/req_[0-9a-z]{26}/, '')
      const fields = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
      shapes.add(JSON.stringify([answer.status, fields, body]))
    }
    expect(shapes.size).toBe(1)
    expect(plane.world.failures.map(({ reason }) => reason)).toEqual(['malformed', 'malformed', 'checksum', 'unknown_id'])
    expect((await call('/gw/orders', { key: unknown })).status).toBe(200)
  })

  async function startPlaneKey(): Promise<MadeKey> {
    const other = await startPlane()
    const made = other.world.addKey(home)
    await other.close()
    return made
  }

  test('an address that keeps trying is told to wait', async () => {
    for (let count = 0; count < 20; count += 1) await (await call('/gw/orders', { key: 'x' })).text()
    const answer = await call('/gw/orders')
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ code: 'probing' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('of a route that is not there looks like one of another workspace, whatever the method', async () => {
    plane.world.addRoute(routeOf('theirs', upstreamOrigin, away, { methods: new Set(['PUT']), maxBodyBytes: 1 }))
    const shapes = new Set<string>()
    for (const name of ['theirs', 'nothing']) {
      const answer = await call(`/gw/${name}/x`, { method: 'POST', body: 'abc' })
      expect(answer.status).toBe(404)
      shapes.add((await answer.text()).replace(/req_[0-9a-z]{26}/, ''))
    }
    expect(shapes.size).toBe(1)
    expect((await fetch(`${plane.origin}/gw/nothing`)).status).toBe(401)
  })

  test("a good key in a place that only another workspace's route reads was not presented at all", async () => {
    plane.world.addRoute(routeOf('theirs', upstreamOrigin, away, { keyHeaders: ['x-their-key'] }))
    const statuses: number[] = []
    for (const name of ['theirs', 'nothing']) {
      statuses.push((await fetch(`${plane.origin}/gw/${name}`, { headers: { 'x-their-key': caller.secret } })).status)
    }
    expect(statuses).toEqual([401, 401])
  })

  test('two different credentials are refused, the same one twice is not', async () => {
    const both = await call('/gw/orders', { headers: { 'x-api-key': 'other' } })
    expect([both.status, await codeOf(both)]).toEqual([400, 'bad_header'])
    expect((await call('/gw/orders', { headers: { 'x-api-key': caller.secret } })).status).toBe(200)
    const basic = await callRaw(plane.port, {
      bytes: `GET /gw/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\nX-Api-Key: ${caller.secret}\r\nConnection: close\r\n\r\n`,
    })
    expect(basic.status).toBe(400)
  })

  test('a key in the query is refused, other long values are not', async () => {
    const answer = await call(`/gw/orders?a=1&api_key=${caller.secret.replaceAll('_', '%5F')}`)
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'query_credential'])
    expect((await call(`/gw/orders?token=${'x'.repeat(100)}`)).status).toBe(200)
  })

  test.each([
    { name: 'expired', changes: { expiresAtMs: 1 }, status: 401, code: 'key_expired' },
    { name: 'revoked', changes: { revokedAtMs: 1 }, status: 401, code: 'key_revoked' },
    { name: 'disabled', changes: { disabledAtMs: 1 }, status: 403, code: 'key_disabled' },
    { name: 'for another api', changes: { apis: [] }, status: 403, code: 'api_not_allowed' },
    { name: 'from elsewhere', changes: { cidrAllow: compileCidrs(['192.0.2.0/24']) }, status: 403, code: 'ip_not_allowed' },
    { name: 'without the scope', changes: { scopes: new Set<string>() }, status: 403, code: 'scope_missing' },
  ])('a key $name is refused with $status $code and journaled', async ({ changes, status, code }) => {
    plane.world.addRoute(routeOf('orders', upstreamOrigin, home, { requiredScopes: ['read'] }))
    const { secret } = plane.world.addKey(home, changes)
    const answer = await call('/gw/orders', { key: secret })
    expect([answer.status, await codeOf(answer)]).toEqual([status, code])
    expect(answer.headers.get('www-authenticate')).toContain(status === 401 ? 'invalid_token' : 'insufficient_scope')
    expect(plane.world.records[0]).toMatchObject({ code, status, targetId: 'rte_orders' })
    expect(seen).toEqual([])
  })

  test('a missing scope is named in the challenge', async () => {
    plane.world.addRoute(routeOf('orders', upstreamOrigin, home, { requiredScopes: ['read', 'write', 'admin'] }))
    const answer = await call('/gw/orders')
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="claviger", error="insufficient_scope", scope="write admin"')
  })

  test('a revocation in the feed counts though the snapshot is old', async () => {
    plane.world.revoked.add(caller.key.id)
    expect((await call('/gw/orders')).status).toBe(401)
  })

  test('a method that the route does not serve is told which it does', async () => {
    plane.world.addRoute(routeOf('orders', upstreamOrigin, home, { methods: new Set(['GET', 'PUT']) }))
    const answer = await call('/gw/orders', { method: 'DELETE' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PUT'])
  })

  test('a limit that is reached tells when to come back, and refused calls do not count', async () => {
    const { secret } = plane.world.addKey(home, { limits: [limitOf('requests', 2, 60_000)] })
    const statuses: number[] = []
    for (let count = 0; count < 4; count += 1) statuses.push((await call('/gw/orders', { key: secret })).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    const answer = await call('/gw/orders', { key: secret })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50)
    expect(answer.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/)
    expect(await answer.json()).toMatchObject({ code: 'limit_reached' })
  })
})

describe('when something of ours is gone', () => {
  test.each([
    { name: 'the database, for a key that is not cached', weather: { isStoreGone: true }, code: 'unavailable' },
    { name: 'the counters', weather: { areCountersLost: true }, code: 'counters_unavailable' },
    { name: 'the journal', weather: { isJournalFull: true }, code: 'journal_full' },
    { name: 'the feed, on a route that denies', weather: { feedAgeMs: 2_001 }, code: 'feed_lost' },
  ])('$name: 503, never 401', async ({ weather, code }) => {
    Object.assign(plane.world.weather, weather)
    const { secret } = plane.world.addKey(home, { limits: [limitOf('requests', 2, 60_000)] })
    const answer = await call('/gw/orders', { key: secret })
    expect([answer.status, await codeOf(answer)]).toEqual([503, code])
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(plane.world.failures).toEqual([])
  })

  test('a route that serves known keys does so until its bound', async () => {
    plane.world.addRoute(routeOf('orders', upstreamOrigin, home, { onFeedLoss: { mode: 'serve_known', maxStaleMs: 600_000 } }))
    plane.world.weather.feedAgeMs = 600_000
    expect((await call('/gw/orders')).status).toBe(200)
    plane.world.weather.feedAgeMs = 600_001
    expect((await call('/gw/orders')).status).toBe(503)
  })
})

describe('the journal', () => {
  test('a call is not forwarded before its decision is written', async () => {
    let write: () => void = () => undefined
    plane.world.weather.journalDelay = new Promise((resolve) => (write = resolve))
    const answer = call('/gw/orders')
    await until(() => plane.world.opened.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(seen).toEqual([])
    write()
    expect((await answer).status).toBe(200)
  })

  test('a decision that cannot be written is answered with an error, and nothing is forwarded', async () => {
    const failure = Promise.reject(new Error('the disk is gone'))
    failure.catch(() => undefined)
    plane.world.weather.journalDelay = failure
    const answer = await call('/gw/orders')
    expect([answer.status, await codeOf(answer)]).toEqual([500, 'internal'])
    expect(seen).toEqual([])
    expect(plane.errors).toHaveLength(1)
    plane.world.weather.journalDelay = undefined
    plane.errors.splice(0)
  })
})

describe('other doors', () => {
  test('a path that is not ours is left to others', async () => {
    const answer = await fetch(`${plane.origin}/api/v1/keys`)
    expect([answer.status, await answer.text()]).toEqual([404, 'another door'])
  })

  test('HEAD brings the head alone', async () => {
    const request = httpRequest(`${plane.origin}/gw/orders`, { method: 'HEAD', headers: { authorization: `Bearer ${caller.secret}` } })
    request.end()
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    answer.resume()
    await once(answer, 'end')
    expect(answer.statusCode).toBe(200)
    expect(seen[0]?.method).toBe('HEAD')
  })
})
