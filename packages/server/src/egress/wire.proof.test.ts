import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunningEgress } from './create-egress.ts'
import { requestTo, send, startEgress } from './testing/send.ts'
import { type Upstream, startHttp, startRaw } from './testing/upstream.ts'

let egress: RunningEgress
let upstream: Upstream

beforeEach(() => {
  egress = startEgress()
})
afterEach(async () => {
  await egress.close()
  await upstream.close()
})

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

describe('what is written', () => {
  test('is the request with the origin as Host, the body with its length, and no field of another connection', async () => {
    let written = ''
    upstream = await startRaw((socket, request) => {
      written += request
      if (written.includes('hello')) socket.write(OK)
    })
    const headers = ['Host', 'evil.example', 'X-Case', 'Kept', 'Transfer-Encoding', 'chunked', 'Content-Length', '4']
    const { told } = send(
      egress,
      requestTo(upstream.origin, { method: 'POST', path: '/v1/a%2Fb?q=%20', headers, body: Buffer.from('hello') }),
    )
    expect((await told).status).toBe(200)
    expect(written).toBe(
      `POST /v1/a%2Fb?q=%20 HTTP/1.1\r\nhost: 127.0.0.1:${upstream.port}\r\nconnection: keep-alive\r\nX-Case: Kept\r\ncontent-length: 5\r\n\r\nhello`,
    )
  })

  test('is a stream in chunks when nobody knows its length', async () => {
    let body = ''
    upstream = await startHttp((request, response) => {
      request.on('data', (chunk) => {
        body += String(chunk)
      })
      request.on('end', () => response.end(request.headers['transfer-encoding']))
    })
    const { told } = send(
      egress,
      requestTo(upstream.origin, { method: 'POST', body: Readable.from([Buffer.from('a'), Buffer.from('bc')]) }),
    )
    expect((await told).body.toString()).toBe('chunked')
    expect(body).toBe('abc')
  })

  test.each([
    ['a name with a line feed', ['x\r\ny', '1']],
    ['a value with a line feed', ['x', '1\r\nx-admin: 1']],
    ['a value with NUL', ['x', 'a\0b']],
    ['an empty name', ['', '1']],
    ['two lengths', ['content-length', '1', 'content-length', '1']],
    ['a length that is none', ['content-length', '+1']],
  ])('is nothing at all for %s', async (_what, headers) => {
    let requests = 0
    upstream = await startRaw(() => {
      requests += 1
    })
    const { told } = send(egress, requestTo(upstream.origin, { method: 'POST', headers, body: Readable.from(['x']) }))
    expect((await told).failure?.code).toBe('invalid')
    expect(requests).toBe(0)
  })

  test('is not more than the body said: the rest of a longer stream does not become a request', async () => {
    let written = ''
    upstream = await startRaw((_socket, request) => {
      written += request
    })
    const body = Readable.from([Buffer.from('1234'), Buffer.from('GET /smuggled HTTP/1.1\r\n\r\n')])
    const { told } = send(
      egress,
      requestTo(upstream.origin, { method: 'POST', headers: ['content-length', '4'], body }),
    )
    expect((await told).failure?.code).toBe('invalid')
    expect(written).not.toContain('smuggled')
  })
})

