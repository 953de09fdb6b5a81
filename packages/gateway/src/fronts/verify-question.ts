/** One question of `keys/verify`, decided by the same rules as on our own doors; the hot path makes no promise. */
import {
  ClavigerError,
  decide,
  limitCode,
  limitRule,
  limitsOfKey,
  opensAfterMs,
  type Ask,
  type Decision,
  type LimitState,
} from '@claviger/core'
import type { Context } from '../context.ts'
import type { Received } from '../exchange.ts'
import type { Admission, AskedFacts, CreditSpend, Lookup, MaybePromise, Verifier } from '../ports.ts'
import { countersLost, journalFull, noteOfExceeded, tellUncounted } from '../stages/admit.ts'
import { keptCost, keptOrigins } from '../stages/asked-facts.ts'
import { unlessRevoked } from '../stages/authorize.ts'
import { feedLossOfKey } from '../stages/feed-loss.ts'
import { decisionRecord } from '../stages/record.ts'
import { REFUSED_BY_STORE } from '../stages/verify.ts'
import { decidedAnswer, invalidAnswer, probingAnswer } from './verify-answer.ts'
import type { VerifyRequest } from './verify-request.ts'

export const DOOR = 'verify'
const NO_LIMITS: readonly LimitState[] = []

/** A call that asks, once it is known who asks. */
export interface Asking {
  readonly context: Context
  readonly received: Received
  readonly verifier: Verifier
  readonly fail: (thrown: unknown) => void
}

/** What is known of a question grows, as in the pipeline. */
export interface Asked {
  readonly context: Context
  /** Of the call that asked; each question of a batch has a request id of its own. */
  readonly received: Received
  readonly verifier: Verifier
  readonly request: VerifyRequest
  /** @param text the decision, as JSON */
  readonly reply: (text: string) => void
  /** Nobody could decide. */
  readonly fail: (thrown: unknown) => void
}

/**
 * The key of this asker's workspace; undefined: it is not one, which has been answered and counted.
 *
 * @throws ClavigerError when nobody can say
 */
export function knownKeyOf(asked: Asked, lookup: Lookup): Found | undefined {
  const { context, received, verifier, request } = asked
  if (lookup.kind === 'unavailable') throw unavailable(context, 'The key cannot be checked at the moment.')
  if (lookup.kind === 'unknown' || lookup.key.workspace.current.id !== verifier.workspaceId) {
    // only the end client is to blame: the address that asks is a service of ours
    const waitMs = context.ports.counters.recordFailure({
      clientIp: request.clientIp,
      presented: request.key,
      reason: lookup.kind === 'unknown' ? lookup.reason : 'unknown_id',
    })
    if (waitMs > 0) answerProbing(asked, waitMs)
    else {
      context.ports.journal.refusedBefore(request.clientIp ?? received.clientIp, 'credential_invalid')
      asked.reply(invalidAnswer(received.requestId))
    }
    return undefined
  }
  const lost = feedLossOfKey(context, lookup.key, { apiId: request.apiId, door: DOOR })
  if (lost !== undefined) throw lost
  return lookup
}

/** Decides one question, and says so to whoever asked: with an answer, or with what went wrong. */
export function decideQuestion(asked: Asked): void {
  const { context, request } = asked
  const waitMs = request.clientIp === undefined ? 0 : context.ports.counters.shieldedForMs(request.clientIp)
  if (waitMs > 0) return answerProbing(asked, waitMs)
  whenKnown(asked.fail, context.ports.snapshots.find(request.key), (lookup) => judge(asked, lookup))
}

function judge(asked: Asked, lookup: Lookup): void {
  const { context, request } = asked
  const found = knownKeyOf(asked, lookup)
  if (found === undefined) return
  const { key, version } = found
  const decision = unlessRevoked(context, found, decide(key, version, askOf(context, request)))
  if (decision.code !== 'valid') return decided(asked, found, { decision, limits: NO_LIMITS })
  if (context.ports.journal.isFull()) throw journalFull(context)
  const policies = limitsOfKey(key, request.apiId)
  if (policies.length === 0) return decided(asked, found, { decision, limits: NO_LIMITS })
  const admission = context.ports.counters.admit(policies, request.cost, {
    keyId: key.id,
    appId: key.app.current.id,
    targetId: undefined,
    clientIp: request.clientIp,
  })
  whenKnown(asked.fail, admission, (admitted) => {
    // Nobody tells when the call that was asked about ends: whether there is a place is all that can be said.
    if (admitted.kind === 'admitted' && admitted.hold !== undefined) context.ports.counters.release(admitted.hold)
    decided(asked, found, admittedOutcome(asked, found, { decision, admitted }))
  })
}

