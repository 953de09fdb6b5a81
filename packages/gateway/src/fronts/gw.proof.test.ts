import { once } from 'node:events'
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { ClavigerError, compileCidrs, compileRestrictions } from '@claviger/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSeeingUpstream, type SeenRequest } from '../testing/http-upstream.ts'
import { apiOf, limitOf, routeOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { callRaw } from '../testing/raw-socket.ts'

const home = apiOf('wsp_home')

let upstream: Awaited<ReturnType<typeof startSeeingUpstream>>
let plane: Plane
let caller: MadeKey

beforeAll(async () => {
  upstream = await startSeeingUpstream([
    'Content-Type',
    'text/plain',
    'Set-Cookie',
    'a=1',
    'Set-Cookie',
    'b=2',
    'X-Request-Id',
    'theirs',
    'Connection',
    'X-Hop',
    'X-Hop',
    'secret',
    'Keep-Alive',
    'timeout=1',
    'Alt-Svc',
    'h3=":443"',
  ])
})

afterAll(() => upstream.close())

beforeEach(async () => {
  upstream.seen.length = 0
  plane = await startPlane()
  plane.world.addRoute(routeOf('orders', upstream.origin, home))
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
    expect(upstream.seen[0]).toMatchObject({ method: 'POST', url: '/v1/a%20b;p=1/?x=%2F..&y', body: 'hello' })
  })

  test('without a path goes to the root of the upstream', async () => {
    await (await call('/gw/orders?a=1')).text()
    expect(upstream.seen[0]?.url).toBe('/?a=1')
  })

  test('is put under the base path of the route', async () => {
    plane.world.addRoute(routeOf('based', upstream.origin, home, { upstreamBasePath: '/v2' }))
    await (await call('/gw/based')).text()
    await (await call('/gw/based/x')).text()
    expect(upstream.seen.map(({ url }) => url)).toEqual(['/v2', '/v2/x'])
  })

  test('is journaled before it is forwarded, and whole when it has ended', async () => {
    await (
      await call('/gw/orders/v1?secret=1', { method: 'POST', body: 'hello', headers: { 'user-agent': 'test' } })
    ).text()
    await until(() => plane.world.records.length === 1)
    expect(plane.world.opened).toHaveLength(1)
    expect(plane.world.opened[0]).toMatchObject({ status: 0, code: 'valid', usage: undefined })
    expect(plane.world.records[0]).toMatchObject({
      door: 'gw',
      workspaceId: 'wsp_home',
      keyId: caller.key.id,
      versionNumber: 1,
      apiId: 'api_wsp_home',
      targetId: 'rte_orders',
      method: 'POST',
      path: '/gw/orders/v1',
      clientIp: '127.0.0.1',
      userAgent: 'test',
      code: 'valid',
      status: 200,
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
  async function sent(lines: string): Promise<SeenRequest> {
    const answer = await callRaw(plane.port, {
      bytes: `GET /gw/orders HTTP/1.1\r\nHost: gw.example\r\nConnection: close\r\n${lines}\r\n`,
    })
    expect(answer.status).toBe(200)
    const [first] = upstream.seen
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
    plane.world.addRoute(routeOf('orders', upstream.origin, home, { keyHeaders: ['x-acme-key'] }))
    const { rawHeaders } = await sent(`X-Acme-Key: ${caller.secret}\r\nX_Acme_Key: other\r\nX_Api_Key: other\r\n`)
    expect(rawHeaders.join().toLowerCase()).not.toMatch(/acme|api.key/)
  })

  test('those of one hop are not among them, nor those that Connection names', async () => {
    const { headers } = await sent(
      `Authorization: Bearer ${caller.secret}\r\nConnection: X-Mine, Keep-Alive\r\nX-Mine: 1\r\nKeep-Alive: 9\r\nTE: trailers\r\nProxy-Authorization: Basic eA==\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\nX-Kept: 1\r\n`,
    )
    expect(headers['x-kept']).toBe('1')
    for (const name of ['x-mine', 'keep-alive', 'te', 'proxy-authorization', 'upgrade', 'http2-settings'])
      expect(headers[name]).toBeUndefined()
  })

  test('Host is the upstream, and what only proxies may say is ours to say', async () => {
    const { headers } = await sent(
      `Authorization: Bearer ${caller.secret}\r\nX-Forwarded-For: 6.6.6.6\r\nX_Forwarded_For: 6.6.6.6\r\nForwarded: for=6.6.6.6\r\nX-Real-IP: 6.6.6.6\r\nX-Forwarded-Host: evil\r\nX-Forwarded-Proto: https\r\nX-Claviger-Key: me\r\nX-Request-Id: mine\r\n`,
    )
    expect(headers.host).toBe(new URL(upstream.origin).host)
    expect(headers['x-forwarded-for']).toBe('127.0.0.1')
    expect(headers['x-forwarded-host']).toBe('gw.example')
    expect(headers['x-forwarded-proto']).toBe('http')
    expect(headers['x-request-id']).toMatch(/^req_/)
    expect(JSON.stringify(headers)).not.toMatch(/6\.6\.6\.6|evil|x-claviger/)
  })

  test('Connection cannot name away what we set', async () => {
    const { headers, body } = await callWithBody(
      `Authorization: Bearer ${caller.secret}\r\nConnection: close, content-length, x-forwarded-for, authorization\r\n`,
    )
    expect(body).toBe('abc')
    expect(headers['x-forwarded-for']).toBe('127.0.0.1')
  })

  async function callWithBody(lines: string): Promise<SeenRequest> {
    await callRaw(plane.port, { bytes: `POST /gw/orders HTTP/1.1\r\nHost: a\r\n${lines}Content-Length: 3\r\n\r\nabc` })
    const [first] = upstream.seen
    if (first === undefined) throw new Error('nothing was forwarded')
    return first
  }
})

describe('behind a trusted proxy', () => {
  beforeEach(async () => {
    await plane.close()
    plane = await startPlane({ trustedProxies: compileCidrs(['127.0.0.1', '10.0.0.0/8']) })
    plane.world.addRoute(routeOf('orders', upstream.origin, home))
    caller = plane.world.addKey(home, { restrictions: compileRestrictions([{ kind: 'ip', allow: ['192.0.2.7'] }]) })
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
    await (
      await call('/gw/orders', { headers: { 'x-forwarded-for': '192.0.2.7', 'x-forwarded-proto': 'https' } })
    ).text()
    expect(upstream.seen[0]?.headers['x-forwarded-for']).toBe('192.0.2.7, 127.0.0.1')
    expect(upstream.seen[0]?.headers['x-forwarded-proto']).toBe('https')
    await until(() => plane.world.records.length === 1)
    expect(plane.world.records[0]?.clientIp).toBe('192.0.2.7')
  })
})

describe('the journal', () => {
  test('a call is not forwarded before its decision is written', async () => {
    let write: () => void = () => undefined
    plane.world.weather.journalDelay = new Promise((resolve) => (write = resolve))
    const answer = call('/gw/orders')
    await until(() => plane.world.opened.length === 1)
    await new Promise((resolve) => setTimeout(resolve, 50))
    expect(upstream.seen).toEqual([])
    write()
    expect((await answer).status).toBe(200)
  })

  test('a decision that cannot be written is answered with an error, and nothing is forwarded', async () => {
    const failure = Promise.reject(new Error('the disk is gone'))
    failure.catch(() => undefined)
    plane.world.weather.journalDelay = failure
    const answer = await call('/gw/orders')
    expect([answer.status, await codeOf(answer)]).toEqual([500, 'internal'])
    expect(upstream.seen).toEqual([])
    expect(plane.errors).toHaveLength(1)
    plane.world.weather.journalDelay = undefined
    plane.errors.splice(0)
  })

  test('a decision that the disk does not take is refused with 503, and ended in the journal', async () => {
    const failure = Promise.reject(new ClavigerError('journal_full', 'The journal cannot be written now.'))
    failure.catch(() => undefined)
    plane.world.weather.journalDelay = failure
    const answer = call('/gw/orders')
    await until(() => plane.world.opened.length === 1)
    plane.world.weather.journalDelay = undefined
    expect([(await answer).status, await codeOf(await answer)]).toEqual([503, 'journal_full'])
    expect(upstream.seen).toEqual([])
    // the opening is written when there is space: it must not look like a call that was interrupted
    expect(plane.world.records).toMatchObject([
      { requestId: plane.world.opened[0]?.requestId, code: 'journal_full', status: 503 },
    ])
    expect(plane.world.failureModes).toHaveLength(1)
  })
})

describe('other doors', () => {
  test('a path that is not ours is left to others', async () => {
    const answer = await fetch(`${plane.origin}/api/v1/keys`)
    expect([answer.status, await answer.text()]).toEqual([404, 'another door'])
  })

  test('HEAD brings the head alone', async () => {
    const request = httpRequest(`${plane.origin}/gw/orders`, {
      method: 'HEAD',
      headers: { authorization: `Bearer ${caller.secret}` },
    })
    request.end()
    const [answer] = (await once(request, 'response')) as [IncomingMessage]
    answer.resume()
    await once(answer, 'end')
    expect(answer.statusCode).toBe(200)
    expect(upstream.seen[0]?.method).toBe('HEAD')
  })
})

describe('an upstream', () => {
  const forged = { 'x-claviger-identity': 'forged', 'x-claviger-scopes': 'admin', x_claviger_key_id: 'key_forged' }
  const told = (): readonly string[] =>
    (upstream.seen.at(-1)?.rawHeaders ?? []).filter((name) => /^x[-_]claviger[-_]/i.test(name))

  test('is told nothing of the caller unless its route says so, by nobody', async () => {
    expect((await call('/gw/orders/x', { headers: forged })).status).toBe(200)
    expect(told()).toEqual([])
  })

  test('of a route that tells it learns whose call it is, from us alone', async () => {
    plane.world.addRoute(routeOf('telling', upstream.origin, home, { tellsIdentity: true }))
    expect((await call('/gw/telling/x', { headers: forged })).status).toBe(200)
    expect(told()).toEqual(['X-Claviger-Identity', 'X-Claviger-Key-Id', 'X-Claviger-App-Id', 'X-Claviger-Scopes'])
    const { headers = {} } = upstream.seen.at(-1) ?? {}
    expect(headers).toMatchObject({ 'x-claviger-key-id': caller.key.id, 'x-claviger-scopes': 'read' })
    const [, claims = ''] = String(headers['x-claviger-identity']).split('.')
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      sub: caller.key.id,
      aud: 'api_wsp_home',
    })
  })
})
