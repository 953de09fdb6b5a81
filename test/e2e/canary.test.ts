/**
 * No secret reaches a sink. Marked secrets go into every input, on ways that succeed and ways that fail, with the log at
 * its most talkative; then everything that the product writes is searched for them, in every spelling.
 */
import { readdir, readFile } from 'node:fs/promises'
import { createServer, request as httpRequest, type Server } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { composeKey } from '../../packages/core/src/index.ts'
import { canaryAt, findSecrets, findSecretsInDump } from '../support/canaries.ts'
import { engineHomeOf, engineProcesses, killNow } from '../support/engine.ts'
import { api, freePort, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

/** Journaled in clear, like all user agents: that it is found proves that the search looks in the right places. */
const VISIBLE = 'visible-marker-7'
const JSON_TYPE = { 'content-type': 'application/json' }

let upstream: Awaited<ReturnType<typeof startStandIn>>
/** A token endpoint: each token is a secret too, and whoever is refused hears its own secret again. */
let tokens: { readonly origin: string; readonly server: Server }
let product: Product
let world: World
let printed = ''
/** Bodies of refusals: what an error tells. */
const refusals: string[] = []
/** Secrets that the server made, without their public beginning. */
const made = new Map<string, string>()
let key: { readonly id: string; readonly secret: string }

/** The part of a key that nobody may know: 43 characters before the check sum. */
const secretPart = (secret: string): string => secret.slice(-49, -6)

async function call(path: string, init: RequestInit = {}): Promise<{ readonly status: number; readonly text: string }> {
  const headers = { 'user-agent': VISIBLE, ...(init.headers as Record<string, string> | undefined) }
  const answer = await fetch(`${product.url}${path}`, { ...init, headers })
  const text = await answer.text().catch(() => '')
  if (answer.status >= 400) refusals.push(`${text} ${JSON.stringify([...answer.headers])}`)
  return { status: answer.status, text }
}

async function control(method: string, path: string, body: unknown, headers: object = {}): Promise<number> {
  const { status } = await call(`/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}`, ...JSON_TYPE, ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  })
  return status
}

/** Bytes over a bare socket; what comes back. */
async function raw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(product.url).port), '127.0.0.1')
  let answer = ''
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text))
  const closed = new Promise<void>((done) => socket.on('close', () => done()))
  socket.on('error', () => undefined)
  socket.write(bytes)
  await Promise.race([closed, sleep(1_500)])
  socket.destroy()
  refusals.push(answer)
  return answer
}

async function startTokens(): Promise<typeof tokens> {
  const server = createServer((request, response) => {
    const answer =
      request.url === '/token'
        ? { access_token: canaryAt('token'), token_type: 'Bearer', expires_in: 3600 }
        : { error: 'invalid_client', error_description: request.headers.authorization }
    response.writeHead(request.url === '/token' ? 200 : 401).end(JSON.stringify(answer))
  })
  const port = await freePort()
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return { origin: `http://127.0.0.1:${port}`, server }
}

beforeAll(async () => {
  upstream = await startStandIn()
  tokens = await startTokens()
  product = await startProduct({ CLAVIGER_LOG_LEVEL: 'debug' })
  collectOutput()
  made.set('the owner key', secretPart(product.env['CLAVIGER_TOKEN'] ?? ''))
  world = await makeWorld(product, upstream.origin, { providerSecret: canaryAt('provider') })
  key = await makeKey(product, world)
  made.set('an api key', secretPart(key.secret))
})

afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
  tokens?.server.close()
})

function collectOutput(): void {
  printed += product.output()
  for (const stream of [product.process.stdout, product.process.stderr])
    stream?.on('data', (text: string) => (printed += text))
}

