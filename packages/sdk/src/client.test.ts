import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ApiError, UnreachableError } from './api-error.ts'
import { createClient, type ClientOptions } from './client.ts'

let answers: ((request: IncomingMessage, response: ServerResponse) => void)[]
let seen: { readonly method: string; readonly url: string; readonly idempotencyKey: string | undefined }[]
let server: ReturnType<typeof createServer>
let url: string

beforeEach(async () => {
  answers = []
  seen = []
  server = createServer((request, response) => {
    const { method = '', url: path = '', headers } = request
    seen.push({ method, url: path, idempotencyKey: headers['idempotency-key']?.toString() })
    answers.shift()?.(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // a TCP server's address is one
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const clientOf = (options: Partial<ClientOptions> = {}) => createClient({ url: `${url}/`, credential: 'c', ...options })

function json(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}) {
  return (_request: IncomingMessage, response: ServerResponse): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
  }
}
const cut = (request: IncomingMessage): void => void request.socket.destroy()
const app = { id: 'app_1' }

describe('a refusal', () => {
  test('is an error with what the server told', async () => {
    answers = [
      json(
        400,
        {
          code: 'validation_failed',
          detail: 'No.',
          request_id: 'req_1',
          errors: [{ pointer: '/name', detail: 'Is missing.' }],
        },
        { 'retry-after': '3' },
      ),
    ]
    const thrown: unknown = await clientOf()
      .call('createApp', { body: { name: 'x', owner: 'o@example.com' } })
      .catch((error: unknown) => error)
    expect(thrown).toBeInstanceOf(ApiError)
    expect(thrown).toMatchObject({
      status: 400,
      code: 'validation_failed',
      message: 'No.',
      requestId: 'req_1',
      errors: [{ pointer: '/name', detail: 'Is missing.' }],
      retryAfterSeconds: 3,
    })
  })
})

describe('a try', () => {
  test('that fails is repeated where that is safe, with the same Idempotency-Key', async () => {
    answers = [json(503, { code: 'draining' }), cut, json(201, app)]
    expect(await clientOf({ retries: 2 }).call('createApp', { body: { name: 'x', owner: 'o@example.com' } })).toEqual(
      app,
    )
    expect(seen).toHaveLength(3)
    expect(seen[0]?.idempotencyKey).toMatch(/^"[0-9a-f-]{36}"$/)
    expect(new Set(seen.map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1)
  })

  test('is not repeated without being asked for, nor for what will not get better', async () => {
    answers = [cut]
    await expect(clientOf().call('getMe')).rejects.toBeInstanceOf(UnreachableError)
    answers = [json(404, { code: 'not_found' })]
    await expect(clientOf({ retries: 5 }).call('getMe')).rejects.toMatchObject({ code: 'not_found' })
    answers = [json(429, { code: 'probing' })]
    await expect(clientOf({ retries: 5 }).call('getMe')).rejects.toMatchObject({ code: 'probing' })
    expect(seen).toHaveLength(3)
  })

  test('of a change or a decision is not repeated: the server does not remember it', async () => {
    answers = [json(503, {}), json(503, {})]
    const client = clientOf({ retries: 5 })
    await expect(client.call('updateApp', { params: { id: 'app_1' }, body: {} })).rejects.toBeInstanceOf(ApiError)
    await expect(client.call('verifyKey', { body: { key: 'x' } })).rejects.toBeInstanceOf(ApiError)
    expect(seen.map(({ idempotencyKey }) => idempotencyKey)).toEqual([undefined, undefined])
  })

  test('waits as long as the server says', async () => {
    answers = [json(503, {}, { 'retry-after': '1' }), json(200, {})]
    const begunMs = performance.now()
    await clientOf({ retries: 1 }).call('getMe')
    expect(performance.now() - begunMs).toBeGreaterThanOrEqual(990)
  })

  test('ends in time', async () => {
    answers = [() => undefined]
    await expect(clientOf({ timeoutMs: 50 }).call('getMe')).rejects.toBeInstanceOf(UnreachableError)
  })

  test('ends when its caller says so, with the reason given, while it waits too', async () => {
    const ended = new AbortController()
    answers = [() => ended.abort(new Error('enough'))]
    await expect(clientOf({ retries: 5 }).call('getMe', { signal: ended.signal })).rejects.toThrow('enough')
    const later = new AbortController()
    answers = [json(503, {}, { 'retry-after': '20' })]
    setTimeout(() => later.abort(new Error('no more')), 100)
    await expect(clientOf({ retries: 5 }).call('getMe', { signal: later.signal })).rejects.toThrow('no more')
  })
})

test('a list is read page by page, with its filters', async () => {
  answers = [
    json(200, { data: [{ id: 'a' }, { id: 'b' }], next_cursor: 'n', has_more: true }),
    json(200, { data: [{ id: 'c' }], next_cursor: null, has_more: false }),
  ]
  const ids: string[] = []
  for await (const { id } of clientOf().pages('listApis', { query: { limit: 2 } })) ids.push(id)
  expect(ids).toEqual(['a', 'b', 'c'])
  expect(seen.map(({ url: path }) => path)).toEqual(['/api/v1/apis?limit=2', '/api/v1/apis?limit=2&cursor=n'])
})
