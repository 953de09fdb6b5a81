/**
 * Runs limits again: the journaled decisions of whoever shares them, in their order, once with everything as it is and once
 * as a change would make it. So a difference is due to the change and not to the model; how far the model is right is told
 * by how often the first of both agrees with what was decided then.
 */
import { limitRule, type LimitPolicy, type PastBalance } from '@claviger/core'
import { forwardsHere, type DecisionRecord } from '@claviger/gateway'
import { streamForward, type DatedLine } from '#audit'
import { pastBalance } from '#usage'
import { keysWith } from './compared-keys.ts'
import { readLine } from './read-line.ts'
import type { Reevaluated } from './reevaluate.ts'
import { NotReplayed } from './not-replayed.ts'
import { ReplayCalls, wasCharged, type ReplayableCall } from './replay-calls.ts'
import { planReplay, type ReplayBounds, type ReplayPlan } from './replay-plan.ts'
import { isLimited, ReplaySide, type SideAnswer } from './replay-side.ts'
import type { DecisionsRoom } from './room.ts'
import type { DryRun, ReplayedLimits } from './run.ts'
import type { Comparison } from './tried-change.ts'
import { Turns } from './turns.ts'

const LINES_PER_TURN = 500
const MOST_ACCOUNTS = 1_000

export interface ReplayedChange {
  readonly bounds: ReplayBounds
  readonly compare: Comparison
}

/** Adds to the run what came of it. */
export async function replayChange(
  room: DecisionsRoom,
  { bounds, compare }: ReplayedChange,
  run: DryRun,
): Promise<void> {
  const calls = new ReplayCalls(room, bounds.change, keysWith(room, bounds.workspaceId, compare))
  const startMs = room.monotonicMs()
  // looking costs little against running: a third of the time is enough for it
  const lookUntilMs = startMs + (bounds.deadlineMs - startMs) / 3
  const plan = await planReplay(room, { ...bounds, deadlineMs: lookUntilMs }, calls)
  const notReplayed = new NotReplayed(plan, await balancesOf(room, bounds, plan))
  const limits = {
    knownFromMs: plan.knownFromMs,
    comparedFromMs: plan.comparedFromMs,
    decisions: 0,
    compared: 0,
    agreed: 0,
    notReplayed,
  }
  run.limits = limits
  run.truncated = plan.isCut
  const sides = new Sides(calls, notReplayed)
  const turns = new Turns(room)
  const range = {
    workspaceId: bounds.workspaceId,
    keyId: plan.scope.kind === 'key' ? plan.scope.id : undefined,
    from: new Date(plan.knownFromMs),
    to: new Date(bounds.toMs),
  }
  const isWanted = (line: DatedLine): boolean =>
    line.atMs >= plan.knownFromMs && line.atMs < bounds.toMs && calls.mayBe(plan.scope, line)
  for await (const minute of streamForward(room.store.db, range, isWanted)) {
    for (let at = 0; at < minute.length; at += LINES_PER_TURN) {
      const part = minute.slice(at, at + LINES_PER_TURN)
      const records = part.flatMap(({ atMs, line }) => readLine(line) ?? unreadable(run, atMs >= plan.comparedFromMs))
      await calls.load(records)
      for (const record of records) take({ record, plan, calls, sides }, run, limits)
      await turns.pass()
      bounds.stillWaiting()
      if (!sides.isOverflown && room.monotonicMs() < bounds.deadlineMs) continue
      run.truncated = true
      run.toMs = part.at(-1)?.atMs ?? bounds.toMs
      return
    }
  }
}

function unreadable(run: DryRun, isCompared: boolean): readonly DecisionRecord[] {
  if (isCompared) run.unasked.unreadable++
  return []
}

interface Taken {
  readonly record: DecisionRecord
  readonly plan: ReplayPlan
  readonly calls: ReplayCalls
  readonly sides: Sides
}

