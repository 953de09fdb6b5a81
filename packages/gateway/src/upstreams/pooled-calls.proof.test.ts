import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import type { BalancePart, BreakerPart, RetryPart } from './balance.ts'
import { UpstreamPool } from './pool.ts'
import { newUpstreamTally } from './tally.ts'

const api = apiOf('wsp_home')
const RETRIES: RetryPart = { maxRetries: 2, statuses: new Set([503]), budgetPercent: 20, budgetFloor: 10 }
const BREAKER: BreakerPart = { failures: 2, openMs: 60_000, maxOpenMs: 60_000, statuses: new Set([503]) }

interface Told {
  readonly origin: string
  readonly seen: string[]
  /** What it does with the next calls. */
  manner: 'well' | '503' | 'reset' | 'half'
  readonly server: Server
  readonly sockets: WebSocketServer
}

async function startTold(name: string): Promise<Told> {
  const server = createServer((incoming, outgoing) => {
    const chunks: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
    incoming.on('end', () => {
      told.seen.push(`${incoming.method} ${incoming.url} ${Buffer.concat(chunks).toString()}`.trim())
      if (told.manner === 'reset') incoming.socket.destroy()
      else if (told.manner === 'half') {
        outgoing.writeHead(200, { 'Content-Length': '10' }).write('12345', () => incoming.socket.destroy())
      } else outgoing.writeHead(told.manner === '503' ? 503 : 200, { 'X-From': name }).end(name)
    })
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (incoming, socket, head) => {
    told.seen.push(`UPGRADE ${incoming.url}`)
    if (told.manner === 'reset') socket.destroy()
    else sockets.handleUpgrade(incoming, socket, head, (open) => open.on('message', () => open.send(name)))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  // a TCP server's address is one
  const { port } = server.address() as AddressInfo
  const told: Told = { origin: `http://127.0.0.1:${port}`, seen: [], manner: 'well', server, sockets }
  return told
}

let plane: Plane
let caller: MadeKey
let a: Told
let b: Told
let pool: UpstreamPool
/** Nobody listens there. */
let deadOrigin: string

beforeAll(async () => {
  ;[a, b, plane] = await Promise.all([startTold('a'), startTold('b'), startPlane()])
  caller = plane.world.addKey(api)
  const dead = createServer().listen(0, '127.0.0.1')
  await once(dead, 'listening')
  // a TCP server's address is one
  deadOrigin = `http://127.0.0.1:${(dead.address() as AddressInfo).port}`
  dead.close()
})
beforeEach(() => {
  for (const told of [a, b]) {
    told.manner = 'well'
    told.seen.length = 0
  }
  plane.world.records.length = 0
})
afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.errors).toEqual([])
})
afterAll(async () => {
  await plane.close()
  for (const { server, sockets } of [a, b]) {
    for (const socket of sockets.clients) socket.terminate()
    server.closeAllConnections()
    server.close()
  }
})

interface Upstream {
  readonly origin: string
  readonly basePath?: string
  readonly weight?: number
}

function route(upstreams: readonly Upstream[], changes: Partial<BalancePart> = {}): void {
  const balance: BalancePart = {
    upstreams: upstreams.map(({ origin, basePath = '', weight = 1 }) => ({
      url: origin + basePath,
      origin,
      basePath,
      weight,
    })),
    whenAllOut: 'try',
    breaker: undefined,
    retries: undefined,
    healthCheck: undefined,
    ...changes,
  }
  pool = new UpstreamPool(balance, { monotonicMs: () => performance.now(), tally: newUpstreamTally() })
  plane.world.addRoute(routeOf('several', a.origin, api, { pool }))
}

async function call(path = '', init: RequestInit = {}): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await fetch(`${plane.origin}/gw/several${path}`, {
    ...init,
    headers: { authorization: `Bearer ${caller.secret}` },
  })
  return { status: answer.status, text: await answer.text() }
}

async function calls(count: number, path = ''): Promise<string> {
  const answers: string[] = []
  for (let done = 0; done < count; done += 1) answers.push((await call(path)).text)
  return answers.join(' ')
}

const lastRecord = async () => {
  await until(() => plane.world.records.length > 0 && plane.gateway.activeCount === 0)
  return plane.world.records.at(-1)
}

