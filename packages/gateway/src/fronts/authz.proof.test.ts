import { createPublicKey, verify as verifySignature } from 'node:crypto'
import { compileCidrs, compileRestrictions, compileScopes, type LimitPolicy } from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { CLIENT, codeOf, orders, startAuthzPlane, type AuthzPlane } from '../testing/authz-plane.ts'
import { apiOf, limitOf } from '../testing/made-parts.ts'
import { FORWARD_AUTH_SECRET } from '../testing/memory-ports.ts'
import { until } from '../testing/plane.ts'
import type { RawAnswer } from '../testing/raw-client.ts'

let it: AuthzPlane
let ask: AuthzPlane['ask']
let world: AuthzPlane['plane']['world']

beforeEach(async () => {
  it = await startAuthzPlane()
  ask = it.ask
  world = it.plane.world
})
afterEach(async () => {
  await until(() => it.plane.gateway.activeCount === 0)
  await it.plane.close()
  expect(it.plane.errors).toEqual([])
})

const field = ({ headers }: RawAnswer, name: string): string => String(headers[name])
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())

describe('a good key', () => {
  test('is let through, and the proxy is told whose it is', async () => {
    const answer = await ask('api=orders&scope=read')
    expect([answer.status, field(answer, 'cache-control')]).toEqual([200, 'no-store'])
    expect(answer.headers).toMatchObject({
      'x-claviger-key-id': it.made.key.id,
      'x-claviger-app-id': 'app_wsp_home',
      'x-claviger-scopes': 'read write',
    })
    expect(JSON.parse(answer.body.toString())).toMatchObject({ sub: it.made.key.id, aud: 'api_wsp_home' })
  })

  test('is journaled as a call on the path that the client asked for, with what the proxy asked', async () => {
    await ask('api=orders&scope=read&cost=3', { 'user-agent': 'shop/1' })
    expect(world.records).toMatchObject([
      {
        door: 'authz',
        apiId: 'api_wsp_home',
        targetId: undefined,
        method: 'GET',
        path: '/orders/17',
        clientIp: CLIENT,
        userAgent: 'shop/1',
        code: 'valid',
        status: 200,
        facts: { scopes: ['read'], cost: 3 },
      },
    ])
  })

  test('gives a place that it took back at once: nobody tells when the call ends', async () => {
    const { id, name, ...shared } = limitOf('at once', 1, 60_000)
    const slots: LimitPolicy = {
      id,
      name,
      kind: 'concurrency',
      class: shared.class,
      limit: 1,
      mode: shared.mode,
      onCounterLoss: 'closed',
    }
    const { secret } = world.addKey(orders, { limits: [slots] })
    for (let count = 0; count < 3; count += 1)
      expect((await ask('api=orders', { authorization: `Bearer ${secret}` })).status).toBe(200)
    expect(world.held.size).toBe(0)
  })

  test.each(['POST', 'DELETE', 'PROPFIND', 'OPTIONS'])('may call with %s, as the proxy says', async (method) => {
    expect((await ask('api=orders', { 'x-forwarded-method': method })).status).toBe(200)
    expect(world.records[0]?.method).toBe(method)
  })

  test('with a body that the proxy passes on is decided without it', async () => {
    const answer = await it.askAt('/authz/forward?api=orders', 'POST', {
      'x-forwarded-method': 'POST',
      'x-forwarded-uri': '/orders',
      'x-forwarded-for': CLIENT,
      authorization: `Bearer ${it.made.secret}`,
      'content-length': '5000000',
    })
    expect(answer.status).toBe(200)
  })
})

