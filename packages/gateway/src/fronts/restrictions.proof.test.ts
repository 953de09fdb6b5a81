/** What a call on the route door tells of itself to the restrictions of its key, and what becomes of those in shadow. */
import { compileCidrs, compileRestrictions, type Restriction } from '@claviger/core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { startSeeingUpstream } from '../testing/http-upstream.ts'
import { apiOf, limitOf, routeOf } from '../testing/made-parts.ts'
import { startPlane, until, type Plane } from '../testing/plane.ts'

const home = apiOf('wsp_home')

let upstream: Awaited<ReturnType<typeof startSeeingUpstream>>
let plane: Plane

beforeAll(async () => {
  upstream = await startSeeingUpstream([])
})

afterAll(() => upstream.close())

beforeEach(async () => {
  upstream.seen.length = 0
  plane = await startPlane({ trustedProxies: compileCidrs(['127.0.0.1']) })
  plane.world.addRoute(routeOf('orders', upstream.origin, home))
  plane.world.countries.set('192.0.2.1', 'DE')
})

afterEach(async () => {
  await until(() => plane.gateway.activeCount === 0)
  expect(plane.errors).toEqual([])
  await plane.close()
})

interface Call {
  readonly path?: string
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
}

function callWith(secret: string, { path = '/gw/orders/17', method = 'GET', headers = {} }: Call): Promise<Response> {
  return fetch(plane.origin + path, { method, headers: { authorization: `Bearer ${secret}`, ...headers } })
}

async function outcomeOf(answer: Response): Promise<unknown> {
  if (answer.status === 200) return 'valid'
  const document: unknown = await answer.json()
  return typeof document === 'object' && document !== null && 'code' in document ? document.code : undefined
}

describe('a call', () => {
  test.each<{ readonly restriction: Restriction; readonly good: Call; readonly bad: Call; readonly code: string }>([
    {
      restriction: { kind: 'ip', deny: ['198.51.100.0/24'] },
      good: { headers: { 'x-forwarded-for': '192.0.2.1' } },
      bad: { headers: { 'x-forwarded-for': '198.51.100.1' } },
      code: 'ip_not_allowed',
    },
    {
      restriction: { kind: 'country', allow: ['DE'] },
      good: { headers: { 'x-forwarded-for': '192.0.2.1' } },
      bad: { headers: { 'x-forwarded-for': '192.0.2.2' } },
      code: 'country_not_allowed',
    },
    {
      restriction: { kind: 'origin', allow: ['https://*.example.com'] },
      good: { headers: { origin: 'https://app.example.com' } },
      bad: { headers: { origin: 'https://app.example.org' } },
      code: 'origin_not_allowed',
    },
    {
      restriction: { kind: 'origin', allow: ['https://app.example.com'] },
      good: { headers: { referer: 'https://app.example.com/page?x=1' } },
      bad: {},
      code: 'origin_not_allowed',
    },
    {
      restriction: { kind: 'user_agent', allow: ['MyApp/*'] },
      good: { headers: { 'user-agent': 'myapp/2' } },
      bad: { headers: { 'user-agent': 'curl/8' } },
      code: 'user_agent_not_allowed',
    },
    {
      restriction: { kind: 'request', allow: [{ methods: ['GET'], path: '/{id}' }] },
      good: { path: '/gw/orders/17?x=/' },
      bad: { method: 'DELETE' },
      code: 'request_not_allowed',
    },
  ])('is judged on its own facts by $restriction', async ({ restriction, good, bad, code }) => {
    const { secret } = plane.world.addKey(home, { restrictions: compileRestrictions([restriction]) })
    expect(await outcomeOf(await callWith(secret, good))).toBe('valid')
    expect(await outcomeOf(await callWith(secret, bad))).toBe(code)
    await until(() => plane.world.records.length === 2)
    const [allowed, refused] = plane.world.records
    expect(allowed).toMatchObject({ code: 'valid', rule: 'all' })
    expect(refused).toMatchObject({ code, rule: `key.restrictions/0.${restriction.kind}` })
    expect(upstream.seen).toHaveLength(1)
  })

  test('is journaled with where it came from, and nothing of a page but its origin', async () => {
    const { secret } = plane.world.addKey(home)
    const origin = 'https://app.example.com'
    await callWith(secret, { headers: { origin, referer: `${origin}/secret?x=secret` } })
    await callWith(secret, { headers: { referer: `${origin}/secret?x=secret` } })
    await callWith(secret, {})
    await until(() => plane.world.records.length === 3)
    for (const told of [plane.world.opened, plane.world.records]) {
      expect(told.map(({ facts }) => facts)).toEqual([{ origin }, { referer: origin }, undefined])
      expect(JSON.stringify(told)).not.toContain('/secret')
    }
  })

  test('without TLS has no certificate, and on a route that does not say where no version of an api: keys that are held to one are refused', async () => {
    const { secret } = plane.world.addKey(home, {
      restrictions: compileRestrictions([{ kind: 'client_certificate', thumbprints: ['ab'.repeat(32)] }]),
    })
    expect(await outcomeOf(await callWith(secret, {}))).toBe('certificate_not_allowed')
    const versioned = plane.world.addKey(home, {
      restrictions: compileRestrictions([{ kind: 'api_version', allow: ['1'] }]),
    })
    expect(await outcomeOf(await callWith(versioned.secret, {}))).toBe('api_version_not_allowed')
  })
})

describe('a restriction in shadow mode', () => {
  const restrictions = compileRestrictions([
    { kind: 'ip', mode: 'shadow', allow: ['10.0.0.0/8'] },
    { kind: 'user_agent', mode: 'shadow', allow: ['*'] },
    { kind: 'country', mode: 'shadow', allow: ['FR'] },
  ])
  const shadow = [
    { code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' },
    { code: 'country_not_allowed', rule: 'key.restrictions/2.country' },
  ]

  test('lets the call through and stands in its record, before and after', async () => {
    const { secret } = plane.world.addKey(home, { restrictions })
    expect(await outcomeOf(await callWith(secret, {}))).toBe('valid')
    await until(() => plane.world.records.length === 1)
    expect(plane.world.opened[0]).toMatchObject({ code: 'valid', shadow })
    expect(plane.world.records[0]).toMatchObject({ code: 'valid', shadow })
  })

  test('stands in the record of a call that a later stage refuses', async () => {
    const { secret } = plane.world.addKey(home, { restrictions, limits: [limitOf('requests', 1, 60_000)] })
    await callWith(secret, {})
    expect(await outcomeOf(await callWith(secret, {}))).toBe('limit_reached')
    expect(await outcomeOf(await callWith(secret, { path: '/gw/nowhere' }))).toBe('route_not_found')
    await until(() => plane.world.records.length === 3)
    expect(plane.world.records.map((record) => record.shadow)).toEqual([shadow, shadow, shadow])
  })

  test('stands in the record of an answer that a door gives by itself', async () => {
    const { secret } = plane.world.addKey(home, { restrictions })
    expect((await callWith(secret, { path: '/openai/v1/models' })).status).toBe(200)
    expect(plane.world.records[0]).toMatchObject({ code: 'valid', shadow })
  })

  test('that would let the call through leaves no trace', async () => {
    const { secret } = plane.world.addKey(home, {
      restrictions: compileRestrictions([{ kind: 'ip', mode: 'shadow', allow: ['127.0.0.1'] }]),
    })
    await callWith(secret, {})
    await until(() => plane.world.records.length === 1)
    expect(plane.world.records[0]?.shadow).toBeUndefined()
  })
})
