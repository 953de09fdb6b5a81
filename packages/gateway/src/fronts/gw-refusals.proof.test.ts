/** What the route door refuses, how it says so, and what it does when something of ours is gone. */
import { compileRestrictions, compileScopes } from '@claviger/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSeeingUpstream } from '../testing/http-upstream.ts'
import { apiOf, limitOf, routeOf } from '../testing/made-parts.ts'
import { type MadeKey, type Weather } from '../testing/memory-ports.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'
import { callRaw } from '../testing/raw-socket.ts'

const home = apiOf('wsp_home')
const away = apiOf('wsp_away')

let upstream: Awaited<ReturnType<typeof startSeeingUpstream>>
let plane: Plane
let caller: MadeKey

beforeAll(async () => {
  upstream = await startSeeingUpstream([])
})

afterAll(() => upstream.close())

beforeEach(async () => {
  upstream.seen.length = 0
  plane = await startPlane()
  plane.world.addRoute(routeOf('orders', upstream.origin, home))
  caller = plane.world.addKey(home)
})

afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.openStreams.size).toBe(0)
  expect(plane.errors).toEqual([])
  await plane.close()
})

function call(path: string, init: RequestInit & { readonly key?: string | undefined } = {}): Promise<Response> {
  const { key = caller.secret, ...rest } = init
  return fetch(plane.origin + path, { ...rest, headers: { authorization: `Bearer ${key}`, ...rest.headers } })
}

/** The code of a problem document. */
async function codeOf(answer: Response): Promise<unknown> {
  const document: unknown = await answer.json()
  return typeof document === 'object' && document !== null && 'code' in document ? document.code : undefined
}

