/** Refusals before authentication: counted per address prefix, reason and second, never one by one. */
import type { Db, Tx } from '#store'
import { insertProbes, makePartition, selectProbes } from './rows-journal.ts'

export interface ProbeCount {
  /** Of the second in which they came. */
  readonly atMs: number
  /** `192.0.2.1/32`, `2001:db8::/56`. */
  readonly ipPrefix: string
  readonly reason: string
  readonly count: number
}

const ROWS_AT_ONCE = 5_000
const SECOND = 1_000

/** Adds to what was counted before of the same second. No two rows may have the same second, prefix and reason. */
export async function writeProbes(tx: Tx, nodeId: string, rows: readonly ProbeCount[]): Promise<void> {
  const probes = rows.map(({ atMs, ipPrefix, reason, count }) => ({
    second: new Date(Math.floor(atMs / SECOND) * SECOND),
    node_id: nodeId,
    ip_prefix: ipPrefix,
    reason,
    refusals: count,
  }))
  for (const day of new Set(probes.map(({ second }) => second.toISOString().slice(0, 10)))) {
    await makePartition(tx, 'audit_probe', new Date(day))
  }
  for (let at = 0; at < probes.length; at += ROWS_AT_ONCE) await insertProbes(tx, probes.slice(at, at + ROWS_AT_ONCE))
}

export interface ProbeQuery {
  readonly ipPrefix?: string | undefined
  readonly reason?: string | undefined
  /** At or after. */
  readonly from?: Date | undefined
  /** Before. */
  readonly to?: Date | undefined
  readonly limit: number
}

/** Newest first, all nodes together. They belong to no workspace: nobody knew whose key it was. */
export async function listProbes(db: Db, query: ProbeQuery): Promise<readonly ProbeCount[]> {
  const { ipPrefix, reason, from, to, limit } = query
  const rows = await selectProbes(db, { ipPrefix, reason, from, to, limit })
  return rows.map((row) => ({
    atMs: row.second.getTime(),
    ipPrefix: row.ip_prefix,
    reason: row.reason,
    count: Number(row.refusals),
  }))
}