describe('a route with several upstreams', () => {
  test('spreads its calls by weight, each behind its own base path', async () => {
    route([
      { origin: a.origin, basePath: '/v2', weight: 2 },
      { origin: b.origin, basePath: '' },
    ])
    expect(await calls(6, '/items?x=1')).toBe('a b a a b a')
    expect(new Set(a.seen)).toEqual(new Set(['GET /v2/items?x=1']))
    expect(new Set(b.seen)).toEqual(new Set(['GET /items?x=1']))
    await calls(2)
    expect([a.seen.at(-1), b.seen.at(-1)]).toEqual(['GET /v2', 'GET /'])
    expect((await lastRecord())?.tries).toBeUndefined()
  })

  test('leaves one out that fails, by failures in a row', async () => {
    route([{ origin: a.origin }, { origin: b.origin }], { breaker: BREAKER })
    a.manner = '503'
    expect(await calls(8)).toBe('a b a b b b b b')
    expect(pool.members.map(({ breaker }) => [breaker.calls, breaker.failed])).toEqual([
      [2, 2],
      [6, 0],
    ])
  })

  test('counts an answer that breaks off, and the caller can see that it did', async () => {
    route([{ origin: a.origin }], { breaker: BREAKER, whenAllOut: 'refuse' })
    a.manner = 'half'
    for (let round = 0; round < 2; round += 1) await expect(call()).rejects.toThrow()
    const { status, text } = await call()
    expect([status, JSON.parse(text).code]).toEqual([503, 'upstream_unavailable'])
    expect(await lastRecord()).toMatchObject({ code: 'upstream_unavailable', rule: 'upstreams.all_out', status: 503 })
  })

  test('does not take a caller that leaves for a failure', async () => {
    route([{ origin: a.origin }], { breaker: { ...BREAKER, failures: 1 } })
    const leaving = new AbortController()
    a.manner = 'well'
    const slow = createServer(() => leaving.abort()).listen(0, '127.0.0.1')
    await once(slow, 'listening')
    // a TCP server's address is one
    route([{ origin: `http://127.0.0.1:${(slow.address() as AddressInfo).port}` }], {
      breaker: { ...BREAKER, failures: 1 },
    })
    await expect(call('', { signal: leaving.signal })).rejects.toThrow()
    await until(() => plane.gateway.activeCount === 0)
    expect(pool.members[0]?.breaker).toMatchObject({ calls: 1, failed: 0, openUntilMs: 0 })
    slow.closeAllConnections()
    slow.close()
  })
})

