/** The journal's side: `open` before forwarding, `meter` and `record` after the last byte, refusals like successes. */
import { ClavigerError } from '@claviger/core'
import type { Context } from '../context.ts'
import {
  learnRecord,
  learnUsage,
  targetIdOf,
  type Admitted,
  type AnsweredHere,
  type Caller,
  type Forwarded,
  type Matched,
  type Metered,
  type Opened,
  type Received,
  type Refused,
  type Selected,
  type Target,
  type TokenUsage,
} from '../exchange.ts'
import type { CreditSpend, DecisionRecord, MaybePromise, Usage } from '../ports.ts'
import { JOURNAL_FULL_RULE, journalFull } from './admit.ts'
import { factsOfCall } from './asked-facts.ts'
import { refuseAdmitted } from './refuse.ts'

/** The rule of a refusal whose opening is in memory still, and will be written when the disk takes it. */
const UNOPENED = 'journal.open'

/** Before a byte goes to the upstream the decision is in the spool; with `before-answer` it is on the disk. */
export function open(context: Context, selected: Selected): MaybePromise<Opened | Refused> {
  const record = decisionRecord(context, selected, {
    caller: selected,
    target: selected.target,
    credits: selected.hold?.credits,
  })
  const written = context.ports.journal.open(record, selected.target.audit)
  const opened = learnRecord(selected, record)
  if (written === undefined) return opened
  return written.then(
    () => opened,
    (thrown: unknown) => refuseUnopened(context, selected, thrown),
  )
}

/** The disk did not take the opening: no byte may go to the upstream. */
function refuseUnopened(context: Context, selected: Selected, thrown: unknown): Refused {
  if (!ClavigerError.is(thrown) || thrown.code !== 'journal_full') throw thrown
  return refuseAdmitted(journalFull(context), UNOPENED, selected)
}

/** Settled usage: what was really used, however the call ended. */
export function meter(forwarded: Forwarded): MaybePromise<Metered> {
  const { tokens } = forwarded.outcome
  return tokens instanceof Promise ? tokens.then((counted) => settle(forwarded, counted)) : settle(forwarded, tokens)
}

function settle(forwarded: Forwarded, tokens: TokenUsage | undefined): Metered {
  const { outcome } = forwarded
  const usage: Usage = {
    requests: 1,
    inputTokens: tokens?.inputTokens ?? 0,
    outputTokens: tokens?.outputTokens ?? 0,
    cachedTokens: tokens?.cachedTokens ?? 0,
    bytesIn: outcome.bytesIn,
    bytesOut: outcome.bytesOut,
    firstByteMs: outcome.firstByteMs,
    metered: tokens?.metered ?? true,
    ended: outcome.ended,
  }
  return learnUsage(forwarded, usage)
}

/** The whole story of a forwarded call, once. Its decision was journaled by `open`, so nobody waits here. */
export function record(context: Context, metered: Metered): MaybePromise<void> {
  releaseHold(context, metered)
  const { record: opened, outcome, usage, startedMonotonicMs } = metered
  const durationMs = context.ports.clock.monotonicMs() - startedMonotonicMs
  // what was paid stands in the opening
  const whole = { ...opened, status: outcome.status, durationMs, usage, credits: undefined, tries: triesOf(metered) }
  context.ports.ledger.settle(whole)
  return context.ports.journal.record(whole, metered.target.audit === 'ordinary' ? 'ordinary' : 'kept')
}

/** An answer that the door gave by itself. */
export function recordAnswer(context: Context, answered: AnsweredHere): MaybePromise<void> {
  const whole = decisionRecord(context, answered, {
    caller: answered,
    target: undefined,
    status: answered.answer.status,
  })
  context.ports.ledger.settle(whole)
  return context.ports.journal.record(whole, 'ordinary')
}

/**
 * A refusal: journaled like a success once the caller is known, counted by address and reason before that.
 * With `before-answer` the promise settles when it is on the disk.
 */
export function recordRefusal(
  context: Context,
  received: Received & Partial<Pick<Selected, 'tries'>>,
  refused: Refused,
): MaybePromise<void> {
  releaseHold(context, received)
  const { caller, target, rule } = refused
  if (caller === undefined) {
    context.ports.journal.refusedBefore(received.clientIp, refused.refused.code)
    return undefined
  }
  // callers who come again and again would fill what is left of the disk: they are counted
  if (rule === JOURNAL_FULL_RULE) return undefined
  const whole = decisionRecord(context, received, {
    caller,
    target,
    status: refused.refused.status,
    code: refused.refused.code,
    rule,
    tries: triesOf(received),
  })
  context.ports.ledger.settle(whole)
  return context.ports.journal.record(whole, rule === UNOPENED ? 'kept' : (target?.audit ?? 'ordinary'))
}

/** The call has ended, wherever it got to: others may have its place. */
export function releaseHold(context: Context, known: Received & Partial<Pick<Admitted, 'hold'>>): void {
  if (known.hold !== undefined) context.ports.counters.release(known.hold)
}

/** One try goes without saying. */
function triesOf({ tries }: Partial<Pick<Selected, 'tries'>>): number | undefined {
  return tries !== undefined && tries > 1 ? tries : undefined
}

interface Decided {
  readonly caller: Caller
  readonly target: Target | undefined
  readonly status?: number
  readonly code?: string
  readonly rule?: string
  readonly usage?: Usage
  readonly credits?: readonly CreditSpend[] | undefined
  readonly tries?: number | undefined
}

export function decisionRecord(context: Context, received: Received, outcome: Decided): DecisionRecord {
  const { key, version, shadow } = outcome.caller
  const { credits } = outcome
  return {
    atMs: received.receivedAtMs,
    requestId: received.requestId,
    door: received.door,
    workspaceId: key.workspace.current.id,
    appId: key.app.current.id,
    keyId: key.id,
    versionNumber: version.number,
    apiId: outcome.target?.api.current.id,
    targetId: targetIdOf(outcome.target),
    method: received.method,
    path: received.path,
    clientIp: received.clientIpText,
    userAgent: received.headers['user-agent'] ?? '',
    code: outcome.code ?? 'valid',
    rule: outcome.rule ?? 'all',
    status: outcome.status ?? 0,
    durationMs: context.ports.clock.monotonicMs() - received.startedMonotonicMs,
    usage: outcome.usage,
    credits: credits !== undefined && credits.length > 0 ? credits : undefined,
    shadow,
    // who is known came by a matched route, or by a door without any
    facts: factsOfCall(received as Matched, outcome.target),
    tries: outcome.tries,
    headText: undefined,
  }
}