describe('secrets go in', () => {
  test('by the set-up link, good and bad', async () => {
    const secret = /\/api\/setup#(\S+)/.exec(product.output())?.[1] ?? ''
    made.set('the set-up secret', secretPart(secret))
    const post = async (body: string): Promise<{ status: number; text: string }> =>
      call('/api/v1/setup', { method: 'POST', headers: JSON_TYPE, body })
    const owner = await post(JSON.stringify({ secret, owner_name: 'Owner' }))
    expect(owner.status).toBe(201)
    made.set('the first owner key', secretPart(String((JSON.parse(owner.text) as { secret: string }).secret)))
    expect((await post(JSON.stringify({ secret, owner_name: 'Thief' }))).status).toBe(410)
    expect((await post(JSON.stringify({ secret: canaryAt('setup'), owner_name: 'Thief' }))).status).toBe(401)
    expect((await post(`{"secret":"${canaryAt('setup')}","owner_name":`)).status).toBe(400)
  })

  test('by provider keys, with every injection, to upstreams that answer and that are down', async () => {
    const dead = `http://127.0.0.1:${await freePort()}`
    const injections = [
      { kind: 'bearer' },
      { kind: 'basic', username: 'user' },
      { kind: 'header', name: 'x-upstream-key' },
      { kind: 'query', name: 'upstream_key' },
      { kind: 'aws_sigv4', region: 'eu-central-1', service: 'bedrock', access_key_id: 'AKIDEXAMPLE' },
      { kind: 'oauth2_client_credentials', token_url: `${tokens.origin}/token`, client_id: 'me' },
    ]
    for (const injection of injections) {
      const body = { name: injection.kind, provider: 'stand-in', origins: [upstream.origin, dead], injection }
      const created = await api(product, 'POST', '/provider-keys', { ...body, secret: canaryAt('provider') })
      expect(created.status).toBe(201)
      const id = String(created.body['id'])
      for (const [name, origin] of [
        ['up', upstream.origin],
        ['down', dead],
      ] as const) {
        const route = {
          name: `${injection.kind.replaceAll('_', '-')}-${name}`,
          api_id: world.apiId,
          upstream_url: `${origin}/echo`,
        }
        expect(await control('POST', '/routes', { ...route, required_scopes: ['chat'], provider_key_id: id })).toBe(201)
        const answer = await call(`/gw/${route.name}/x`, { headers: { 'x-api-key': key.secret } })
        expect(answer.status).toBe(name === 'up' ? 200 : 502)
      }
      expect(await control('POST', `/provider-keys/${id}/rotate`, { secret: canaryAt('provider') })).toBe(200)
    }
  })

  test('by a client secret that its token endpoint refuses', async () => {
    const created = await api(product, 'POST', '/provider-keys', {
      name: 'refused',
      provider: 'stand-in',
      origins: [upstream.origin],
      injection: { kind: 'oauth2_client_credentials', token_url: `${tokens.origin}/refuses`, client_id: 'me' },
      secret: canaryAt('client'),
    })
    const route = { name: 'refused', api_id: world.apiId, upstream_url: upstream.origin, required_scopes: ['chat'] }
    expect(await control('POST', '/routes', { ...route, provider_key_id: created.body['id'] })).toBe(201)
    expect((await call('/gw/refused/x', { headers: { 'x-api-key': key.secret } })).status).toBe(503)
  })

  test('by calls through a route: bodies, fields, queries, cookies, web sockets', async () => {
    const headers = { 'x-api-key': key.secret, 'x-custom': canaryAt('field'), cookie: `session=${canaryAt('cookie')}` }
    const url = `/gw/notes/x?token=${canaryAt('query')}`
    expect((await call(url, { method: 'POST', headers, body: canaryAt('body') })).status).toBe(200)
    const refused = { ...headers, 'x-api-key': canaryAt('key') }
    expect((await call(url, { method: 'POST', headers: refused, body: canaryAt('body') })).status).toBe(401)
    expect((await call(`/gw/notes/x?key=${key.secret}`)).status).toBe(400)
    const socket = new WebSocket(`${product.url.replace('http', 'ws')}/gw/notes/socket?t=${canaryAt('query')}`, {
      headers,
    })
    await new Promise<void>((done, fail) => socket.on('open', () => done()).on('error', fail))
    const echoed = new Promise<void>((done) => socket.on('message', () => done()))
    socket.send(canaryAt('message'))
    await echoed
    socket.terminate()
  })

  test('by chats: prompts, tools and their arguments, good and refused and broken', async () => {
    const prompt = { role: 'user', content: canaryAt('prompt') }
    const parameters = { type: 'object', description: canaryAt('tool') }
    const toolCall = {
      id: 'c',
      type: 'function',
      function: { name: 'find', arguments: `{"q":"${canaryAt('argument')}"}` },
    }
    const chat = {
      model: 'fast',
      messages: [prompt, { role: 'assistant', content: null, tool_calls: [toolCall] }],
      tools: [{ type: 'function', function: { name: 'find', parameters } }],
      user: canaryAt('user'),
    }
    const post = async (body: unknown, headers: object = {}): Promise<number> =>
      (
        await call('/openai/v1/chat/completions', {
          method: 'POST',
          headers: { authorization: `Bearer ${key.secret}`, ...JSON_TYPE, ...headers },
          body: typeof body === 'string' ? body : JSON.stringify(body),
        })
      ).status
    expect(await post(chat)).toBe(200)
    expect(await post({ ...chat, stream: true })).toBe(200)
    for (const status of ['400', '429', '500']) await post(chat, { 'x-stand-in-status': status })
    expect(await post({ ...chat, model: 'no such model' })).toBe(404)
    expect(await post(`{"model":"fast","messages":["${canaryAt('prompt')}",`)).toBe(400)
    expect(await post(`{"model":"fast","model":"${canaryAt('prompt')}"}`)).toBe(400)
    expect(await post(chat, { authorization: `Bearer ${canaryAt('key')}` })).toBe(401)
  })

  test('by keys that are none, and keys that are dead', async () => {
    const unknown = composeKey({
      prefix: 'demo',
      environment: 'live',
      publicId: 'Qcanary7kkkk',
      secret: new Uint8Array(32).fill(7),
    })
    made.set('an unknown key', secretPart(unknown))
    const dead = await makeKey(product, world)
    made.set('a revoked key', secretPart(dead.secret))
    await api(product, 'POST', `/keys/${dead.id}/revoke`, { reason: 'tests' })
    const wrongSum = `${key.secret.slice(0, -1)}${key.secret.endsWith('0') ? '1' : '0'}`
    for (const presented of [unknown, dead.secret, wrongSum, canaryAt('key')]) {
      expect((await call('/gw/notes/x', { headers: { 'x-api-key': presented } })).status).toBe(401)
      expect(await control('POST', '/keys/verify', { key: presented })).toBe(200)
      expect((await call('/api/v1/keys', { headers: { authorization: `Bearer ${presented}` } })).status).toBe(401)
    }
    await call('/api/v1/keys', { headers: { authorization: `Basic ${btoa(`user:${canaryAt('basic')}`)}` } })
  })

  test('by calls of the control API that are refused', async () => {
    expect(await control('POST', '/provider-keys', `{"name":"x","secret":"${canaryAt('malformed')}"`)).toBe(400)
    expect(await control('POST', '/provider-keys', `{"secret":"a","secret":"${canaryAt('twice')}"}`)).toBe(400)
    expect(await control('POST', '/provider-keys', { name: 'x', secret: canaryAt('invalid') })).toBe(400)
    expect(await control('POST', '/keys', { name: 'x', surplus: canaryAt('invalid') })).toBe(400)
    expect(await control('POST', '/keys/verify', `{"key":"${canaryAt('malformed')}`)).toBe(400)
    expect(await control('POST', '/keys/verify', { key: key.secret, scopes: canaryAt('invalid') })).toBe(400)
    expect(await control('GET', '/keys/verify?key=' + canaryAt('query'), undefined)).toBeGreaterThanOrEqual(400)
    expect(await control('POST', '/apps', 'x', { 'content-type': `text/${canaryAt('type')}` })).toBe(415)
    // taken: the database itself says what is there already
    const taken = { name: 'notes', api_id: world.apiId, upstream_url: upstream.origin, required_scopes: ['chat'] }
    expect(await control('POST', '/routes', taken)).toBe(409)
  })

  test('by an idempotent call: the repeated answer is kept sealed', async () => {
    const body = { name: 'idempotent', app_id: world.appId, api_ids: [world.apiId], scopes: ['chat'] }
    const headers = { 'idempotency-key': `"${canaryAt('idempotency')}"` }
    const post = async (): Promise<string> => {
      const answer = await call('/api/v1/keys', {
        method: 'POST',
        headers: { authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}`, ...JSON_TYPE, ...headers },
        body: JSON.stringify(body),
      })
      expect(answer.status).toBe(201)
      return (JSON.parse(answer.text) as { secret: string }).secret
    }
    const secret = await post()
    made.set('an idempotent key', secretPart(secret))
    expect(await post()).toBe(secret)
    const rotated = await api(product, 'POST', `/keys/${key.id}/rotate`, { grace_seconds: 600 })
    made.set('a rotated key', secretPart(String(rotated.body['secret'])))
  })

  test('by requests that are no good HTTP', async () => {
    const auth = `Authorization: Bearer ${key.secret}\r\nX-Field: ${canaryAt('raw')}\r\n`
    expect(await raw(`GET /gw/notes/x HTTP/1.1\r\nHost: a\r\n${auth} folded: x\r\nbad header\r\n\r\n`)).toMatch(/ 400 /)
    expect(
      await raw(
        `POST /gw/notes/x HTTP/1.1\r\nHost: a\r\n${auth}Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n${canaryAt('raw')}`,
      ),
    ).toMatch(/ 400 /)
    expect(
      await raw(
        `POST /api/v1/apps HTTP/1.1\r\nHost: a\r\n${auth}Transfer-Encoding: chunked\r\n\r\nzz${canaryAt('raw')}\r\n`,
      ),
    ).toMatch(/ 400 /)
    expect(
      await raw(`GET /gw/notes/x HTTP/1.1\r\nHost: a\r\n${auth}X-Long: ${canaryAt('long').repeat(4_000)}\r\n\r\n`),
    ).toMatch(/ 431 /)
    expect(await raw(`GET /gw/${canaryAt('nul')}\0 HTTP/1.1\r\nHost: a\r\n${auth}\r\n`)).toMatch(/ 400 /)
  })

  test('while the database is dead', async () => {
    const engine = engineProcesses(product.dataDir)
    killNow(engine)
    const name = { name: 'x', provider: 'stand-in', origins: [upstream.origin] }
    await Promise.all([
      control('POST', '/provider-keys', { ...name, secret: canaryAt('lost') }),
      call('/gw/notes/x', { headers: { 'x-api-key': key.secret, 'x-custom': canaryAt('lost') } }),
      control('POST', '/keys/verify', { key: key.secret }),
      abandon(`/api/v1/provider-keys`, JSON.stringify({ ...name, secret: canaryAt('abandoned') })),
    ])
    await expect.poll(async () => (await call('/readyz')).text, { timeout: 30_000 }).toMatch(/^ready/)
  })
})

/** Sends half a body and goes away. */
async function abandon(path: string, body: string): Promise<void> {
  const sent = httpRequest(`${product.url}${path}`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}`,
      ...JSON_TYPE,
      'content-length': body.length,
    },
  })
  sent.on('error', () => undefined)
  sent.write(body.slice(0, -5))
  await sleep(200)
  sent.destroy()
}

describe('and come out nowhere', () => {
  test('the search finds what is there, in every spelling', () => {
    const canary = canaryAt('self')
    const spellings = [
      canary,
      Buffer.from(canary).toString('hex'),
      JSON.stringify(Buffer.from(canary)),
      ...['', 'u', 'us'].map((before) => btoa(`${before}${canary} and more`)),
    ]
    for (const text of spellings) expect(findSecrets('self', Buffer.from(`[${text}]`), new Map())).toHaveLength(1)
    expect(findSecrets('self', Buffer.from('made by us: s3cr3t.'), new Map([['ours', 's3cr3t']]))).toHaveLength(1)
  })

  test('not in the answers to refused calls', () => {
    expect(refusals.length).toBeGreaterThan(25)
    expect(refusals.flatMap((refusal) => findSecrets('refusal', Buffer.from(refusal), made))).toEqual([])
  })

  test('not in the metrics, the audit log and the decisions', async () => {
    const owner = { headers: { authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}` } }
    await expect.poll(async () => (await call('/api/v1/decisions?limit=100', owner)).text).toContain(VISIBLE)
    const lists = ['audit', 'decisions', 'keys', 'provider-keys', 'admin-keys', 'routes', 'seal', 'status', 'nodes']
    const paths = [...lists.map((list) => `/api/v1/${list}?limit=100`), '/metrics', '/api/openapi.json', '/api/docs']
    for (const path of paths) {
      const { text } = await call(path.replace(/(seal|status)\?limit=100/, '$1'), owner)
      expect(text, path).not.toBe('')
      expect(findSecrets(path, Buffer.from(text), made)).toEqual([])
    }
  })

  test('not in what the command line shows', async () => {
    for (const args of [['config'], ['doctor'], ['audit', 'list'], ['provider-keys', 'list'], ['keys', 'list']]) {
      const { stdout, stderr } = await product.cli(args)
      expect(findSecrets(args.join(' '), Buffer.from(stdout + stderr), made)).toEqual([])
    }
  })

  test('not in the rows of the database', async () => {
    const file = join(product.dataDir, 'canary.backup')
    await product.cliJson(['backup', '--file', file])
    const dump = gunzipSync(await readFile(file)).toString('utf8')
    expect(dump).toContain('"keys_key"')
    expect(findSecretsInDump('backup', dump, made)).toEqual([])
    expect(findSecretsInDump('backup', dump, new Map([['the marker', VISIBLE]]))).not.toEqual([])
  })

  test('not in any file of the data directory, and not in what the server printed', { timeout: 120_000 }, async () => {
    await product.stop() // the engine writes all its pages
    const homes = new Set([product.dataDir, engineHomeOf(product.dataDir)])
    let files = 0
    for (const home of homes) {
      for (const entry of await readdir(home, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || entry.name === 'seal.key') continue
        const path = join(entry.parentPath, entry.name)
        expect(findSecrets(path, await readFile(path), made)).toEqual([])
        files += 1
      }
    }
    expect(files).toBeGreaterThan(500)
    // the one line that hands the set-up link to the person at the terminal
    const log = printed.replaceAll(/\/api\/setup#\S+/g, '')
    expect(log).toContain('"level":20')
    expect(findSecrets('output', Buffer.from(log), made)).toEqual([])
  })
})
