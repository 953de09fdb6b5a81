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
      Number(headers['x-ratelimit-reset']) <= 3_600,
    ]
    const [first, refused] = [await begin(path), await begin(path)]
    expect([first.answer.statusCode, ...legacyOf(first)]).toEqual([200, '1', '0', true])
    expect(first.answer.headers['ratelimit-policy']).toBe('"requests";q=1;w=3600, "more";q=9;w=3600')
    expect([refused.answer.statusCode, ...legacyOf(refused)]).toEqual([429, '1', '0', true])
    const plain = await begin(await newRoute({ limits: [windowOf(1)] }))
    expect(plain.answer.headers['x-ratelimit-limit']).toBeUndefined()
  })
})

describe('a refusal', () => {
  const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded'
  const anyKind = { class: 'approximate' }
  const windowOf = (seconds: number, name: string, members: object = {}) => ({
    kind: 'window',
    name,
    limit: 1,
    window_seconds: seconds,
    ...anyKind,
    ...members,
  })
  const quota = { kind: 'quota', name: 'daily', limit: 1, period: 'day', class: 'exact' }

  /** The answer to the last of so many calls, read whole. */
  async function last(path: string, calls: number) {
    let told: Response | undefined
    for (let call = 0; call < calls; call++) {
      await told?.arrayBuffer()
      told = await fetch(it.doorsUrl + path, { headers: { authorization: `Bearer ${key.secret}` } })
    }
    const headers = told?.headers ?? new Headers()
    const retryAfter = headers.get('retry-after')
    return {
      status: told?.status,
      retryAfter: retryAfter === null ? null : Number(retryAfter),
      fields: [headers.get('ratelimit-policy'), headers.get('ratelimit')] as const,
      body: (await told?.json()) as Readonly<Record<string, unknown>>,
    }
  }
  const leftOf = (field: string | null, name: string): number =>
    Number(new RegExp(`"${name}";r=0;t=(\\d+)`).exec(field ?? '')?.[1])

  test.each([
    { kind: 'a window', limits: [windowOf(30, 'requests')], least: 25, most: 30 },
    {
      kind: 'a burst',
      limits: [{ kind: 'burst', name: 'requests', limit: 1, window_seconds: 8, burst: 1, ...anyKind }],
      least: 5,
      most: 8,
    },
  ])('by $kind says when it opens, as its own item does', async ({ limits, least, most }) => {
    const { status, retryAfter, fields, body } = await last(await newRoute({ limits }), 2)
    expect(status).toBe(429)
    expect(retryAfter).toBeGreaterThanOrEqual(least)
    expect(retryAfter).toBeLessThanOrEqual(most)
    expect(leftOf(fields[1], 'requests')).toBe(retryAfter)
    expect(body).toMatchObject({ type: QUOTA_EXCEEDED, code: 'limit_reached', 'violated-policies': ['requests'] })
  })

  test('by a quota of the calendar says when its period ends', async () => {
    const { status, retryAfter, fields, body } = await last(await newRoute({ limits: [quota] }), 2)
    const [now] = await it.identity.store.raw('select extract(epoch from now())::float8 as seconds', [])
    const left = 86_400 - (Number(now?.['seconds']) % 86_400)
    expect(status).toBe(429)
    expect(Math.abs((retryAfter ?? 0) - left)).toBeLessThanOrEqual(10)
    expect(fields[0]).toBe('"daily";q=1;w=86400')
    expect(leftOf(fields[1], 'daily')).toBe(retryAfter)
    expect(body['violated-policies']).toEqual(['daily'])
  })

  test('by several comes from the one that opens last of those that refused, and names each of them', async () => {
    const limits = [windowOf(10, 'ten'), windowOf(60, 'sixty'), windowOf(3_600, 'free', { limit: 9 })]
    const { retryAfter, fields, body } = await last(await newRoute({ limits }), 2)
    expect(retryAfter).toBe(leftOf(fields[1], 'sixty'))
    expect(retryAfter).toBeGreaterThan(50)
    expect(retryAfter).toBeLessThanOrEqual(60)
    expect(body['violated-policies']).toEqual(['ten', 'sixty'])
  })

  test('by credits says nothing of when, and by calls at once: soon', async () => {
    const paid = await last(
      await newRoute({ limits: [{ kind: 'credits', name: 'paid', per: 'key' }, windowOf(9, 'more')] }),
      1,
    )
    expect(paid).toMatchObject({ status: 429, retryAfter: null })
    expect(paid.body).toMatchObject({ type: QUOTA_EXCEEDED, code: 'credits_exhausted', 'violated-policies': ['paid'] })
    const path = await newRoute({ limits: [{ kind: 'concurrency', name: 'at-once', limit: 1, ...anyKind }] })
    const held = await begin(`${path}/hold`)
    const waiting = await last(path, 1)
    held.abort()
    expect(waiting).toMatchObject({ status: 429, retryAfter: 1 })
    expect(waiting.body).toMatchObject({ code: 'concurrency_reached', 'violated-policies': ['at-once'] })
  })

  test.each([windowOf(60, 'requests', { limit: 2 }), { ...quota, limit: 2 }])(
    'of a call that costs more than a limit can ever hold does not tell it to wait: %o',
    async (limit) => {
      const { status, retryAfter, body } = await last(await newRoute({ limits: [limit], cost: 3 }), 1)
      expect([status, retryAfter, body['code']]).toEqual([429, null, 'limit_reached'])
    },
  )
})

