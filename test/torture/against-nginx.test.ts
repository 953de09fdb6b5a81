/**
 * Malformed requests by the hundred, judged by the gateway and by a real nginx. Whatever nginx refuses, the gateway must not
 * forward; what it forwards arrives as one request that cannot be read in two ways.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { callRaw } from '../../packages/gateway/src/testing/raw-socket.ts'
import { startNginx } from '../bench/servers/nginx.ts'
import type { RunningServer } from '../bench/servers/server.ts'
import { makeKey, makeWorld, startProduct, type Product } from '../support/product.ts'
import { findProgram } from '../support/programs.ts'
import { seededRandom } from '../support/random.ts'
import { malformedRequests, type Malformed } from './malformed.ts'
import { startRecordingUpstream, type RecordingUpstream } from './recording-upstream.ts'

const COUNT = Number(process.env['TORTURE_REQUESTS'] ?? 400)
const SEED = Number(process.env['TORTURE_SEED'] ?? 20_261_201)

const nginxProgram = findProgram('nginx', 'nginx-light')

let behindUs: RecordingUpstream
let behindNginx: RecordingUpstream
let product: Product
let nginx: RunningServer
let fields: string

beforeAll(async () => {
  if (nginxProgram === undefined) return
  ;[behindUs, behindNginx] = [await startRecordingUpstream(), await startRecordingUpstream()]
  product = await startProduct()
  const world = await makeWorld(product, behindUs.origin)
  const { secret } = await makeKey(product, world)
  fields = `Host: gw.example\r\nAuthorization: Bearer ${secret}\r\n`
  nginx = await startNginx(
    'nginx',
    (port) => `
    access_log off; client_header_timeout 2s; client_body_timeout 2s;
    server { listen 127.0.0.1:${port}; location / { proxy_pass ${behindNginx.origin}; proxy_http_version 1.1; } }`,
  )
})
afterAll(async () => {
  await nginx?.close()
  await product?.dispose()
  await behindUs?.close()
  await behindNginx?.close()
})

interface Verdict {
  /** 0: closed without a word. */
  readonly status: number
  readonly answers: number
  readonly forwarded: readonly string[]
}

async function judge(port: number, upstream: RecordingUpstream, { bytes }: Malformed): Promise<Verdict> {
  const before = upstream.whole.length
  const { status, text } = await callRaw(port, { bytes, waitMs: 4_000, endsAfterMs: 700 })
  return {
    status,
    answers: text.match(/HTTP\/1\.\d \d{3} /g)?.length ?? 0,
    forwarded: upstream.whole.slice(before),
  }
}

test.skipIf(nginxProgram === undefined)(
  `of ${COUNT} malformed requests, what nginx refuses goes no further here either, and each gets one clear answer`,
  { timeout: 120_000 },
  async () => {
    const requests = malformedRequests(COUNT, { path: '/gw/notes/a', fields }, seededRandom(SEED))
    const port = Number(new URL(product.url).port)
    const tally = { 'both refuse': 0, 'both forward': 0, 'only the gateway refuses': 0 }
    const wrong: string[] = []
    for (const request of requests) {
      const [ours, theirs] = await Promise.all([
        judge(port, behindUs, request),
        judge(nginx.port, behindNginx, request),
      ])
      const [weForward, nginxForwards] = [ours.forwarded.length > 0, theirs.forwarded.length > 0]
      const tell = (what: string): void =>
        void wrong.push(`${what}: ${request.name} (we ${ours.status}, nginx ${theirs.status})`)
      if (weForward && !nginxForwards) tell('forwarded, though nginx refuses it')
      if (!weForward && (ours.status < 400 || ours.status >= 500)) tell('not refused with a clear 4xx')
      if (weForward && ours.status !== 200) tell('forwarded, and not answered')
      if (ours.answers !== 1) tell(`answered ${ours.answers} times`)
      if (ours.forwarded.length > 1) tell('forwarded twice')
      for (const head of ours.forwarded) if (isAmbiguous(head)) tell(`arrives as ${JSON.stringify(head)}`)
      if (!weForward) tally[nginxForwards ? 'only the gateway refuses' : 'both refuse'] += 1
      else tally['both forward'] += 1
    }
    expect(wrong).toEqual([])
    expect(tally['both refuse']).toBeGreaterThan(COUNT / 2)
    // every call has left the server: nothing hangs
    const answer = await fetch(`${product.url}/readyz`)
    expect(await answer.text()).toBe('ready\n')
    expect(product.output()).not.toMatch(/failed inside/)
  },
)

/** Whether two servers could read the head that was forwarded in two ways. */
function isAmbiguous(request: string): boolean {
  const head = request.slice(0, request.indexOf('\r\n\r\n') + 2)
  const lines = head.split('\r\n').slice(0, -1)
  const [start = '', ...rest] = lines
  const framing = rest.filter((line) => /^(?:content-length|transfer-encoding):/i.test(line))
  const hosts = rest.filter((line) => /^host:/i.test(line))
  return (
    !/^[A-Z]+ \/[\x21-\x7e]* HTTP\/1\.1$/.test(start) ||
    // a name is a token, a value has no control byte but the tab: so no bare CR, LF or NUL either
    rest.some((line) => !/^[!#$%&'*+.^_`|~0-9A-Za-z-]+:[\t\x20-\x7e\x80-\xff]*$/.test(line)) ||
    framing.length > 1 ||
    hosts.length !== 1
  )
}
