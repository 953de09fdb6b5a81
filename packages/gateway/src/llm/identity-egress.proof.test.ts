import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib'
import { afterEach, describe, expect, test } from 'vitest'
import type { EgressCall, EgressFailure, EgressRequest, EgressSink } from '../ports.ts'
import { PlainEgress } from '../testing/plain-egress.ts'
import { sendForIdentity } from './identity-egress.ts'

const servers: Server[] = []
afterEach(() => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  servers.push(server)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo // a TCP server's address is one
  return `http://127.0.0.1:${port}`
}

const requestTo = (origin: string): EgressRequest => ({
  credentialId: undefined,
  usedBy: { kind: 'model', id: 'mdl_1', appId: 'app_1', workspaceId: 'wsp_1' },
  origin,
  method: 'POST',
  path: '/',
  headers: ['Content-Length', '0'],
  body: undefined,
  timeouts: { connectMs: 0, firstByteMs: 0, idleMs: 0, totalMs: 0 },
})

interface Told {
  readonly headers: readonly string[]
  readonly body: Buffer
  readonly failure: EgressFailure | undefined
}

/** Takes an answer; with `pauseMs` it asks for a pause after each chunk. */
function ask(origin: string, pauseMs?: number, onCall?: (call: EgressCall) => void): Promise<Told> {
  return new Promise((resolve) => {
    const chunks: Uint8Array[] = []
    let headers: readonly string[] = []
    const done = (failure: EgressFailure | undefined) => resolve({ headers, body: Buffer.concat(chunks), failure })
    const sink: EgressSink = {
      onHead: (_status, _text, told) => (headers = told),
      onChunk: (chunk) => {
        chunks.push(chunk)
        if (pauseMs !== undefined) setTimeout(() => call.resume(), pauseMs)
        return pauseMs === undefined
      },
      onEnd: () => done(undefined),
      onFailure: done,
    }
    const call = sendForIdentity(new PlainEgress(), requestTo(origin), sink)
    onCall?.(call)
  })
}

const TEXT = Array.from({ length: 5_000 }, (_, index) => `data: {"n":${index}}\n\n`).join('')

describe('sendForIdentity', () => {
  test.each([
    { coding: 'gzip', encode: gzipSync },
    { coding: 'deflate', encode: deflateSync },
    { coding: 'deflate', encode: deflateRawSync },
    { coding: 'br', encode: brotliCompressSync },
    { coding: 'zstd', encode: zstdCompressSync },
  ])('decodes $coding and says so in the head', async ({ coding, encode }) => {
    const bytes = encode(Buffer.from(TEXT))
    const origin = await serve((_request, response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'content-encoding': coding,
        'content-length': bytes.length,
        'content-digest': 'sha-256=:AA==:',
      })
      response.end(bytes)
    })
    const { headers, body, failure } = await ask(origin)
    expect(failure).toBeUndefined()
    expect(body.toString()).toBe(TEXT)
    const names = headers.filter((_, at) => at % 2 === 0)
    expect(names).toContain('content-type')
    expect(names).not.toContain('content-encoding')
    expect(names).not.toContain('content-length')
    expect(names).not.toContain('content-digest')
  })

  test('tells the whole answer to a reader who pauses after each chunk', async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(TEXT))
    })
    const { body } = await ask(origin, 1)
    expect(body.toString()).toBe(TEXT)
  })

  test('passes a plain answer and one in a coding that nobody knows as it is', async () => {
    for (const coding of ['identity', 'aes128gcm']) {
      const origin = await serve((_request, response) => {
        response.writeHead(200, { 'content-encoding': coding })
        response.end('whatever')
      })
      const { headers, body } = await ask(origin)
      expect(body.toString()).toBe('whatever')
      expect(headers).toContain(coding)
    }
  })

  test('ends an empty answer', async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end()
    })
    expect(await ask(origin)).toMatchObject({ body: Buffer.alloc(0), failure: undefined })
  })

  test.each([
    { because: 'it is no gzip', bytes: Buffer.from('this is plain') },
    { because: 'it ends too early', bytes: gzipSync(TEXT).subarray(0, 900) },
  ])('fails as invalid: $because', async ({ bytes }) => {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(bytes)
    })
    const { failure } = await ask(origin)
    expect(failure?.code).toBe('invalid')
  })

  test('ends an answer that unfolds without end, and the call with it', async () => {
    let closed: Promise<unknown> = Promise.resolve()
    const origin = await serve((_request, response) => {
      closed = once(response, 'close')
      response.writeHead(200, { 'content-encoding': 'zstd' })
      response.write(zstdCompressSync(Buffer.alloc(80 * 1024 * 1024)))
    })
    const { failure, body } = await ask(origin)
    expect(failure?.code).toBe('invalid')
    expect(body.length).toBeLessThanOrEqual(64 * 1024 * 1024)
    await closed
  })

  test('tells nothing more after an abort', async () => {
    const origin = await serve((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.write(gzipSync(TEXT))
    })
    const outcome = ask(origin, undefined, (call) => setTimeout(() => call.abort(), 100))
    const silence = new Promise((resolve) => setTimeout(resolve, 300, 'silence'))
    expect(await Promise.race([outcome.then(() => 'told'), silence])).toBe('silence')
  })
})