describe('the identity', () => {
  test('is a JWT for this api that the published keys verify', async () => {
    const token = field(await ask('api=orders'), 'x-claviger-identity')
    const jwks = await fetch(`${it.plane.origin}/authz/jwks.json`)
    expect(jwks.headers.get('content-type')).toBe('application/jwk-set+json')
    const { keys } = (await jwks.json()) as { keys: [Record<string, string>] }
    const [header = '', payload = '', signature = ''] = token.split('.')
    const key = createPublicKey({ format: 'jwk', key: keys[0] })
    const isGood = verifySignature(
      'sha256',
      Buffer.from(`${header}.${payload}`),
      { key, dsaEncoding: 'ieee-p1363' },
      Buffer.from(signature, 'base64url'),
    )
    expect(isGood).toBe(true)
    const claims = claimsOf(token)
    expect(claims).toMatchObject({
      iss: 'https://claviger.example',
      sub: it.made.key.id,
      aud: 'api_wsp_home',
      scope: 'read write',
      app_id: 'app_wsp_home',
      workspace_id: 'wsp_home',
      key_version: 1,
    })
    expect(Number(claims['exp']) - Number(claims['iat'])).toBe(300)
  })

  test('is signed once, and again when the key, its api or its app is another', async () => {
    const tokens = [await ask('api=orders'), await ask('api=orders&scope=read')].map((answer) =>
      field(answer, 'x-claviger-identity'),
    )
    expect(tokens[0]).toBe(tokens[1])
    const before = it.made.key.app.current
    it.made.key.app.current = { ...before, name: 'renamed' }
    expect(field(await ask('api=orders'), 'x-claviger-identity')).not.toBe(tokens[0])
  })

  test('does not outlive the key', async () => {
    const { secret } = world.addKey(orders, { expiresAtMs: Date.now() + 20_000 })
    const claims = claimsOf(
      field(await ask('api=orders', { authorization: `Bearer ${secret}` }), 'x-claviger-identity'),
    )
    expect(Number(claims['exp']) - Number(claims['iat'])).toBeLessThanOrEqual(20)
  })
})

describe('a refusal', () => {
  test.each([
    { name: 'no key', fields: { authorization: undefined }, status: 401, code: 'credential_missing' },
    { name: 'an unknown key', fields: { authorization: 'Bearer nobody' }, status: 401, code: 'credential_invalid' },
    { name: 'two keys', fields: { 'x-api-key': 'another' }, status: 400, code: 'bad_header' },
    { name: 'a scope that is missing', question: 'api=orders&scope=admin', status: 403, code: 'scope_missing' },
  ])('because of $name is told as our own doors tell it', async ({ question = 'api=orders', fields, status, code }) => {
    const answer = await ask(question, fields)
    expect([answer.status, codeOf(answer)]).toEqual([status, code])
    expect(field(answer, 'content-type')).toBe('application/problem+json')
    expect(field(answer, 'www-authenticate')).toContain('Bearer realm="claviger"')
  })

  test('by a limit carries when to come again', async () => {
    const { secret } = world.addKey(orders, { limits: [limitOf('calls', 2, 60_000)] })
    const authorization = `Bearer ${secret}`
    expect(field(await ask('api=orders', { authorization }), 'ratelimit')).toContain('r=1')
    const answer = await ask('api=orders&cost=2', { authorization })
    expect([answer.status, codeOf(answer)]).toEqual([429, 'limit_reached'])
    expect(Number(field(answer, 'retry-after'))).toBeGreaterThan(0)
    expect(field(answer, 'ratelimit-policy')).toContain('q=2')
  })

  test('with deny=403 is a 403 that says what it stands for', async () => {
    const { secret } = world.addKey(orders, { limits: [limitOf('calls', 1, 60_000)] })
    const answer = await ask('api=orders&cost=2&deny=403', { authorization: `Bearer ${secret}` })
    expect([answer.status, field(answer, 'x-claviger-status')]).toEqual([403, '429'])
    const [first, second] = [await ask('api=orders&deny=403', { authorization: 'Bearer x' }), await ask('deny=403')]
    expect([first.status, field(first, 'x-claviger-status')]).toEqual([403, '401'])
    expect(JSON.parse(field(first, 'x-claviger-problem'))).toEqual(JSON.parse(first.body.toString()))
    expect([second.status, field(second, 'x-claviger-status')]).toEqual([403, '400'])
  })

  test('is judged by the address of the client and the path that it asked for', async () => {
    const restrictions = compileRestrictions([
      { kind: 'ip', allow: ['203.0.113.0/24'] },
      { kind: 'request', allow: [{ methods: ['GET'], path: '/orders/{id}' }] },
    ])
    const authorization = `Bearer ${world.addKey(orders, { restrictions }).secret}`
    expect((await ask('api=orders', { authorization })).status).toBe(200)
    expect(codeOf(await ask('api=orders', { authorization, 'x-forwarded-for': '198.51.100.1' }))).toBe('ip_not_allowed')
    expect(codeOf(await ask('api=orders', { authorization, 'x-forwarded-method': 'POST' }))).toBe('request_not_allowed')
    expect(codeOf(await ask('api=orders', { authorization, 'x-forwarded-uri': '/users/1' }))).toBe(
      'request_not_allowed',
    )
  })

  test('of a key of another workspace does not tell that there is one', async () => {
    const stranger = world.addKey(apiOf('wsp_away'))
    const answers = [stranger.secret, 'nobody'].map(async (key) =>
      ask('api=orders', { authorization: `Bearer ${key}` }),
    )
    const [one, other] = (await Promise.all(answers)).map(({ status, body }) => {
      const { request_id: _id, ...document } = JSON.parse(body.toString())
      return { status, document }
    })
    expect(one).toEqual(other)
    expect(world.failures).toHaveLength(2)
  })

  test('of an address that keeps trying keys holds for that address, not for the proxy', async () => {
    for (let count = 0; count < 20; count += 1) await ask('api=orders', { authorization: 'Bearer nobody' })
    expect((await ask('api=orders')).status).toBe(429)
    expect((await ask('api=orders', { 'x-forwarded-for': '198.51.100.1' })).status).toBe(200)
  })
})

