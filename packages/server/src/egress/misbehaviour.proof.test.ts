import { type Socket, createServer } from 'node:net'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunningEgress } from './create-egress.ts'
import { requestTo, send, startEgress } from './testing/send.ts'
import { type Upstream, startRaw } from './testing/upstream.ts'

let egress: RunningEgress
let upstream: Upstream | undefined

beforeEach(() => {
  egress = startEgress()
})
afterEach(async () => {
  await egress.close()
  await upstream?.close()
  upstream = undefined
})

const head = (fields: string): string => `HTTP/1.1 200 OK\r\n${fields}\r\n\r\n`

interface Rude {
  readonly does: string
  readonly rude: (socket: Socket) => void
  readonly code: string
}

const rudeness: readonly Rude[] = [
  { does: 'closes without a word', rude: (socket) => socket.end(), code: 'unreachable' },
  { does: 'resets without a word', rude: (socket) => socket.resetAndDestroy(), code: 'unreachable' },
  { does: 'speaks no HTTP', rude: (socket) => socket.end('SSH-2.0-OpenSSH_9.9\r\n'), code: 'invalid' },
  { does: 'speaks HTTP/2', rude: (socket) => socket.write(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])), code: 'invalid' },
  { does: 'closes within its head', rude: (socket) => socket.end('HTTP/1.1 200 OK\r\nX-A'), code: 'invalid' },
  { does: 'sends a status that is none', rude: (socket) => socket.end('HTTP/1.1 abc OK\r\n\r\n'), code: 'invalid' },
  {
    does: 'sends a folded field',
    rude: (socket) => socket.write(`HTTP/1.1 200 OK\r\nX-A: 1\r\n folded\r\n\r\n`),
    code: 'invalid',
  },
  {
    does: 'sends a field name with a space',
    rude: (socket) => socket.write(head('Content-Length : 2') + 'ok'),
    code: 'invalid',
  },
  {
    does: 'sends two lengths',
    rude: (socket) => socket.write(head('Content-Length: 2\r\nContent-Length: 3') + 'ok'),
    code: 'invalid',
  },
  {
    does: 'sends a length and chunks',
    rude: (socket) => socket.write(head('Content-Length: 2\r\nTransfer-Encoding: chunked') + '2\r\nok\r\n0\r\n\r\n'),
    code: 'invalid',
  },
  {
    does: 'sends a length that is none',
    rude: (socket) => socket.write(head('Content-Length: -1') + 'ok'),
    code: 'invalid',
  },
  {
    does: 'sends more than 64 KiB of fields',
    rude: (socket) => socket.write(head(`X-A: ${'a'.repeat(70_000)}`)),
    code: 'invalid',
  },
  {
    does: 'sends endless fields',
    rude: (socket) => socket.write(`HTTP/1.1 200 OK\r\n${'X-A: aaaaaaaaaaaaaaaa\r\n'.repeat(5_000)}`),
    code: 'invalid',
  },
  {
    does: 'asks to go on, though nobody waits',
    rude: (socket) => socket.write(`HTTP/1.1 100 Continue\r\n\r\n${head('Content-Length: 2')}ok`),
    code: 'invalid',
  },
  {
    does: 'switches, though nobody asked',
    rude: (socket) =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: websocket\r\n\r\n'),
    code: 'invalid',
  },
  {
    does: 'closes before its length is full',
    rude: (socket) => socket.end(head('Content-Length: 10') + 'short'),
    code: 'cut',
  },
  {
    does: 'closes before its length is full, as announced',
    rude: (socket) => socket.end(head('Connection: close\r\nContent-Length: 10') + 'short'),
    code: 'cut',
  },
  {
    does: 'resets before its length is full',
    rude: (socket) =>
      socket.write(head('Content-Length: 10') + 'short', () => setTimeout(() => socket.resetAndDestroy(), 20)),
    code: 'cut',
  },
  {
    does: 'closes within its chunks',
    rude: (socket) => socket.end(head('Transfer-Encoding: chunked') + '5\r\nsh'),
    code: 'cut',
  },
  {
    does: 'closes before the last chunk',
    rude: (socket) => socket.end(head('Transfer-Encoding: chunked') + '2\r\nok\r\n'),
    code: 'cut',
  },
  {
    does: 'sends a chunk size that is none',
    rude: (socket) => socket.write(head('Transfer-Encoding: chunked') + 'zz\r\nok\r\n'),
    code: 'invalid',
  },
  {
    does: 'sends a chunk longer than it said',
    rude: (socket) => socket.write(head('Transfer-Encoding: chunked') + '2\r\nokay\r\n0\r\n\r\n'),
    code: 'invalid',
  },
]

describe('an upstream that', () => {
  test.each(rudeness)('$does is answered with $code', async ({ rude, code }) => {
    upstream = await startRaw((socket) => rude(socket))
    const { told, seen } = send(egress, requestTo(upstream.origin, { method: 'POST', body: Buffer.from('x') }))
    const { failure } = await told
    expect(failure).toMatchObject({ code, reached: 'sent' })
    expect(failure?.detail).toMatch(/^(http:\/\/127\.0\.0\.1:\d+ |The )/)
    await new Promise((resolve) => setTimeout(resolve, 30))
    expect(seen).toMatchObject({ ends: 0, failures: 1 })
    await expect.poll(() => egress.stats()).toEqual({ calls: 0, connections: 0, waiting: 0 })
  })

  test('sends more than its length is believed for its length only, and not asked again over that connection', async () => {
    upstream = await startRaw((socket, _request, nth) =>
      socket.write(
        nth === 1
          ? `${head('Content-Length: 2')}ok${head('Content-Length: 7')}poisons`
          : `${head('Content-Length: 3')}new`,
      ),
    )
    const first = await send(egress, requestTo(upstream.origin)).told
    expect(first.body.toString()).toBe('ok')
    const second = await send(egress, requestTo(upstream.origin)).told
    expect(second.body.toString()).toBe('new')
    expect(upstream.accepted()).toBe(2)
  })

  test('answers before it has read the body is heard, and its connection not used again', async () => {
    upstream = await startRaw((socket) => socket.write(`HTTP/1.1 413 Too Large\r\nContent-Length: 0\r\n\r\n`))
    const endless = new Readable({
      read() {
        setImmediate(() => this.push(Buffer.alloc(1024)))
      },
    })
    const told = await send(egress, requestTo(upstream.origin, { method: 'POST', body: endless })).told
    expect(told.status).toBe(413)
    expect(told.failure).toBeUndefined()
    await expect.poll(() => upstream?.open()).toBe(0)
  })

  test('is not there is unreachable', async () => {
    const server = createServer()
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const address = server.address()
    const port = typeof address === 'object' && address !== null ? address.port : 0
    await new Promise((resolve) => server.close(resolve))
    const { failure } = await send(egress, requestTo(`http://127.0.0.1:${port}`)).told
    expect(failure).toEqual({
      code: 'unreachable',
      reached: 'unsent',
      detail: `http://127.0.0.1:${port} cannot be reached (ECONNREFUSED).`,
    })
  })
})
