/**
 * Forward-auth behind real proxies, started on the recipes of `deploy/forward-auth`: the same call gets the same answer there
 * as at our own gateway, over the table of parity; and what a client makes up is not believed.
 */
import { spawn } from 'node:child_process'
import type { webcrypto } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  makeParityKeys,
  makeParityWorld,
  settleParityKeys,
  type Control,
  type ParityKeys,
  type ParityWorld,
} from '../parity/keys.ts'
import { observe, type Observed } from '../parity/observe.ts'
import { PARITY, PLACES, type ParityCase, type Place } from '../parity/table.ts'
import { api, freePort, startProduct, type Product } from '../support/product.ts'
import { PROXIES, findProxy, startProxy, type ProxyName, type RunningProxy } from '../support/proxies.ts'

const ROOT = resolve(import.meta.dirname, '../..')
const PLACE_NAMES = Object.keys(PLACES) as readonly Place[]
const PROXY_NAMES = Object.keys(PROXIES) as readonly ProxyName[]
const installed = new Map(
  PROXY_NAMES.flatMap((name) => {
    const path = findProxy(name)
    return path === undefined ? [] : [[name, path] as const]
  }),
)

let app: Server
let reached = 0
let product: Product
let keysOf: Map<string, ParityKeys>
let world: ParityWorld
const running = new Map<string, RunningProxy>()

const control: Control = async (method, path, body) => {
  const answer = await api(product, method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`)
  return answer.body
}

/** The API that is protected: says what reached it. */
async function startApp(): Promise<Server> {
  const server = createServer((incoming, outgoing) => {
    let body = ''
    reached += 1
    incoming.setEncoding('utf8').on('data', (part: string) => (body += part))
    incoming.on('end', () => {
      const { method, url, headers } = incoming
      outgoing.writeHead(200, { 'Content-Type': 'application/json' })
      outgoing.end(JSON.stringify({ method, url, headers, body }))
    })
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return server
}

// a TCP server's address is one
const portOf = (server: Server): number => (server.address() as AddressInfo).port

const questionOf = (place: Place): string => {
  const { scopes, cost } = PLACES[place]
  return ['api=orders', ...scopes.map((scope) => `scope=${scope}`), ...(cost === 1 ? [] : [`cost=${cost}`])].join('&')
}

beforeAll(async () => {
  app = await startApp()
  product = await startProduct({ CLAVIGER_TRUSTED_PROXIES: '127.0.0.1/32' })
  const clavigerPort = Number(new URL(product.url).port)
  world = await makeParityWorld(control)
  for (const [place, { scopes, cost }] of Object.entries(PLACES)) {
    const route = { name: place, api_id: world.apiId, upstream_url: `http://127.0.0.1:${portOf(app)}` }
    await control('POST', '/routes', { ...route, required_scopes: scopes, cost })
  }
  const sets = ['gateway', ...installed.keys()].map(
    async (front) => [front, await makeParityKeys(control, world)] as const,
  )
  keysOf = new Map(await Promise.all(sets))
  const proxies = [...installed].flatMap(([name, path]) =>
    PLACE_NAMES.map(async (place) => {
      const wiring = { clavigerPort, appPort: portOf(app), question: questionOf(place) }
      running.set(`${name} ${place}`, await startProxy(name, path, wiring))
    }),
  )
  await Promise.all(proxies)
  await settleParityKeys(control, world)
}, 120_000)

afterAll(async () => {
  await Promise.all([...running.values()].map(async (proxy) => proxy.stop()))
  await product?.dispose()
  app?.close()
})

/** 127.{front}.{case}.1: each case of each front comes from a range of its own. */
const addressOf = (front: number, at: number): string => `127.${front}.${at}.1`

async function observeAll(
  ask: (one: ParityCase, at: number) => Promise<Observed>,
): Promise<ReadonlyMap<string, Observed>> {
  const seen = new Map<string, Observed>()
  for (const [at, one] of PARITY.entries()) seen.set(one.name, await ask(one, at))
  return seen
}

const comparable = ({ body: _body, ...rest }: Observed): object => rest

