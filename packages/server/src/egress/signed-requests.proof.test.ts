import type { IncomingMessage } from 'node:http'
import { PassThrough, Readable } from 'node:stream'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { Secret } from '@claviger/core'
import { type AwsKey, isSignedWith } from '../injections/testing/verify-aws.ts'
import type { RunningEgress } from './create-egress.ts'
import type { OpenedCredential } from './credential.ts'
import { credential, requestTo, send, startEgress } from './testing/send.ts'
import { type Upstream, startHttp } from './testing/upstream.ts'

const SCOPE = { region: 'eu-central-1', service: 'bedrock' } as const
const KEY: AwsKey = {
  ...SCOPE,
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
}

let upstream: Upstream
let egress: RunningEgress
let current: OpenedCredential
let received: { readonly request: IncomingMessage; readonly body: Buffer }[]

beforeEach(async () => {
  received = []
  upstream = await startHttp((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk)
      const body = Buffer.concat(chunks)
      received.push({ request, body })
      response.writeHead(isSignedWith(KEY, request, body) ? 200 : 403).end()
    })()
  })
  current = signing()
  egress = startEgress({ credentials: { open: () => current } })
})
afterEach(async () => {
  await egress.close()
  await upstream.close()
})

function signing(payload?: 'unsigned'): OpenedCredential {
  return credential({
    origins: [upstream.origin],
    injection: { kind: 'aws_sigv4', ...SCOPE, access_key_id: 'AKIDEXAMPLE', ...(payload && { payload }) },
    secret: new Secret(KEY.secretAccessKey),
  })
}

const call = async (changes: Parameters<typeof requestTo>[1]) =>
  send(egress, requestTo(upstream.origin, { credentialId: 'pvk_test', ...changes })).told

const post = { method: 'POST', headers: ['Content-Type', 'application/json', 'Authorization', 'Bearer caller'] }

test.each([
  ['without a body', { path: '/model/a%3Ab/invoke?x=%20&a=1&a=%7e+y&flag' }],
  ['with a body in memory', { ...post, body: new TextEncoder().encode('{"a":1}') }],
  ['with a streamed body', { ...post, body: Readable.from([Buffer.from('{"a"'), Buffer.from(':1}')]) }],
])('a request %s arrives as it was signed', async (_how, changes) => {
  expect((await call(changes)).status).toBe(200)
  expect(received[0]?.body.toString()).toBe('body' in changes ? '{"a":1}' : '')
})

test('a body that signing has read into memory is sent with its length', async () => {
  const headers = [...post.headers, 'Content-Length', '2']
  await call({ ...post, headers, body: Readable.from([Buffer.from('{}')]) })
  expect(received[0]?.request.headers).toMatchObject({ 'content-length': '2' })
  expect(received[0]?.request.headers['transfer-encoding']).toBeUndefined()
})

test('a streamed body of more than 8 MiB is refused, and the caller is still there to hear it', async () => {
  const stream = new PassThrough()
  const chunk = Buffer.alloc(1024 * 1024)
  for (let nth = 0; nth < 9; nth += 1) stream.write(chunk)
  const { failure } = await call({ ...post, body: stream })
  expect(failure?.code).toBe('body_too_large')
  expect([received.length, stream.destroyed]).toEqual([0, false])
  stream.destroy()
})

test('a streamed body that breaks off is told as that', async () => {
  const stream = new PassThrough()
  const told = call({ ...post, body: stream })
  stream.write('{')
  stream.destroy(new Error('gone'))
  expect((await told).failure?.code).toBe('cut')
  expect(received).toEqual([])
})

test('the time that a slow caller takes for its body is not the time to connect', async () => {
  const stream = new PassThrough()
  const told = call({ ...post, body: stream, timeouts: { connectMs: 400, firstByteMs: 2_000, idleMs: 0, totalMs: 0 } })
  stream.write('{')
  await new Promise((resolve) => setTimeout(resolve, 800))
  stream.end('}')
  expect((await told).status).toBe(200)
})

test('a caller that goes away within its body ends the call', async () => {
  const stream = new PassThrough()
  const sent = send(egress, requestTo(upstream.origin, { credentialId: 'pvk_test', ...post, body: stream }))
  stream.write('{')
  await new Promise((resolve) => setImmediate(resolve))
  sent.call.abort()
  stream.end('}')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect([received.length, sent.seen.failures, egress.stats().calls]).toEqual([0, 0, 0])
})

test('where the payload is left unsigned, the body streams through', async () => {
  current = signing('unsigned')
  const stream = new PassThrough()
  const told = call({ ...post, body: stream })
  const chunk = Buffer.alloc(1024 * 1024)
  for (let nth = 0; nth < 9; nth += 1) stream.write(chunk)
  stream.end()
  expect((await told).status).toBe(200)
  expect(received[0]?.body.length).toBe(9 * 1024 * 1024)
})
