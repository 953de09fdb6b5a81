/** Bytes that no honest client sends, over a raw socket: each gets one clear 4xx, and nothing reaches an upstream. */
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { callRaw, openSocket, startRawUpstream, type RawUpstream } from '../testing/raw-socket.ts'

const HEADERS_TIMEOUT_MS = 400
const REQUEST_TIMEOUT_MS = 900

let plane: Plane
let upstream: RawUpstream
let credential: string
let host: string

beforeAll(async () => {
  upstream = await startRawUpstream(
    (socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok'),
  )
  plane = await startPlane({
    headersTimeoutMs: HEADERS_TIMEOUT_MS,
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    maxBodyBytes: 1_048_576,
  })
  const api = apiOf('wsp_home')
  plane.world.addRoute(routeOf('orders', upstream.origin, api))
  credential = `Authorization: Bearer ${plane.world.addKey(api).secret}\r\n`
  host = `Host: gw.example\r\n${credential}`
})

afterAll(async () => {
  await plane.close()
  await upstream.close()
})

afterEach(async () => {
  await until(async () => plane.gateway.activeCount === 0 && (await plane.connections()) === 0)
  expect(plane.errors).toEqual([])
  plane.world.failures.length = 0
  upstream.requests.length = 0
})

/** One clear answer, the end of the connection, and nothing forwarded. */
async function expectRefused(bytes: string | readonly string[], status: number, code: string): Promise<void> {
  const answer = await callRaw(plane.port, { bytes })
  expect(answer.text.match(/HTTP\/1\.1 \d{3}/g)).toHaveLength(1)
  expect(answer.status).toBe(status)
  expect(answer.text).toMatch(/\r\nContent-Type: application\/problem\+json\r\n/i)
  expect(answer.text).toMatch(/\r\nX-Request-Id: req_[0-9a-z]{26}\r\n/i)
  expect(JSON.parse(answer.body)).toMatchObject({ status, code })
  expect(upstream.requests).toEqual([])
}

const POST = 'POST /gw/orders HTTP/1.1\r\n'
const GET = 'GET /gw/orders HTTP/1.1\r\n'
const CHUNKED = 'Transfer-Encoding: chunked\r\n'

describe('framing that two servers could read in two ways', () => {
  test.each([
    ['Content-Length and Transfer-Encoding', () => `${POST}${host}Content-Length: 3\r\n${CHUNKED}\r\n0\r\n\r\n`],
    ['Transfer-Encoding and Content-Length', () => `${POST}${host}${CHUNKED}Content-Length: 3\r\n\r\n0\r\n\r\n`],
    ['Content-Length twice, different', () => `${POST}${host}Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd`],
    ['Content-Length twice, the same', () => `${POST}${host}Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc`],
    ['a list of lengths', () => `${POST}${host}Content-Length: 3, 3\r\n\r\nabc`],
    ['a length with a sign', () => `${POST}${host}Content-Length: +3\r\n\r\nabc`],
    ['a hexadecimal length', () => `${POST}${host}Content-Length: 0x3\r\n\r\nabc`],
    ['an empty length', () => `${POST}${host}Content-Length:\r\n\r\nabc`],
    ['a length beyond all integers', () => `${POST}${host}Content-Length: 99999999999999999999\r\n\r\nabc`],
    ['a blank before the colon of the length', () => `${POST}${host}Content-Length : 3\r\n\r\nabc`],
    ['a blank before the colon of the coding', () => `${POST}${host}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n`],
    ['chunked that is not last', () => `${POST}${host}Transfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n`],
    ['chunked twice', () => `${POST}${host}${CHUNKED}${CHUNKED}\r\n0\r\n\r\n`],
    ['chunked and identity', () => `${POST}${host}${CHUNKED}Transfer-Encoding: identity\r\n\r\n0\r\n\r\n`],
    ['identity', () => `${POST}${host}Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc`],
    ['chunked behind a vertical tab', () => `${POST}${host}Transfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n`],
    ['an empty coding', () => `${POST}${host}Transfer-Encoding:\r\n\r\n0\r\n\r\n`],
    ['a folded field', () => `${GET}${host}X-A: 1\r\n 2\r\n\r\n`],
    ['a field folded with a tab', () => `${GET}${host}X-A: 1\r\n\t2\r\n\r\n`],
    ['a fold behind the request line', () => `${GET} X-A: 1\r\n${host}\r\n`],
    ['a bare LF behind the request line', () => `GET /gw/orders HTTP/1.1\n${host}\r\n`],
    ['a bare LF behind a field', () => `${GET}Host: a\nX-A: 1\r\n${credential}\r\n`],
    ['a bare LF as the end of the head', () => `${GET}${host}\n`],
    ['a bare CR in a value', () => `${GET}${host}X-A: a\rb\r\n\r\n`],
    ['NUL in a value', () => `${GET}${host}X-A: a\0b\r\n\r\n`],
    ['a control byte in a value', () => `${GET}${host}X-A: a\x01b\r\n\r\n`],
    ['a blank in a name', () => `${GET}${host}X A: b\r\n\r\n`],
    ['a parenthesis in a name', () => `${GET}${host}X(A): b\r\n\r\n`],
    ['a name that is not ASCII', () => `${GET}${host}X\xe9: b\r\n\r\n`],
    ['an empty name', () => `${GET}${host}: b\r\n\r\n`],
    ['a line without a colon', () => `${GET}${host}X-A\r\n\r\n`],
    ['a method in small letters', () => `get /gw/orders HTTP/1.1\r\n${host}\r\n`],
    ['an unknown version', () => `GET /gw/orders HTTP/1.2\r\n${host}\r\n`],
    ['the preface of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a TLS hello', () => '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
  ])('%s: 400', async (_name, bytes) => {
    await expectRefused(bytes(), 400, 'bad_request')
  })

  test.each([
    ['an unknown coding', () => `${POST}${host}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`],
    ['chunked in quotes', () => `${POST}${host}Transfer-Encoding: "chunked"\r\n\r\n0\r\n\r\n`],
    ['chunked with a parameter', () => `${POST}${host}Transfer-Encoding: chunked;q=1\r\n\r\n0\r\n\r\n`],
    [
      'gzip before chunked',
      () => `${POST}${host}Transfer-Encoding: gzip, chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`,
    ],
    ['a comma before chunked', () => `${POST}${host}Transfer-Encoding: ,chunked\r\nConnection: close\r\n\r\n0\r\n\r\n`],
    ['chunked with HTTP/1.0', () => `POST /gw/orders HTTP/1.0\r\n${host}${CHUNKED}\r\n0\r\n\r\n`],
    ['Host twice', () => `${GET}${host}Host: b\r\nConnection: close\r\n\r\n`],
    ['no Host', () => `${GET}${credential}Connection: close\r\n\r\n`],
    ['a Host with a path', () => `${GET}Host: a/b\r\n${credential}Connection: close\r\n\r\n`],
    ['a Host with a user', () => `${GET}Host: a@b\r\n${credential}Connection: close\r\n\r\n`],
  ])('%s, which the parser shows us first: 400', async (_name, bytes) => {
    await expectRefused(bytes(), 400, 'bad_header')
  })

  test('a Host that is missing is refused on the doors of others too', async () => {
    await expectRefused('GET /api/v1/keys HTTP/1.1\r\nConnection: close\r\n\r\n', 400, 'bad_header')
  })

  test('HTTP/2.0 and HTTP/0.9 in a request line are refused', async () => {
    await expectRefused(`GET /gw/orders HTTP/2.0\r\n${host}Connection: close\r\n\r\n`, 400, 'bad_request')
    await expectRefused(`GET /gw/orders HTTP/0.9\r\n${host}\r\n`, 400, 'bad_request')
  })
})

describe('chunks that are none', () => {
  const chunked = (body: string) => () => `${POST}${host}${CHUNKED}\r\n${body}`

  test.each([
    ['a bare LF behind the size', chunked('3\nabc\r\n0\r\n\r\n')],
    ['a bare LF behind the data', chunked('3\r\nabc\n0\r\n\r\n')],
    ['a negative size', chunked('-3\r\nabc\r\n0\r\n\r\n')],
    ['a size with 0x', chunked('0x3\r\nabc\r\n0\r\n\r\n')],
    ['a size with a sign', chunked('+3\r\nabc\r\n0\r\n\r\n')],
    ['a size beyond all integers', chunked('fffffffffffffffff\r\nabc\r\n0\r\n\r\n')],
    ['a blank behind the size', chunked('3 \r\nabc\r\n0\r\n\r\n')],
    ['no size', chunked('\r\nabc\r\n0\r\n\r\n')],
    ['a bare LF in an extension', chunked('3;a\nb\r\nabc\r\n0\r\n\r\n')],
    ['more data than its size', chunked('3\r\nabcX\r\n0\r\n\r\n')],
    ['a length in the trailer', chunked('3\r\nabc\r\n0\r\nContent-Length: 5\r\n\r\n')],
    ['a bare LF in the trailer', chunked('3\r\nabc\r\n0\r\nA: b\n\r\n')],
  ])('%s: 400, and the call to the upstream does not succeed', async (_name, bytes) => {
    const answer = await callRaw(plane.port, { bytes: bytes() })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([400, 'bad_request'])
    expect(answer.isClosed).toBe(true)
    for (const request of upstream.requests) expect(request).not.toContain('\r\n0\r\n\r\n')
  })

  test('an extension is dropped, not forwarded', async () => {
    const answer = await callRaw(plane.port, {
      bytes: `${POST}${host}Connection: close\r\n${CHUNKED}\r\n3;a="b"\r\nabc\r\n0\r\n\r\n`,
    })
    expect(answer.status).toBe(200)
    expect(upstream.requests.join()).not.toContain('a="b"')
  })
})

describe('targets', () => {
  test.each([
    ['/gw/orders/../admin', 400, 'bad_path'],
    ['/gw/orders/./a', 400, 'bad_path'],
    ['/gw/orders/..', 400, 'bad_path'],
    ['/gw/orders/%2e%2e/a', 400, 'bad_path'],
    ['/gw/orders/.%2E/a', 400, 'bad_path'],
    ['/gw/orders/..;x=1/a', 400, 'bad_path'],
    ['/gw/orders//a', 400, 'bad_path'],
    ['/gw//orders', 400, 'bad_path'],
    ['/gw/orders/a%2fb', 400, 'bad_path'],
    ['/gw/orders/a%5Cb', 400, 'bad_path'],
    ['/gw/orders/a\\b', 400, 'bad_path'],
    ['/gw/orders/a%00b', 400, 'bad_path'],
    ['/gw/orders/a%0d%0ab', 400, 'bad_path'],
    ['/gw/orders/a%7f', 400, 'bad_path'],
    ['/gw/orders/a%zz', 400, 'bad_path'],
    ['/gw/orders/a%4', 400, 'bad_path'],
    ['/gw/orders/%c0%af', 400, 'bad_path'],
    ['/gw/orders/%ff', 400, 'bad_path'],
    ['/gw/orders/%ed%a0%80', 400, 'bad_path'],
    ['/gw/orders/%e2%82a', 400, 'bad_path'],
    ['/gw/orders/a#b', 400, 'bad_path'],
    ['/gw/orders?a#b', 400, 'bad_path'],
    ['http://gw.example/gw/orders', 400, 'bad_path'],
    ['http://gw.example/api/v1/keys', 400, 'bad_path'],
    ['*', 400, 'bad_path'],
    [`/gw/orders/${'a'.repeat(9_000)}`, 414, 'uri_too_long'],
    [`/gw/orders?${'a'.repeat(9_000)}`, 414, 'uri_too_long'],
  ])('%s: %d', async (target, status, code) => {
    const method = target === '*' ? 'OPTIONS' : 'GET'
    await expectRefused(`${method} ${target} HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, status, code)
  })

  test.each([
    ['a byte beyond ASCII', '/gw/orders/\xc3\xa9'],
    ['NUL', '/gw/orders/a\0b'],
    ['a tab', '/gw/orders/a\tb'],
    ['a blank', '/gw/orders/a b'],
  ])('%s in the target: 400 from the parser', async (_name, target) => {
    await expectRefused(`GET ${target} HTTP/1.1\r\n${host}\r\n`, 400, 'bad_request')
  })

  test.each([
    '/gw/orders/a%20b',
    '/gw/orders/%C3%A9',
    '/gw/orders/...',
    '/gw/orders/.well-known/a',
    '/gw/orders/a;v=1',
    '/gw/orders/%252e%252e',
    '/gw/orders/?a=%zz',
  ])('%s is forwarded as it came', async (target) => {
    const answer = await callRaw(plane.port, { bytes: `GET ${target} HTTP/1.1\r\n${host}Connection: close\r\n\r\n` })
    expect(answer.status).toBe(200)
    expect(upstream.requests[0]).toMatch(
      new RegExp(`^GET ${RegExp.escape(target.slice('/gw/orders'.length))} HTTP/1.1\r\n`),
    )
  })
})

describe('methods', () => {
  test('TRACE: 405', async () => {
    await expectRefused(`TRACE /gw/orders HTTP/1.1\r\n${host}Connection: close\r\n\r\n`, 405, 'method_not_allowed')
  })

  test('CONNECT: 405', async () => {
    await expectRefused('CONNECT gw.example:443 HTTP/1.1\r\nHost: gw.example:443\r\n\r\n', 405, 'method_not_allowed')
  })

  test('an expectation that nobody meets: 417', async () => {
    await expectRefused(
      `${POST}${host}Expect: 200-ok\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      417,
      'expectation_failed',
    )
    await expectRefused(
      `${POST}${host}Expect: 100-continue, x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`,
      417,
      'expectation_failed',
    )
  })
})

describe('too much, or too slow', () => {
  test('8 MB of header fields: 431, long before they are read', async () => {
    const socket = await openSocket(plane.port)
    const received: Buffer[] = []
    socket.on('data', (chunk: Buffer) => received.push(chunk))
    const line = `X-A: ${'a'.repeat(8_000)}\r\n`
    socket.write(GET + host)
    for (let written = 0; written < 8 * 1_048_576 && !socket.destroyed; written += line.length) {
      if (!socket.write(line)) await new Promise((resolve) => socket.once('drain', resolve).once('close', resolve))
    }
    await until(() => Buffer.concat(received).includes('\r\n\r\n{'))
    expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1\.1 431 .*headers_too_large/s)
    socket.destroy()
  })

  test('more fields than anybody needs: 431', async () => {
    await expectRefused(`${GET}${host}Connection: close\r\n${'A: b\r\n'.repeat(300)}\r\n`, 431, 'headers_too_large')
  })

  test('a head that comes byte by byte: 408 when its time is up', async () => {
    const socket = await openSocket(plane.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const drip = setInterval(() => socket.write('X'), 50)
    socket.write(GET)
    await until(() => text.includes('request_timeout'), HEADERS_TIMEOUT_MS * 4)
    clearInterval(drip)
    expect(text).toMatch(/^HTTP\/1\.1 408 /)
    await until(async () => (await plane.connections()) === 0)
  })

  test('a connection that says nothing: closed when the time of its head is up', async () => {
    const socket = await openSocket(plane.port)
    socket.resume()
    await until(async () => (await plane.connections()) === 0, HEADERS_TIMEOUT_MS * 5)
    socket.destroy()
  })

  test('a body that comes byte by byte: 408, and nothing is left open', async () => {
    const socket = await openSocket(plane.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    const drip = setInterval(() => socket.write('X'), 50)
    socket.write(`${POST}${host}Content-Length: 1000\r\n\r\n`)
    await until(() => text.includes('request_timeout'), REQUEST_TIMEOUT_MS * 4)
    clearInterval(drip)
    expect(text).toMatch(/^HTTP\/1\.1 408 /)
    expect(upstream.requests).toEqual([])
  })
})

describe('several requests on one connection', () => {
  test('are answered in order', async () => {
    const answer = await callRaw(plane.port, {
      bytes: `${GET}${host}\r\nGET /other HTTP/1.1\r\n${host}\r\n${GET}${host}Connection: close\r\n\r\n`,
    })
    expect([...answer.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['200', '404', '200'])
  })

  test('what follows a call and is no request is refused after the answer to the call', async () => {
    const answer = await callRaw(plane.port, { bytes: `${GET}${host}\r\nBROKEN\r\n\r\n` })
    expect([...answer.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['200', '400'])
    expect(answer.isClosed).toBe(true)
  })

  test('what follows the last call is not read', async () => {
    const answer = await callRaw(plane.port, { bytes: `${GET}${host}Connection: close\r\n\r\n${GET}${host}\r\n` })
    expect([...answer.text.matchAll(/HTTP\/1\.1 (\d+)/g)].map((match) => match[1])).toEqual(['200'])
    expect(answer.isClosed).toBe(true)
  })
})
