/** What a call holds from `admit` to its end: its place among those that run, and what it was paid with. */
import { createServer, type RequestListener, type Server, type ServerResponse } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import type { LimitPolicy } from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiOf, routeOf } from '../testing/made-parts.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'

const home = apiOf('wsp_home')
const common = { name: 'at-once', class: 'bounded', mode: 'enforce', onCounterLoss: 'closed' } as const
const oneAtOnce: LimitPolicy = { ...common, kind: 'concurrency', id: 'test:slots', limit: 1 }
const threeCredits: LimitPolicy = {
  ...common,
  kind: 'credits',
  id: 'test:credits',
  name: 'credits',
  limit: 3,
  account: 'key_1',
}

let plane: Plane
let upstream: Server
let origin = ''
/** Answers that the upstream has not given yet. */
let waiting: ServerResponse[]

beforeEach(async () => {
  waiting = []
  const listener: RequestListener = (_incoming, outgoing) => void waiting.push(outgoing)
  upstream = createServer(listener).listen(0, '127.0.0.1')
  await once(upstream, 'listening')
  // a TCP server's address is one
  origin = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`
  plane = await startPlane()
  plane.world.addRoute(routeOf('orders', origin, home))
})
afterEach(async () => {
  for (const outgoing of waiting) outgoing.end()
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.world.held.size).toBe(0)
  expect(plane.errors).toEqual([])
  await plane.close()
  upstream.close()
  upstream.closeAllConnections()
})

function call(secret: string, init: RequestInit = {}): Promise<Response> {
  return fetch(`${plane.origin}/gw/orders`, { ...init, headers: { authorization: `Bearer ${secret}` } })
}

describe('a place among the calls that run', () => {
  test('is taken until the answer has ended; meanwhile others are told to come again', async () => {
    const { secret } = plane.world.addKey(home, { limits: [oneAtOnce] })
    const first = call(secret)
    await until(() => waiting.length === 1)
    const second = await call(secret)
    expect([second.status, second.headers.get('retry-after')]).toEqual([429, '1'])
    expect(second.headers.get('ratelimit-policy')).toBe('"at-once";q=1;qu="concurrent-requests"')
    expect(second.headers.get('ratelimit')).toBe('"at-once";r=0')
    expect(await second.json()).toMatchObject({ code: 'concurrency_reached' })
    waiting.pop()?.end('done')
    await (await first).text()
    await until(() => plane.gateway.activeCount === 0)
    const third = call(secret)
    await until(() => waiting.length === 1)
    waiting.pop()?.end()
    expect((await third).status).toBe(200)
  })

  test('is free when the caller goes away', async () => {
    const { secret } = plane.world.addKey(home, { limits: [oneAtOnce] })
    const leaving = new AbortController()
    const first = call(secret, { signal: leaving.signal }).catch(() => undefined)
    await until(() => waiting.length === 1)
    leaving.abort()
    await first
    await until(() => plane.world.held.size === 0)
  })

  test('is free when the call is refused after it was admitted', async () => {
    const { secret } = plane.world.addKey(home, { limits: [oneAtOnce] })
    plane.world.addRoute(routeOf('orders', 'http://127.0.0.1:1', home))
    for (let count = 0; count < 3; count += 1) expect((await call(secret)).status).toBe(502)
    plane.world.addRoute(routeOf('orders', origin, home, { maxBodyBytes: 10 }))
    expect((await call(secret, { method: 'POST', body: 'x'.repeat(100) })).status).toBe(413)
    expect(plane.world.held.size).toBe(0)
  })

  test('is only looked for at keys/verify: nobody tells when that call ends', async () => {
    const { secret } = plane.world.addKey(home, { limits: [oneAtOnce] })
    for (let count = 0; count < 3; count += 1) expect(await verify(secret)).toMatchObject({ valid: true })
    const running = call(secret)
    await until(() => waiting.length === 1)
    expect(await verify(secret)).toMatchObject({ valid: false, code: 'concurrency_reached', retry_after_ms: null })
    waiting.pop()?.end()
    await running
  })
})

describe('credits', () => {
  test('stand in the journal before the call is forwarded, once', async () => {
    const { secret } = plane.world.addKey(home, { limits: [threeCredits] })
    const running = call(secret)
    await until(() => waiting.length === 1)
    expect(plane.world.opened.map(({ credits }) => credits)).toEqual([[{ block: 7, units: 1 }]])
    waiting.pop()?.end()
    await running
    await until(() => plane.world.records.length === 1)
    expect(plane.world.records[0]?.credits).toBeUndefined()
  })

  test('stand in the one record of keys/verify', async () => {
    const { secret } = plane.world.addKey(home, { limits: [threeCredits] })
    expect(await verify(secret, 2)).toMatchObject({ valid: true })
    expect(plane.world.records.map(({ credits }) => credits)).toEqual([[{ block: 7, units: 2 }]])
  })

  test('that are used up are told without a time to come again', async () => {
    const { secret } = plane.world.addKey(home, { limits: [threeCredits] })
    await verify(secret, 3)
    const answer = await call(secret)
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, null])
    expect(await answer.json()).toMatchObject({ code: 'credits_exhausted' })
    expect(await verify(secret)).toMatchObject({ valid: false, code: 'credits_exhausted', retry_after_ms: null })
  })
})

async function verify(key: string, cost = 1): Promise<unknown> {
  plane.world.verifiers.set('asker', {
    id: 'adm_1',
    workspaceId: 'wsp_home',
    mayVerify: () => true,
    mayVerifySome: true,
  })
  const answer = await fetch(`${plane.origin}/api/v1/keys/verify`, {
    method: 'POST',
    headers: { authorization: 'Bearer asker', 'content-type': 'application/json' },
    body: JSON.stringify({ key, cost }),
  })
  expect(answer.status).toBe(200)
  return answer.json()
}
