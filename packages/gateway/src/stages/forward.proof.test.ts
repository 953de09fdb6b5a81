/** Upstreams and callers that are slow, gone, lying or greedy: the exchange ends, and everybody is told. */
import { once } from 'node:events'
import type { RequestListener } from 'node:http'
import type { Socket } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { startHttpUpstream } from '../testing/http-upstream.ts'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { callRaw, openSocket, startRawUpstream, type RawUpstream } from '../testing/raw-socket.ts'

const api = apiOf('wsp_home')
const MEBIBYTE = 1_048_576

let plane: Plane
let caller: MadeKey
const closers: (() => Promise<void>)[] = []

beforeEach(async () => {
  plane = await startPlane({ clientStallMs: 400, maxBodyBytes: 256 * MEBIBYTE })
  caller = plane.world.addKey(api)
})

afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.openStreams.size).toBe(0)
  expect(plane.errors).toEqual([])
  await plane.close()
  for (const close of closers.splice(0)) await close()
})

async function rawUpstream(script: (socket: Socket, head: string) => void): Promise<RawUpstream> {
  const upstream = await startRawUpstream(script)
  closers.push(upstream.close)
  plane.world.addRoute(routeOf('orders', upstream.origin, api, { maxBodyBytes: 2 * MEBIBYTE }))
  return upstream
}

async function httpUpstream(listener: RequestListener): Promise<void> {
  const upstream = await startHttpUpstream(listener)
  closers.push(upstream.close)
  plane.world.addRoute(routeOf('orders', upstream.origin, api, { maxBodyBytes: 2 * MEBIBYTE }))
}

function head(method = 'GET', lines = ''): string {
  return `${method} /gw/orders/x HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${caller.secret}\r\n${lines}\r\n`
}

async function lastRecord() {
  await until(() => plane.world.records.length === 1)
  return plane.world.records[0]
}

