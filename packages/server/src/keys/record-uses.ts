/** Notes when and from where keys were used: in the drain's transaction, in batches, never on the way of a request. */
import { formatIp, parseIp } from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import type { Tx } from '#store'
import { trimSeenIps, upsertLastUses, upsertSeenIps, type LastUse, type SeenIp } from './rows-uses.ts'

export type UseRecord = Pick<DecisionRecord, 'atMs' | 'keyId' | 'clientIp' | 'code'>

/**
 * An admitted call is a use and keeps the key awake; a refused one does not. Addresses count either way: the secret was
 * right, and whoever holds it was there.
 */
export async function recordUses(tx: Tx, records: Iterable<UseRecord>): Promise<void> {
  const uses = new Map<string, LastUse>()
  const seen = new Map<string, SeenIp>()
  for (const { atMs, keyId, clientIp, code } of records) {
    if (code === 'valid' && (uses.get(keyId)?.atMs ?? 0) < atMs) uses.set(keyId, { keyId, atMs })
    const name = `${keyId} ${clientIp}`
    if ((seen.get(name)?.atMs ?? 0) >= atMs) continue
    const ip = parseIp(clientIp)
    if (ip !== undefined) seen.set(name, { keyId, atMs, ip: formatIp(ip) })
  }
  if (uses.size > 0) await upsertLastUses(tx, [...uses.values()])
  if (seen.size === 0) return
  const grown = await upsertSeenIps(tx, [...newestOfEach(seen.values())])
  if (grown.length > 0) await trimSeenIps(tx, grown)
}

/** One address may be written in two ways, and one statement takes each row once. */
function newestOfEach(seen: Iterable<SeenIp>): Iterable<SeenIp> {
  const newest = new Map<string, SeenIp>()
  for (const each of seen) {
    const name = `${each.keyId} ${each.ip}`
    if ((newest.get(name)?.atMs ?? 0) < each.atMs) newest.set(name, each)
  }
  return newest.values()
}
