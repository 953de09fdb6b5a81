/** Routes at hosts and paths of their own, and which path their upstreams get. */
import { compileRestrictions } from '@claviger/core'
import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSeeingUpstream } from '../testing/http-upstream.ts'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { CONTROL_HOST, type MadeKey } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { sendRaw, type RawAnswer } from '../testing/raw-client.ts'
import { callRaw } from '../testing/raw-socket.ts'
import { shapingOf } from '../testing/shaped.ts'

const home = apiOf('wsp_home')
const HOST = 'api.example.com'

let upstream: Awaited<ReturnType<typeof startSeeingUpstream>>
let plane: Plane
let caller: MadeKey

beforeAll(async () => {
  upstream = await startSeeingUpstream([])
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

async function get(host: string, path: string, key: string = caller.secret): Promise<RawAnswer> {
  const headers = { host, ...(key !== '' && { authorization: `Bearer ${key}` }) }
  return sendRaw({ method: 'GET', url: plane.origin + path, headers })
}
const codeOf = ({ body }: RawAnswer): unknown => JSON.parse(body.toString()).code
const urls = (): string[] => upstream.seen.map(({ url }) => url)

describe('a route with a host', () => {
  beforeEach(() => {
    plane.world.addRoute(routeOf('shop', upstream.origin, home, { upstreamBasePath: '/base' }), { hosts: [HOST] })
  })

  test('answers there without /gw, by the same decisions, and where it always did', async () => {
    expect((await get(HOST, '/orders/7?a=1')).status).toBe(200)
    expect((await get('any.test', '/gw/shop/orders/8')).status).toBe(200)
    expect(urls()).toEqual(['/base/orders/7?a=1', '/base/orders/8'])
    expect(upstream.seen[0]?.headers['x-forwarded-host']).toBe(HOST)
    const none = await get(HOST, '/orders', '')
    expect([none.status, codeOf(none)]).toEqual([401, 'credential_missing'])
    expect(plane.world.records.map(({ door, path, code }) => [door, path, code])).toEqual([
      ['gw', '/orders/7', 'valid'],
      ['gw', '/gw/shop/orders/8', 'valid'],
    ])
  })

  test('leaves other hosts, and on them the other doors, as they are', async () => {
    const other = await get('other.example.com', '/orders')
    expect([other.status, other.body.toString()]).toEqual([404, 'another door'])
  })

  test('has all of its host, paths that look like ours too; on a control host those are ours', async () => {
    plane.world.addRoute(routeOf('console', upstream.origin, home), { hosts: [CONTROL_HOST] })
    expect((await get(HOST, '/api/v1/keys')).status).toBe(200)
    expect((await get(HOST, '/gw/none')).status).toBe(200)
    expect((await get(CONTROL_HOST, '/mine')).status).toBe(200)
    expect(urls()).toEqual(['/base/api/v1/keys', '/base/gw/none', '/mine'])
    expect((await get(CONTROL_HOST, '/api/v1/keys')).body.toString()).toBe('another door')
  })

  test('tells a key of another workspace no more than that there is no such route', async () => {
    const stranger = plane.world.addKey(apiOf('wsp_other'))
    const answer = await get(HOST, '/orders', stranger.secret)
    expect([answer.status, codeOf(answer)]).toEqual([404, 'route_not_found'])
  })

  test.each(['/a/../b', '/a//b', '/a%2fb', '/%2e%2e/b', '/a\\b'])('refuses %s like every door', async (path) => {
    // a client library would tidy it up
    const head = `GET ${path} HTTP/1.1\r\nHost: ${HOST}\r\nAuthorization: Bearer ${caller.secret}\r\nConnection: close\r\n\r\n`
    expect(JSON.parse((await callRaw(plane.port, { bytes: head })).body).code).toBe('bad_path')
    expect(upstream.seen).toEqual([])
  })

  test('refuses a path that another route would have by another reading', async () => {
    plane.world.addRoute(routeOf('admin', upstream.origin, home), { hosts: [HOST], paths: ['/admin'] })
    for (const path of ['/%61dmin/x', '/admin;x/y']) expect(codeOf(await get(HOST, path))).toBe('bad_path')
    expect(upstream.seen).toEqual([])
    expect((await get(HOST, '/%6Frders;v=1')).status).toBe(200)
    expect(urls()).toEqual(['/base/%6Frders;v=1'])
  })

  test('can be gone, and come back, without a connection lost', async () => {
    expect((await get(HOST, '/x')).status).toBe(200)
    plane.world.places.drop('rte_shop')
    expect((await get(HOST, '/x')).status).toBe(404)
    plane.world.addRoute(routeOf('shop', upstream.origin, home, { upstreamBasePath: '/new' }), { hosts: [HOST] })
    expect((await get(HOST, '/x')).status).toBe(200)
    expect(urls()).toEqual(['/base/x', '/new/x'])
  })
})

describe('a route with paths', () => {
  test('answers below them on any host, and leaves what is ours', async () => {
    plane.world.addRoute(routeOf('all', upstream.origin, home), { paths: ['/'] })
    plane.world.addRoute(routeOf('v1', upstream.origin, home, { upstreamBasePath: '/one' }), { paths: ['/v1'] })
    expect((await get('127.0.0.1', '/v1/x')).status).toBe(200)
    expect((await get('127.0.0.1', '/v10/x')).status).toBe(200)
    expect(urls()).toEqual(['/one/v1/x', '/v10/x'])
    expect((await get('127.0.0.1', '/api/v1/keys')).body.toString()).toBe('another door')
    expect(codeOf(await get('127.0.0.1', '/gw/none'))).toBe('route_not_found')
  })

  test('takes a WebSocket there, and hears no other upgrade', async () => {
    const echo = new WebSocketServer({ port: 0, path: '/v1/chat' })
    await once(echo, 'listening')
    const address = echo.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    echo.on('connection', (socket) => socket.on('message', (message) => socket.send(message)))
    plane.world.addRoute(routeOf('chat', `http://127.0.0.1:${port}`, home), { paths: ['/v1/chat'] })
    const headers = { authorization: `Bearer ${caller.secret}` }
    const socket = new WebSocket(`ws://127.0.0.1:${plane.port}/v1/chat`, { headers })
    await once(socket, 'open')
    socket.send('hello')
    const [message] = await once(socket, 'message')
    expect(String(message)).toBe('hello')
    socket.close()
    await once(socket, 'close')
    const elsewhere = new WebSocket(`ws://127.0.0.1:${plane.port}/other`, { headers })
    elsewhere.on('error', () => undefined)
    const [, answer] = await once(elsewhere, 'unexpected-response')
    expect(answer.statusCode).toBe(404)
    elsewhere.terminate()
    for (const each of echo.clients) each.terminate()
    echo.close()
  })
})

describe('the path at the upstream', () => {
  const stripping = () =>
    routeOf('shop', upstream.origin, home, { upstreamBasePath: '/v2', shaping: shapingOf({ stripPrefix: '/shop' }) })

  test.each([
    ['/shop/items?x=1', '/v2/items?x=1'],
    ['/shop', '/v2'],
    ['/shop/', '/v2/'],
    ['/shopping', '/v2/shopping'],
    ['/gw/shop/shop/items', '/v2/items'],
    ['/gw/shop/items', '/v2/items'],
    ['/gw/shop', '/v2'],
    ['/other/shop', '/v2/other/shop'],
    ['/shop/shop', '/v2/shop'],
    ['/s%68op/x', '/v2/s%68op/x'],
  ])('of %s with strip_prefix /shop and a base path is %s', async (path, url) => {
    plane.world.addRoute(stripping(), { hosts: [HOST] })
    // on a host of its own, `/gw` is a path like others
    expect((await get(path.startsWith('/gw/') ? 'any.test' : HOST, path)).status).toBe(200)
    expect(urls()).toEqual([url])
  })

  test('is always the same with replace_path, and the query stays', async () => {
    plane.world.addRoute(routeOf('rpc', upstream.origin, home, { shaping: shapingOf({ replacePath: '/v2/rpc' }) }))
    await get('any.test', '/gw/rpc/whatever/else?q=1')
    await get('any.test', '/gw/rpc')
    expect(urls()).toEqual(['/v2/rpc?q=1', '/v2/rpc'])
  })

  test('is what restrictions of keys judge, and stands in the journal where the called path does not tell it', async () => {
    plane.world.addRoute(stripping(), { hosts: [HOST] })
    const restrictions = compileRestrictions([{ kind: 'request', allow: [{ path: '/items/{id}' }] }])
    const held = plane.world.addKey(home, { restrictions })
    expect((await get(HOST, '/shop/items/7', held.secret)).status).toBe(200)
    expect((await get('any.test', '/gw/shop/items/7', held.secret)).status).toBe(200)
    expect(codeOf(await get(HOST, '/shop/orders/7', held.secret))).toBe('request_not_allowed')
    expect(plane.world.records.map(({ path, facts }) => [path, facts?.path])).toEqual([
      ['/shop/items/7', '/items/7'],
      ['/gw/shop/items/7', undefined],
      ['/shop/orders/7', '/orders/7'],
    ])
  })
})
