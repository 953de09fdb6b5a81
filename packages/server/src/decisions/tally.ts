/** Counts outcomes by key, from and to: bounded, however many decisions there are. */
import type { DecisionRecord } from '@claviger/gateway'

export interface Sample {
  readonly requestId: string
  readonly atMs: number
  readonly door: string
  readonly method: string
  readonly path: string
  readonly clientIp: string
}

export interface TallyGroup {
  readonly keyId: string
  readonly appId: string
  readonly from: string
  readonly to: string
  /** That decides for `from` and for `to`, at the newest of them. */
  fromRule: string
  rule: string
  count: number
  firstAtMs: number
  lastAtMs: number
  /** Of the newest. */
  readonly samples: Sample[]
}

export interface Difference {
  readonly from: string
  readonly to: string
  readonly fromRule: string
  readonly rule: string
}

/** Groups beyond these are only counted. */
const MOST_GROUPS = 1_000

export class Tally {
  readonly #groups = new Map<string, TallyGroup>()
  readonly #mostSamples: number
  total = 0
  /** Decisions in no group, because there were too many groups. */
  ungrouped = 0

  constructor(mostSamples: number) {
    this.#mostSamples = mostSamples
  }

  /** The most frequent first. */
  groups(): readonly TallyGroup[] {
    return [...this.#groups.values()].toSorted((one, other) => other.count - one.count)
  }

  add(record: DecisionRecord, { from, to, fromRule, rule }: Difference): void {
    this.total++
    const name = `${record.keyId} ${from} ${to}`
    let group = this.#groups.get(name)
    if (group === undefined) {
      if (this.#groups.size >= MOST_GROUPS) {
        this.ungrouped++
        return
      }
      const { keyId, appId, atMs } = record
      group = { keyId, appId, from, to, fromRule, rule, count: 0, firstAtMs: atMs, lastAtMs: atMs, samples: [] }
      this.#groups.set(name, group)
    }
    group.count++
    group.firstAtMs = Math.min(group.firstAtMs, record.atMs)
    if (record.atMs >= group.lastAtMs) {
      group.lastAtMs = record.atMs
      group.fromRule = fromRule
      group.rule = rule
    }
    this.#show(group.samples, record)
  }

  /** The newest, newest first; whichever way they come. */
  #show(samples: Sample[], record: DecisionRecord): void {
    const older = samples.findIndex(({ atMs }) => atMs <= record.atMs)
    if (older !== -1) samples.splice(older, 0, sampleOf(record))
    else if (samples.length < this.#mostSamples) samples.push(sampleOf(record))
    if (samples.length > this.#mostSamples) samples.pop()
  }
}

/** A path is as long as whoever called wanted it. */
const MOST_PATH_CHARACTERS = 500

function sampleOf({ requestId, atMs, door, method, path, clientIp }: DecisionRecord): Sample {
  return { requestId, atMs, door, method, path: path.slice(0, MOST_PATH_CHARACTERS), clientIp }
}