describe('a refusal', () => {
  test.each([
    {
      name: 'nothing presented',
      headers: {},
      status: 401,
      code: 'credential_missing',
      challenge: 'Bearer realm="claviger"',
    },
    {
      name: 'another scheme',
      headers: { authorization: 'Basic YTpi' },
      status: 401,
      code: 'credential_missing',
      challenge: 'Bearer realm="claviger"',
    },
    {
      name: 'a malformed key',
      headers: { authorization: 'Bearer x' },
      status: 401,
      code: 'credential_invalid',
      challenge: /error="invalid_token"/,
    },
  ])('$name is answered with a document and a challenge', async ({ headers, status, code, challenge }) => {
    const answer = await fetch(`${plane.origin}/gw/orders`, { headers })
    expect(answer.status).toBe(status)
    expect(answer.headers.get('content-type')).toBe('application/problem+json')
    expect(answer.headers.get('www-authenticate')).toMatch(challenge)
    expect(await answer.json()).toMatchObject({ status, code, request_id: answer.headers.get('x-request-id') })
    expect(plane.world.probes.map(({ reason }) => reason)).toEqual([code])
    expect(plane.world.records).toEqual([])
  })

  test('every wrong key gets the same answer, but for its request id', async () => {
    const wrongSecret =
      caller.secret.slice(0, -7) + (caller.secret.at(-7) === 'a' ? 'b' : 'a') + caller.secret.slice(-6)
    const unknown = plane.world.addKey(apiOf('wsp_home')).secret
    const stranger = (await startPlaneKey()).secret
    const shapes = new Set<string>()
    for (const key of ['x', 'acme_test_abc', wrongSecret, stranger]) {
      const answer = await call('/gw/orders', { key })
      const body = (await answer.text()).replace(/req_[0-9a-z]{26}/, '')
      const fields = [...answer.headers].filter(([name]) => name !== 'date' && name !== 'x-request-id')
      shapes.add(JSON.stringify([answer.status, fields, body]))
    }
    expect(shapes.size).toBe(1)
    expect(plane.world.failures.map(({ reason }) => reason)).toEqual([
      'malformed',
      'malformed',
      'checksum',
      'unknown_id',
    ])
    expect((await call('/gw/orders', { key: unknown })).status).toBe(200)
  })

  async function startPlaneKey(): Promise<MadeKey> {
    const other = await startPlane()
    const made = other.world.addKey(home)
    await other.close()
    return made
  }

  test('an address that keeps trying is told to wait', async () => {
    for (let count = 0; count < 20; count += 1) await (await call('/gw/orders', { key: 'x' })).text()
    const answer = await call('/gw/orders')
    expect(answer.status).toBe(429)
    expect(await answer.json()).toMatchObject({ code: 'probing' })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('a wrong key that many fail at is told to wait; the right one never is', async () => {
    plane.world.weather.isKeyProbed = true
    const answer = await call('/gw/orders', { key: 'x' })
    expect([answer.status, await codeOf(answer)]).toEqual([429, 'probing'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await call('/gw/orders')).status).toBe(200)
  })

  test('of a route that is not there looks like one of another workspace, whatever the method', async () => {
    plane.world.addRoute(routeOf('theirs', upstream.origin, away, { methods: new Set(['PUT']), maxBodyBytes: 1 }))
    const shapes = new Set<string>()
    for (const name of ['theirs', 'nothing']) {
      const answer = await call(`/gw/${name}/x`, { method: 'POST', body: 'abc' })
      expect(answer.status).toBe(404)
      shapes.add((await answer.text()).replace(/req_[0-9a-z]{26}/, ''))
    }
    expect(shapes.size).toBe(1)
    expect((await fetch(`${plane.origin}/gw/nothing`)).status).toBe(401)
  })

  test("a good key in a place that only another workspace's route reads was not presented at all", async () => {
    plane.world.addRoute(routeOf('theirs', upstream.origin, away, { keyHeaders: ['x-their-key'] }))
    expect(await answersTo({ 'x-their-key': caller.secret })).toEqual([401, 401, 'same'])
  })

  test.each<readonly [string, () => Readonly<Record<string, string>>]>([
    ['no key', () => ({ 'x-their-key': 'x' })],
    ['no key, beside another that is none', () => ({ 'x-their-key': 'x', authorization: 'Bearer y' })],
    ['no key, beside a good one', () => ({ 'x-their-key': 'x', authorization: `Bearer ${caller.secret}` })],
  ])(
    "%s in a place that only another workspace's route reads tells nobody that it is there",
    async (_name, headers) => {
      plane.world.addRoute(routeOf('theirs', upstream.origin, away, { keyHeaders: ['x-their-key'] }))
      expect((await answersTo(headers()))[2]).toBe('same')
    },
  )

  test('a good key beside a different one in the place of its own route is refused', async () => {
    plane.world.addRoute(routeOf('ours', upstream.origin, home, { keyHeaders: ['x-our-key'] }))
    const answer = await call('/gw/ours', { headers: { 'x-our-key': 'other' } })
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'bad_header'])
  })

  test('two different credentials are refused, the same one twice is not', async () => {
    const both = await call('/gw/orders', { headers: { 'x-api-key': 'other' } })
    expect([both.status, await codeOf(both)]).toEqual([400, 'bad_header'])
    expect((await call('/gw/orders', { headers: { 'x-api-key': caller.secret } })).status).toBe(200)
    const basic = await callRaw(plane.port, {
      bytes: `GET /gw/orders HTTP/1.1\r\nHost: a\r\nAuthorization: Basic YTpi\r\nX-Api-Key: ${caller.secret}\r\nConnection: close\r\n\r\n`,
    })
    expect(basic.status).toBe(400)
  })

  test('a key in the query is refused, other long values are not', async () => {
    const answer = await call(`/gw/orders?a=1&api_key=${caller.secret.replaceAll('_', '%5F')}`)
    expect([answer.status, await codeOf(answer)]).toEqual([400, 'query_credential'])
    expect((await call(`/gw/orders?token=${'x'.repeat(100)}`)).status).toBe(200)
  })

  test.each([
    { name: 'expired', changes: { expiresAtMs: 1 }, status: 401, code: 'key_expired' },
    { name: 'revoked', changes: { revokedAtMs: 1 }, status: 401, code: 'key_revoked' },
    { name: 'deleted', changes: { deletedAtMs: 1 }, status: 401, code: 'key_deleted' },
    { name: 'disabled', changes: { disabledAtMs: 1 }, status: 403, code: 'key_disabled' },
    { name: 'asleep', changes: { dormantAtMs: 1 }, status: 403, code: 'key_dormant' },
    { name: 'for another api', changes: { apis: [] }, status: 403, code: 'api_not_allowed' },
    {
      name: 'from elsewhere',
      changes: { restrictions: compileRestrictions([{ kind: 'ip', allow: ['192.0.2.0/24'] }]) },
      status: 403,
      code: 'ip_not_allowed',
    },
    { name: 'without the scope', changes: { scopes: compileScopes([]) }, status: 403, code: 'scope_missing' },
  ])('a key $name is refused with $status $code and journaled', async ({ changes, status, code }) => {
    plane.world.addRoute(routeOf('orders', upstream.origin, home, { requiredScopes: ['read'] }))
    const { secret } = plane.world.addKey(home, changes)
    const answer = await call('/gw/orders', { key: secret })
    expect([answer.status, await codeOf(answer)]).toEqual([status, code])
    expect(answer.headers.get('www-authenticate')).toContain(status === 401 ? 'invalid_token' : 'insufficient_scope')
    expect(plane.world.records[0]).toMatchObject({ code, status, targetId: 'rte_orders' })
    expect(upstream.seen).toEqual([])
  })

  test('a missing scope is named in the challenge', async () => {
    plane.world.addRoute(routeOf('orders', upstream.origin, home, { requiredScopes: ['read', 'write', 'admin'] }))
    const answer = await call('/gw/orders')
    expect(answer.headers.get('www-authenticate')).toBe(
      'Bearer realm="claviger", error="insufficient_scope", scope="write admin"',
    )
  })

  test('a revocation in the feed counts though the snapshot is old', async () => {
    plane.world.revoked.add(caller.key.id)
    expect((await call('/gw/orders')).status).toBe(401)
  })

  test('a disabled app is told as such, though the feed hurries its news like a revocation', async () => {
    const app = { current: { ...caller.key.app.current, disabledAtMs: 1 } }
    const { key, secret } = plane.world.addKey(home, { app })
    plane.world.revoked.add(key.id)
    const answer = await call('/gw/orders', { key: secret })
    expect([answer.status, await codeOf(answer)]).toEqual([403, 'app_disabled'])
  })

  test('a method that the route does not serve is told which it does', async () => {
    plane.world.addRoute(routeOf('orders', upstream.origin, home, { methods: new Set(['GET', 'PUT']) }))
    const answer = await call('/gw/orders', { method: 'DELETE' })
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, PUT'])
  })

  test('a limit that is reached tells when to come back, and refused calls do not count', async () => {
    const { secret } = plane.world.addKey(home, { limits: [limitOf('requests', 2, 60_000)] })
    const statuses: number[] = []
    for (let count = 0; count < 4; count += 1) statuses.push((await call('/gw/orders', { key: secret })).status)
    expect(statuses).toEqual([200, 200, 429, 429])
    const answer = await call('/gw/orders', { key: secret })
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(50)
    expect(answer.headers.get('ratelimit')).toMatch(/^"requests";r=0;t=\d+$/)
    expect(await answer.json()).toMatchObject({ code: 'limit_reached' })
  })
})

