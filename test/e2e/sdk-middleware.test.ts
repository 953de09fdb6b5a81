/** One suite of HTTP cases over all middlewares, and the gateway beside them: the same request gets the same answer. */
import express from 'express'
import fastify from 'fastify'
import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { compileRestrictions, compileScopes, makeId, type KeyPart } from '@claviger/core'
import { guardExpress } from '@claviger/sdk/express'
import { guardFastify } from '@claviger/sdk/fastify'
import { callerOf, guardListener, type GuardOptions } from '@claviger/sdk/node'
import { createVerifier, type Verifier } from '@claviger/sdk/verifier'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { limitOf, routeOf } from '../../packages/gateway/src/testing/made-parts.ts'
import {
  endVerifyPlane,
  home,
  startVerifyPlane,
  type VerifyPlane,
} from '../../packages/gateway/src/testing/verify-plane.ts'

interface Front {
  /** Without a slash at its end. */
  readonly origin: string
  close(): Promise<unknown>
}

const FRONTS = {
  'node:http': async (options: GuardOptions) =>
    listening(guardListener(options, (request, response) => response.end(callerOf(request).key.id))),
  express: async (options: GuardOptions) => {
    const app = express()
    app.use(guardExpress(options))
    app.use((request, response) => void response.end(callerOf(request).key.id))
    return listening(app)
  },
  fastify: async (options: GuardOptions): Promise<Front> => {
    const app = fastify()
    app.addHook('onRequest', guardFastify(options))
    app.all('/*', (request) => callerOf(request).key.id)
    const origin = await app.listen({ port: 0, host: '127.0.0.1' })
    return { origin, close: async () => app.close() }
  },
} as const

let plane: VerifyPlane
let verifier: Verifier
let upstream: Front
const fronts = new Map<string, Front>()

async function listening(listener: RequestListener): Promise<Front> {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a TCP server's address is one
  const { port } = server.address() as AddressInfo
  return {
    origin: `http://127.0.0.1:${port}`,
    close: async () => {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(resolve))
    },
  }
}

beforeAll(async () => {
  plane = await startVerifyPlane()
  upstream = await listening((_request, response) => response.end('ok'))
  plane.plane.world.addRoute(routeOf('orders', upstream.origin, home, { requiredScopes: ['read'] }))
  verifier = createVerifier({ url: plane.plane.origin, credential: 'admin' })
  await verifier.ready()
  const options: GuardOptions = { verifier, apiId: home.current.id, scopes: ['read'] }
  for (const [name, start] of Object.entries(FRONTS)) fronts.set(name, await start(options))
  fronts.set('gateway', { origin: `${plane.plane.origin}/gw/orders`, close: async () => undefined })
})

afterAll(async () => {
  for (const front of fronts.values()) await front.close()
  await verifier.close()
  await upstream.close()
  await endVerifyPlane(plane)
})

interface Case {
  readonly name: string
  readonly key?: Partial<KeyPart>
  /** Left out: as a bearer. */
  readonly headers?: (secret: string) => Readonly<Record<string, string>>
  readonly method?: string
  readonly path?: (secret: string) => string
  readonly body?: string
  /** Calls; the last one is compared. */
  readonly calls?: number
  readonly status: number
  readonly code?: string
}

const bearer = (secret: string) => ({ authorization: `Bearer ${secret}` })
const restricted = (...list: Parameters<typeof compileRestrictions>[0]): Partial<KeyPart> => ({
  restrictions: compileRestrictions(list),
})