describe('what comes back', () => {
  test('is told as it was on the wire: status, text, spelling and order of fields, bytes', async () => {
    upstream = await startRaw((socket) => {
      socket.write(
        'HTTP/1.1 299 Quite Fine\r\nX-B: 1\r\nx-a: \xe9\r\nSet-Cookie: a=1\r\nSet-Cookie: b=2\r\nContent-Length: 3\r\n\r\n\x00\xff\n',
        'latin1',
      )
    })
    const told = await send(egress, requestTo(upstream.origin)).told
    expect(told).toMatchObject({ status: 299, statusText: 'Quite Fine', failure: undefined, trailers: [] })
    expect(told.headers).toEqual([
      'X-B',
      '1',
      'x-a',
      '\xe9',
      'Set-Cookie',
      'a=1',
      'Set-Cookie',
      'b=2',
      'Content-Length',
      '3',
    ])
    expect([...told.body]).toEqual([0, 255, 10])
  })

  test('skips informational answers', async () => {
    upstream = await startRaw((socket) =>
      socket.write(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${OK}`),
    )
    const { told, seen } = send(egress, requestTo(upstream.origin))
    expect((await told).status).toBe(200)
    expect(seen.heads).toBe(1)
  })

  test('hands on trailers', async () => {
    upstream = await startRaw((socket) =>
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 9\r\n\r\n'),
    )
    const told = await send(egress, requestTo(upstream.origin)).told
    expect(told.body.toString()).toBe('ok')
    expect(told.trailers).toEqual(['X-Sum', '9'])
  })

  test('ends with the connection when the answer has no length', async () => {
    upstream = await startRaw((socket) => socket.end('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nto the end'))
    const told = await send(egress, requestTo(upstream.origin)).told
    expect(told).toMatchObject({ status: 200, failure: undefined })
    expect(told.body.toString()).toBe('to the end')
  })

  test('has no body for HEAD, whatever its length says', async () => {
    upstream = await startRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'))
    const told = await send(egress, requestTo(upstream.origin, { method: 'HEAD' })).told
    expect(told).toMatchObject({ status: 200, failure: undefined })
    expect(told.body.byteLength).toBe(0)
  })

  test('is a redirect as it stands; nobody follows it', async () => {
    upstream = await startHttp((request, response) => {
      response.writeHead(302, { location: `/next${request.url}` }).end()
    })
    const told = await send(egress, requestTo(upstream.origin)).told
    expect(told.status).toBe(302)
    expect(upstream.accepted()).toBe(1)
  })

  test('stands still while the sink is full, and goes on where it stood', async () => {
    const size = 8 * 1024 * 1024
    let written = 0
    upstream = await startHttp((_request, response) => {
      const source = new PassThrough({ highWaterMark: 16 * 1024 })
      source.pipe(response)
      const chunk = Buffer.alloc(64 * 1024, 1)
      const push = (): void => {
        while (written < size) {
          written += chunk.byteLength
          if (!source.write(chunk)) return void source.once('drain', push)
        }
        source.end()
      }
      push()
    })
    let isFull = true
    const { call, told, head, seen } = send(egress, requestTo(upstream.origin), () => !isFull)
    await head
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(Buffer.concat(seen.chunks).byteLength).toBeLessThan(1024 * 1024)
    expect(written).toBeLessThan(size)
    isFull = false
    call.resume()
    expect((await told).body.byteLength).toBe(size)
  })

  test('survives a sink that lets another call go on, or sends one, from within a chunk', async () => {
    upstream = await startRaw((socket, request) => {
      const isHeld = request.includes('/held')
      socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${isHeld ? 4 : 2}\r\n\r\nok`)
      if (isHeld) socket.write('', () => setTimeout(() => socket.write('ay'), 10))
    })
    let isFull = true
    const held = send(egress, requestTo(upstream.origin, { path: '/held' }), () => !isFull)
    await held.head
    await new Promise((resolve) => setTimeout(resolve, 50))
    let third: ReturnType<typeof send> | undefined
    const second = send(egress, requestTo(upstream.origin), () => {
      isFull = false
      held.call.resume()
      third = send(egress, requestTo(upstream.origin))
      return true
    })
    expect((await second.told).body.toString()).toBe('ok')
    expect((await held.told).body.toString()).toBe('okay')
    expect((await third?.told)?.body.toString()).toBe('ok')
  })

  test('tells a sink nothing before send has returned, not even a failure', async () => {
    upstream = await startRaw(() => undefined)
    const order: string[] = []
    await new Promise<void>((resolve) => {
      const note = (what: string) => (): void => {
        order.push(what)
        resolve()
      }
      egress.send(requestTo('not an origin'), {
        onHead: note('head'),
        onChunk: () => true,
        onEnd: note('end'),
        onFailure: note('failure'),
      })
      order.push('returned')
    })
    expect(order).toEqual(['returned', 'failure'])
  })
})

describe('an abort', () => {
  test('closes the connection and tells the sink no more', async () => {
    upstream = await startRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegin'))
    const { call, head, seen } = send(egress, requestTo(upstream.origin))
    await head
    call.abort()
    await expect.poll(() => upstream.open()).toBe(0)
    expect(seen).toMatchObject({ ends: 0, failures: 0 })
    expect(egress.stats()).toMatchObject({ calls: 0, connections: 0 })
  })

  test('in the middle of the request closes the connection too, and the body', async () => {
    upstream = await startRaw(() => undefined)
    const body = new PassThrough()
    body.write('begin')
    const { call, seen } = send(egress, requestTo(upstream.origin, { method: 'POST', body }))
    await expect.poll(() => upstream.open()).toBe(1)
    call.abort()
    await expect.poll(() => upstream.open()).toBe(0)
    expect(body.destroyed).toBe(true)
    expect(seen).toMatchObject({ ends: 0, failures: 0 })
  })

  test('of the body ends the call as cut', async () => {
    upstream = await startRaw(() => undefined)
    const body = new PassThrough()
    body.write('begin')
    const { told } = send(egress, requestTo(upstream.origin, { method: 'POST', body }))
    await expect.poll(() => upstream.open()).toBe(1)
    body.destroy(new Error('the client has gone: secret'))
    const { failure } = await told
    expect(failure).toEqual({ code: 'cut', detail: 'The body of the request broke off.' })
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('from within the sink is safe, also when it throws', async () => {
    upstream = await startRaw((socket) => socket.write(OK))
    const thrown = egress.send(requestTo(upstream.origin), {
      onHead: () => {
        throw new Error('a bug')
      },
      onChunk: () => true,
      onEnd: () => undefined,
      onFailure: () => undefined,
    })
    await expect.poll(() => egress.stats().calls).toBe(0)
    thrown.abort()
    expect((await send(egress, requestTo(upstream.origin)).told).status).toBe(200)
  })
})
