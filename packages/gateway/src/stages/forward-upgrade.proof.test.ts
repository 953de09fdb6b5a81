import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { callRaw, openSocket, startRawUpstream } from '../testing/raw-socket.ts'

const api = apiOf('wsp_home')

let plane: Plane
let caller: MadeKey
let upstream: Server
let echo: WebSocketServer
let handshakes: { readonly url: string; readonly headers: Readonly<Record<string, unknown>> }[] = []

beforeEach(async () => {
  handshakes = []
  upstream = createServer(
    (_incoming, outgoing) => void outgoing.writeHead(426, { 'X-Why': 'no socket' }).end('only sockets'),
  )
  echo = new WebSocketServer({ server: upstream, path: '/v1/chat' })
  echo.on('connection', (socket, { url = '', headers }) => {
    handshakes.push({ url, headers })
    socket.on('error', () => undefined)
    socket.on('message', (message, isBinary) => socket.send(message, { binary: isBinary }))
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  const { port } = upstream.address() as AddressInfo
  plane = await startPlane()
  caller = plane.world.addKey(api)
  plane.world.addRoute(
    routeOf('chat', `http://127.0.0.1:${port}`, api, {
      upstreamBasePath: '/v1',
      timeouts: { connectMs: 1_000, firstByteMs: 1_000, idleMs: 600, totalMs: 0 },
    }),
  )
})

afterEach(async () => {
  await until(async () => plane.gateway.activeCount === 0 && (await plane.connections()) === 0)
  expect(plane.openStreams.size).toBe(0)
  expect(plane.errors).toEqual([])
  await plane.close()
  for (const socket of echo.clients) socket.terminate()
  echo.close()
  upstream.closeAllConnections()
  upstream.close()
})

function open(path = '/gw/chat/chat?a=1', key = caller.secret): WebSocket {
  const socket = new WebSocket(`ws://127.0.0.1:${plane.port}${path}`, ['a', 'b'], {
    headers: { authorization: `Bearer ${key}` },
  })
  socket.on('error', () => undefined)
  return socket
}

async function refusalOf(socket: WebSocket): Promise<{ readonly status: number | undefined; readonly body: string }> {
  const [, answer] = await once(socket, 'unexpected-response')
  const chunks: Buffer[] = []
  for await (const chunk of answer) chunks.push(chunk)
  return { status: answer.statusCode, body: Buffer.concat(chunks).toString() }
}

describe('a WebSocket through a route', () => {
  test('carries messages both ways, and is recorded when it has ended', async () => {
    const socket = open()
    await once(socket, 'open')
    expect(socket.protocol).toBe('a')
    const big = Buffer.alloc(300_000, 7)
    socket.send(big)
    const [message] = await once(socket, 'message')
    expect(big.equals(message)).toBe(true)
    expect(plane.world.opened).toHaveLength(1)
    expect(plane.world.records).toEqual([])
    expect(plane.gateway.activeCount).toBe(1)
    socket.close()
    await once(socket, 'close')
    await until(() => plane.world.records.length === 1)
    const [record] = plane.world.records
    expect(record).toMatchObject({ status: 101, code: 'valid', usage: { ended: 'complete', requests: 1 } })
    expect(record?.usage?.bytesIn).toBeGreaterThan(300_000)
    expect(record?.usage?.bytesOut).toBeGreaterThan(300_000)
  })

  test('shows the upstream its own path, and not the credential', async () => {
    const socket = open()
    await once(socket, 'open')
    expect(handshakes[0]?.url).toBe('/v1/chat?a=1')
    expect(JSON.stringify(handshakes[0]?.headers)).not.toContain(caller.secret)
    expect(handshakes[0]?.headers).toMatchObject({ 'x-forwarded-for': '127.0.0.1', upgrade: 'websocket' })
    socket.close()
    await once(socket, 'close')
  })

  test('is refused like any call, with a document', async () => {
    const { status, body } = await refusalOf(open(undefined, 'x'))
    expect([status, JSON.parse(body).code]).toEqual([401, 'credential_invalid'])
    expect(handshakes).toEqual([])
  })

  test("passes the upstream's refusal on", async () => {
    const { status, body } = await refusalOf(open('/gw/chat/elsewhere'))
    expect([status, body]).toEqual([400, 'Bad Request'])
    expect(plane.world.records[0]).toMatchObject({ status: 400, usage: { ended: 'complete' } })
  })

  test('to an upstream that is not there: 502', async () => {
    const { status, body } = await (async () => {
      plane.world.addRoute(routeOf('chat', 'http://127.0.0.1:1', api))
      return refusalOf(open())
    })()
    expect([status, JSON.parse(body).code]).toEqual([502, 'upstream_unreachable'])
  })

  test('to an upstream that switches with a broken head: 502', async () => {
    const raw = await startRawUpstream(
      (socket) => void socket.write('HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nX Y: 1\r\n\r\n'),
    )
    plane.world.addRoute(routeOf('chat', raw.origin, api))
    const { status } = await refusalOf(open())
    expect(status).toBe(502)
    await raw.close()
  })

  test('is cut on both sides when its key is revoked', async () => {
    const socket = open()
    await once(socket, 'open')
    const closed = once(socket, 'close')
    expect(plane.openStreams.cut({ keyId: caller.key.id }, 'revoked')).toBe(1)
    expect((await closed)[0]).toBe(1006)
    await until(() => echo.clients.size === 0)
    await until(() => plane.world.records.length === 1)
    expect(plane.world.records[0]?.usage?.ended).toBe('revoked')
  })

  test('is cut when its key is revoked while the upstream is still asked', async () => {
    const raw = await startRawUpstream(() => undefined)
    plane.world.addRoute(routeOf('chat', raw.origin, api))
    const refused = refusalOf(open())
    await until(() => raw.requests.length === 1)
    plane.openStreams.cut({ appId: caller.key.app.current.id }, 'revoked')
    expect((await refused).status).toBe(401)
    await until(() => raw.openCount === 0)
    await raw.close()
  })

  test('ends when the client goes away, and lets the upstream go', async () => {
    const socket = open()
    await once(socket, 'open')
    socket.terminate()
    await until(() => echo.clients.size === 0)
    await until(() => plane.world.records.length === 1)
  })

  test('ends when the upstream goes away', async () => {
    const socket = open()
    await once(socket, 'open')
    const closed = once(socket, 'close')
    for (const client of echo.clients) client.terminate()
    await closed
    await until(() => plane.world.records.length === 1)
  })

  test('ends when nothing is said for as long as the route allows', async () => {
    const socket = open()
    await once(socket, 'open')
    await once(socket, 'close')
    await until(() => plane.world.records.length === 1)
  })

  test('ends with the grace of a drain', async () => {
    const socket = open()
    await once(socket, 'open')
    const closed = once(socket, 'close')
    await plane.gateway.drain(30)
    await closed
  })
})

describe('other upgrades', () => {
  const handshake = (lines: string): string =>
    `GET /gw/chat/chat HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${caller.secret}\r\nConnection: Upgrade, close\r\n${lines}\r\n`

  test('are not heard: h2c is answered as an ordinary call', async () => {
    const answer = await callRaw(plane.port, { bytes: handshake('Upgrade: h2c\r\nHTTP2-Settings: AAAA\r\n') })
    expect([answer.status, answer.text.includes('no socket')]).toEqual([426, true])
  })

  test('with a body are not heard either', async () => {
    const answer = await callRaw(plane.port, {
      bytes: handshake('Upgrade: websocket\r\nContent-Length: 3\r\n') + 'abc',
    })
    expect(answer.status).toBe(426)
  })

  test('on the doors of others are left to them', async () => {
    const answer = await callRaw(plane.port, { bytes: handshake('Upgrade: websocket\r\n').replace('/gw/', '/api/') })
    expect([answer.status, answer.text.includes('another door')]).toEqual([404, true])
  })

  test('what the client says before the upstream has switched reaches it', async () => {
    const raw = await startRawUpstream((socket, head) => {
      socket.write('HTTP/1.1 101 X\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\nearly')
      socket.on('data', (chunk: Buffer) => socket.write(`<${chunk.toString()}>`))
      expect(head).toMatch(/^GET \/chat /)
    })
    plane.world.addRoute(routeOf('chat', raw.origin, api))
    const socket = await openSocket(plane.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(`${handshake('Upgrade: websocket\r\nSec-WebSocket-Key: x\r\n')}hello`)
    await until(() => text.endsWith('early<hello>'))
    expect(text).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/)
    expect(text.match(/Upgrade: websocket/gi)).toHaveLength(1)
    socket.destroy()
    await until(() => raw.openCount === 0)
    await raw.close()
  })
})
