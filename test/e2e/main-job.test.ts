/** The main job, end to end: a key opens an upstream, is metered, and dies at once when revoked. */
import OpenAI from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import WebSocket from 'ws'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct()
  world = await makeWorld(product, upstream.origin)
})

afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
})

const clientOf = (secret: string): OpenAI =>
  new OpenAI({ apiKey: secret, baseURL: `${product.url}/openai/v1`, maxRetries: 0 })
const hello = [{ role: 'user' as const, content: 'Hello' }]

describe('an unmodified OpenAI client', () => {
  test('gets an answer, a stream, and the list of its models', async () => {
    const client = clientOf((await makeKey(product, world)).secret)
    const answer = await client.chat.completions.create({ model: 'fast', messages: hello })
    expect(answer.choices[0]?.message.content).toBeTruthy()
    let streamed = ''
    for await (const chunk of await client.chat.completions.create({ model: 'fast', messages: hello, stream: true })) {
      expect(chunk.usage ?? null).toBeNull() // we asked for it, the caller did not
      streamed += chunk.choices[0]?.delta.content ?? ''
    }
    expect(streamed).not.toBe('')
    expect((await client.models.list()).data.map((model) => model.id)).toEqual(['fast'])
  })

  test('is told in its own wire what is wrong', async () => {
    const { secret } = await makeKey(product, world, { scopes: ['notes.read'] })
    await expect(clientOf(secret).chat.completions.create({ model: 'fast', messages: hello })).rejects.toMatchObject({
      status: expect.any(Number),
      error: { code: expect.any(String) },
    })
    await expect(clientOf('demo_live_nonsense').models.list()).rejects.toMatchObject({ status: 401 })
  })
})

