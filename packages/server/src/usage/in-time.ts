/** An answer of a store that comes too late is none. */
import { setTimeout as sleep } from 'node:timers/promises'
import { storeUnavailable } from '#store'

/** A request waits for its draw no longer than this; an answer that comes later leaves its units spent. */
const TIMEOUT_MS = 1_000

/** @throws ClavigerError `store_unavailable` when it takes longer than a second; whatever `work` throws */
export async function inTime<Value>(work: Promise<Value>): Promise<Value> {
  const timeout = new AbortController()
  const late = sleep(TIMEOUT_MS, undefined, { signal: timeout.signal, ref: false }).then(
    () => Promise.reject(storeUnavailable(new Error(`no answer within ${TIMEOUT_MS} ms`))),
    () => work,
  )
  try {
    return await Promise.race([work, late])
  } catch (error) {
    work.catch(() => undefined)
    throw error
  } finally {
    timeout.abort()
  }
}