describe('an upstream that does not answer', () => {
  test.each([
    {
      name: 'closes at once',
      script: (socket: Socket) => void socket.destroy(),
      status: 502,
      code: 'upstream_unreachable',
    },
    {
      name: 'resets',
      script: (socket: Socket) => void socket.resetAndDestroy(),
      status: 502,
      code: 'upstream_unreachable',
    },
    {
      name: 'sends garbage',
      script: (socket: Socket) => void socket.end('what?\r\n\r\n'),
      status: 502,
      code: 'upstream_invalid',
    },
    {
      name: 'closes within its head',
      script: (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Le'),
      status: 502,
      code: /^upstream_/,
    },
    {
      name: 'sends two lengths',
      script: (socket: Socket) =>
        void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc'),
      status: 502,
      code: 'upstream_invalid',
    },
    {
      name: 'sends a length and chunks',
      script: (socket: Socket) =>
        void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n'),
      status: 502,
      code: 'upstream_invalid',
    },
    {
      name: 'sends a control byte in a field',
      script: (socket: Socket) => void socket.end('HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 0\r\n\r\n'),
      status: 502,
      code: 'upstream_invalid',
    },
    {
      name: 'sends a status that is none',
      script: (socket: Socket) => void socket.end('HTTP/1.1 999 X\r\nContent-Length: 0\r\n\r\n'),
      status: 502,
      code: 'upstream_invalid',
    },
  ])('but $name: $status with our document', async ({ script, status, code }) => {
    await rawUpstream(script)
    const answer = await callRaw(plane.port, { bytes: head('GET', 'Connection: close\r\n') })
    expect(answer.status).toBe(status)
    expect(JSON.parse(answer.body).code).toMatch(code)
    expect(answer.text).not.toContain('127.0.0.1')
    expect(await lastRecord()).toMatchObject({ status, targetId: 'rte_orders', keyId: caller.key.id })
  })

  test('because nobody is there: 502', async () => {
    const upstream = await rawUpstream(() => undefined)
    await upstream.close()
    closers.splice(0)
    const answer = await callRaw(plane.port, { bytes: head('GET', 'Connection: close\r\n') })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([502, 'upstream_unreachable'])
  })
})

describe('an upstream that breaks off', () => {
  test('below its length: the caller sees a broken answer, not a whole one', async () => {
    await rawUpstream((socket) => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nshort'))
    const answer = await callRaw(plane.port, { bytes: head() })
    expect(answer.text).toMatch(/Content-Length: 100\r\n/)
    expect(answer.body).toBe('short')
    expect(answer.isClosed).toBe(true)
    expect((await lastRecord())?.usage).toMatchObject({ ended: 'upstream_cut', bytesOut: 5 })
  })

  test('between chunks: the last chunk never comes', async () => {
    await rawUpstream((socket) => void socket.end('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'))
    const answer = await callRaw(plane.port, { bytes: head() })
    expect(answer.body).toBe('3\r\nabc\r\n')
    expect(answer.isClosed).toBe(true)
    expect((await lastRecord())?.usage?.ended).toBe('upstream_cut')
  })

  test('to a caller with HTTP/1.0 the connection is reset: a close would look like a good end', async () => {
    await rawUpstream((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n')
      setTimeout(() => socket.destroy(), 30)
    })
    const socket = await openSocket(plane.port)
    const error = new Promise<NodeJS.ErrnoException>((resolve) => socket.once('error', resolve))
    socket.resume()
    socket.write(head().replace('HTTP/1.1', 'HTTP/1.0'))
    expect((await error).code).toBe('ECONNRESET')
  })
})

describe('answers without a body', () => {
  test.each([
    ['HEAD', 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n', 200, /Content-Length: 5\r\n/],
    ['GET', 'HTTP/1.1 204 No Content\r\n\r\n', 204, /^(?!.*Content-Length).*$/s],
    ['GET', 'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\nContent-Length: 5\r\n\r\n', 304, /ETag: "a"\r\n/],
  ])('%s %s pass and end', async (method, bytes, status, shape) => {
    await rawUpstream((socket) => void socket.write(bytes))
    const answer = await callRaw(plane.port, { bytes: head(method, 'Connection: close\r\n') })
    expect([answer.status, answer.body, answer.isClosed]).toEqual([status, '', true])
    expect(answer.text).toMatch(shape)
    expect((await lastRecord())?.usage?.ended).toBe('complete')
  })
})

describe('answers that take their time', () => {
  test('the head goes out before the first byte of the body', async () => {
    let finish: () => void = () => undefined
    await httpUpstream((_incoming, outgoing) => {
      outgoing.writeHead(200, { 'Content-Type': 'text/event-stream' })
      outgoing.flushHeaders()
      finish = () => void outgoing.end('data: 1\n\n')
    })
    const answer = await fetch(`${plane.origin}/gw/orders`, { headers: { authorization: `Bearer ${caller.secret}` } })
    expect(answer.headers.get('content-type')).toBe('text/event-stream')
    finish()
    expect(await answer.text()).toBe('data: 1\n\n')
  })

  test('early hints are not the answer', async () => {
    await rawUpstream(
      (socket) =>
        void socket.end('HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'),
    )
    const answer = await callRaw(plane.port, { bytes: head('GET', 'Connection: close\r\n') })
    expect([answer.status, answer.body]).toEqual([200, 'ok'])
  })

  test('trailers pass', async () => {
    await rawUpstream(
      (socket) =>
        void socket.end(
          'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: X-Sum\r\n\r\n2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n',
        ),
    )
    const answer = await callRaw(plane.port, { bytes: head('GET', 'Connection: close\r\n') })
    expect(answer.body).toBe('2\r\nok\r\n0\r\nX-Sum: 1\r\n\r\n')
  })

  test('a caller that reads slowly slows the upstream down', async () => {
    let sent = 0
    await httpUpstream((_incoming, outgoing) => {
      const piece = Buffer.alloc(MEBIBYTE)
      const push = (): void => {
        sent += 1
        outgoing.write(piece)
        outgoing.once('drain', push)
      }
      push()
    })
    const socket = await openSocket(plane.port)
    socket.pause()
    socket.write(head())
    await until(() => sent > 0)
    await new Promise((resolve) => setTimeout(resolve, 150))
    expect(sent).toBeLessThan(40)
    socket.destroy()
    expect((await lastRecord())?.usage?.ended).toBe('client_abort')
  })

  test('a caller that reads nothing for too long is cut, and the upstream is let go', async () => {
    const upstream = await rawUpstream((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n')
      const piece = Buffer.alloc(MEBIBYTE)
      const push = (): void => {
        while (socket.write(piece) && !socket.destroyed);
        socket.once('drain', push)
      }
      push()
    })
    const socket = await openSocket(plane.port)
    socket.pause()
    socket.write(head())
    expect((await lastRecord())?.usage?.ended).toBe('client_abort')
    await until(() => upstream.openCount === 0)
    socket.destroy()
  })
})

describe('a caller that goes away', () => {
  test('before the answer: the upstream is let go', async () => {
    const upstream = await rawUpstream(() => undefined)
    const socket = await openSocket(plane.port)
    socket.write(head())
    await until(() => upstream.requests.length === 1)
    socket.destroy()
    await until(() => upstream.openCount === 0)
    expect(await lastRecord()).toMatchObject({ status: 0, usage: { ended: 'client_abort' } })
  })

  test('within the answer: the upstream is let go', async () => {
    const upstream = await rawUpstream(
      (socket) => void socket.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n'),
    )
    const socket = await openSocket(plane.port)
    socket.write(head())
    await once(socket, 'data')
    socket.destroy()
    await until(() => upstream.openCount === 0)
    expect(await lastRecord()).toMatchObject({ status: 200, usage: { ended: 'client_abort' } })
  })

  test('within its upload: the upstream is let go', async () => {
    const upstream = await rawUpstream(() => undefined)
    const socket = await openSocket(plane.port)
    socket.write(head('POST', 'Transfer-Encoding: chunked\r\n') + '3\r\nabc\r\n')
    await until(() => upstream.requests.length === 1)
    socket.destroy()
    await until(() => upstream.openCount === 0)
    expect((await lastRecord())?.usage?.ended).toBe('client_abort')
  })

  test('half: within its small body nothing is forwarded', async () => {
    const upstream = await rawUpstream(() => undefined)
    const socket = await openSocket(plane.port)
    socket.write(head('POST', 'Content-Length: 10\r\n') + 'abc')
    await until(() => plane.world.opened.length === 1)
    socket.end()
    await until(async () => plane.gateway.activeCount === 0 && (await plane.connections()) === 0)
    expect(upstream.requests).toEqual([])
    socket.destroy()
  })
})

describe('request bodies', () => {
  test.each([10, 65_536, 65_537, MEBIBYTE])('of %d bytes arrive whole, with their length', async (size) => {
    let received = 0
    let length: string | undefined
    await httpUpstream((incoming, outgoing) => {
      length = incoming.headers['content-length']
      incoming.on('data', (chunk: Buffer) => (received += chunk.byteLength)).on('end', () => void outgoing.end('ok'))
    })
    const answer = await fetch(`${plane.origin}/gw/orders`, {
      method: 'POST',
      body: Buffer.alloc(size),
      headers: { authorization: `Bearer ${caller.secret}` },
    })
    expect([answer.status, await answer.text()]).toEqual([200, 'ok'])
    expect([received, length]).toEqual([size, String(size)])
    expect((await lastRecord())?.usage?.bytesIn).toBe(size)
  })

  test('in chunks arrive in chunks', async () => {
    const upstream = await rawUpstream((socket) =>
      setTimeout(() => void socket.end('HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n'), 30),
    )
    await callRaw(plane.port, {
      bytes: head('POST', 'Transfer-Encoding: chunked\r\nConnection: close\r\n') + '3\r\nabc\r\n0\r\n\r\n',
    })
    expect(upstream.requests[0]).toMatch(/transfer-encoding: chunked/i)
  })

  test('declared above the limit: 413, nothing read, nothing forwarded', async () => {
    const upstream = await rawUpstream(() => undefined)
    const answer = await callRaw(plane.port, { bytes: head('POST', 'Content-Length: 104857600\r\n') })
    expect([answer.status, JSON.parse(answer.body).code]).toEqual([413, 'body_too_large'])
    expect(answer.isClosed).toBe(true)
    expect(upstream.requests).toEqual([])
    expect(plane.world.opened).toEqual([])
  })

  test.each(['declared', 'in chunks'])(
    'of 100 MB, %s: 413 after a small part of them, and the caller can read it',
    async (how) => {
      const upstream = await rawUpstream((socket) => socket.resume())
      const socket = await openSocket(plane.port)
      let text = ''
      let written = 0
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      const ended = once(socket, 'close')
      const piece =
        how === 'declared'
          ? Buffer.alloc(65_536)
          : Buffer.concat([Buffer.from('10000\r\n'), Buffer.alloc(65_536), Buffer.from('\r\n')])
      socket.write(
        head('POST', how === 'declared' ? 'Content-Length: 104857600\r\n' : 'Transfer-Encoding: chunked\r\n'),
      )
      while (written < 100 * MEBIBYTE && socket.writable) {
        written += piece.byteLength
        if (!socket.write(piece)) await Promise.race([once(socket, 'drain'), ended]).catch(() => undefined)
        if (text.includes('\r\n\r\n{')) break
      }
      await until(() => text.includes('\r\n\r\n{'))
      expect(text).toMatch(/^HTTP\/1\.1 413 /)
      expect(text).toMatch(/\r\nConnection: close\r\n/)
      expect(written).toBeLessThan(30 * MEBIBYTE)
      socket.end()
      await until(() => upstream.openCount === 0)
      await ended
    },
  )

  test('that the upstream does not want to read in full: its answer arrives', async () => {
    await httpUpstream((_incoming, outgoing) => {
      outgoing.writeHead(403, { Connection: 'close' })
      outgoing.end('no')
    })
    const socket = await openSocket(plane.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(head('POST', 'Transfer-Encoding: chunked\r\n') + '3\r\nabc\r\n')
    await until(() => text.includes('403'))
    const drip = setInterval(() => socket.write('3\r\nabc\r\n'), 20)
    await until(async () => (await plane.connections()) === 0)
    clearInterval(drip)
    socket.destroy()
  })

  test('an upstream that reads nothing stops the caller, and is given up in the end', async () => {
    let reader: Socket | undefined
    const upstream = await rawUpstream((socket) => void (reader = socket.pause()))
    const timeouts = { connectMs: 0, firstByteMs: 0, idleMs: 400, totalMs: 0 }
    plane.world.addRoute(routeOf('orders', upstream.origin, api, { maxBodyBytes: 256 * MEBIBYTE, timeouts }))
    const socket = await openSocket(plane.port)
    let accepted = 0
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(head('POST', `Content-Length: ${128 * MEBIBYTE}\r\n`))
    const piece = Buffer.alloc(MEBIBYTE)
    const push = (): void =>
      void socket.write(piece, (error) => {
        accepted += 1
        if (!error) push()
      })
    push()
    await until(() => accepted > 0)
    await new Promise((resolve) => setTimeout(resolve, 200))
    expect(accepted).toBeLessThan(40)
    await until(() => text.includes('\r\n\r\n{'))
    expect(text).toMatch(/^HTTP\/1\.1 504 /)
    // it sees that we are gone when it reads again
    reader?.resume()
    await until(() => upstream.openCount === 0)
    socket.destroy()
  })
})

describe('Expect: 100-continue', () => {
  const expecting = (length: number): string => head('POST', `Content-Length: ${length}\r\nExpect: 100-continue\r\n`)

  test('is answered after the decision, then the body is read', async () => {
    await httpUpstream((incoming, outgoing) => {
      incoming.resume().on('end', () => void outgoing.end(JSON.stringify(incoming.headers)))
    })
    const socket = await openSocket(plane.port)
    let text = ''
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
    socket.write(expecting(3))
    await until(() => text.includes('100 Continue'))
    expect(plane.world.opened).toHaveLength(1)
    socket.write('abc')
    await until(() => text.includes('200 OK') && text.includes('}'))
    expect(text).not.toContain('"expect"')
    socket.destroy()
  })

  test.each([
    ['a bad key', () => expecting(3).replace(caller.secret, 'x'), 401],
    ['a body that is too large', () => expecting(104_857_600), 413],
  ])('is not answered for %s: the refusal comes instead', async (_name, bytes, status) => {
    await rawUpstream(() => undefined)
    const answer = await callRaw(plane.port, { bytes: bytes() })
    expect(answer.status).toBe(status)
    expect(answer.text).not.toContain('100 Continue')
    expect(answer.isClosed).toBe(true)
  })
})