const REFUSED_BY_DISK = {
  dependency: 'journal',
  mode: 'refuse',
  outcome: 'refused',
  target: { type: 'journal', id: 'journal', workspaceId: undefined },
}

describe('when something of ours is gone', () => {
  test.each([
    { name: 'the database, for a key that is not cached', weather: { isStoreGone: true }, code: 'unavailable' },
    { name: 'the counters', weather: { areCountersLost: true }, code: 'counters_unavailable' },
    { name: 'the journal', weather: { isJournalFull: true }, code: 'journal_full' },
    { name: 'the feed, on a route that denies', weather: { feedAgeMs: 2_001 }, code: 'feed_lost' },
  ])('$name: 503, never 401', async ({ weather, code }) => {
    Object.assign(plane.world.weather, weather)
    const { secret } = plane.world.addKey(home, { limits: [limitOf('requests', 2, 60_000)] })
    const answer = await call('/gw/orders', { key: secret })
    expect([answer.status, await codeOf(answer)]).toEqual([503, code])
    expect(answer.headers.get('retry-after')).not.toBeNull()
    expect(plane.world.failures).toEqual([])
  })

  test('what is refused because the journal is full is counted, and not journaled', async () => {
    plane.world.weather.isJournalFull = true
    for (let count = 0; count < 3; count += 1) expect((await call('/gw/orders')).status).toBe(503)
    expect(plane.world.records).toEqual([])
    expect(plane.world.failureModes).toEqual(Array.from({ length: 3 }, () => REFUSED_BY_DISK))
  })

  test('each decision that goes by a failure mode is told, with what declares the mode', async () => {
    const { world } = plane
    const serves = { mode: 'serve_known', maxStaleMs: 5_000 } as const
    const lenient = apiOf('wsp_home', { id: 'api_lenient', onFeedLoss: serves })
    world.addRoute(routeOf('own', upstream.origin, home, { onFeedLoss: serves }))
    world.addRoute(routeOf('inherited', upstream.origin, lenient))
    const refusing = world.addKey(home, { apis: [home, lenient], limits: [limitOf('requests', 9, 60_000)] })
    const allowing = world.addKey(home, {
      apis: [home, lenient],
      limits: [{ ...limitOf('lax', 9, 60_000), onCounterLoss: 'open' }],
    })
    const told = async (path: string, key: string, weather: Partial<Weather>) => {
      Object.assign(world.weather, weather)
      const { status } = await call(path, { key })
      Object.assign(world.weather, { feedAgeMs: 0, areCountersLost: false, isStoreGone: false })
      return [status, world.failureModes.splice(0)]
    }
    const use = (mode: string, [type, id]: readonly [string, string], outcome: string) =>
      expect.objectContaining({ mode, target: { type, id, workspaceId: 'wsp_home' }, outcome })
    const { secret } = allowing

    expect(await told('/gw/own', secret, {})).toEqual([200, []])
    expect(await told('/gw/own', secret, { feedAgeMs: 3_000 })).toEqual([
      200,
      [use('serve_known', ['route', 'rte_own'], 'served')],
    ])
    expect(await told('/gw/own', secret, { feedAgeMs: 5_001 })).toEqual([
      503,
      [use('serve_known', ['route', 'rte_own'], 'refused')],
    ])
    expect(await told('/gw/inherited', secret, { feedAgeMs: 3_000 })).toEqual([
      200,
      [use('serve_known', ['api', 'api_lenient'], 'served')],
    ])
    expect(await told('/gw/orders', secret, { feedAgeMs: 3_000 })).toEqual([
      503,
      [use('deny', ['api', 'api_wsp_home'], 'refused')],
    ])
    expect(await told('/gw/orders', secret, { areCountersLost: true })).toEqual([
      200,
      [use('open', ['limit', 'test:lax'], 'served')],
    ])
    expect(await told('/gw/orders', refusing.secret, { areCountersLost: true })).toEqual([
      503,
      [use('closed', ['limit', 'test:requests'], 'refused')],
    ])
    expect(await told('/gw/orders', secret, { isStoreGone: true })).toEqual([
      503,
      [
        {
          dependency: 'store',
          mode: 'refuse_unknown',
          target: { type: 'store', id: 'database', workspaceId: undefined },
          outcome: 'refused',
        },
      ],
    ])
  })

  test('a route that serves known keys does so until its bound', async () => {
    plane.world.addRoute(
      routeOf('orders', upstream.origin, home, { onFeedLoss: { mode: 'serve_known', maxStaleMs: 600_000 } }),
    )
    plane.world.weather.feedAgeMs = 600_000
    expect((await call('/gw/orders')).status).toBe(200)
    plane.world.weather.feedAgeMs = 600_001
    expect((await call('/gw/orders')).status).toBe(503)
  })
})

