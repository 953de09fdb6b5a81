/** Ids of calls: `req_…`, unique, sorted by time; random bytes are fetched in blocks because a call for ten is dear. */
import { makeId } from '@claviger/core'

const BYTES_OF_ID = 10
const BLOCK_BYTES = 4_090

/** @param fillRandom fills the array from a cryptographic source */
export function createRequestIds(fillRandom: (bytes: Uint8Array) => void): (nowMs: number) => string {
  const block = new Uint8Array(BLOCK_BYTES)
  let at = BLOCK_BYTES
  return (nowMs) => {
    if (at === BLOCK_BYTES) {
      fillRandom(block)
      at = 0
    }
    at += BYTES_OF_ID
    return makeId('req', nowMs, block.subarray(at - BYTES_OF_ID, at))
  }
}
