import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunningEgress } from './create-egress.ts'
import { credential, requestTo, startEgress, storeOf } from './testing/send.ts'
import { type Upstream, startRaw } from './testing/upstream.ts'

const SWITCHED = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nX-Own: 1\r\n\r\n'
const KEY = ['Sec-WebSocket-Version', '13', 'Sec-WebSocket-Key', 'dGhlIHNhbXBsZSBub25jZQ==']

let egress: RunningEgress
let upstream: Upstream
const never = new AbortController().signal

beforeEach(() => {
  egress = startEgress()
})
afterEach(async () => {
  await egress.close()
  await upstream.close()
})

describe('upgrade', () => {
  test('hands over the socket with what came behind the head, after writing the credential and the fields', async () => {
    let written = ''
    upstream = await startRaw((socket, request, nth) => {
      written += request
      if (nth === 1) socket.write(`${SWITCHED}hello`)
      else socket.write(`echo ${request}`)
    })
    const own = startEgress({ credentials: storeOf(credential({ origins: [upstream.origin] })) })
    const headers = [...KEY, 'Upgrade', 'websocket', 'Authorization', 'Bearer caller']
    const result = await own.upgrade(
      requestTo(upstream.origin, { credentialId: 'pvk_test', path: '/live?x=1', headers }),
      never,
    )
    if (result.kind !== 'switched') throw new Error(JSON.stringify(result))
    expect(result.headers).toEqual(['Connection', 'Upgrade', 'Upgrade', 'websocket', 'X-Own', '1'])
    expect(Buffer.from(result.head).toString()).toBe('hello')
    expect(written).toBe(
      `GET /live?x=1 HTTP/1.1\r\nHost: 127.0.0.1:${upstream.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
        'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nauthorization: Bearer upstream-secret\r\n\r\n',
    )
    result.socket.write('ping')
    const echoed: unknown[] = await once(result.socket, 'data')
    expect(String(echoed[0])).toBe('echo ping')
    // Egress has let go of it.
    await own.close()
    expect(result.socket.destroyed).toBe(false)
    result.socket.destroy()
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('answers what the upstream answers instead, and closes', async () => {
    upstream = await startRaw((socket) => socket.write('HTTP/1.1 403 No\r\nContent-Length: 3\r\n\r\nwhy'))
    const result = await egress.upgrade(requestTo(upstream.origin, { headers: KEY }), never)
    expect(result).toMatchObject({ kind: 'answered', status: 403, statusText: 'No', headers: ['Content-Length', '3'] })
    expect(result.kind === 'answered' && Buffer.from(result.body).toString()).toBe('why')
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test.each([
    { does: 'closes', answer: '', code: 'unreachable' },
    { does: 'speaks no HTTP', answer: 'garbage\r\n\r\n', code: 'invalid' },
    { does: 'explains itself without end', answer: `HTTP/1.1 400 No\r\n\r\n${'x'.repeat(1_100_000)}`, code: 'invalid' },
  ])('fails with $code when the upstream $does', async ({ answer, code }) => {
    upstream = await startRaw((socket) => socket.end(answer))
    const result = await egress.upgrade(requestTo(upstream.origin, { headers: KEY }), never)
    expect(result).toMatchObject({ kind: 'failed', failure: { code, reached: 'sent' } })
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test.each([
    { bound: 'firstByteMs', code: 'timeout_first_byte' },
    { bound: 'totalMs', code: 'timeout_total' },
  ])('fails with $code', async ({ bound, code }) => {
    upstream = await startRaw(() => undefined)
    const timeouts = { connectMs: 1_000, firstByteMs: 1_000, idleMs: 0, totalMs: 0, [bound]: 80 }
    const result = await egress.upgrade(requestTo(upstream.origin, { headers: KEY, timeouts }), never)
    expect(result).toMatchObject({ kind: 'failed', failure: { code } })
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('ends with its caller', async () => {
    upstream = await startRaw(() => undefined)
    const caller = new AbortController()
    const asked = egress.upgrade(requestTo(upstream.origin, { headers: KEY }), caller.signal)
    await expect.poll(() => upstream.open()).toBe(1)
    caller.abort()
    expect(await asked).toMatchObject({ kind: 'failed' })
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('passes the same guards as a request', async () => {
    upstream = await startRaw(() => undefined)
    const strict = startEgress({ config: { allowPrivateUpstreams: new Set() } })
    expect(await strict.upgrade(requestTo(upstream.origin), never)).toMatchObject({
      kind: 'failed',
      failure: { code: 'address_not_allowed' },
    })
    expect(await egress.upgrade(requestTo(upstream.origin, { credentialId: 'pvk_none' }), never)).toMatchObject({
      failure: { code: 'credential_unavailable' },
    })
    expect(await egress.upgrade(requestTo(upstream.origin, { headers: ['x', 'a\r\nb: c'] }), never)).toMatchObject({
      failure: { code: 'invalid' },
    })
    expect(await egress.upgrade(requestTo('nonsense'), never)).toMatchObject({
      failure: { code: 'origin_not_allowed' },
    })
    expect(upstream.accepted()).toBe(upstream.open())
    await strict.close()
  })
})
