/** SIGTERM: what is under way ends within the grace, what comes new is sent elsewhere, and nothing is left behind. */
import { Agent, request } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { engineProcesses, isRunning, postmasterOf } from '../support/engine.ts'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

const GRACE_SECONDS = 4
/** Generous: the machine may be busy with other tests. Alone, a start takes about one second. */
const SECOND_START_MS = 10_000

let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let world: World
let key: { readonly id: string; readonly secret: string }
let agent: Agent

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  product = await startProduct({ CLAVIGER_SHUTDOWN_GRACE_SECONDS: String(GRACE_SECONDS) })
  world = await makeWorld(product, upstream.origin, { route: { upstream_url: upstream.origin } })
  key = await makeKey(product, world)
})

beforeEach(async () => {
  if (product.process.exitCode !== null) await product.start()
  agent = new Agent({ keepAlive: true, maxSockets: 1 })
}, 60_000)

afterEach(() => agent.destroy())

afterAll(async () => {
  await product?.dispose()
  await upstream?.close()
})

/** A stream of `count` events, one every 100 ms, as far as it comes. */
async function streamOf(count: number): Promise<{ text(): Promise<string> }> {
  const answer = await fetch(`${product.url}/gw/notes/events?count=${count}&delay_ms=100`, {
    headers: { 'x-api-key': key.secret },
  })
  expect(answer.status).toBe(200)
  return answer
}

interface Answer {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly body: string
  readonly isReused: boolean
}

/** Over the one connection that `agent` keeps alive. */
async function get(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request(`${product.url}${path}`, { agent, headers }, (answer) => {
      let body = ''
      answer.setEncoding('utf8').on('data', (text: string) => (body += text))
      answer.on('end', () =>
        resolve({
          status: answer.statusCode ?? 0,
          retryAfter: answer.headers['retry-after'],
          body,
          isReused: sent.reusedSocket,
        }),
      )
    })
    sent.on('error', reject).end()
  })
}

test('what is under way is finished; new calls get 503 and Retry-After, on old connections and new ones', async () => {
  const engine = engineProcesses(product.dataDir)
  const running = await streamOf(15)
  expect(await get('/gw/notes/echo', { 'x-api-key': key.secret })).toMatchObject({ status: 200 })
  const exit = product.stop('SIGTERM')
  await sleep(300)

  const onOldConnection = await get('/gw/notes/echo', { 'x-api-key': key.secret })
  expect(onOldConnection).toMatchObject({ status: 503, isReused: true })
  expect(Number(onOldConnection.retryAfter)).toBeGreaterThan(0)
  expect(JSON.parse(onOldConnection.body)).toMatchObject({ status: 503, code: 'draining' })
  const onNewConnection = await get('/api/v1/status', {
    authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}`,
  })
  expect(onNewConnection).toMatchObject({ status: 503, isReused: false })
  expect(Number(onNewConnection.retryAfter)).toBeGreaterThan(0)
  expect(await get('/readyz')).toMatchObject({ status: 503 }) // the balancer sees it too
  expect(await get('/healthz')).toMatchObject({ status: 200 })

  const text = await running.text()
  expect(text.match(/^data: /gm)).toHaveLength(15)
  expect(await exit).toBe(0)
  expect(engine.length).toBeGreaterThan(1)
  expect(engine.filter(isRunning)).toEqual([])
})

test('a second start is ready soon, and the calls that ended last are in the journal', async () => {
  const running = await streamOf(5)
  const exit = product.stop('SIGTERM')
  await running.text()
  expect(await exit).toBe(0)
  const startedAtMs = performance.now()
  await product.start()
  const tookMs = Math.round(performance.now() - startedAtMs)
  process.stdout.write(`second start: ready after ${tookMs} ms\n`)
  expect(tookMs).toBeLessThan(SECOND_START_MS)
  // stored by the process that ended, so there is nothing to wait for
  const { body } = await api(product, 'GET', `/decisions?key_id=${key.id}&limit=1`)
  expect(body['data']).toMatchObject([
    { code: 'valid', status: 200, path: '/gw/notes/events', usage: { ended: 'complete' } },
  ])
})

test('a call that outlasts the grace is cut, and the server still ends with 0', async () => {
  const running = await streamOf(1_000)
  const startedAtMs = performance.now()
  const exit = product.stop('SIGTERM')
  await expect(running.text()).rejects.toThrow()
  expect(await exit).toBe(0)
  const tookMs = performance.now() - startedAtMs
  expect(tookMs).toBeGreaterThan(GRACE_SECONDS * 1_000 - 200)
  expect(tookMs).toBeLessThan(GRACE_SECONDS * 1_000 + 10_000)
})

test('a call of the control API that is under way gets its answer', async () => {
  const body = JSON.stringify({ name: 'made while stopping', owner: 'tests@example.com' })
  const sent = request(`${product.url}/api/v1/apps`, {
    method: 'POST',
    agent,
    headers: {
      authorization: `Bearer ${product.env['CLAVIGER_TOKEN'] ?? ''}`,
      'content-type': 'application/json',
      'content-length': body.length,
    },
  })
  const status = new Promise<number | undefined>((done, fail) => {
    sent.on('response', (answer) => done(answer.resume().statusCode)).on('error', fail)
  })
  sent.write(body.slice(0, 10))
  await sleep(300)
  const exit = product.stop('SIGTERM')
  await sleep(500)
  sent.end(body.slice(10))
  expect(await status).toBe(201)
  expect(await exit).toBe(0)
})

test('with nothing under way it ends at once, whoever keeps a connection open, and however often it is asked', async () => {
  await get('/healthz')
  const startedAtMs = performance.now()
  const exit = product.stop('SIGTERM')
  product.process.kill('SIGTERM')
  expect(await exit).toBe(0)
  expect(performance.now() - startedAtMs).toBeLessThan(GRACE_SECONDS * 1_000)
})

test('SIGINT is answered as shells expect it', async () => {
  const engine = engineProcesses(product.dataDir)
  expect(await product.stop('SIGINT')).toBe(130)
  expect(engine.filter(isRunning)).toEqual([])
})

test.each([
  { when: 'as soon as the engine runs', isThen: async () => postmasterOf(product.dataDir) !== undefined },
  { when: 'the moment that it is ready', isThen: async () => isReady() },
])('a signal in the middle of a start, $when, is heard: it ends in order and leaves no engine', async ({ isThen }) => {
  await product.stop('SIGTERM')
  const started = product.start().catch(() => 'it has ended')
  while (!(await isThen())) await sleep(1)
  const { process: server } = product
  const exit = new Promise((done) => server.once('exit', done))
  server.kill('SIGTERM')
  expect(await exit).toBe(0)
  await started
  expect(postmasterOf(product.dataDir)).toBe(undefined)
})

const isReady = async (): Promise<boolean> =>
  fetch(`${product.url}/readyz`).then(
    ({ ok }) => ok,
    () => false,
  )
