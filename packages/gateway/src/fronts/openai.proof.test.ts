/** The door of OpenAI's wire as OpenAI's own client sees it, and as callers who are up to something do. */
import { once } from 'node:events'
import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import OpenAI, {
  APIError,
  APIUserAbortError,
  AuthenticationError,
  InternalServerError,
  NotFoundError,
  RateLimitError,
} from 'openai'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn, type StandIn } from '../../../../examples/stand-in-upstream.mjs'
import { startAiPlane, type AiPlane } from '../testing/ai-plane.ts'
import { sendRaw } from '../testing/raw-client.ts'

let standIn: StandIn
let gateway: AiPlane
/** Streams one event, then says nothing more. */
let silent: Server

beforeAll(async () => {
  standIn = await startStandIn()
  gateway = await startAiPlane()
  silent = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    response.write('data: {"id":"1","choices":[{"index":0,"delta":{"content":"first"}}]}\n\ndata: {"id":"1","cho')
  })
  silent.listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo // a TCP server's address is one
  const upstreamOrigin = standIn.origin
  gateway.addModel('fast', { upstreamOrigin, upstreamModel: 'stand-in' })
  gateway.addModel('meta/llama:free', { upstreamOrigin })
  gateway.addModel('silent', { upstreamOrigin: `http://127.0.0.1:${port}` })
  gateway.addModel('gone', { upstreamOrigin: 'http://127.0.0.1:1' })
  gateway.addModel('small', { upstreamOrigin }, { maxBodyBytes: 100 })
  gateway.addModel('away', { upstreamOrigin }, { workspaceId: 'wsp_away' })
})
afterAll(async () => {
  expect(gateway.errors).toEqual([])
  await gateway.close()
  await standIn.close()
  silent.closeAllConnections()
  silent.close()
})

const clientOf = (apiKey: string, defaultHeaders: Record<string, string> = {}) =>
  new OpenAI({
    baseURL: `${gateway.origin}/openai/v1`,
    apiKey,
    maxRetries: 0,
    defaultHeaders,
    organization: 'org-caller',
    project: 'proj-caller',
  })

/** The silent upstream's side of the call that comes next. */
function nextSilentAnswer(): Promise<ServerResponse> {
  return new Promise((resolve) => silent.once('request', (_request, response) => resolve(response)))
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const all: Item[] = []
  for await (const item of items) all.push(item)
  return all
}

const messages = [{ role: 'user' as const, content: 'Open the door.' }]
const tools = [{ type: 'function' as const, function: { name: 'weather', parameters: { type: 'object' } } }]