export function answerProbing(asked: Asked, waitMs: number): void {
  const { context, received, request } = asked
  context.ports.journal.refusedBefore(request.clientIp ?? received.clientIp, 'probing')
  asked.reply(probingAnswer(received.requestId, waitMs))
}

export type Found = Extract<Lookup, { kind: 'found' }>

/** Only what the question tells: the fields of this request are the asker's, not the caller's. */
function askOf({ ports }: Context, { clientIp, apiId, scopes, call }: VerifyRequest): Ask {
  return {
    nowMs: ports.clock.nowMs(),
    clientIp,
    apiId,
    scopes,
    origin: call.origin,
    referer: call.referer,
    userAgent: call.userAgent,
    method: call.method,
    path: call.path,
    apiVersion: call.apiVersion,
    clientCertificate: call.clientCertificate,
    geo: ports.snapshots.geo,
  }
}

interface Outcome {
  readonly decision: Decision
  readonly limits: readonly LimitState[]
  readonly blocking?: LimitState
  readonly retryAfterMs?: number
  readonly credits?: readonly CreditSpend[] | undefined
}

function admittedOutcome(
  { context, request }: Asked,
  { key }: Found,
  { decision, admitted }: { readonly decision: Decision; readonly admitted: Admission },
): Outcome {
  switch (admitted.kind) {
    case 'admitted':
      tellUncounted(context, key, admitted.states)
      return {
        decision: { ...decision, shadow: noteOfExceeded(decision.shadow, admitted.states) },
        limits: admitted.states,
        credits: admitted.hold?.credits,
      }
    case 'refused':
      return {
        decision: {
          code: limitCode(admitted.blocking.policy),
          rule: limitRule(admitted.blocking.policy),
          shadow: decision.shadow,
        },
        limits: admitted.states,
        blocking: admitted.states.find(({ policy }) => policy === admitted.blocking.policy) ?? admitted.blocking,
        retryAfterMs: opensAfterMs(request.cost, admitted),
      }
    case 'lost':
      throw countersLost(context, key, admitted.policy)
  }
}

function decided(asked: Asked, found: Found, outcome: Outcome): void {
  const { context, received, verifier, request } = asked
  const { key, version } = found
  const { decision, limits, blocking, retryAfterMs, credits } = outcome
  const whole = {
    ...decisionRecord(context, received, {
      caller: found,
      target: undefined,
      status: 200,
      code: decision.code,
      rule: decision.rule,
      credits,
    }),
    apiId: request.apiId,
    askedBy: verifier.id,
    method: request.call.method ?? '',
    path: request.call.path ?? '',
    clientIp: request.clientIpText,
    // of the caller that is asked about, not of the asker
    userAgent: request.call.userAgent ?? '',
    shadow: decision.shadow,
    facts: factsOfQuestion(request),
  }
  context.ports.ledger.settle(whole)
  const written = context.ports.journal.record(whole, 'ordinary')
  const text = decidedAnswer({ key, version, decision, limits, blocking, retryAfterMs, requestId: received.requestId })
  if (written === undefined) asked.reply(text)
  else whenKnown(asked.fail, written, () => asked.reply(text))
}

function factsOfQuestion({ scopes, call, cost }: VerifyRequest): AskedFacts | undefined {
  const { origin, referer, clientCertificate, apiVersion } = call
  const isPlain =
    scopes.length === 0 &&
    cost === 1 &&
    origin === undefined &&
    referer === undefined &&
    clientCertificate === undefined &&
    apiVersion === undefined
  if (isPlain) return undefined
  return { scopes, ...keptOrigins(origin, referer), clientCertificate, apiVersion, cost: keptCost(cost) }
}

/** Goes on at once when the value is there already; an error on either way is told to `fail`. */
export function whenKnown<Value>(
  fail: (thrown: unknown) => void,
  value: MaybePromise<Value>,
  next: (value: Value) => void,
): void {
  if (!(value instanceof Promise)) return next(value)
  value.then((known) => guarded(fail, () => next(known)), fail)
}

export function guarded(fail: (thrown: unknown) => void, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    fail(thrown)
  }
}

/** Counts the refusal that it makes. */
export function unavailable(context: Context, message: string): ClavigerError {
  context.ports.journal.failureModeUsed(REFUSED_BY_STORE)
  return new ClavigerError('unavailable', message, { retryAfterSeconds: 1 })
}