describe('when something of ours is gone', () => {
  test.each([
    { name: 'the database', weather: { isStoreGone: true }, code: 'unavailable' },
    { name: 'the counters', weather: { areCountersLost: true }, code: 'counters_unavailable' },
    { name: 'the journal', weather: { isJournalFull: true }, code: 'journal_full' },
    { name: 'the feed', weather: { feedAgeMs: 60_001 }, code: 'feed_lost' },
  ])('$name: 503, never 401', async ({ weather, code }) => {
    const { secret } = world.addKey(orders, { limits: [limitOf('requests', 10, 60_000)] })
    Object.assign(world.weather, weather)
    const answer = await ask('api=orders', { authorization: `Bearer ${secret}` })
    expect([answer.status, codeOf(answer)]).toEqual([503, code])
  })
})

describe('who may ask', () => {
  test('is a trusted address or whoever knows the secret; to others there is nothing here', async () => {
    const untrusting = await startAuthzPlane({ trustedProxies: compileCidrs([]) })
    try {
      const nothing = await untrusting.askAt('/authz/nothing', 'GET', {})
      for (const secret of [undefined, 'a guess', `${FORWARD_AUTH_SECRET}x`]) {
        const answer = await untrusting.ask('api=orders', { 'x-claviger-secret': secret })
        expect([answer.status, answer.body.toString()]).toEqual([nothing.status, nothing.body.toString()])
      }
      const trusted = await untrusting.ask('api=orders', { 'x-claviger-secret': FORWARD_AUTH_SECRET })
      expect([trusted.status, field(trusted, 'x-claviger-key-id')]).toEqual([200, untrusting.made.key.id])
      expect(untrusting.plane.world.records).toMatchObject([{ clientIp: CLIENT }])
    } finally {
      await untrusting.plane.close()
    }
  })
})

