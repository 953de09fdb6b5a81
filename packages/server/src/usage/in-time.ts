/** An answer of a store that comes too late is none. */
import { setTimeout as sleep } from 'node:timers/promises'
import { storeUnavailable } from '#store'

/** A request waits for its draw no longer than this. */
const TIMEOUT_MS = 1_000

/**
 * @param onLate told what came after it was too late
 * @throws ClavigerError `store_unavailable` when it takes longer than a second; whatever `work` throws
 */
export async function inTime<Value>(work: Promise<Value>, onLate?: (value: Value) => void): Promise<Value> {
  const timeout = new AbortController()
  const late = sleep(TIMEOUT_MS, undefined, { signal: timeout.signal, ref: false }).then(
    () => Promise.reject(storeUnavailable(new Error(`no answer within ${TIMEOUT_MS} ms`))),
    () => work,
  )
  try {
    return await Promise.race([work, late])
  } catch (error) {
    work.then(onLate, () => undefined)
    throw error
  } finally {
    timeout.abort()
  }
}