describe('the table of parity', () => {
  let atGateway: ReadonlyMap<string, Observed>

  beforeAll(async () => {
    const port = Number(new URL(product.url).port)
    const keys = keysOf.get('gateway')
    atGateway = await observeAll(async (one, at) =>
      observe({ port, prefix: `/gw/${one.place}`, from: addressOf(10, at) }, one, keys?.[one.key] ?? ''),
    )
  })

  test('has 60 cases and more, each with a name of its own, and is what the gateway answers', () => {
    expect(new Set(PARITY.map(({ name }) => name)).size).toBe(PARITY.length)
    expect(PARITY.length).toBeGreaterThanOrEqual(60)
    const answered = PARITY.map(({ name }) => [name, atGateway.get(name)?.status, atGateway.get(name)?.code])
    expect(answered).toEqual(PARITY.map(({ name, expected }) => [name, expected.status, expected.code]))
  })

  test.each(PROXY_NAMES.map((name, index) => ({ name, index })))(
    'is the same behind $name',
    async ({ name, index }) => {
      if (!installed.has(name)) return // told loudly at the start; in CI that is a failure
      const keys = keysOf.get(name)
      const seen = await observeAll(async (one, at) => {
        const port = running.get(`${name} ${one.place}`)?.port ?? 0
        return observe({ port, prefix: '', from: addressOf(20 + index, at) }, one, keys?.[one.key] ?? '')
      })
      const differing = PARITY.flatMap(({ name: title }) => {
        const [ours, theirs] = [atGateway.get(title), seen.get(title)].map((one) => one && comparable(one))
        return JSON.stringify(ours) === JSON.stringify(theirs) ? [] : [{ title, ours, theirs }]
      })
      expect(differing).toEqual([])
    },
  )
})

/** What the protected API saw of a call. */
interface Seen {
  readonly method: string
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}

const HERE = 'http://127.0.0.1'

async function callProxy(
  name: ProxyName,
  secret: string,
  init: RequestInit & { headers?: Record<string, string> } = {},
) {
  const { port } = running.get(`${name} read`) ?? { port: 0 }
  const headers = { authorization: `Bearer ${secret}`, ...init.headers }
  const answer = await fetch(`${HERE}:${port}/orders/17`, { ...init, headers })
  const text = await answer.text()
  return { status: answer.status, headers: answer.headers, text, seen: (): Seen => JSON.parse(text) as Seen }
}

/** As an upstream does it: with nothing but the published keys. */
async function verified(token: string): Promise<Record<string, unknown>> {
  const [header = '', payload = '', signature = ''] = token.split('.')
  const read = (part: string): Record<string, unknown> =>
    JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
  const { keys } = (await (await fetch(`${product.url}/authz/jwks.json`)).json()) as { keys: webcrypto.JsonWebKey[] }
  const jwk = keys.find((one) => (one as { kid?: unknown }).kid === read(header)['kid'])
  if (jwk === undefined) throw new Error('it is signed under a key that is not published')
  const curve = { name: 'ECDSA', namedCurve: 'P-256' }
  const key = await crypto.subtle.importKey('jwk', jwk, curve, false, ['verify'])
  const signed = Buffer.from(`${header}.${payload}`)
  if (!(await crypto.subtle.verify({ ...curve, hash: 'SHA-256' }, key, Buffer.from(signature, 'base64url'), signed)))
    throw new Error('the signature is wrong')
  return read(payload)
}

const here = (name: ProxyName): boolean => installed.has(name)

