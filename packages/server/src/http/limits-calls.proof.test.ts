/** Limits of calls through `/gw`: places of calls that run, what a call costs, and the fields of the answer. */
import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

let it: TestDoors
let upstream: Server
let upstreamUrl: string
let apiId: string
let key: { readonly id: string; readonly secret: string }
let count = 0
/** Answers of the upstream that have begun and not ended. */
const running: ServerResponse[] = []

beforeAll(async () => {
  it = await openTestDoors()
  upstream = createServer((incoming, outgoing) => {
    outgoing.write('begun')
    if (incoming.url?.startsWith('/hold') === true) running.push(outgoing)
    else outgoing.end()
  })
  upstreamUrl = await listening(upstream)
  apiId = (await made('/apis', { name: 'Orders', prefix: 'acme', scopes: ['read'] })).id
  const { id: appId } = await made('/apps', { name: 'App', owner: 'me' })
  key = await made('/keys', { name: 'Key', app_id: appId, api_ids: [apiId], scopes: ['read'] })
})
afterAll(async () => {
  upstream.closeAllConnections()
  upstream.close()
  await it.dispose()
})

async function listening(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}` : ''
}

async function made(path: string, body: object): Promise<{ readonly id: string; readonly secret: string }> {
  const got = await it.call('POST', `/api/v1${path}`, { body })
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body
}

async function newRoute(members: object): Promise<string> {
  const name = `route-${++count}`
  await made('/routes', { name, api_id: apiId, required_scopes: ['read'], upstream_url: upstreamUrl, ...members })
  return `/gw/${name}`
}

interface Call {
  readonly answer: IncomingMessage
  abort(): void
}
/** Settles when the head of the answer is there. */
async function begin(path: string): Promise<Call> {
  return new Promise((resolve, reject) => {
    const call = request(`${it.doorsUrl}${path}`, { headers: { 'x-api-key': key.secret }, agent: false })
    call.on('error', reject)
    call.on('response', (answer) => {
      answer.resume()
      answer.on('error', () => undefined)
      resolve({ answer, abort: () => void call.destroy() })
    })
    call.end()
  })
}
async function statusOf(path: string): Promise<number | undefined> {
  return (await begin(path)).answer.statusCode
}

describe.each(['bounded', 'approximate', 'exact'])('a place of a call that runs, %s', (limitClass) => {
  const atOnce = [{ kind: 'concurrency', name: 'at-once', limit: 1, class: limitClass }]

  test.each([
    ['has ended', () => void running.pop()?.end()],
    ['was given up by its caller', (call: Call) => call.abort()],
    ['was cut by its upstream', () => void running.pop()?.destroy()],
  ])('is free when the call %s', async (_how, finish) => {
    const path = await newRoute({ limits: atOnce })
    const first = await begin(`${path}/hold`)
    expect(first.answer.statusCode).toBe(200)
    const refused = await begin(path)
    expect([refused.answer.statusCode, refused.answer.headers['retry-after']]).toEqual([429, '1'])
    expect(refused.answer.headers['ratelimit-policy']).toBe('"at-once";q=1;qu="concurrent-requests"')
    expect(refused.answer.headers['ratelimit']).toBe('"at-once";r=0')
    finish(first)
    await expect.poll(async () => statusOf(path), { timeout: 5_000 }).toBe(200)
    await expect.poll(async () => statusOf(path), { timeout: 5_000 }).toBe(200)
  })
})

describe('a call', () => {
  const windowOf = (limit: number, name = 'requests') => ({
    kind: 'window',
    name,
    limit,
    window_seconds: 3_600,
    class: 'bounded',
  })

  test('is charged what its route says', async () => {
    const path = await newRoute({ limits: [windowOf(7)], cost: 3 })
    expect([await statusOf(path), await statusOf(path), await statusOf(path)]).toEqual([200, 200, 429])
  })

  test('that no limit can ever hold is refused', async () => {
    const path = await newRoute({ limits: [windowOf(2)], cost: 3 })
    expect(await statusOf(path)).toBe(429)
  })

  test('tells the older fields too where its route says so, on answers and refusals', async () => {
    const path = await newRoute({ limits: [windowOf(1), windowOf(9, 'more')], rate_limit_headers: 'draft+legacy' })
    const legacyOf = ({ answer: { headers } }: Call) => [
      headers['x-ratelimit-limit'],
      headers['x-ratelimit-remaining'],
      // a unit is freed with the last of its bucket, a 60th of the window
      Number(headers['x-ratelimit-reset']) <= 3_660,
    ]
    const [first, refused] = [await begin(path), await begin(path)]
    expect([first.answer.statusCode, ...legacyOf(first)]).toEqual([200, '1', '0', true])
    expect(first.answer.headers['ratelimit-policy']).toBe('"requests";q=1;w=3600, "more";q=9;w=3600')
    expect([refused.answer.statusCode, ...legacyOf(refused)]).toEqual([429, '1', '0', true])
    const plain = await begin(await newRoute({ limits: [windowOf(1)] }))
    expect(plain.answer.headers['x-ratelimit-limit']).toBeUndefined()
  })
})
