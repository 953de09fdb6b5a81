import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Secret } from '@claviger/core'
import type { RunningEgress } from './create-egress.ts'
import type { OpenedCredential } from './credential.ts'
import { credential, requestTo, send, startEgress, storeOf, testLog } from './testing/send.ts'
import { type Upstream, startHttp } from './testing/upstream.ts'

const CANARY = 's3cret-canary'

let login: Upstream
let api: Upstream
let egress: RunningEgress
let log: ReturnType<typeof testLog>
/** What the token endpoint was asked. */
let asked: { readonly authorization: string | undefined; readonly form: string }[]
/** What the upstream was sent. */
let calls: { readonly authorization: string | undefined; readonly body: string }[]
/** Tokens that the upstream has stopped taking. */
let refused: Set<string>
let answerToken: (response: ServerResponse, nth: number) => void
let current: OpenedCredential

beforeEach(async () => {
  asked = []
  calls = []
  refused = new Set()
  answerToken = (response, nth) =>
    response.end(JSON.stringify({ access_token: `tok-${nth}`, token_type: 'Bearer', expires_in: 3600 }))
  login = await startHttp((request, response) => {
    void textOf(request).then((form) => {
      asked.push({ authorization: request.headers.authorization, form })
      answerToken(response, asked.length)
    })
  })
  api = await startHttp((request, response) => {
    void textOf(request).then((body) => {
      const { authorization } = request.headers
      calls.push({ authorization, body })
      const isRefused = refused.has((authorization ?? '').replace('Bearer ', ''))
      response.writeHead(isRefused ? 401 : 200).end(isRefused ? 'refused' : 'ok')
    })
  })
  current = client()
  log = testLog()
  egress = startEgress({ log, credentials: { open: (id) => (id === current.id ? current : undefined) } })
})
afterEach(async () => {
  await egress.close()
  await login.close()
  await api.close()
})

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += String(chunk)
  return text
}

function client(changes: Partial<OpenedCredential> = {}): OpenedCredential {
  return credential({
    origins: [api.origin],
    injection: { kind: 'oauth2_client_credentials', token_url: `${login.origin}/token`, client_id: 'claviger' },
    secret: new Secret(CANARY),
    ...changes,
  })
}

const call = async (changes: Parameters<typeof requestTo>[1] = {}) =>
  send(egress, requestTo(api.origin, { credentialId: 'pvk_test', ...changes })).told

describe('an OAuth 2.0 client', () => {
  test('shows the client secret to the token endpoint, and the access token to the upstream', async () => {
    const told = await call({ headers: ['Authorization', 'Bearer caller'] })
    expect(told.status).toBe(200)
    expect(calls).toEqual([{ authorization: 'Bearer tok-1', body: '' }])
    expect(asked).toEqual([
      {
        authorization: `Basic ${Buffer.from(`claviger:${CANARY}`).toString('base64')}`,
        form: 'grant_type=client_credentials',
      },
    ])
  })

  test('asks once for a hundred calls at the same time, and for those after them', async () => {
    const statuses = await Promise.all(Array.from({ length: 100 }, async () => (await call()).status))
    expect([new Set(statuses), asked.length]).toEqual([new Set([200]), 1])
    await call()
    expect(asked.length).toBe(1)
  })

  test('forgets its tokens when the credential is another one', async () => {
    await call()
    current = client({ secret: new Secret('rotated') })
    await call()
    expect(calls.map((one) => one.authorization)).toEqual(['Bearer tok-1', 'Bearer tok-2'])
    expect(asked[1]?.authorization).toBe(`Basic ${Buffer.from('claviger:rotated').toString('base64')}`)
  })

  test('that was deleted calls nobody, however good its token is', async () => {
    await call()
    current = client({ id: 'pvk_other' })
    expect((await call()).failure?.code).toBe('credential_unavailable')
    expect(calls.length).toBe(1)
  })

  test('is not asked for by whoever may not use it', async () => {
    current = client({ origins: ['https://elsewhere.example'] })
    expect((await call()).failure?.code).toBe('origin_not_allowed')
    expect(asked).toEqual([])
  })
})

