/**
 * Before limits are run again: whose decisions it takes, and how far back the journal is read so that their counters are as
 * full as they were; within the bounds. Reads from the newest end, because what happened last matters most.
 */
import { warmAtMs, warmUpFromMs, type LimitPolicy } from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import { streamDecisions } from '#audit'
import { readLine } from './read-line.ts'
import { isClosed, narrowestScope, widerScope, type ReplayScope } from './replay-scope.ts'
import { wasCharged, type ReplayCalls } from './replay-calls.ts'
import type { DecisionsRoom } from './room.ts'
import type { LimitingChange } from './tried-change.ts'
import { Turns } from './turns.ts'

export interface ReplayBounds {
  readonly workspaceId: string
  readonly change: LimitingChange
  readonly fromMs: number
  readonly toMs: number
  readonly mostDecisions: number
  /** By the monotonic clock. */
  readonly deadlineMs: number
  /** @throws ClavigerError when nobody waits any more */
  readonly stillWaiting: () => void
}

export interface ReplayPlan {
  readonly scope: ReplayScope
  /** Every decision of the scope from here on is run again. */
  readonly knownFromMs: number
  /** From here on the limits that are run again are as full as they were, and decisions are compared. */
  readonly comparedFromMs: number
  /** A bound was met before all of it was looked at. */
  readonly isCut: boolean
  /** By account of credits that is asked for: the units that calls since `knownFromMs` have spent. */
  readonly spent: ReadonlyMap<string, number>
}

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A month, and a window of the longest that there is; only quotas of a year begin before. */
const MOST_WARM_UP_MS = 32 * DAY_MS
const LINES_PER_TURN = 1_000

export async function planReplay(room: DecisionsRoom, bounds: ReplayBounds, calls: ReplayCalls): Promise<ReplayPlan> {
  for (let scope = narrowestScope(bounds.change); ;) {
    const look = new Look(room, bounds, { scope, calls })
    const beyond = await look.run()
    if (beyond === undefined) return look.plan()
    scope = widerScope(scope, beyond)
  }
}

/** What one decision counts for before it is run again. */
interface Counted {
  readonly atMs: number
  /** Of credits, from each account that it paid from. */
  readonly units: number
  readonly paid: readonly string[]
  /** Accounts that it would have to pay from. */
  readonly asked: readonly string[]
}

class Look {
  readonly #room: DecisionsRoom
  readonly #bounds: ReplayBounds
  readonly #scope: ReplayScope
  readonly #calls: ReplayCalls
  readonly #seen = new WeakSet<LimitPolicy>()
  /** One of each kind that warms up alike. */
  readonly #kinds = new Map<string, LimitPolicy>()
  readonly #spent = new Map<string, number>()
  readonly #earliestMs: number
  #readFromMs: number
  #cutAtMs: number | undefined
  #decisions = 0
  #minuteMs = Infinity
  #minute: Counted[] = []

  constructor(
    room: DecisionsRoom,
    bounds: ReplayBounds,
    { scope, calls }: { readonly scope: ReplayScope; readonly calls: ReplayCalls },
  ) {
    this.#room = room
    this.#bounds = bounds
    this.#scope = scope
    this.#calls = calls
    const keptFromMs = bounds.toMs - room.journalRetentionDays * DAY_MS
    this.#earliestMs = Math.max(bounds.fromMs - MOST_WARM_UP_MS, keptFromMs)
    this.#readFromMs = Math.max(bounds.fromMs, keptFromMs)
  }

