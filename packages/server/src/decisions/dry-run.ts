/**
 * Tries a change against what was decided in the last days: which calls would have been decided otherwise? Reads the
 * journal from its newest end, block by block, within bounds of decisions and of time, and lets other work pass between.
 */
import { setImmediate as nextTurn } from 'node:timers/promises'
import { ClavigerError } from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import { decodeDecision, streamDecisions, UnreadableLine } from '#audit'
import {
  compileApiWith,
  compileKeyWith,
  compileRoleWith,
  hasPlan,
  keyIdsOfRole,
  type ApiPatch,
  type KeyPatch,
  type RoleChange,
} from '#keys'
import { keysOfApi, keysOfRole, oneKey, type ComparedKeys } from './compared-keys.ts'
import { reevaluate, type Unasked } from './reevaluate.ts'
import type { DecisionsRoom } from './room.ts'
import { Tally } from './tally.ts'

export type TriedChange =
  | { readonly kind: 'key'; readonly id: string; readonly patch: KeyPatch }
  | { readonly kind: 'api'; readonly id: string; readonly patch: ApiPatch }
  | { readonly kind: 'role'; readonly id: string; readonly patch: RoleChange }
  /** Limits are not asked again, so whatever is changed of it concerns no decision. */
  | { readonly kind: 'plan'; readonly id: string }

export interface DryRunRequest {
  readonly workspaceId: string
  readonly change: TriedChange
  readonly days: number
  readonly mostDecisions: number
  readonly mostSamples: number
  /** The run ends when nobody waits for it any more. */
  readonly isGone: () => boolean
}

export interface DryRun {
  readonly fromMs: number
  readonly toMs: number
  /** A bound was met before the journal was read to `fromMs`. */
  truncated: boolean
  /** Of the oldest decision that was looked at. */
  oldestAtMs: number | undefined
  /** Decisions that the change could concern. */
  found: number
  evaluated: number
  readonly unasked: Record<Unasked, number>
  allowedToRefused: number
  refusedToAllowed: number
  readonly flips: Tally
  readonly alreadyDiffers: Tally
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
  const { workspaceId, change } = request
  if (change.kind === 'plan') {
    if (await hasPlan(room.store.db, workspaceId, change.id)) return newRun(room.nowMs(), request)
    throw new ClavigerError('not_found', `There is no plan ${change.id}.`)
  }
  const keys = await comparedKeys(room, workspaceId, change)
  const isConcerned = await concernedBy(room, workspaceId, change)
  const run = newRun(room.nowMs(), request)
  const deadlineMs = room.monotonicMs() + MOST_MS
  const range = {
    workspaceId,
    keyId: change.kind === 'key' ? change.id : undefined,
    from: new Date(run.fromMs),
    to: new Date(run.toMs),
  }
  for await (const lines of streamDecisions(room.store.db, range)) {
    for (let at = 0; at < lines.length; at += LINES_PER_TURN) {
      const records = concerned(lines.slice(at, at + LINES_PER_TURN), { ...request, isConcerned }, run)
      await keys.load(new Set(records.map(({ keyId }) => keyId)))
      for (const record of records) count(room, record, keys, run)
      await nextTurn()
      if (request.isGone()) throw new ClavigerError('request_timeout', 'Nobody waits for this dry run any more.')
      run.truncated = run.found >= request.mostDecisions || room.monotonicMs() >= deadlineMs
      if (run.truncated) return run
    }
  }
  return run
}

async function comparedKeys(
  room: DecisionsRoom,
  workspaceId: string,
  change: Exclude<TriedChange, { kind: 'plan' }>,
): Promise<ComparedKeys> {
  const keysRoom = { ...room.keysRoom, snapshots: room.keys }
  switch (change.kind) {
    case 'key':
      return oneKey(await compileKeyWith(keysRoom, { workspaceId, keyId: change.id }, change.patch))
    case 'api':
      return keysOfApi(
        room,
        workspaceId,
        await compileApiWith(keysRoom, { workspaceId, apiId: change.id }, change.patch),
      )
    case 'role': {
      const role = await compileRoleWith(keysRoom, { workspaceId, roleId: change.id }, change.patch)
      return keysOfRole(room, workspaceId, role)
    }
  }
}

function newRun(nowMs: number, { days, mostSamples }: DryRunRequest): DryRun {
  return {
    fromMs: nowMs - days * DAY_MS,
    toMs: nowMs,
    truncated: false,
    oldestAtMs: undefined,
    found: 0,
    evaluated: 0,
    unasked: { key_gone: 0, version_gone: 0, target_gone: 0, refused_elsewhere: 0, unreadable: 0 },
    allowedToRefused: 0,
    refusedToAllowed: 0,
    flips: new Tally(mostSamples),
    alreadyDiffers: new Tally(mostSamples),
  }
}

/** Those of the lines that the change could concern, as far as the bound lets. */
function concerned(
  lines: readonly string[],
  request: DryRunRequest & { readonly isConcerned: (record: DecisionRecord) => boolean },
  run: DryRun,
): readonly DecisionRecord[] {
  const { change, mostDecisions, isConcerned } = request
  // no decision names the roles of its key
  const wanted = change.kind === 'role' ? '' : JSON.stringify(change.id)
  const records: DecisionRecord[] = []
  for (const line of lines) {
    // most fall out before they are parsed
    if (!line.includes(wanted)) continue
    const record = read(line)
    if (record === undefined) run.unasked.unreadable++
    else if (isConcerned(record) && record.atMs >= run.fromMs && record.atMs < run.toMs) {
      if (run.found >= mostDecisions) break
      run.found++
      run.oldestAtMs = Math.min(run.oldestAtMs ?? Number.POSITIVE_INFINITY, record.atMs)
      records.push(record)
    }
  }
  return records
}

/** Whether a change could concern a decision. */
async function concernedBy(
  room: DecisionsRoom,
  workspaceId: string,
  { kind, id }: TriedChange,
): Promise<(record: DecisionRecord) => boolean> {
  if (kind === 'key') return ({ keyId }) => keyId === id
  if (kind !== 'role') return ({ apiId }) => apiId === id
  const holders = new Set(await keyIdsOfRole(room.store.db, workspaceId, id))
  return ({ keyId }) => holders.has(keyId)
}

function read(line: string): DecisionRecord | undefined {
  try {
    return decodeDecision(line)
  } catch (error) {
    if (error instanceof UnreadableLine) return undefined
    throw error
  }
}

function count(room: DecisionsRoom, record: DecisionRecord, keys: ComparedKeys, run: DryRun): void {
  const key = keys.get(record.keyId)
  const outcome = reevaluate(record, { key, scopesOf: room.scopesOf, geo: room.geo() })
  if (typeof outcome === 'string') {
    run.unasked[outcome]++
    return
  }
  run.evaluated++
  const { before, after, rule } = outcome
  if (outcome.differs) run.alreadyDiffers.add(record, { from: record.code, to: before, rule: outcome.ruleToday })
  if (before === after) return
  run.flips.add(record, { from: before, to: after, rule })
  if (before === 'valid') run.allowedToRefused++
  if (after === 'valid') run.refusedToAllowed++
}
