/** Two processes of one installation that count their limits in Redis, and what they do when it goes away. */
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { removeDataDir } from '../../packages/server/src/store/testing.ts'
import { hasOwnRedis, openTestRedis, type TestRedis } from '../../packages/server/src/usage/testing/redis.ts'
import { engineUrlOf } from '../support/engine.ts'
import { makeDataDir, makeKey, makeWorld, startProduct, type Product, type World } from '../support/product.ts'
import { runToItsEnd } from '../support/run-server.ts'

describe.skipIf(!hasOwnRedis())('with REDIS_URL', () => {
  let redis: TestRedis
  let upstream: Awaited<ReturnType<typeof startStandIn>>
  let first: Product
  let second: Product
  let world: World

  beforeAll(async () => {
    redis = await openTestRedis()
    upstream = await startStandIn({ key: 'sk-stand-in' })
    first = await startProduct({ REDIS_URL: redis.url })
    world = await makeWorld(first, upstream.origin)
    second = await startProduct({
      REDIS_URL: redis.url,
      DATABASE_URL: engineUrlOf(first.dataDir),
      CLAVIGER_SEAL_KEY_FILE: join(first.dataDir, 'seal.key'),
      CLAVIGER_NODE_NAME: 'second',
    })
  })
  afterAll(async () => {
    await second?.dispose()
    await first?.dispose()
    await upstream?.close()
    await redis?.dispose()
  })

  const statusAt = async (product: Product, secret: string): Promise<number> => {
    const answer = await fetch(`${product.url}/gw/notes/`, { headers: { 'x-api-key': secret } })
    await answer.arrayBuffer()
    return answer.status
  }

  test('a limit is shared, and counted there', async () => {
    const { secret } = await makeKey(first, world, {
      limits: [{ kind: 'window', name: 'requests', limit: 40, window_seconds: 3600 }],
    })
    await expect.poll(async () => statusAt(second, secret), { interval: 10 }).toBe(200)
    const statuses = await Promise.all(
      Array.from({ length: 120 }, async (_, call) => statusAt(call % 2 === 0 ? first : second, secret)),
    )
    expect(statuses.filter((status) => status === 200).length).toBeLessThanOrEqual(39)
    expect(statuses.filter((status) => status === 200).length).toBeGreaterThan(20)
    expect(new Set(statuses)).toEqual(new Set([200, 429]))
    expect(await redis.command('KEYS', 'claviger:*:c:key:*')).toHaveLength(1)
  })

  test('while it is away limits refuse with 503; what it forgot counts as full when it is back', async () => {
    const { secret } = await makeKey(first, world, {
      limits: [{ kind: 'window', name: 'requests', limit: 1000, window_seconds: 3600 }],
    })
    await redis.kill()
    await expect.poll(async () => statusAt(first, secret), { interval: 20 }).toBe(503)
    await redis.start()
    await expect.poll(async () => statusAt(first, secret), { timeout: 8_000 }).toBe(429)
    expect(await statusAt(second, secret)).toBe(429)
  })
})

test.skipIf(!hasOwnRedis())('a Redis that may throw counters away stops the start, with the remedy', async () => {
  const redis = await openTestRedis(['--maxmemory', '50mb', '--maxmemory-policy', 'allkeys-lru'])
  const dataDir = await makeDataDir()
  try {
    const settings = { REDIS_URL: redis.url, CLAVIGER_LISTEN: '127.0.0.1:0', CLAVIGER_DATA_DIR: dataDir }
    const { code, printed } = await runToItsEnd(settings)
    expect(code).not.toBe(0)
    expect(printed).toContain('set maxmemory-policy to noeviction')
  } finally {
    await redis.dispose()
    removeDataDir(dataDir)
  }
})
