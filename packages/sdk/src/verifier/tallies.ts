/**
 * What was decided here, added up until it is reported. Bounded: when the server takes no reports for long, the oldest go, and
 * how many decisions that were is told.
 */
import { ApiError } from '../api-error.ts'
import type { Report } from './asking.ts'

export interface Tally {
  readonly keyId: string
  readonly version: number
  readonly apiId: string | undefined
  readonly code: string
  readonly rule: string
  count: number
  atMs: number
  /** False: it is on its way, and another one has taken its place. */
  isOpen: boolean
}

export interface TalliesOptions {
  readonly send: (report: Report) => Promise<void>
  readonly makeName: () => string
  readonly onError: (cause: unknown) => void
}

/** Another text is the id of no api, and a report that holds it would not be taken. */
const API_ID = /^[A-Za-z0-9_]{1,64}$/
const LINES_OF_REPORT = 1_000
/** Lines that wait beyond these are dropped. */
const MOST_WAITING_REPORTS = 50
const MOST_COUNT = 1_000_000_000
/** Refusals of one address and reason in one line. */
const MOST_REFUSED = 1_000

export class Tallies {
  readonly #options: TalliesOptions
  readonly #byName = new Map<string, Tally>()
  readonly #refused = new Map<
    string,
    { readonly clientIp: string; readonly reason: 'credential_invalid' | 'probing'; count: number }
  >()
  readonly #waiting: Report[] = []
  #flushing: Promise<void> | undefined
  /** Decisions that nobody will hear of. */
  dropped = 0

  constructor(options: TalliesOptions) {
    this.#options = options
  }

  /** The line of such decisions: whoever keeps it adds to it as long as it `isOpen`. */
  lineOf(line: Omit<Tally, 'count' | 'atMs' | 'isOpen'>): Tally {
    const name = `${line.keyId} ${line.version} ${line.apiId ?? ''} ${line.code} ${line.rule}`
    let tally = this.#byName.get(name)
    if (tally === undefined) {
      if (this.#byName.size >= LINES_OF_REPORT) this.#cut()
      tally = { ...line, count: 0, atMs: 0, isOpen: true }
      this.#byName.set(name, tally)
    }
    return tally
  }

  refusedBefore(clientIp: string, reason: 'credential_invalid' | 'probing'): void {
    const name = `${clientIp} ${reason}`
    const line = this.#refused.get(name)
    if (line === undefined) {
      if (this.#refused.size >= LINES_OF_REPORT) this.#cut()
      this.#refused.set(name, { clientIp, reason, count: 1 })
    } else if (line.count < MOST_REFUSED) line.count += 1
  }

  /** Sends what there is, in order; what the server does not take now waits. Never throws. */
  async flush(): Promise<void> {
    this.#cut()
    this.#flushing ??= this.#sendAll().finally(() => (this.#flushing = undefined))
    return this.#flushing
  }

  async #sendAll(): Promise<void> {
    for (let first = this.#waiting[0]; first !== undefined; first = this.#waiting[0]) {
      try {
        await this.#options.send(first)
      } catch (thrown) {
        const isHopeless = thrown instanceof ApiError && thrown.status < 500 && thrown.status !== 429
        if (!isHopeless) return this.#options.onError(thrown)
        this.#drop(first)
        this.#options.onError(thrown)
      }
      if (this.#waiting[0] === first) this.#waiting.shift()
    }
  }

  /** Lines up to here make a report of their own. */
  #cut(): void {
    const decisions = [...this.#byName.values()]
    for (const tally of decisions) tally.isOpen = false
    this.#byName.clear()
    const refused = [...this.#refused.values()]
    this.#refused.clear()
    if (decisions.length === 0 && refused.length === 0) return
    this.#waiting.push({
      batch_id: this.#options.makeName(),
      decisions: decisions.map((tally) => ({
        key_id: tally.keyId,
        version: tally.version,
        code: tally.code,
        rule: tally.rule,
        count: Math.min(MOST_COUNT, tally.count),
        at_ms: tally.atMs,
        ...(tally.apiId !== undefined && API_ID.test(tally.apiId) && { api_id: tally.apiId }),
      })),
      refused: refused.map(({ clientIp, reason, count }) => ({
        reason,
        count,
        ...(clientIp !== '' && { client_ip: clientIp }),
      })),
    })
    // the one under way may have arrived already
    if (this.#waiting.length > MOST_WAITING_REPORTS) for (const gone of this.#waiting.splice(1, 1)) this.#drop(gone)
  }

  #drop({ decisions }: Report): void {
    for (const { count } of decisions) this.dropped += count
  }
}