function take({ record, plan, calls, sides }: Taken, run: DryRun, limits: ReplayedLimits): void {
  const call = calls.of(record, plan.scope)
  if (call === undefined) return
  limits.decisions++
  const outcome = calls.decide(call)
  const isCompared = record.atMs >= plan.comparedFromMs
  if (isCompared) {
    run.found++
    run.oldestAtMs ??= record.atMs
  }
  if (typeof outcome === 'string') {
    if (isCompared) run.unasked[outcome]++
    return
  }
  const [before, after] = sides.answer(call, outcome)
  if (isCompared) compare({ record, outcome, before, after }, run, limits)
}

interface Answered {
  readonly record: DecisionRecord
  readonly outcome: Reevaluated
  readonly before: SideAnswer
  readonly after: SideAnswer
}

function compare({ record, outcome, before, after }: Answered, run: DryRun, limits: ReplayedLimits): void {
  run.evaluated++
  let isOther = outcome.differs
  if (outcome.passed && before.isReplayed) {
    limits.compared++
    if (isLimited(record.code) === isLimited(before.code)) limits.agreed++
    else isOther = true
  }
  if (isOther)
    run.alreadyDiffers.add(record, { from: record.code, to: before.code, fromRule: record.rule, rule: before.rule })
  if (before.code !== after.code) run.flip(record, before, after)
}

/** As everything is, and as the change would make it. */
class Sides {
  readonly #calls: ReplayCalls
  readonly #notReplayed: NotReplayed
  readonly #before: ReplaySide
  readonly #after: ReplaySide
  /** By route or model: how long the last call lasted that was let through. */
  readonly #lastedMs = new Map<string, number>()

  constructor(calls: ReplayCalls, notReplayed: NotReplayed) {
    this.#calls = calls
    this.#notReplayed = notReplayed
    const options = {
      isReplayed: (policy: LimitPolicy) => notReplayed.reasonOf(policy) === undefined,
      balanceOf: (account: string) => notReplayed.balanceOf(account),
    }
    this.#before = new ReplaySide(options)
    this.#after = new ReplaySide(options)
  }

  get isOverflown(): boolean {
    return this.#before.isOverflown || this.#after.isOverflown
  }

  answer({ record, limits, subject }: ReplayableCall, outcome: Reevaluated): readonly [SideAnswer, SideAnswer] {
    const { passed, decisions } = outcome
    const [ofBefore, ofAfter] = [this.#calls.bind(limits[0], subject), this.#calls.bind(limits[1], subject)] as const
    const fixed = [...this.#notReplayed.of(ofBefore), ...this.#notReplayed.of(ofAfter)]
    const isFixed = isLimited(record.code) && fixed.some((policy) => limitRule(policy) === record.rule)
    const common = { record, passed, isFixed, lastsMs: this.#lasts(record) }
    return [
      this.#before.answer({ ...common, decision: decisions.unchanged, policies: ofBefore }),
      this.#after.answer({ ...common, decision: decisions.changed, policies: ofAfter }),
    ]
  }

  /** Whoever is only asked about gives its place back at once; how long a refused call would have lasted nobody knows. */
  #lasts({ door, targetId = '', durationMs, ...record }: DecisionRecord): number {
    if (!forwardsHere(door)) return 0
    if (!wasCharged({ door, targetId, durationMs, ...record })) return this.#lastedMs.get(targetId) ?? 0
    this.#lastedMs.set(targetId, durationMs)
    return durationMs
  }
}

async function balancesOf(
  room: DecisionsRoom,
  { workspaceId }: ReplayBounds,
  { spent, knownFromMs }: ReplayPlan,
): Promise<ReadonlyMap<string, PastBalance>> {
  const balances = new Map<string, PastBalance>()
  for (const [accountId, spentUnits] of [...spent].slice(0, MOST_ACCOUNTS)) {
    const account = { workspaceId, accountId, sinceMs: knownFromMs, spentUnits }
    const balance = await pastBalance(room.store.db, account)
    if (balance !== undefined) balances.set(accountId, balance)
  }
  return balances
}