const CASES: readonly Case[] = [
  { name: 'a good key as a bearer', status: 200 },
  { name: 'a good key in X-Api-Key', headers: (secret) => ({ 'x-api-key': secret }), status: 200 },
  { name: 'the same key in both', headers: (secret) => ({ ...bearer(secret), 'x-api-key': secret }), status: 200 },
  { name: 'a scheme in other letters', headers: (secret) => ({ authorization: `bEaReR ${secret}` }), status: 200 },
  { name: 'a body', method: 'POST', body: 'x'.repeat(10_000), status: 200 },
  { name: 'nothing presented', headers: () => ({}), status: 401, code: 'credential_missing' },
  { name: 'another scheme', headers: () => ({ authorization: 'Basic YTpi' }), status: 401, code: 'credential_missing' },
  { name: 'an empty bearer', headers: () => ({ authorization: 'Bearer ' }), status: 401, code: 'credential_missing' },
  { name: 'a key that is none', headers: () => bearer('x'), status: 401, code: 'credential_invalid' },
  {
    name: 'a key with its last character changed',
    headers: (secret) => bearer(swapped(secret)),
    status: 401,
    code: 'credential_invalid',
  },
  {
    name: 'a refused body',
    headers: () => bearer('x'),
    method: 'POST',
    body: 'x'.repeat(10_000),
    status: 401,
    code: 'credential_invalid',
  },
  { name: 'two keys', headers: (secret) => ({ ...bearer(secret), 'x-api-key': 'x' }), status: 400, code: 'bad_header' },
  {
    name: 'a key and another scheme',
    headers: (secret) => ({ authorization: 'Basic YTpi', 'x-api-key': secret }),
    status: 400,
    code: 'bad_header',
  },
  { name: 'a key in the query', path: (secret) => `/a?b=1&k=${secret}`, status: 400, code: 'query_credential' },
  { name: 'a long query', path: () => `/a?b=${'x'.repeat(200)}`, status: 200 },
  { name: 'a revoked key', key: { revokedAtMs: 1 }, status: 401, code: 'key_revoked' },
  { name: 'an expired key', key: { expiresAtMs: 1 }, status: 401, code: 'key_expired' },
  { name: 'a deleted key', key: { deletedAtMs: 1 }, status: 401, code: 'key_deleted' },
  { name: 'a key before its time', key: { notBeforeAtMs: 4e12 }, status: 401, code: 'key_not_yet_valid' },
  { name: 'a disabled key', key: { disabledAtMs: 1 }, status: 403, code: 'key_disabled' },
  { name: 'a dormant key', key: { dormantAtMs: 1 }, status: 403, code: 'key_dormant' },
  { name: 'a key for another api', key: { apis: [] }, status: 403, code: 'api_not_allowed' },
  { name: 'a key without the scope', key: { scopes: compileScopes(['write']) }, status: 403, code: 'scope_missing' },
  { name: 'an address that may', key: restricted({ kind: 'ip', allow: ['127.0.0.1'] }), status: 200 },
  {
    name: 'an address that may not',
    key: restricted({ kind: 'ip', allow: ['192.0.2.1'] }),
    status: 403,
    code: 'ip_not_allowed',
  },
  {
    name: 'an address that a stranger claims',
    key: restricted({ kind: 'ip', allow: ['192.0.2.1'] }),
    headers: (secret) => ({ ...bearer(secret), 'x-forwarded-for': '192.0.2.1' }),
    status: 403,
    code: 'ip_not_allowed',
  },
  {
    name: 'a user agent that may not',
    key: restricted({ kind: 'user_agent', allow: ['curl/*'] }),
    status: 403,
    code: 'user_agent_not_allowed',
  },
  {
    name: 'a user agent that may',
    key: restricted({ kind: 'user_agent', allow: ['curl/*'] }),
    headers: (secret) => ({ ...bearer(secret), 'user-agent': 'curl/8' }),
    status: 200,
  },
  {
    name: 'an origin that may not',
    key: restricted({ kind: 'origin', allow: ['https://a.example'] }),
    headers: (secret) => ({ ...bearer(secret), origin: 'https://b.example' }),
    status: 403,
    code: 'origin_not_allowed',
  },
  {
    name: 'a path and method that may',
    key: restricted({ kind: 'request', allow: [{ methods: ['PUT'], path: '/orders/{id}' }] }),
    method: 'PUT',
    path: () => '/orders/7?x=1',
    status: 200,
  },
  {
    name: 'a path that may not',
    key: restricted({ kind: 'request', allow: [{ methods: ['PUT'], path: '/orders/{id}' }] }),
    method: 'PUT',
    path: () => '/orders',
    status: 403,
    code: 'request_not_allowed',
  },
  {
    name: 'no client certificate',
    key: restricted({ kind: 'client_certificate', thumbprints: ['ab'.repeat(32)] }),
    status: 403,
    code: 'certificate_not_allowed',
  },
  { name: 'a limit with room', key: { limits: [limitOf('requests', 10, 3_600_000)] }, calls: 2, status: 200 },
  {
    name: 'a limit that is reached',
    key: { limits: [limitOf('requests', 2, 3_600_000)] },
    calls: 3,
    status: 429,
    code: 'limit_reached',
  },
  {
    name: 'two limits, one reached',
    key: { limits: [limitOf('many', 9, 3_600_000), limitOf('few', 1, 3_600_000)] },
    calls: 2,
    status: 429,
    code: 'limit_reached',
  },
  { name: 'a refusal to HEAD', method: 'HEAD', headers: () => ({}), status: 401 },
]