describe('an unmodified OpenAI client', () => {
  test('gets a plain completion, counted', async () => {
    const before = gateway.world.settled.length
    const { data, response, request_id } = await clientOf(gateway.secrets.good)
      .chat.completions.create({ model: 'fast', messages })
      .withResponse()
    expect(data.choices[0]?.message.content).toBe('Keys open doors, and close ')
    expect(data.model).toBe('stand-in')
    expect(request_id).toMatch(/^req_/)
    expect(response.headers.get('content-type')).toBe('application/json')
    await expect
      .poll(() => gateway.world.settled[before])
      .toMatchObject({
        door: 'openai',
        targetId: 'mdl_fast',
        appId: 'app_wsp_home',
        code: 'valid',
        status: 200,
        usage: { inputTokens: data.usage?.prompt_tokens, outputTokens: 5, metered: true, ended: 'complete' },
      })
  })

  test('gets a stream without the usage event that it did not ask for, counted', async () => {
    const before = gateway.world.settled.length
    const stream = await clientOf(gateway.secrets.good, { 'x-stand-in-chunks': '20' }).chat.completions.create({
      model: 'fast',
      messages,
      stream: true,
    })
    const chunks = await collect(stream)
    expect(chunks.map((chunk) => chunk.choices[0]?.delta.content ?? '').join('')).toMatch(/^Keys open doors, /)
    expect(chunks).toHaveLength(22)
    expect(chunks.every((chunk) => chunk.choices.length === 1)).toBe(true)
    await expect
      .poll(() => gateway.world.settled[before])
      .toMatchObject({ usage: { outputTokens: 20, metered: true, ended: 'complete' } })
  })

  test('gets the usage event when it asked for it', async () => {
    const stream = await clientOf(gateway.secrets.good).chat.completions.create({
      model: 'fast',
      messages,
      stream: true,
      stream_options: { include_usage: true },
    })
    const chunks = await collect(stream)
    expect(chunks.at(-1)).toMatchObject({ choices: [], usage: { completion_tokens: 5 } })
  })

  test('calls tools, plain and streamed', async () => {
    const client = clientOf(gateway.secrets.good)
    const plain = await client.chat.completions.create({ model: 'fast', messages, tools })
    expect(plain.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'weather', arguments: '{"place":"Rome"}' },
    })
    const streamed = await client.chat.completions.stream({ model: 'fast', messages, tools }).finalChatCompletion()
    expect(streamed.choices[0]?.message.tool_calls?.[0]).toMatchObject({
      function: { name: 'weather', arguments: '{"place":"Rome"}' },
    })
    expect(streamed.choices[0]?.finish_reason).toBe('tool_calls')
  })

  test('aborts a stream, and the upstream sees it', async () => {
    const before = gateway.world.settled.length
    const connected = nextSilentAnswer()
    const stream = await clientOf(gateway.secrets.good).chat.completions.create({
      model: 'silent',
      messages,
      stream: true,
    })
    const upstreamResponse = await connected
    const closed = once(upstreamResponse, 'close')
    for await (const chunk of stream) {
      expect(chunk.choices[0]?.delta.content).toBe('first')
      stream.controller.abort()
    }
    await closed
    await expect
      .poll(() => gateway.world.settled[before])
      .toMatchObject({ usage: { ended: 'client_abort', metered: false } })
  })

  test('aborts a plain call, and the upstream sees it', async () => {
    const connected = nextSilentAnswer()
    const controller = new AbortController()
    const call = clientOf(gateway.secrets.good).chat.completions.create(
      { model: 'silent', messages },
      { signal: controller.signal },
    )
    const upstreamResponse = await connected
    const closed = once(upstreamResponse, 'close')
    controller.abort()
    await expect(call).rejects.toBeInstanceOf(APIUserAbortError)
    await closed
  })

  test('hears of a revocation in the middle of a stream as an error, after whole events', async () => {
    const stream = await clientOf(gateway.secrets.good).chat.completions.create({
      model: 'silent',
      messages,
      stream: true,
    })
    const seen: unknown[] = []
    const reading = (async () => {
      for await (const chunk of stream) {
        seen.push(chunk.choices[0]?.delta.content)
        gateway.openStreams.cut({ keyId: gateway.goodKeyId }, 'revoked')
      }
    })()
    await expect(reading).rejects.toMatchObject({ code: 'key_revoked' })
    expect(seen).toEqual(['first'])
  })

  test('lists and retrieves the models that its key may use', async () => {
    const client = clientOf(gateway.secrets.good)
    const list = await client.models.list()
    expect(list.data.map(({ id }) => id)).toEqual(['fast', 'meta/llama:free', 'silent', 'gone', 'small'])
    expect(await client.models.retrieve('fast')).toEqual({
      id: 'fast',
      object: 'model',
      created: 1_700_000_000,
      owned_by: 'claviger',
    })
    for (const secret of [gateway.secrets.bare, gateway.secrets.otherApi])
      expect((await clientOf(secret).models.list()).data).toEqual([])
    await expect(client.models.retrieve('away')).rejects.toBeInstanceOf(NotFoundError)
  })
})