describe.each(PROXY_NAMES.filter(here))('behind %s', (name) => {
  const fresh = async (members: object = {}): Promise<{ readonly id: string; readonly secret: string }> => {
    const key = await control('POST', '/keys', {
      ...{ name: 'one', app_id: world.appId, api_ids: [world.apiId], scopes: ['orders.read'] },
      ...members,
    })
    return { id: String(key['id']), secret: String(key['secret']) }
  }

  test('the API learns whose call it is, from us and not from the client, and sees no key', async () => {
    const { id, secret } = await fresh()
    const { seen } = await callProxy(name, secret, {
      method: 'POST',
      body: 'the whole body',
      headers: {
        'x-claviger-identity': 'forged',
        'x-claviger-app-id': 'app_forged',
        'x-claviger-scopes': 'admin',
        x_claviger_key_id: 'key_forged',
      },
    })
    const { method, headers, body } = seen()
    expect([method, body]).toEqual(['POST', 'the whole body'])
    expect(headers).toMatchObject({
      'x-claviger-key-id': id,
      'x-claviger-app-id': world.appId,
      'x-claviger-scopes': 'orders.read',
    })
    for (const gone of ['authorization', 'x-api-key', 'x_claviger_key_id']) expect(headers[gone], gone).toBeUndefined()
    expect(await verified(headers['x-claviger-identity'] ?? '')).toMatchObject({
      iss: product.url,
      sub: id,
      aud: world.apiId,
      scope: 'orders.read',
    })
  })

  test('a revoked key is refused from the next call on, and the API is not reached', async () => {
    const { id, secret } = await fresh()
    expect((await callProxy(name, secret)).status).toBe(200)
    await control('POST', `/keys/${id}/revoke`, { reason: 'test' })
    const before = reached
    expect([(await callProxy(name, secret)).status, reached]).toEqual([401, before])
  })

  test('limits are told with what is let through, and with what is not', async () => {
    const { secret } = await fresh({ limits: [{ kind: 'window', name: 'calls', limit: 1, window_seconds: 600 }] })
    const [first, second] = [await callProxy(name, secret), await callProxy(name, secret)]
    expect([first.status, first.headers.get('ratelimit')]).toEqual([200, expect.stringContaining('r=0')])
    expect([second.status, second.headers.get('ratelimit')]).toEqual([429, expect.stringContaining('r=0')])
    expect(Number(second.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(second.headers.get('x-claviger-status')).toBeNull()
  })

  test('nothing is let through while Claviger cannot be asked', async () => {
    const wiring = { clavigerPort: await freePort(), appPort: portOf(app), question: questionOf('read') }
    const alone = await startProxy(name, installed.get(name) ?? '', wiring)
    try {
      const before = reached
      const answer = await fetch(`${HERE}:${alone.port}/orders/17`, { headers: { authorization: 'Bearer x' } })
      expect(answer.status).toBeGreaterThanOrEqual(500)
      expect(reached).toBe(before)
    } finally {
      await alone.stop()
    }
  })
})

test('whoever asks from an address that is not trusted finds nothing', async () => {
  const secret = keysOf.get('gateway')?.good ?? ''
  const ask = async (path: string, from: string): Promise<readonly [status: number | undefined, type: unknown]> => {
    const headers = {
      ...{ authorization: `Bearer ${secret}`, 'x-forwarded-method': 'GET', 'x-forwarded-uri': '/orders/17' },
      ...{ 'x-forwarded-for': '127.0.0.1', 'x-claviger-secret': 'x'.repeat(40) },
    }
    return new Promise((resolve, reject) => {
      const call = request(`${product.url}${path}`, { localAddress: from, headers }, (answer) => {
        answer.resume()
        resolve([answer.statusCode, answer.headers['x-claviger-key-id']])
      })
      call.on('error', reject).end()
    })
  }
  expect(await ask('/authz/forward?api=orders', '127.0.0.1')).toEqual([200, expect.stringMatching(/^key_/)])
  const nothing = await ask('/authz/nothing', '127.7.7.7')
  expect(nothing[0]).toBe(404)
  expect(await ask('/authz/forward?api=orders', '127.7.7.7')).toEqual(nothing)
  expect(await ask('/authz/envoy/api=orders/orders/17', '127.7.7.7')).toEqual(nothing)
})

test('calls of proxies stand in the journal, at the door that they came by', async () => {
  let doors: readonly unknown[] = []
  for (let tries = 0; tries < 50 && doors.length === 0; tries += 1) {
    const { data } = await control('GET', '/decisions?door=authz&limit=5')
    doors = data as readonly unknown[]
    await new Promise((done) => setTimeout(done, 100))
  }
  expect(doors[0]).toMatchObject({ door: 'authz', api_id: world.apiId, target_id: null })
})

describe('the guide', () => {
  test('shows commands that run, one after the other', async () => {
    const guide = await readFile(join(ROOT, 'docs/guide/forward-auth.md'), 'utf8')
    const blocks = [...guide.matchAll(/^```sh example\n(.*?)^```$/gms)].map((match) => match[1] ?? '')
    expect(blocks.length).toBeGreaterThan(3)
    const answers: unknown[] = []
    for (const block of blocks) answers.push(JSON.parse(await printedBy(block)))
    const asked = { aud: world.apiId, scope: 'orders.read orders.write' }
    const keys = [{ alg: 'ES256' }, { alg: 'ES256' }]
    expect(answers).toMatchObject([asked, asked, { keys }, { identity_key: 2 }])
  })

  test('names the parameters and fields that recipes use', async () => {
    const guide = await readFile(join(ROOT, 'docs/guide/forward-auth.md'), 'utf8')
    for (const name of await readdir(join(ROOT, 'deploy/forward-auth'))) {
      const recipe = await readFile(join(ROOT, 'deploy/forward-auth', name), 'utf8')
      const used = new Set(recipe.match(/X-Claviger-[A-Z][A-Za-z-]*[a-z]/g))
      for (const field of used) expect(guide, `${field} in ${name}`).toContain(field)
    }
  })
})

/** What a block of the guide prints. @throws when it fails */
async function printedBy(script: string): Promise<string> {
  const env = {
    ...product.env,
    KEY_SECRET: keysOf.get('gateway')?.good ?? '',
    PATH: `${join(ROOT, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`,
  }
  const shell = spawn('bash', ['-c', `set -euo pipefail\n${script}`], { cwd: ROOT, env })
  let [printed, complaint] = ['', '']
  shell.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
  shell.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text))
  const code = await new Promise<number>((done) => shell.on('close', (exit) => done(exit ?? -1)))
  if (code !== 0) throw new Error(`${script}\nended with ${code}: ${complaint}`)
  return printed
}
