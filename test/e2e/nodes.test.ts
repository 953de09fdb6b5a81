/** Two processes of one installation: what one revokes, the other refuses. The second one joins the first one's engine. */
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { engineUrlOf } from '../support/engine.ts'
import { api, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'

let upstream: Awaited<ReturnType<typeof startStandIn>>
let first: Product
let second: Product
let world: World

beforeAll(async () => {
  upstream = await startStandIn({ key: 'sk-stand-in' })
  first = await startProduct()
  world = await makeWorld(first, upstream.origin)
  second = await startProduct({
    DATABASE_URL: engineUrlOf(first.dataDir),
    CLAVIGER_SEAL_KEY_FILE: join(first.dataDir, 'seal.key'),
    CLAVIGER_NODE_NAME: 'second',
  })
})

afterAll(async () => {
  await second?.dispose()
  await first?.dispose()
  await upstream?.close()
})

const statusAt = async (product: Product, secret: string): Promise<number> => {
  const answer = await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })
  await answer.arrayBuffer()
  return answer.status
}

test('a key made on one is good on the other; a revocation on one cuts and refuses on both', async () => {
  const { id, secret } = await makeKey(first, world)
  expect([await statusAt(first, secret), await statusAt(second, secret)]).toEqual([200, 200])
  const stream = await fetch(`${second.url}/openai/v1/chat/completions`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${secret}`,
      'content-type': 'application/json',
      'x-stand-in-chunks': '1000',
      'x-stand-in-delay-ms': '20',
    },
    body: JSON.stringify({ model: 'fast', stream: true, messages: [{ role: 'user', content: 'Hello' }] }),
  })
  const ended = stream.text().then(
    () => 'whole',
    () => 'cut',
  )
  await api(first, 'POST', `/keys/${id}/revoke`, {})
  const revokedAtMs = Date.now()
  await expect.poll(async () => statusAt(second, secret), { interval: 5, timeout: 3_000 }).toBe(401)
  expect(await ended).toBe('cut')
  expect(Date.now() - revokedAtMs).toBeLessThan(3_000)
  expect(await statusAt(first, secret)).toBe(401)
})

test('a limit is shared', async () => {
  const { secret } = await makeKey(first, world, {
    limits: [{ kind: 'window', name: 'requests', limit: 20, window_seconds: 60 }],
  })
  // The other process hears of a new key through the feed, like of everything.
  await expect.poll(async () => statusAt(second, secret), { interval: 10 }).toBe(200)
  const statuses = await Promise.all(
    Array.from({ length: 60 }, async (_, call) => statusAt(call % 2 === 0 ? first : second, secret)),
  )
  expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(19)
  expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(0)
  expect(new Set(statuses)).toEqual(new Set([200, 429]))
})

test('both are told as living nodes', async () => {
  const { body } = await api(first, 'GET', '/nodes')
  const nodes = body['data'] as readonly { readonly name: string; readonly state: string }[]
  expect(nodes.filter((node) => node.state === 'live').map((node) => node.name)).toContain('second')
})

/** The test's last: the second process is gone afterwards. */
test('one that was taken for dead ends by itself, so that whatever started it starts it anew', async () => {
  const { id, secret } = await makeKey(first, world, { limits: [{ kind: 'credits', name: 'credits' }] })
  await api(first, 'POST', `/credits/${id}/grants`, { units: 5, reference: 'first' })
  await expect.poll(async () => statusAt(second, secret), { interval: 10 }).toBe(200)
  const { body } = await api(first, 'GET', '/nodes')
  const nodes = body['data'] as readonly { readonly id: string; readonly name: string }[]
  const victim = nodes.find(({ name }) => name === 'second')?.id ?? ''
  // what a process beside it does that has not heard of it for a minute
  await rm(join(second.dataDir, 'spool', victim), { recursive: true })
  const database = new pg.Client(engineUrlOf(first.dataDir))
  await database.connect()
  await database.query('select usage_credit_end($1)', [victim])
  await database.end()
  const exited = once(second.process, 'exit')
  await expect
    .poll(async () => statusAt(second, secret).catch(() => 'gone'), { interval: 20, timeout: 10_000 })
    .not.toBe(200)
  expect(await exited).toEqual([1, null])
  expect(second.output()).toContain('took it for dead')
  expect(await statusAt(first, secret)).toBe(200)
})