  /** @returns the app of a decision with a limit that reaches beyond the scope; undefined: there is none */
  async run(): Promise<string | undefined> {
    const { workspaceId, toMs } = this.#bounds
    const keyId = this.#scope.kind === 'key' ? this.#scope.id : undefined
    const range = { workspaceId, keyId, from: new Date(this.#earliestMs), to: new Date(toMs) }
    const wanted = this.#scope.kind === 'key' || this.#scope.kind === 'app' ? JSON.stringify(this.#scope.id) : ''
    const turns = new Turns(this.#room)
    for await (const lines of streamDecisions(this.#room.store.db, range)) {
      for (let at = 0; at < lines.length; at += LINES_PER_TURN) {
        const part = lines.slice(at, at + LINES_PER_TURN).filter((line) => line.includes(wanted))
        const records = part.flatMap((line) => readLine(line) ?? [])
        if (records.length === 0) continue
        await this.#calls.load(records)
        for (const record of records) {
          const beyond = this.#take(record)
          if (beyond !== undefined) return beyond
        }
        await turns.pass()
      }
      this.#bounds.stillWaiting()
      if (this.#cutAtMs !== undefined) return undefined
      const reachedMs = minuteOf(lines)
      if (reachedMs + MINUTE_MS <= this.#readFromMs) break
      if (this.#room.monotonicMs() >= this.#bounds.deadlineMs) {
        this.#cutBehind(reachedMs)
        return undefined
      }
    }
    this.#endMinute()
    return undefined
  }

  plan(): ReplayPlan {
    const { fromMs, toMs } = this.#bounds
    const knownFromMs = this.#cutAtMs ?? this.#readFromMs
    const startMs = Math.max(fromMs, knownFromMs)
    // a limit may cost a part of what is compared; one that would cost most of it is not run again
    const latestMs = startMs + (toMs - startMs) / 2
    let comparedFromMs = startMs
    for (const policy of this.#kinds.values()) {
      const warmMs = warmAtMs(policy, knownFromMs)
      if (warmMs <= latestMs) comparedFromMs = Math.max(comparedFromMs, warmMs)
    }
    const isCut = comparedFromMs > fromMs
    return { scope: this.#scope, knownFromMs, comparedFromMs, isCut, spent: this.#spent }
  }

  #take(record: DecisionRecord): string | undefined {
    const minuteMs = Math.floor(record.atMs / MINUTE_MS) * MINUTE_MS
    if (minuteMs !== this.#minuteMs) this.#endMinute()
    this.#minuteMs = minuteMs
    if (this.#cutAtMs !== undefined || record.atMs < this.#readFromMs || record.atMs >= this.#bounds.toMs)
      return undefined
    const call = this.#calls.of(record, this.#scope)
    if (call === undefined) return undefined
    for (const policies of call.limits) {
      for (const policy of policies) {
        if (!this.#seen.has(policy)) this.#learn(policy)
        if (!isClosed(this.#scope, policy)) return record.appId
      }
    }
    const units = wasCharged(record) ? (record.facts?.cost ?? 1) : 0
    const [paid, asked] = this.#calls.accountsOf(call)
    this.#minute.push({ atMs: record.atMs, units, paid, asked })
    return undefined
  }

  #learn(policy: LimitPolicy): void {
    this.#seen.add(policy)
    const kind = warmsLike(policy)
    if (this.#kinds.has(kind)) return
    this.#kinds.set(kind, policy)
    const fromMs = Math.max(this.#earliestMs, warmUpFromMs(policy, this.#bounds.fromMs))
    this.#readFromMs = Math.min(this.#readFromMs, fromMs)
  }

  /** Other blocks may hold more of the minute that was reached. */
  #cutBehind(minuteMs: number): void {
    if (this.#minuteMs > minuteMs) this.#endMinute()
    this.#cutAtMs ??= Math.min(this.#bounds.toMs, minuteMs + MINUTE_MS)
  }

  /** Whole minutes are known, or nothing of them: but of the one in which the bound is met the newest. */
  #endMinute(): void {
    const minute = this.#minute.toSorted((one, other) => other.atMs - one.atMs)
    this.#minute = []
    const left = this.#bounds.mostDecisions - this.#decisions
    const beyond = minute[left]
    if (beyond !== undefined) this.#cutAtMs = beyond.atMs + 1
    for (const { atMs, units, paid, asked } of minute) {
      if (this.#cutAtMs !== undefined && atMs < this.#cutAtMs) break
      this.#decisions++
      for (const account of paid) this.#spent.set(account, (this.#spent.get(account) ?? 0) + units)
      for (const account of asked) if (!this.#spent.has(account)) this.#spent.set(account, 0)
    }
  }
}

/** A block's lines are of one minute, and written by whoever can read them. */
function minuteOf([first = '']: readonly string[]): number {
  const atMs = readLine(first)?.atMs ?? Infinity
  return Math.floor(atMs / MINUTE_MS) * MINUTE_MS
}

function warmsLike(policy: LimitPolicy): string {
  switch (policy.kind) {
    case 'window':
      return `window ${policy.windowMs} ${policy.buckets}`
    case 'burst':
      return `burst ${policy.windowMs} ${policy.limit} ${policy.burst}`
    case 'quota':
      return `quota ${policy.period} ${policy.anchorDay} ${policy.anchorMonth} ${policy.zone}`
    case 'concurrency':
    case 'credits':
      return policy.kind
  }
}