describe('a token that the upstream refuses', () => {
  test.each([
    { what: 'a GET', changes: {} },
    { what: 'a POST with its body in memory', changes: { method: 'POST', body: new TextEncoder().encode('body') } },
  ])('is replaced, and $what is sent once more', async ({ changes }) => {
    await call()
    refused.add('tok-1')
    const told = await call(changes)
    expect([told.status, told.body.toString(), told.failure]).toEqual([200, 'ok', undefined])
    const body = 'body' in changes ? 'body' : ''
    expect(calls.slice(1)).toEqual([
      { authorization: 'Bearer tok-1', body },
      { authorization: 'Bearer tok-2', body },
    ])
    expect(egress.stats().calls).toBe(0)
  })

  test('with a body that has streamed away is the answer; the next call has a new token', async () => {
    await call()
    refused.add('tok-1')
    const told = await call({ method: 'POST', body: Readable.from([Buffer.from('streamed')]) })
    expect([told.status, told.body.toString()]).toEqual([401, 'refused'])
    expect((await call()).status).toBe(200)
    expect(asked.length).toBe(2)
  })

  test('and the new one too: the caller gets the 401, and the token endpoint has peace', async () => {
    for (const token of ['tok-1', 'tok-2', 'tok-3']) refused.add(token)
    for (let nth = 0; nth < 5; nth += 1) expect((await call()).status).toBe(401)
    expect([asked.length, calls.length]).toEqual([2, 6])
  })

  test('is replaced once for many calls that hear of it together', async () => {
    await call()
    refused.add('tok-1')
    const statuses = await Promise.all(Array.from({ length: 30 }, async () => (await call()).status))
    expect([new Set(statuses), asked.length]).toEqual([new Set([200]), 2])
  })

  test('is replaced for an upgrade too', async () => {
    refused.add('tok-1')
    const request = requestTo(api.origin, { credentialId: 'pvk_test', headers: ['Upgrade', 'websocket'] })
    const result = await egress.upgrade(request, new AbortController().signal)
    expect(result).toMatchObject({ kind: 'answered', status: 200 })
    expect(calls.map((one) => one.authorization)).toEqual(['Bearer tok-1', 'Bearer tok-2'])
  })

  test('by a call that is given up while it waits for the next one is of no more use', async () => {
    await call()
    refused.add('tok-1')
    const gate = Promise.withResolvers<void>()
    answerToken = (response, nth) => {
      gate.resolve()
      setTimeout(() => response.end(JSON.stringify({ access_token: `tok-${nth}` })), 50)
    }
    const sent = send(egress, requestTo(api.origin, { credentialId: 'pvk_test' }))
    await gate.promise
    sent.call.abort()
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect([calls.length, sent.seen, egress.stats().calls]).toEqual([
      2,
      { heads: 0, chunks: [], ends: 0, failures: 0 },
      0,
    ])
  })
})

describe('a token endpoint', () => {
  const failureOf = async () => (await call()).failure

  test('that fails is told by its status, and asked again only after a while', async () => {
    answerToken = (response) =>
      response.writeHead(401).end(`{"error":"invalid_client","error_description":"${CANARY}"}`)
    const expected = {
      code: 'credential_unavailable',
      detail: `Credential pvk_test cannot be used: the token endpoint at ${login.origin} answered 401 (invalid_client).`,
    }
    expect([await failureOf(), await failureOf()]).toEqual([expected, expected])
    expect([asked.length, calls.length]).toEqual([1, 0])
  })

  test('that redirects is not followed: the client secret goes to one place', async () => {
    answerToken = (response) => response.writeHead(307, { location: `${api.origin}/steal` }).end()
    expect((await failureOf())?.detail).toContain('answered 307')
    expect(calls).toEqual([])
  })

  test('that answers without an end is given up', async () => {
    answerToken = (response) => response.end(`{"access_token":"${'x'.repeat(70_000)}"}`)
    expect((await failureOf())?.detail).toContain('is too long')
  })

  test('that is silent costs a call its time to connect, and no more', async () => {
    answerToken = () => undefined
    const { failure } = await call({ timeouts: { connectMs: 100, firstByteMs: 0, idleMs: 0, totalMs: 0 } })
    expect(failure).toEqual({
      code: 'credential_unavailable',
      detail: `${api.origin} was not called, because its credential could not be opened within 100 ms.`,
    })
  })

  test('that is silent costs an upgrade its time to connect too, and a caller who goes does not wait', async () => {
    answerToken = () => undefined
    const timeouts = { connectMs: 100, firstByteMs: 0, idleMs: 0, totalMs: 0 }
    const request = requestTo(api.origin, { credentialId: 'pvk_test', headers: ['Upgrade', 'websocket'], timeouts })
    const ask = async (connectMs: number, signal: AbortSignal) => {
      const result = await egress.upgrade({ ...request, timeouts: { ...timeouts, connectMs } }, signal)
      return result.kind === 'failed' ? result.failure.code : result.kind
    }
    expect(await ask(100, new AbortController().signal)).toBe('credential_unavailable')
    expect(await ask(0, AbortSignal.timeout(50))).toBe('cut')
    expect(await ask(0, AbortSignal.abort())).toBe('cut')
  })

  test.each([
    { because: 'its address is private', url: 'https://internal.example/token', why: 'points to 10.0.0.1' },
    { because: 'it is a metadata service', url: 'http://169.254.169.254/token', why: 'may not be asked in plaintext' },
    { because: 'it is plain http', url: 'http://public.example/token', why: 'may not be asked in plaintext' },
  ])('is not asked when $because', async ({ url, why }) => {
    const own = startEgress({
      log,
      lookup: async (host) => [host === 'internal.example' ? '10.0.0.1' : '93.184.216.34'],
      credentials: storeOf(
        client({ injection: { kind: 'oauth2_client_credentials', token_url: url, client_id: 'claviger' } }),
      ),
    })
    const { failure } = await send(own, requestTo(api.origin, { credentialId: 'pvk_test' })).told
    expect(failure?.code).toBe('credential_unavailable')
    expect(failure?.detail).toContain(why)
    await own.close()
  })

  test('is given nothing when egress is closed meanwhile', async () => {
    const told = call()
    await egress.close()
    expect((await told).failure?.code).toBe('unreachable')
  })
})

test('no secret and no token stands in a failure or in the log', async () => {
  await call()
  answerToken = (response) => response.writeHead(400).end(`{"error":"${CANARY}"}`)
  refused.add('tok-1')
  const told = await call()
  const text = JSON.stringify([told.failure, log.lines])
  expect(told.failure?.code).toBe('credential_unavailable')
  expect(text).not.toMatch(/s3cret|tok-1/)
})
