/** The journal's side: `open` before forwarding, `meter` and `record` after the last byte, refusals like successes. */
import type { KeyPart, VersionPart } from '@claviger/core'
import type { Context } from '../context.ts'
import {
  learn,
  type Admitted,
  type AnsweredHere,
  type Forwarded,
  type Metered,
  type Opened,
  type Received,
  type Refused,
  type Selected,
  type Target,
  type TokenUsage,
} from '../exchange.ts'
import type { CreditSpend, DecisionRecord, MaybePromise, Usage } from '../ports.ts'

/** Before a byte goes to the upstream the decision is in the spool; with `before-answer` it is on the disk. */
export function open(context: Context, selected: Selected): MaybePromise<Opened> {
  const record = decisionRecord(context, selected, {
    caller: selected,
    target: selected.target,
    credits: selected.hold?.credits,
  })
  const written = context.ports.journal.open(record, selected.target.audit)
  const opened = learn(selected, { opened: true as const })
  return written === undefined ? opened : written.then(() => opened)
}

/** Settled usage: what was really used, however the call ended. */
export function meter(forwarded: Forwarded): MaybePromise<Metered> {
  const { tokens } = forwarded
  return tokens instanceof Promise ? tokens.then((counted) => settle(forwarded, counted)) : settle(forwarded, tokens)
}

function settle(forwarded: Forwarded, tokens: TokenUsage | undefined): Metered {
  const usage: Usage = {
    requests: 1,
    inputTokens: tokens?.inputTokens ?? 0,
    outputTokens: tokens?.outputTokens ?? 0,
    cachedTokens: tokens?.cachedTokens ?? 0,
    bytesIn: forwarded.bytesIn,
    bytesOut: forwarded.bytesOut,
    firstByteMs: forwarded.firstByteMs,
    metered: tokens?.metered ?? true,
    ended: forwarded.ended,
  }
  return learn(forwarded, { usage })
}

/** The whole story of a forwarded call, once. Its decision was journaled by `open`, so nobody waits here. */
export function record(context: Context, metered: Metered): MaybePromise<void> {
  releaseHold(context, metered)
  const whole = decisionRecord(context, metered, {
    caller: metered,
    target: metered.target,
    status: metered.status,
    usage: metered.usage,
  })
  context.ports.ledger.settle(whole)
  return context.ports.journal.record(whole, 'ordinary')
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
export function recordRefusal(context: Context, received: Received, refused: Refused): MaybePromise<void> {
  releaseHold(context, received)
  const { caller, target } = refused
  if (caller === undefined) {
    context.ports.journal.refusedBefore(received.clientIp, refused.refused.code)
    return undefined
  }
  const whole = decisionRecord(context, received, {
    caller,
    target,
    status: refused.refused.status,
    code: refused.refused.code,
    rule: refused.rule,
  })
  context.ports.ledger.settle(whole)
  return context.ports.journal.record(whole, target?.audit ?? 'ordinary')
}

/** The call has ended, wherever it got to: others may have its place. */
export function releaseHold(context: Context, known: Received & Partial<Pick<Admitted, 'hold'>>): void {
  if (known.hold !== undefined) context.ports.counters.release(known.hold)
}

interface Outcome {
  readonly caller: { readonly key: KeyPart; readonly version: VersionPart }
  readonly target: Target | undefined
  readonly status?: number
  readonly code?: string
  readonly rule?: string
  readonly usage?: Usage
  readonly credits?: readonly CreditSpend[] | undefined
}

export function decisionRecord(context: Context, received: Received, outcome: Outcome): DecisionRecord {
  const { key, version } = outcome.caller
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
    targetId: outcome.target?.id,
    method: received.method,
    path: received.path,
    clientIp: received.clientIpText,
    userAgent: received.headers['user-agent'] ?? '',
    code: outcome.code ?? 'valid',
    rule: outcome.rule ?? 'all',
    status: outcome.status ?? 0,
    durationMs: context.ports.clock.monotonicMs() - received.startedMonotonicMs,
    usage: outcome.usage,
    ...(credits !== undefined && credits.length > 0 && { credits }),
  }
}
