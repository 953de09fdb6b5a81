/**
 * Refusals before authentication are counted, not journaled one by one (decision 6): per address prefix, reason and
 * second. Bounded: while the database is away the tally keeps the first prefixes it saw and counts the rest together.
 */
import { ipPrefix, type IpAddress } from '@claviger/core'

export interface ProbeCount {
  readonly atMs: number
  readonly ipPrefix: string
  readonly reason: string
  readonly count: number
}

const MAX_ROWS = 20_000
const ELSEWHERE = '*'

export class ProbeTally {
  readonly #nowMs: () => number
  #counts = new Map<string, { atMs: number; ipPrefix: string; reason: string; count: number }>()

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  get size(): number {
    return this.#counts.size
  }

  add(clientIp: IpAddress, reason: string): void {
    this.#count(Math.floor(this.#nowMs() / 1000) * 1000, ipPrefix(clientIp), reason, 1)
  }

  /** Hands out what was counted and begins anew. */
  take(): readonly ProbeCount[] {
    const rows = [...this.#counts.values()]
    this.#counts = new Map()
    return rows
  }

  /** Takes back what could not be stored. */
  putBack(rows: readonly ProbeCount[]): void {
    for (const row of rows) this.#count(row.atMs, row.ipPrefix, row.reason, row.count)
  }

  #count(atMs: number, prefix: string, reason: string, count: number): void {
    const known = this.#counts.get(`${atMs} ${prefix} ${reason}`)
    if (known !== undefined) {
      known.count += count
    } else if (this.#counts.size < MAX_ROWS || prefix === ELSEWHERE) {
      this.#counts.set(`${atMs} ${prefix} ${reason}`, { atMs, ipPrefix: prefix, reason, count })
    } else {
      this.#count(atMs, ELSEWHERE, reason, count)
    }
  }
}
