/** Kinds of HTTP messages through the door and the real egress: HEAD, ranges, conditions, trailers, `100-continue`, event streams. */
import { once } from 'node:events'
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { connect, type AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'
import { makeOneOfEach } from './testing/samples.ts'

const CONTENT = 'abcdefghij'
const ETAG = '"v1"'

let it: TestDoors
let upstream: Server
let secret: string
let seen: IncomingMessage[] = []
/** Given to the event stream of the test that runs. */
let stream: { readonly send: (event: string) => void; readonly closed: Promise<unknown> } | undefined

beforeAll(async () => {
  it = await openTestDoors()
  upstream = createServer((incoming, outgoing) => {
    seen.push(incoming)
    const { method, url = '', headers } = incoming
    if (url.startsWith('/range')) return serveRange(incoming, outgoing)
    if (url.startsWith('/chunked')) {
      if (method === 'HEAD') return outgoing.writeHead(200, { 'Transfer-Encoding': 'chunked' }).end()
      outgoing.writeHead(200, { Trailer: 'X-Sum', 'Content-Type': 'text/plain' })
      outgoing.write('first ')
      outgoing.write('second')
      outgoing.addTrailers({ 'X-Sum': '11', 'Set-Cookie': 'no=1' })
      return outgoing.end()
    }
    if (url.startsWith('/events')) {
      outgoing.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' })
      outgoing.write(`: last ${headers['last-event-id'] ?? 'none'}\n\n`)
      stream = { send: (event) => void outgoing.write(event), closed: once(outgoing, 'close') }
      return undefined
    }
    incoming.resume()
    incoming.on('end', () => outgoing.end('ok'))
    return undefined
  })
  upstream.listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  // a TCP server's address is one
  const { port } = upstream.address() as AddressInfo
  const ids = await makeOneOfEach(it, it.owner)
  const common = { api_id: ids.get('api'), required_scopes: ['read'], upstream_url: `http://127.0.0.1:${port}` }
  for (const more of [{ name: 'kinds' }, { name: 'closed', maintenance: {} }]) {
    const made = await it.call('POST', '/api/v1/routes', { body: { ...common, ...more } })
    expect(made.status, made.text).toBe(201)
  }
  const key = { name: 'caller', app_id: ids.get('app'), api_ids: [ids.get('api')], scopes: ['read'] }
  secret = (await it.call('POST', '/api/v1/keys', { body: key })).body.secret
  await it.settled()
})
afterAll(async () => {
  upstream.closeAllConnections()
  upstream.close()
  await it.dispose()
})
beforeEach(() => {
  seen = []
})

function serveRange(incoming: IncomingMessage, outgoing: ServerResponse): void {
  const { range, 'if-range': ifRange, 'if-none-match': ifNoneMatch } = incoming.headers
  const own = { ETag: ETAG, 'Accept-Ranges': 'bytes' }
  if (ifNoneMatch === ETAG) return void outgoing.writeHead(304, own).end()
  const [, from = '', to = ''] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? []
  if (range === undefined || (ifRange !== undefined && ifRange !== ETAG)) {
    return void outgoing.writeHead(200, { ...own, 'Content-Length': CONTENT.length }).end(CONTENT)
  }
  if (from === '' || Number(from) >= CONTENT.length)
    return void outgoing.writeHead(416, { 'Content-Range': `bytes */${CONTENT.length}`, 'Content-Length': 0 }).end()
  const part = CONTENT.slice(Number(from), Number(to) + 1)
  const fields = { ...own, 'Content-Range': `bytes ${from}-${to}/${CONTENT.length}`, 'Content-Length': part.length }
  outgoing.writeHead(206, fields).end(part)
}

interface Seen {
  readonly status: number | undefined
  readonly headers: IncomingMessage['headers']
  readonly trailers: IncomingMessage['trailers']
  readonly text: string
}
async function ask(path: string, headers: object = {}, method = 'GET'): Promise<Seen> {
  return new Promise((resolve, reject) => {
    const fields = { authorization: `Bearer ${secret}`, ...headers }
    const sent = request(it.doorsUrl + path, { method, headers: fields, agent: false }, (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('error', reject).on('end', () => {
        const { statusCode: status, headers: got, trailers } = answer
        resolve({ status, headers: got, trailers, text })
      })
    })
    sent.on('error', reject).end()
  })
}

describe('ranges and conditions', () => {
  test.each([
    ['a part', { range: 'bytes=2-4' }, 206, 'cde', 'bytes 2-4/10'],
    ['a part that nobody has', { range: 'bytes=20-30' }, 416, '', 'bytes */10'],
    ['a part of what has not changed', { range: 'bytes=0-0', 'if-range': ETAG }, 206, 'a', 'bytes 0-0/10'],
    ['all of what has changed', { range: 'bytes=0-0', 'if-range': '"v0"' }, 200, CONTENT, undefined],
    ['nothing of what is known', { 'if-none-match': ETAG }, 304, '', undefined],
  ])('%s is what the upstream says it is', async (_what, headers, status, text, contentRange) => {
    const got = await ask('/gw/kinds/range', headers)
    expect([got.status, got.text, got.headers['content-range']]).toEqual([status, text, contentRange])
    if (status !== 416) expect(got.headers['etag']).toBe(ETAG)
  })
})

describe('HEAD', () => {
  test('is asked as HEAD, and told the length without the bytes', async () => {
    const got = await ask('/gw/kinds/range', {}, 'HEAD')
    expect([got.status, got.headers['content-length'], got.text]).toEqual([200, '10', ''])
    expect(seen[0]?.method).toBe('HEAD')
  })

  test('of an answer in chunks leaves the connection whole for the next call', async () => {
    const { port } = new URL(it.doorsUrl)
    const socket = connect(Number(port), '127.0.0.1')
    let text = ''
    socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    const fields = `Host: x\r\nAuthorization: Bearer ${secret}\r\n`
    socket.write(`HEAD /gw/kinds/chunked HTTP/1.1\r\n${fields}\r\n`)
    await expect.poll(() => text).toMatch(/\r\n\r\n$/)
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n/)
    text = ''
    socket.write(`GET /gw/kinds/range HTTP/1.1\r\n${fields}Connection: close\r\n\r\n`)
    await once(socket, 'close')
    expect(text).toMatch(/^HTTP\/1\.1 200 OK\r\n(?:.*\r\n)+\r\nabcdefghij$/)
  })

  test('of a refusal has the head of the refusal and nothing behind it', async () => {
    const got = await ask('/gw/kinds/range', { authorization: 'Bearer nonsense' }, 'HEAD')
    expect([got.status, got.text, Number(got.headers['content-length']) > 0]).toEqual([401, '', true])
  })
})