test('no route serves known keys for longer than this process may, whatever it declares', async () => {
  const strict = await startPlane({ serveKnownMs: 5_000 })
  try {
    strict.world.addRoute(
      routeOf('orders', upstream.origin, home, { onFeedLoss: { mode: 'serve_known', maxStaleMs: 600_000 } }),
    )
    const authorization = `Bearer ${strict.world.addKey(home).secret}`
    const statusAt = async (feedAgeMs: number): Promise<number> => {
      strict.world.weather.feedAgeMs = feedAgeMs
      return (await fetch(`${strict.origin}/gw/orders`, { headers: { authorization } })).status
    }
    expect([await statusAt(5_000), await statusAt(5_001)]).toEqual([200, 503])
  } finally {
    await strict.close()
  }
})

test('a process that does not serve calls leaves every door to others, and still refuses what no server should read', async () => {
  const idle = await startPlane({ isServing: false })
  try {
    for (const [path, method] of [
      ['/gw/orders', 'GET'],
      ['/openai/v1/models', 'GET'],
      ['/api/v1/keys/verify', 'POST'],
      ['/api/v1/keys/changes', 'GET'],
      ['/authz/jwks.json', 'GET'],
    ] as const)
      expect(await (await fetch(idle.origin + path, { method })).text()).toBe('another door')
    const twice = await callRaw(idle.port, {
      bytes: 'GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\nConnection: close\r\n\r\n',
    })
    expect(twice.status).toBe(400)
  } finally {
    await idle.close()
  }
})

/** What a route of another workspace and none at all answer, and whether that is one and the same. */
async function answersTo(headers: Readonly<Record<string, string>>): Promise<readonly [number, number, string]> {
  const [theirs, nothing] = await Promise.all(
    ['theirs', 'nothing'].map(async (name) => {
      const answer = await fetch(`${plane.origin}/gw/${name}`, { headers })
      const text = (await answer.text()).replace(/req_[0-9a-z]{26}/, '')
      return { status: answer.status, all: text + String(answer.headers.get('www-authenticate')) }
    }),
  )
  return [
    theirs?.status ?? 0,
    nothing?.status ?? 0,
    theirs?.all === nothing?.all ? 'same' : `${theirs?.all} / ${nothing?.all}`,
  ]
}