describe('a question that is none', () => {
  test.each([
    { question: '', pointers: ['/api'] },
    { question: 'api=', pointers: ['/api'] },
    { question: 'api=a&api=b', pointers: ['/api'] },
    { question: 'api=orders&cost=0', pointers: ['/cost'] },
    { question: 'api=orders&cost=1e3', pointers: ['/cost'] },
    { question: 'api=orders&cost=99999999999', pointers: ['/cost'] },
    { question: 'api=orders&deny=404', pointers: ['/deny'] },
    { question: 'api=orders&scope=%22', pointers: ['/scope'] },
    { question: 'api=orders&scopes=read', pointers: ['/scopes'] },
    { question: 'api=orders&api_version=%0a', pointers: ['/api_version'] },
    { question: 'api=%0d%0aX:1&cost=x', pointers: ['/api', '/cost'] },
  ])('"$question": 400 with $pointers', async ({ question, pointers }) => {
    const answer = await ask(question)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'validation_failed'])
    const { errors } = JSON.parse(answer.body.toString()) as { errors: { pointer: string }[] }
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers)
  })

  test('about an api that does not exist: 404', async () => {
    const answer = await ask('api=nothing')
    expect([answer.status, codeOf(answer)]).toEqual([404, 'not_found'])
  })

  test.each([
    { name: 'without the method', fields: { 'x-forwarded-method': undefined } },
    { name: 'without the path', fields: { 'x-forwarded-uri': undefined } },
    { name: 'without the client', fields: { 'x-forwarded-for': undefined } },
    { name: 'with a client that is none', fields: { 'x-forwarded-for': 'unknown' } },
    { name: 'with a method that is none', fields: { 'x-forwarded-method': 'GET, POST' } },
    { name: 'with a method of its own family missing', fields: { 'x-original-uri': '/orders/17' } },
    {
      name: 'with another path in the other family',
      fields: { 'x-original-method': 'GET', 'x-original-uri': '/secret' },
    },
    {
      name: 'with another method in the other family',
      fields: { 'x-original-method': 'POST', 'x-original-uri': '/orders/17' },
    },
    {
      name: 'with two different addresses of the call',
      fields: {
        'x-forwarded-uri': undefined,
        'x-forwarded-method': undefined,
        'x-original-method': 'GET',
        'x-original-uri': '/a',
        'x-original-url': 'http://host/b',
      },
    },
  ])('$name: 400', async ({ fields }) => {
    const answer = await ask('api=orders', fields)
    expect([answer.status, codeOf(answer)]).toEqual([400, 'bad_header'])
    expect(world.records).toEqual([])
  })

  test.each([
    ['a dot segment', '/orders/../users'],
    ['an escaped slash', '/orders%2fusers'],
    ['no path', 'orders'],
    ['two addresses in one field', '/orders/17, /users'],
    ['an empty segment', '//orders'],
  ])('with %s in its path: 400', async (_name, uri) => {
    const answer = await ask('api=orders', { 'x-forwarded-uri': uri })
    expect([answer.status, codeOf(answer)]).toEqual([400, 'bad_path'])
  })

  test('with a key in its query: 400', async () => {
    const answer = await ask('api=orders', { 'x-forwarded-uri': `/orders?key=${it.made.secret}` })
    expect([answer.status, codeOf(answer)]).toEqual([400, 'query_credential'])
  })

  test('with a path longer than any may be: 414', async () => {
    const answer = await ask('api=orders', { 'x-forwarded-uri': `/${'x'.repeat(9_000)}` })
    expect(answer.status).toBe(414)
  })
})

describe("nginx's fields", () => {
  test.each([{ 'x-original-uri': '/orders/17?page=2' }, { 'x-original-url': 'https://shop.example/orders/17?page=2' }])(
    'are read: %j',
    async (uri) => {
      const fields = { 'x-forwarded-method': undefined, 'x-forwarded-uri': undefined }
      const answer = await ask('api=orders', { ...fields, 'x-original-method': 'PUT', ...uri })
      expect(answer.status).toBe(200)
      expect(world.records).toMatchObject([{ method: 'PUT', path: '/orders/17' }])
    },
  )
})

describe("Envoy's door", () => {
  const asked = (): Record<string, string> => ({
    authorization: `Bearer ${it.made.secret}`,
    'x-forwarded-for': CLIENT,
    // of the client: nobody reads them here
    'x-forwarded-uri': '/public',
    'x-forwarded-method': 'OPTIONS',
  })

  test('takes the question from the prefix, the path from behind it and the method from the line', async () => {
    const answer = await it.askAt('/authz/envoy/api=orders&scope=read/orders/17?page=2', 'DELETE', asked())
    expect(answer.status).toBe(200)
    expect(world.records).toMatchObject([{ method: 'DELETE', path: '/orders/17', facts: { scopes: ['read'] } }])
  })

  test.each(['/authz/envoy/api=orders', '/authz/envoy/api=orders/a%2fb', '/authz/envoy/api=orders//a'])(
    'refuses %s',
    async (path) => {
      const answer = await it.askAt(path, 'GET', asked())
      expect([answer.status, codeOf(answer)]).toEqual([400, 'bad_path'])
    },
  )

  test('without a question: 400', async () => {
    const answer = await it.askAt('/authz/envoy//orders', 'GET', asked())
    expect([answer.status, codeOf(answer)]).toEqual([400, 'validation_failed'])
  })
})

test('a server that is stopping says so', async () => {
  const draining = it.plane.gateway.drain(10)
  const answer = await ask('api=orders')
  expect([answer.status, codeOf(answer)]).toEqual([503, 'draining'])
  await draining
})

test('scopes that a proxy asks for are quoted safely in the challenge', async () => {
  const { secret } = world.addKey(orders, { scopes: compileScopes([]) })
  const answer = await ask('api=orders&scope=%27a%27', { authorization: `Bearer ${secret}` })
  expect(field(answer, 'www-authenticate')).toContain(`scope="'a'"`)
})