describe('an ordinary HTTP client', () => {
  test('reaches the upstream with the provider credential; its own is stripped', async () => {
    const { secret } = await makeKey(product, world)
    const answer = await fetch(`${product.url}/gw/notes/today?x=1`, {
      method: 'POST',
      headers: { 'x-api-key': secret, 'content-type': 'text/plain' },
      body: 'hello',
    })
    const echoed = await answer.text()
    expect(answer.status).toBe(200)
    expect(echoed).toContain('/echo/today')
    expect(echoed).toContain('sk-stand-in')
    expect(echoed).not.toContain(secret)
  })

  test('speaks WebSocket through the route, until the key is revoked', async () => {
    const { id, secret } = await makeKey(product, world)
    const socket = new WebSocket(`${product.url.replace('http', 'ws')}/gw/notes/socket`, {
      headers: { 'x-api-key': secret },
    })
    const closed = new Promise<void>((done) => socket.on('close', () => done()))
    socket.on('error', () => undefined)
    await new Promise<void>((done) => socket.on('open', () => done()))
    const echoed = new Promise<string>((done) => socket.on('message', (message: Buffer) => done(message.toString())))
    socket.send('hello')
    expect(await echoed).toBe('hello')
    await api(product, 'POST', `/keys/${id}/revoke`, {})
    await closed
  })

  test('a fast limit holds, and says when to come back', async () => {
    const { secret } = await makeKey(product, world, {
      limits: [{ kind: 'window', name: 'requests', limit: 3, window_seconds: 60 }],
    })
    const statuses: number[] = []
    for (let call = 0; call < 5; call++) {
      const answer = await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })
      await answer.arrayBuffer()
      statuses.push(answer.status)
      if (answer.status === 429) expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    }
    expect(statuses).toEqual([200, 200, 200, 429, 429])
  })

  test('only from where the key may come', async () => {
    const elsewhere = await makeKey(product, world, { restrictions: [{ kind: 'ip', allow: ['192.0.2.0/24'] }] })
    const here = await makeKey(product, world, { restrictions: [{ kind: 'ip', allow: ['127.0.0.0/8'] }] })
    expect((await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': elsewhere.secret } })).status).toBe(403)
    expect((await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': here.secret } })).status).toBe(200)
  })
})

describe('the end of a key', () => {
  test('a revocation refuses the next request and cuts the open stream', async () => {
    const { id, secret } = await makeKey(product, world)
    const aborted = (async () => {
      const stream = await fetch(`${product.url}/openai/v1/chat/completions`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${secret}`,
          'content-type': 'application/json',
          'x-stand-in-chunks': '500',
          'x-stand-in-delay-ms': '50',
        },
        body: JSON.stringify({ model: 'fast', messages: hello, stream: true }),
      })
      let text = ''
      try {
        for await (const chunk of stream.body ?? []) text += Buffer.from(chunk).toString()
        return { text, cut: false }
      } catch {
        return { text, cut: true }
      }
    })()
    await new Promise((done) => setTimeout(done, 500))
    const revokedAtMs = Date.now()
    const revoked = await api(product, 'POST', `/keys/${id}/revoke`, { reason: 'leaked' })
    expect(revoked.status).toBe(200)
    expect((await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })).status).toBe(401)
    const { text, cut } = await aborted
    expect(Date.now() - revokedAtMs).toBeLessThan(3_000)
    expect(cut).toBe(true)
    expect(text).not.toContain('[DONE]')
  })

  test('a rotation keeps the old secret for the grace period, then refuses it', async () => {
    const old = await makeKey(product, world)
    const rotated = await api(product, 'POST', `/keys/${old.id}/rotate`, { grace_seconds: 2 })
    const fresh = String(rotated.body['secret'])
    const statusOf = async (secret: string): Promise<number> =>
      (await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })).status
    expect([await statusOf(old.secret), await statusOf(fresh)]).toEqual([200, 200])
    await new Promise((done) => setTimeout(done, 2_100))
    expect([await statusOf(old.secret), await statusOf(fresh)]).toEqual([401, 200])
  })

  test('an expiry refuses', async () => {
    const { secret } = await makeKey(product, world, { expires_at: new Date(Date.now() + 1_000).toISOString() })
    expect((await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })).status).toBe(200)
    await new Promise((done) => setTimeout(done, 1_050))
    expect((await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })).status).toBe(401)
  })
})

describe('what happened', () => {
  test('is in the audit log, the decisions and the usage', async () => {
    const { id, secret } = await makeKey(product, world)
    await clientOf(secret).chat.completions.create({ model: 'fast', messages: hello })
    await api(product, 'POST', `/keys/${id}/revoke`, {})
    const refused = await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })
    expect(refused.status).toBe(401)
    const entries = await product.cliJson(['audit', 'list', '--resource', id])
    expect(Object.values(entries).map((entry) => (entry as { operation: string }).operation)).toEqual([
      'keys.revoke',
      'keys.create',
    ])
    await expect
      .poll(
        async () =>
          Object.values(await product.cliJson(['audit', 'decisions', '--key', id])).map(
            (decision) => (decision as { code: string }).code,
          ),
        { timeout: 10_000 },
      )
      .toEqual(expect.arrayContaining(['valid', 'key_revoked']))
  })
})

describe('verify', () => {
  test('answers 200 with the decision', async () => {
    const { id, secret } = await makeKey(product, world)
    const good = await product.cli(['keys', 'verify', '--api', world.apiId, '--scope', 'chat', '--json'], secret)
    expect([good.code, JSON.parse(good.stdout)]).toEqual([
      0,
      expect.objectContaining({ valid: true, code: 'valid', key_id: id }),
    ])
    const bad = await product.cli(
      ['keys', 'verify', '--json'],
      `${secret.slice(0, -1)}${secret.endsWith('0') ? '1' : '0'}`,
    )
    expect([bad.code, JSON.parse(bad.stdout)]).toEqual([
      1,
      expect.objectContaining({ valid: false, code: 'credential_invalid' }),
    ])
  })
})