const swapped = (secret: string): string => secret.slice(0, -1) + (secret.endsWith('a') ? 'b' : 'a')

/** What is compared: request ids differ, and instants by a second. */
const FIELDS = ['content-type', 'www-authenticate', 'ratelimit-policy', 'cache-control'] as const

async function answerOf(
  front: Front,
  { key, headers = bearer, method = 'GET', path = () => '/a', body, calls = 1 }: Case,
) {
  const random = crypto.getRandomValues(new Uint8Array(10))
  const made = plane.plane.world.addKey(home, {
    id: makeId('key', Date.now(), random),
    scopes: compileScopes(['read']),
    ...key,
    // counters of its own
    limits: (key?.limits ?? []).map((limit) => ({ ...limit, id: `${limit.id} ${random.join()}` })),
  })
  const { secret } = made
  for (let call = 1; ; call += 1) {
    const init = { method, headers: { 'user-agent': 'tests', ...headers(secret) }, ...(body !== undefined && { body }) }
    const answer = await fetch(front.origin + path(secret), init)
    const text = await answer.text()
    if (call < calls) continue
    const isRefused = answer.status >= 400
    if (isRefused) expect(answer.headers.get('x-request-id')).toMatch(/^req_[0-9a-z]{26}$/)
    return {
      keyId: made.key.id,
      text,
      told: {
        status: answer.status,
        document: isRefused ? text.replace(/req_[0-9a-z]{26}/, 'req_') : '',
        fields: (isRefused ? FIELDS : (['ratelimit-policy'] as const)).map((name) => answer.headers.get(name)),
        remaining: answer.headers.get('ratelimit')?.replaceAll(/;t=\d+/g, ';t='),
        waits: answer.headers.get('retry-after') !== null,
      },
    }
  }
}

describe.each(Object.keys(FRONTS))('%s', (name) => {
  test.each(CASES)('$name is answered as by the gateway', async (one) => {
    const [front, gateway] = [fronts.get(name), fronts.get('gateway')]
    if (front === undefined || gateway === undefined) throw new Error('not started')
    const here = await answerOf(front, one)
    expect(here.told).toEqual((await answerOf(gateway, one)).told)
    expect(here.told.status).toBe(one.status)
    if (one.code !== undefined) expect(here.told.document).toContain(`"code":"${one.code}"`)
    // behind the guard it is known who calls
    if (one.status === 200 && one.method !== 'HEAD') expect(here.text).toBe(here.keyId)
  })
})

test('where no guard stands, nobody is known', async () => {
  const bare = await listening((request, response) => {
    expect(() => callerOf(request)).toThrow('no guard')
    response.end()
  })
  expect((await fetch(bare.origin)).status).toBe(200)
  await bare.close()
})

test('a trusted proxy says who the client is', async () => {
  const options = { verifier, apiId: home.current.id, trustedProxies: ['127.0.0.1/32'] }
  const front = await listening(guardListener(options, (_request, response) => response.end()))
  const one = { name: '', key: restricted({ kind: 'ip', allow: ['192.0.2.1'] }), status: 200 }
  const from = async (forwarded: string) =>
    (await answerOf(front, { ...one, headers: (secret) => ({ ...bearer(secret), 'x-forwarded-for': forwarded }) })).told
      .status
  expect(await from('192.0.2.1')).toBe(200)
  expect(await from('192.0.2.1, 198.51.100.1')).toBe(403)
  await front.close()
})
