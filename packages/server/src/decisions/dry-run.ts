/**
 * Tries a change against what was decided in the last days: which calls would have been decided otherwise? Reads the
 * journal from its newest end, block by block, within bounds of decisions and of time, and lets other work pass between.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ClavigerError } from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import { streamDecisions } from '#audit'
import { keysWith, oneKey, type ComparedKeys } from './compared-keys.ts'
import { readLine } from './read-line.ts'
import { reevaluate } from './reevaluate.ts'
import { replayChange } from './replay-change.ts'
import { isConcerned } from './replay-scope.ts'
import type { DecisionsRoom } from './room.ts'
import { DryRun } from './run.ts'
import { comparisonOf, touchesLimits, type TriedChange } from './tried-change.ts'

export interface DryRunRequest {
  readonly workspaceId: string
  readonly change: TriedChange
  readonly days: number
  readonly mostDecisions: number
  readonly mostSamples: number
  /** The run ends when nobody waits for it any more. */
  readonly isGone: () => boolean
}

const DAY_MS = 86_400_000
/** Other work of this process waits no longer than these take: a few ms. */
const LINES_PER_TURN = 1_000
const MOST_MS = 20_000
/** A run costs as much as thousands of calls; more of them at once would be felt on the doors. */
const MOST_RUNS = 2
/** Of this process. */
let running = 0

/**
 * @throws ClavigerError `not_found`; `validation_failed` for a change that could not be made; `overloaded` while others
 * run; `request_timeout` when the asker has hung up
 */
export async function dryRun(room: DecisionsRoom, request: DryRunRequest): Promise<DryRun> {
  if (running >= MOST_RUNS)
    throw new ClavigerError('overloaded', 'Other dry runs are under way here.', { retryAfterSeconds: 5 })
  running++
  try {
    return await tryChange(room, request)
  } finally {
    running--
  }
}

async function tryChange(room: DecisionsRoom, request: DryRunRequest): Promise<DryRun> {
  const { workspaceId, change, days, mostSamples } = request
  const { compare, key } = await comparisonOf(room, workspaceId, change)
  const nowMs = room.nowMs()
  const run = new DryRun({ fromMs: nowMs - days * DAY_MS, toMs: nowMs }, mostSamples)
  const deadlineMs = room.monotonicMs() + MOST_MS
  if (touchesLimits(change)) {
    const { fromMs, toMs } = run
    const { mostDecisions } = request
    const bounds = {
      workspaceId,
      change,
      fromMs,
      toMs,
      mostDecisions,
      deadlineMs,
      stillWaiting: () => refuseWhenGone(request),
    }
    await replayChange(room, { bounds, compare }, run)
    return run
  }
  // a plan is nothing but its limits
  if (change.kind === 'plan') return run
  await askAgain(room, request, {
    run,
    deadlineMs,
    keys: key === undefined ? keysWith(room, workspaceId, compare) : oneKey(key),
  })
  return run
}

interface AskedAgain {
  readonly run: DryRun
  readonly deadlineMs: number
  readonly keys: ComparedKeys
}

/** Each for itself, from the newest on: limits are what they were. */
async function askAgain(
  room: DecisionsRoom,
  request: DryRunRequest,
  { run, deadlineMs, keys }: AskedAgain,
): Promise<void> {
  const { workspaceId, change } = request
  const range = {
    workspaceId,
    keyId: change.kind === 'key' ? change.id : undefined,
    from: new Date(run.fromMs),
    to: new Date(run.toMs),
  }
  for await (const lines of streamDecisions(room.store.db, range)) {
    for (let at = 0; at < lines.length; at += LINES_PER_TURN) {
      const records = concerned(lines.slice(at, at + LINES_PER_TURN), request, run)
      await keys.load(new Set(records.map(({ keyId }) => keyId)))
      for (const record of records) count(room, record, keys, run)
      await nextTurn()
      refuseWhenGone(request)
      run.truncated = run.found >= request.mostDecisions || room.monotonicMs() >= deadlineMs
      if (run.truncated) return
    }
  }
}

function refuseWhenGone({ isGone }: DryRunRequest): void {
  if (isGone()) throw new ClavigerError('request_timeout', 'Nobody waits for this dry run any more.')
}

/** Those of the lines that the change could concern, as far as the bound lets. */
function concerned(lines: readonly string[], request: DryRunRequest, run: DryRun): readonly DecisionRecord[] {
  const { change, mostDecisions } = request
  const wanted = JSON.stringify(change.id)
  const records: DecisionRecord[] = []
  for (const line of lines) {
    // most fall out before they are parsed
    if (!line.includes(wanted)) continue
    const record = readLine(line)
    if (record === undefined) run.unasked.unreadable++
    else if (isConcerned(change, record, undefined) && record.atMs >= run.fromMs && record.atMs < run.toMs) {
      if (run.found >= mostDecisions) break
      run.found++
      run.oldestAtMs = Math.min(run.oldestAtMs ?? Number.POSITIVE_INFINITY, record.atMs)
      records.push(record)
    }
  }
  return records
}

function count(room: DecisionsRoom, record: DecisionRecord, keys: ComparedKeys, run: DryRun): void {
  const key = keys.get(record.keyId)
  const outcome = reevaluate(record, { key, targetOf: room.targetOf, geo: room.geo() })
  if (typeof outcome === 'string') {
    run.unasked[outcome]++
    return
  }
  run.evaluated++
  const { before, after, rule, ruleToday } = outcome
  if (outcome.differs)
    run.alreadyDiffers.add(record, { from: record.code, to: before, fromRule: record.rule, rule: ruleToday })
  if (before !== after) run.flip(record, { code: before, rule: ruleToday }, { code: after, rule })
}