describe('errors have the form that the client knows', () => {
  const ask = (secret: string, model = 'fast', headers: Record<string, string> = {}) =>
    clientOf(secret, headers).chat.completions.create({ model, messages })

  test('401 for a key that is unknown or has expired', async () => {
    await expect(ask('tst_live_nobody')).rejects.toMatchObject({
      status: 401,
      code: 'invalid_api_key',
      type: 'invalid_request_error',
    })
    await expect(ask('tst_live_nobody')).rejects.toBeInstanceOf(AuthenticationError)
    await expect(ask(gateway.secrets.expired)).rejects.toMatchObject({ status: 401, code: 'key_expired' })
    await expect(clientOf(gateway.secrets.expired).models.list()).rejects.toMatchObject({
      status: 401,
      code: 'key_expired',
    })
  })

  test('404 alike for a model that does not exist, is of another workspace, api, or asks for a scope', async () => {
    const refusals = await Promise.all(
      [
        ask(gateway.secrets.good, 'nothing'),
        ask(gateway.secrets.good, 'away'),
        ask(gateway.secrets.bare),
        ask(gateway.secrets.otherApi),
        ask(gateway.secrets.stranger),
      ].map((call) => call.catch((error: unknown) => error)),
    )
    for (const refusal of refusals) {
      expect(refusal).toBeInstanceOf(NotFoundError)
      expect(refusal).toMatchObject({ code: 'model_not_found', param: null, type: 'invalid_request_error' })
    }
    const told = refusals.map((refusal) => (refusal instanceof APIError ? refusal.message.replace(/`.*`/, '') : ''))
    expect(new Set(told).size).toBe(1)
  })

  test('429 of ours with Retry-After and the limits', async () => {
    await ask(gateway.secrets.limited)
    const refusal = await ask(gateway.secrets.limited).catch((error: unknown) => error)
    if (!(refusal instanceof RateLimitError)) throw new Error('it was not refused')
    expect(refusal.code).toBe('rate_limit_exceeded')
    expect(Number(refusal.headers?.get('retry-after'))).toBeGreaterThan(0)
    expect(refusal.headers?.get('ratelimit')).toContain('"requests"')
  })

  test('the upstream’s own 429 and 500 as they are', async () => {
    const tooMany = await ask(gateway.secrets.good, 'fast', { 'x-stand-in-status': '429' }).catch(
      (error: unknown) => error,
    )
    expect(tooMany).toBeInstanceOf(RateLimitError)
    expect(tooMany).toMatchObject({ message: '429 The stand-in was asked to answer 429.' })
    if (tooMany instanceof RateLimitError) expect(tooMany.headers?.get('retry-after')).toBe('7')
    await expect(ask(gateway.secrets.good, 'fast', { 'x-stand-in-status': '500' })).rejects.toBeInstanceOf(
      InternalServerError,
    )
  })

  test('502 for an upstream that cannot be reached, without its address', async () => {
    const refusal = await ask(gateway.secrets.good, 'gone').catch((error: unknown) => error)
    expect(refusal).toMatchObject({ status: 502, type: 'server_error', code: 'upstream_unreachable' })
    expect(String(refusal)).not.toContain('127.0.0.1')
  })

  test('413 for a body that is larger than the model takes', async () => {
    const long = clientOf(gateway.secrets.good).chat.completions.create({
      model: 'small',
      messages: [{ role: 'user', content: 'x'.repeat(200) }],
    })
    await expect(long).rejects.toMatchObject({ status: 413, code: 'body_too_large' })
  })
})