describe('retries', () => {
  test('go to another upstream first, and the caller sees the good answer alone', async () => {
    route([{ origin: a.origin }, { origin: b.origin }], { retries: RETRIES })
    for (const manner of ['503', 'reset'] as const) {
      a.manner = manner
      a.seen.length = 0
      for (let round = 0; round < 2; round += 1) expect(await call('/x')).toEqual({ status: 200, text: 'b' })
      expect(a.seen.length).toBeGreaterThan(0)
    }
    expect(plane.world.records.map(({ tries = 1 }) => tries).toSorted()).toEqual([1, 1, 2, 2])
    expect(plane.world.records).toHaveLength(4)
  })

  test('carry a body that is in memory', async () => {
    route([{ origin: a.origin }, { origin: b.origin }], { retries: RETRIES })
    a.manner = 'reset'
    expect(await call('/x', { method: 'PUT', body: 'whole' })).toEqual({ status: 200, text: 'b' })
    expect([a.seen, b.seen]).toEqual([['PUT /x whole'], ['PUT /x whole']])
  })

  test.each(['POST', 'PATCH'])('never repeat a %s that may have arrived', async (method) => {
    route([{ origin: a.origin }, { origin: b.origin }], { retries: RETRIES })
    a.manner = 'reset'
    expect((await call('/x', { method, body: 'once' })).status).toBe(502)
    expect([a.seen, b.seen]).toEqual([[`${method} /x once`], []])
    expect(await lastRecord()).toMatchObject({ code: 'upstream_unreachable', tries: undefined })
    a.manner = '503'
    await call('/x', { method, body: 'once' })
    expect((await call('/x', { method, body: 'once' })).status).toBe(503)
  })

  test('repeat a POST of which nothing was sent', async () => {
    route([{ origin: deadOrigin }, { origin: b.origin }], { retries: RETRIES })
    expect(await call('/x', { method: 'POST', body: 'once' })).toEqual({ status: 200, text: 'b' })
    expect(b.seen).toEqual(['POST /x once'])
    expect((await lastRecord())?.tries).toBe(2)
  })

  test('ask an upstream again only when it gave no answer: its answer is passed on', async () => {
    route([{ origin: a.origin }], { retries: RETRIES })
    a.manner = '503'
    expect(await call()).toEqual({ status: 503, text: 'a' })
    expect(a.seen).toHaveLength(1)
    a.manner = 'reset'
    expect((await call()).status).toBe(502)
    expect(a.seen).toHaveLength(4)
    expect(await lastRecord()).toMatchObject({ code: 'upstream_unreachable', status: 502, tries: 3 })
  })

  test('never follow what was begun to be passed on', async () => {
    route([{ origin: a.origin }, { origin: b.origin }], { retries: RETRIES })
    a.manner = 'half'
    await expect(call()).rejects.toThrow()
    expect([a.seen.length, b.seen.length]).toEqual([1, 0])
  })

  test('stay within their budget, so that what is dead is not stormed', async () => {
    route([{ origin: a.origin }, { origin: b.origin }], {
      retries: { ...RETRIES, budgetFloor: 2, budgetPercent: 10 },
    })
    a.manner = 'reset'
    b.manner = 'reset'
    for (let round = 0; round < 40; round += 1) expect((await call()).status).toBe(502)
    expect(a.seen.length + b.seen.length).toBe(40 + 2 + 4)
    expect(pool.tally).toMatchObject({ retries: 6, retriesOverBudget: 40 - 1 })
    expect(plane.world.records).toHaveLength(40)
    const tries = plane.world.records.reduce((sum, record) => sum + (record.tries ?? 1), 0)
    expect(tries).toBe(46)
  })

  test('are not sent to one that its circuit breaker has out', async () => {
    route([{ origin: a.origin }, { origin: deadOrigin }], { retries: RETRIES, breaker: BREAKER })
    for (let round = 0; round < 10; round += 1) expect((await call()).text).toBe('a')
    expect(pool.members[1]?.breaker.calls).toBe(2)
  })
})

describe('a WebSocket through several upstreams', () => {
  async function say(): Promise<string> {
    const socket = new WebSocket(`ws://127.0.0.1:${plane.port}/gw/several/chat`, {
      headers: { authorization: `Bearer ${caller.secret}` },
    })
    socket.on('error', () => undefined)
    await once(socket, 'open')
    socket.send('who?')
    const [message] = await once(socket, 'message')
    socket.close()
    await once(socket, 'close')
    return String(message)
  }

  test('goes by weight, and past one that fails', async () => {
    route([{ origin: a.origin, basePath: '/v2' }, { origin: b.origin }], { retries: RETRIES, breaker: BREAKER })
    expect([await say(), await say()]).toEqual(['a', 'b'])
    expect(a.seen).toEqual(['UPGRADE /v2/chat'])
    a.manner = 'reset'
    expect(await Promise.all([say(), say(), say(), say()])).toEqual(['b', 'b', 'b', 'b'])
    expect(pool.members[0]?.breaker.state(performance.now())).toBe('open')
    await until(() => plane.world.records.length === 6)
    expect(plane.world.records.filter(({ tries }) => tries === 2)).toHaveLength(2)
  })

  test('is refused clearly where nobody is there', async () => {
    route([{ origin: deadOrigin }], { breaker: { ...BREAKER, failures: 1 }, whenAllOut: 'refuse' })
    const statuses: unknown[] = []
    for (let round = 0; round < 2; round += 1) {
      const socket = new WebSocket(`ws://127.0.0.1:${plane.port}/gw/several/chat`, {
        headers: { authorization: `Bearer ${caller.secret}` },
      })
      socket.on('error', () => undefined)
      const [, answer] = await once(socket, 'unexpected-response')
      answer.resume()
      statuses.push([answer.statusCode, answer.headers['retry-after']])
    }
    expect(statuses).toEqual([
      [502, undefined],
      [503, '60'],
    ])
  })
})