describe('a limit that is counted apart', () => {
  const apart = (per: string, name = per) => ({
    kind: 'window',
    name,
    limit: 9,
    window_seconds: 60,
    class: 'approximate',
    per,
  })

  async function partitionsOf(path: string, secret: string, from: string): Promise<ReadonlyMap<string, string>> {
    const headers = { authorization: `Bearer ${secret}`, 'x-forwarded-for': from }
    const answer = await fetch(it.doorsUrl + path, { headers })
    await answer.arrayBuffer()
    const partitions = new Map<string, string>()
    for (const field of ['ratelimit', 'ratelimit-policy'])
      for (const [, name = '', pk = ''] of (answer.headers.get(field) ?? '').matchAll(
        /"([^"]+)"[^,]*?;pk=:([^:]+):/g,
      )) {
        expect(partitions.get(name) ?? pk).toBe(pk)
        partitions.set(name, pk)
      }
    return partitions
  }

  test('tells by an opaque key which of its counters it is, the same for those that share one', async () => {
    const { id: appId } = await made('/apps', { name: `Other ${count}`, owner: 'me' })
    const members = { app_id: appId, api_ids: [apiId], scopes: ['read'] }
    const [one, other] = [
      await made('/keys', { name: 'One', ...members }),
      await made('/keys', { name: 'Other', ...members }),
    ]
    const path = await newRoute({
      limits: [apart('key'), apart('app'), apart('ip'), { ...apart('key', 'all'), per: undefined }],
    })
    const first = await partitionsOf(path, one.secret, '198.51.100.7')
    expect([...first.keys()].toSorted()).toEqual(['app', 'ip', 'key'])
    expect(await partitionsOf(path, one.secret, '198.51.100.7')).toEqual(first)
    const elsewhere = await partitionsOf(path, one.secret, '198.51.100.8')
    expect([elsewhere.get('key') === first.get('key'), elsewhere.get('ip') === first.get('ip')]).toEqual([true, false])
    const sibling = await partitionsOf(path, other.secret, '198.51.100.7')
    expect(['app', 'ip', 'key'].map((per) => sibling.get(per) === first.get(per))).toEqual([true, true, false])
    for (const pk of first.values()) {
      expect(pk).toMatch(/^[A-Za-z0-9+/]{8}$/)
      const bytes = Buffer.from(pk, 'base64').toString('latin1')
      for (const secretText of [one.id.slice(4), appId.slice(4), '198.51']) expect(bytes).not.toContain(secretText)
    }
    // another route has other counters, and other names for them
    const next = await partitionsOf(await newRoute({ limits: [apart('ip')] }), one.secret, '198.51.100.7')
    expect(next.get('ip')).not.toBe(first.get('ip'))
  })
})