describe('a caller with a plain HTTP client', () => {
  const send = (method: string, path: string, body?: string | Uint8Array, headers: Record<string, string> = {}) =>
    sendRaw({
      method,
      url: `${gateway.origin}${path}`,
      headers: { authorization: `Bearer ${gateway.secrets.good}`, ...headers },
      ...(body === undefined ? {} : { body }),
    })
  const errorOf = (body: Buffer): unknown => (JSON.parse(body.toString()) as { readonly error: unknown }).error

  test.each([
    { method: 'GET', path: '/openai/v1/nothing', status: 404, code: 'unknown_url' },
    { method: 'POST', path: '/openai/v1/chat/completions/', status: 404, code: 'unknown_url' },
    { method: 'GET', path: '/openai/', status: 404, code: 'unknown_url' },
    { method: 'GET', path: '/openai/v1/chat/completions', status: 405, code: 'method_not_supported', allow: 'POST' },
    { method: 'DELETE', path: '/openai/v1/models/fast', status: 405, code: 'method_not_supported', allow: 'GET, HEAD' },
    { method: 'GET', path: '/openai/v1/models/nothing', status: 404, code: 'model_not_found' },
    { method: 'GET', path: '/openai/v1/models/meta%2Fllama:free', status: 400, code: 'bad_path' },
  ])('is told $status $code at $method $path', async ({ method, path, status, code, allow }) => {
    const answer = await send(method, path)
    expect(answer.status).toBe(status)
    expect(answer.headers['content-type']).toBe('application/json')
    expect(answer.headers['allow']).toBe(allow)
    expect(errorOf(answer.body)).toMatchObject({ code, type: 'invalid_request_error', param: null })
  })

  test('finds a model whose name has slashes and colons', async () => {
    for (const path of ['/openai/v1/models/meta/llama:free', '/openai/v1/models/meta/llama%3Afree']) {
      expect(JSON.parse((await send('GET', path)).body.toString())).toMatchObject({ id: 'meta/llama:free' })
    }
  })

  test.each([
    { body: '{"model":"fast",}', status: 400, code: 'bad_json', says: 'at byte' },
    { body: '{"model":"fast","model":"away"}', status: 400, code: 'bad_json', says: 'twice' },
    { body: '{"model":"fast","Model":"away"}', status: 400, code: 'bad_json', says: 'lower case' },
    { body: '{"messages":[]}', status: 400, code: 'validation_failed', says: 'model', param: 'model' },
    {
      body: '{"model":"fast","stream_options":{"include_usage":1}}',
      status: 400,
      code: 'validation_failed',
      says: 'boolean',
      param: 'stream_options.include_usage',
    },
    { body: Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x7d]), status: 400, code: 'bad_json', says: 'UTF-8' },
    { body: '', status: 400, code: 'bad_json', says: 'object' },
  ])('is told what is wrong with $body', async ({ body, status, code, says, param }) => {
    const answer = await send('POST', '/openai/v1/chat/completions', body)
    expect(answer.status).toBe(status)
    expect(errorOf(answer.body)).toMatchObject({
      code,
      message: expect.stringContaining(says) as unknown,
      param: param ?? null,
    })
  })

  test.each([
    { headers: { 'content-encoding': 'gzip' }, because: 'it is encoded' },
    { headers: { 'content-type': 'application/json; charset=utf-16' }, because: 'its charset is none of JSON' },
  ])('is refused a body: $because', async ({ headers }) => {
    const answer = await send('POST', '/openai/v1/chat/completions', '{"model":"fast"}', headers)
    expect(answer.status).toBe(415)
  })

  test('sends no credential, organisation or cookie of its own to the provider', async () => {
    gateway.egress.sent.length = 0
    const own = {
      'api-key': 'a',
      'x-goog-api-key': 'b',
      cookie: 'c=d',
      'openai-organization': 'org-e',
      'openai-project': 'proj-f',
      'openai-beta': 'kept',
    }
    await send('POST', '/openai/v1/chat/completions?api-version=1', '{"model":"fast","messages":[]}', {
      ...own,
      'x-forwarded-for': '9.9.9.9',
    })
    const [{ headers, path } = { headers: [], path: '' }] = gateway.egress.sent
    const names = headers.filter((_, at) => at % 2 === 0).map((name) => name.toLowerCase())
    for (const name of [
      'authorization',
      'x-api-key',
      'x-forwarded-for',
      ...Object.keys(own).filter((field) => field !== 'openai-beta'),
    ])
      expect(names).not.toContain(name)
    expect(names).toContain('openai-beta')
    expect(path).toBe('/v1/chat/completions?api-version=1')
  })

  test('sees a cut stream end abruptly with an error event, and no [DONE]', async () => {
    const connected = nextSilentAnswer()
    const answer = send('POST', '/openai/v1/chat/completions', '{"model":"silent","stream":true}')
    const upstreamResponse = await connected
    await new Promise((resolve) => setTimeout(resolve, 50))
    upstreamResponse.destroy()
    const { status, body, isWhole } = await answer
    expect(status).toBe(200)
    expect(isWhole).toBe(false)
    expect(body.toString()).toMatch(
      /^data: \{"id":"1","choices".*\}\n\ndata: \{"error":\{"message":.*"type":"server_error".*\}\}\n\n$/,
    )
    expect(body.toString()).not.toContain('[DONE]')
  })
})
