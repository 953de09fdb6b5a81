import { createServer } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { RunningEgress } from './create-egress.ts'
import { parseOrigin } from '@claviger/core'
import { Pool, type Waiter } from './pool.ts'
import { Resolver } from './resolve.ts'
import type { Lane } from './lane.ts'
import { requestTo, send, startEgress } from './testing/send.ts'
import { type Upstream, listening, startHttp, startRaw } from './testing/upstream.ts'

const OK = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok'

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

describe('connections', () => {
  test('are used again, one request at a time', async () => {
    const server = await startHttp((_request, response) => response.end('ok'))
    upstream = server
    for (let nth = 0; nth < 20; nth += 1) await send(egress, requestTo(server.origin)).told
    expect(server.accepted()).toBe(1)
    await Promise.all(Array.from({ length: 10 }, () => send(egress, requestTo(server.origin)).told))
    expect(server.accepted()).toBe(10)
    expect(egress.stats()).toEqual({ calls: 0, connections: 10, waiting: 0 })
  })

  test('are the same for every spelling of an origin', async () => {
    upstream = await startHttp((_request, response) => response.end('ok'))
    for (const host of ['127.0.0.1', '127.1', '2130706433'])
      await send(egress, requestTo(`http://${host}:${upstream.port}`)).told
    expect(upstream.accepted()).toBe(1)
  })

  test('are given up when the upstream closes them while idle', async () => {
    upstream = await startRaw((socket) => socket.write(OK, () => setTimeout(() => socket.end(), 10)))
    await send(egress, requestTo(upstream.origin)).told
    await expect.poll(() => egress.stats().connections).toBe(0)
    expect((await send(egress, requestTo(upstream.origin)).told).status).toBe(200)
  })

  test('that died just now cost a safe request one more attempt, over a new connection', async () => {
    upstream = await startRaw((socket, _request, nth) => (nth === 2 ? socket.resetAndDestroy() : socket.write(OK)))
    await send(egress, requestTo(upstream.origin)).told
    const told = await send(egress, requestTo(upstream.origin)).told
    expect(told).toMatchObject({ status: 200, failure: undefined })
    expect(upstream.accepted()).toBe(2)
  })

  test('that die twice are a failure', async () => {
    upstream = await startRaw((socket, _request, nth) => (nth > 1 ? socket.end() : socket.write(OK)))
    await send(egress, requestTo(upstream.origin)).told
    expect((await send(egress, requestTo(upstream.origin)).told).failure?.code).toBe('unreachable')
    expect(upstream.accepted()).toBe(2)
  })

  test.each([
    { what: 'a POST', changes: { method: 'POST', body: Buffer.from('x') } },
    { what: 'a POST without a body', changes: { method: 'POST' } },
    { what: 'a DELETE', changes: { method: 'DELETE' } },
    { what: 'a GET with a body', changes: { method: 'GET', body: Buffer.from('x') } },
  ])('that died just now are a failure for $what: it may have been acted on', async ({ changes }) => {
    let requests = 0
    upstream = await startRaw((socket) => (++requests === 2 ? socket.resetAndDestroy() : socket.write(OK)))
    await send(egress, requestTo(upstream.origin)).told
    expect((await send(egress, requestTo(upstream.origin, changes)).told).failure?.code).toBe('unreachable')
    expect(requests).toBe(2)
  })

  test('are not leaked by a thousand calls that end in every way', async () => {
    const endings = [
      OK,
      'HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok',
      'HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok',
      'garbage\r\n\r\n',
      '',
    ]
    const server = await listening(
      createServer((socket) => {
        socket.on('error', () => undefined)
        socket.on('data', (bytes) => {
          const ending = endings[Number(/\/(\d+)/.exec(bytes.toString())?.[1] ?? 0)] ?? ''
          if (ending === '') socket.resetAndDestroy()
          else if (ending === OK) socket.write(ending)
          else socket.end(ending)
        })
      }),
    )
    upstream = server
    let active = 0
    const one = async (nth: number): Promise<void> => {
      active += 1
      const { call, told } = send(egress, requestTo(server.origin, { path: `/${nth % endings.length}` }))
      if (nth % 7 === 0) call.abort()
      else await told
      active -= 1
    }
    for (let batch = 0; batch < 20; batch += 1)
      await Promise.all(Array.from({ length: 50 }, (_, nth) => one(batch * 50 + nth)))
    expect(active).toBe(0)
    expect(egress.stats()).toMatchObject({ calls: 0, waiting: 0 })
    await egress.close()
    expect(egress.stats()).toEqual({ calls: 0, connections: 0, waiting: 0 })
    await expect.poll(() => server.open()).toBe(0)
  })

  test('all close with egress, and calls that were under way fail', async () => {
    upstream = await startRaw((socket) => socket.write('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok'))
    const { told, head } = send(egress, requestTo(upstream.origin))
    await head
    await egress.close()
    expect((await told).failure?.code).toBe('unreachable')
    await expect.poll(() => upstream?.open()).toBe(0)
    expect((await send(egress, requestTo(upstream.origin)).told).failure?.code).toBe('unreachable')
  })
})

describe('a full pool', () => {
  function smallPool(origin: string, maxLanes: number): Pool {
    const parsed = parseOrigin(origin)
    if (parsed === undefined) throw new Error('the test needs an origin')
    const monotonicMs = (): number => performance.now()
    const resolver = new Resolver({
      origin: parsed,
      allowedHosts: new Set(['127.0.0.1']),
      lookup: async () => [],
      monotonicMs,
    })
    return new Pool(
      { origin: parsed, resolver, tls: { session: undefined, context: undefined }, monotonicMs },
      maxLanes,
    )
  }

  test('serves in the order of asking, and passes over who has gone', async () => {
    upstream = await startRaw(() => undefined)
    const pool = smallPool(upstream.origin, 1)
    const served: string[] = []
    let lane: Lane | undefined
    const waiter = (name: string): Waiter => ({
      onLane: (given) => {
        served.push(name)
        lane = given
      },
    })
    const [first, second, gone, third] = [waiter('first'), waiter('second'), waiter('gone'), waiter('third')]
    for (const each of [first, second, gone, third]) pool.acquire(each)
    expect(served).toEqual(['first'])
    pool.cancel(gone)
    if (lane !== undefined) pool.release(lane)
    // Whoever asks now stands behind those who wait.
    pool.acquire(waiter('fourth'))
    await Promise.resolve()
    expect(served).toEqual(['first', 'second'])
    if (lane !== undefined) pool.discard(lane)
    await Promise.resolve()
    expect(served).toEqual(['first', 'second', 'third'])
    expect(pool.lanes).toBe(1)
    await pool.close()
  })
})
