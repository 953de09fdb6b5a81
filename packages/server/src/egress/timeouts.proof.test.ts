import { PassThrough } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunningEgress } from './create-egress.ts'
import { requestTo, send, startEgress, storeOf } from './testing/send.ts'
import { type Upstream, startRaw } from './testing/upstream.ts'

const NEVER = { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 }
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n'

let egress: RunningEgress
let upstream: Upstream

beforeEach(() => {
  egress = startEgress()
})
afterEach(async () => {
  await egress.close()
  await upstream.close()
})

async function lasts(work: Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now()
  await work
  return performance.now() - startedAtMs
}

describe('a bound in time', () => {
  test('on connecting covers a name that does not resolve', async () => {
    upstream = await startRaw(() => undefined)
    const silent = startEgress({ lookup: () => new Promise(() => undefined) })
    const { told } = send(silent, requestTo('http://localhost:1', { timeouts: { ...NEVER, connectMs: 100 } }))
    expect((await told).failure).toEqual({
      code: 'timeout_connect',
      reached: 'unsent',
      detail: 'http://localhost:1 could not be connected to within 100 ms.',
    })
    expect(silent.stats()).toEqual({ calls: 0, connections: 0, waiting: 0 })
    await silent.close()
  })

  test('on connecting covers a handshake that never ends', async () => {
    upstream = await startRaw(() => undefined)
    const { told } = send(
      egress,
      requestTo(`https://127.0.0.1:${upstream.port}`, { timeouts: { ...NEVER, connectMs: 100 } }),
    )
    expect((await told).failure?.code).toBe('timeout_connect')
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('on the first byte', async () => {
    upstream = await startRaw(() => undefined)
    const { told } = send(egress, requestTo(upstream.origin, { timeouts: { ...NEVER, firstByteMs: 100 } }))
    const tookMs = await lasts(told)
    expect((await told).failure?.code).toBe('timeout_first_byte')
    expect(tookMs).toBeGreaterThanOrEqual(95)
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('on the first byte is not met by half a head', async () => {
    upstream = await startRaw((socket) => {
      const drip = setInterval(() => socket.write('HTTP/1.1 200 OK\r\nX: y'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    const { told } = send(egress, requestTo(upstream.origin, { timeouts: { ...NEVER, firstByteMs: 100 } }))
    expect((await told).failure?.code).toBe(`timeout_first_byte`)
  })

  test('on the first byte begins when the request has been sent, however long the caller took to send it', async () => {
    upstream = await startRaw((socket, request) => {
      if (request.includes('0\r\n\r\n')) socket.write(`${HEAD}0123456789`)
    })
    const body = new PassThrough()
    const { told } = send(
      egress,
      requestTo(upstream.origin, { method: 'POST', body, timeouts: { ...NEVER, firstByteMs: 100 } }),
    )
    body.write('slowly')
    setTimeout(() => body.end('done'), 250)
    expect((await told).status).toBe(200)
  })

  test('on the first byte covers an upstream that does not take the request', async () => {
    upstream = await startRaw((socket) => socket.pause())
    const body = Buffer.alloc(32 * 1024 * 1024)
    const stream = new PassThrough()
    stream.end(body)
    const { told } = send(
      egress,
      requestTo(upstream.origin, { method: 'POST', body: stream, timeouts: { ...NEVER, firstByteMs: 150 } }),
    )
    expect((await told).failure?.code).toBe('timeout_first_byte')
    await expect.poll(() => egress.stats().connections).toBe(0)
  })

  test('on silence within an answer is counted from the last chunk', async () => {
    upstream = await startRaw((socket) => {
      socket.write(HEAD)
      for (let nth = 1; nth <= 3; nth += 1) setTimeout(() => socket.write('.'), nth * 70)
    })
    const { told, seen } = send(egress, requestTo(upstream.origin, { timeouts: { ...NEVER, idleMs: 120 } }))
    const tookMs = await lasts(told)
    expect((await told).failure?.code).toBe('timeout_idle')
    expect(Buffer.concat(seen.chunks).toString()).toBe('...')
    expect(tookMs).toBeGreaterThanOrEqual(300)
  })

  test('on silence does not run while the sink itself holds the answer back', async () => {
    upstream = await startRaw((socket) =>
      socket.write(`${HEAD}01234`, () => setTimeout(() => socket.write('56789'), 20)),
    )
    let isFull = true
    const { call, told, head } = send(
      egress,
      requestTo(upstream.origin, { timeouts: { ...NEVER, idleMs: 80 } }),
      () => !isFull,
    )
    await head
    await new Promise((resolve) => setTimeout(resolve, 250))
    isFull = false
    call.resume()
    expect(await told).toMatchObject({ status: 200, failure: undefined })
  })

  test('on the whole cuts a stream that never falls silent', async () => {
    upstream = await startRaw((socket) => {
      socket.write('HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n')
      const drip = setInterval(() => socket.write('.'), 10)
      socket.on('close', () => clearInterval(drip))
    })
    const { told } = send(
      egress,
      requestTo(upstream.origin, { timeouts: { connectMs: 1_000, firstByteMs: 1_000, idleMs: 1_000, totalMs: 150 } }),
    )
    expect((await told).failure).toMatchObject({ code: 'timeout_total' })
    expect((await told).failure?.reached).toBeUndefined()
    await expect.poll(() => upstream.open()).toBe(0)
  })

  test('on the whole is not laid on the upstream while the caller sends slowly', async () => {
    upstream = await startRaw(() => undefined)
    const body = new PassThrough()
    body.write('slowly')
    const timeouts = { ...NEVER, totalMs: 100 }
    const slow = send(egress, requestTo(upstream.origin, { method: 'POST', body, timeouts }))
    const silent = send(egress, requestTo(upstream.origin, { timeouts }))
    expect((await slow.told).failure?.code).toBe('timeout_total')
    expect((await slow.told).failure?.reached).toBeUndefined()
    expect((await silent.told).failure).toMatchObject({ code: 'timeout_total', reached: 'sent' })
  })

  test('covers a vault that does not answer', async () => {
    upstream = await startRaw(() => undefined)
    const stuck = startEgress({ credentials: { open: () => new Promise(() => undefined) } })
    const { told } = send(
      stuck,
      requestTo(upstream.origin, { credentialId: 'pvk_test', timeouts: { ...NEVER, connectMs: 80 } }),
    )
    expect((await told).failure?.code).toBe('credential_unavailable')
    await stuck.close()
  })

  test('is none when it is 0', async () => {
    upstream = await startRaw((socket) => setTimeout(() => socket.write(`${HEAD}0123456789`), 200))
    const patient = startEgress({ credentials: storeOf() })
    expect((await send(patient, requestTo(upstream.origin, { timeouts: NEVER })).told).status).toBe(200)
    await patient.close()
  })
})
