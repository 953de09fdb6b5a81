/** Opens the lease store in Redis, for installations that have one. */
import { StartError } from '#config'
import type { RedisLeaseStore, RedisLeaseStoreOptions } from './redis-lease-store.ts'

const FIRST_WAIT_MS = 2_000

/**
 * Connects. A server that is out of reach now is tried again and again; until then limits do what they declare.
 *
 * @throws StartError `redis_evicts`
 */
export async function openRedisLeases(options: RedisLeaseStoreOptions): Promise<RedisLeaseStore> {
  // not before it is needed: the client of Redis is a seventh of what a start reads, and most installations have no Redis
  const { RedisLeaseStore } = await import('./redis-lease-store.ts')
  const leases = new RedisLeaseStore(options)
  try {
    await leases.ready(FIRST_WAIT_MS)
  } catch (error) {
    if (error instanceof StartError) {
      await leases.close()
      throw error
    }
    options.log.error({ err: error }, 'Redis does not answer: limits that are counted there do what they declare')
  }
  return leases
}