test('trailers of the answer pass, without those that may not stand behind a body', async () => {
  const got = await ask('/gw/kinds/chunked', { te: 'trailers' })
  expect([got.text, got.trailers]).toEqual(['first second', { 'x-sum': '11' }])
  expect(seen[0]?.headers['te']).toBeUndefined()
})

describe('Expect: 100-continue', () => {
  async function expectOf(
    path: string,
    key: string,
  ): Promise<{ readonly continued: boolean; readonly status?: number | undefined }> {
    return new Promise((resolve, reject) => {
      let continued = false
      const headers = { authorization: `Bearer ${key}`, expect: '100-continue', 'content-length': '4' }
      const sent = request(it.doorsUrl + path, { method: 'PUT', headers, agent: false }, (answer) => {
        answer.resume().on('end', () => resolve({ continued, status: answer.statusCode }))
      })
      sent.on('continue', () => {
        continued = true
        sent.end('body')
      })
      sent.on('error', reject).flushHeaders()
    })
  }

  test('is answered when the call may go on, and not passed on', async () => {
    expect(await expectOf('/gw/kinds/put', secret)).toEqual({ continued: true, status: 200 })
    expect(seen[0]?.headers.expect).toBeUndefined()
  })

  test.each([
    ['without a good key', '/gw/kinds/put', 'nonsense', 401],
    ['while the route is closed', '/gw/closed/put', undefined, 503],
  ])('is not answered %s: the body is never sent', async (_when, path, key, status) => {
    expect(await expectOf(path, key ?? secret)).toEqual({ continued: false, status })
    expect(seen).toEqual([])
  })
})

test('events arrive one by one, from where the caller left off, and end for the upstream when the caller goes', async () => {
  const headers = { authorization: `Bearer ${secret}`, accept: 'text/event-stream', 'last-event-id': '41' }
  const sent = request(`${it.doorsUrl}/gw/kinds/events`, { headers, agent: false })
  sent.on('error', () => undefined).end()
  const [answer] = (await once(sent, 'response')) as [IncomingMessage]
  let text = ''
  answer
    .setEncoding('utf8')
    .on('data', (chunk: string) => (text += chunk))
    .on('error', () => undefined)
  expect(answer.headers['content-type']).toBe('text/event-stream')
  await expect.poll(() => text).toBe(': last 41\n\n')
  for (const id of [42, 43, 44]) {
    text = ''
    stream?.send(`id: ${id}\ndata: x\n\n`)
    await expect.poll(() => text, { interval: 5 }).toBe(`id: ${id}\ndata: x\n\n`)
  }
  sent.destroy()
  await stream?.closed
})
