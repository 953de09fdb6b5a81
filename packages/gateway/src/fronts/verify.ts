/**
 * `POST /api/v1/keys/verify`: somebody else's gateway or service asks for one decision. The same rules as on our own
 * doors, and always 200 for a caller that may ask; the hot path makes no promise and one write.
 */
import {
  ClavigerError,
  decide,
  type Decision,
  type FeedLossPolicy,
  type KeyPart,
  type LimitKind,
  type LimitPolicy,
  type LimitState,
} from '@claviger/core'
import type { Context } from '../context.ts'
import type { Received } from '../exchange.ts'
import { isTls } from '../http/answer.ts'
import { problemAnswer } from '../http/problem.ts'
import { bodyTooLarge, collectBody } from '../http/read-body.ts'
import { refuseEarly, type EdgeDoor } from '../http/receive.ts'
import type { Admission, CreditSpend, Lookup, MaybePromise, Verifier } from '../ports.ts'
import { countersLost, journalFull } from '../stages/admit.ts'
import { feedLoss } from '../stages/authorize.ts'
import { decisionRecord } from '../stages/record.ts'
import { probing } from '../stages/shield.ts'
import { decidedAnswer, invalidAnswer, probingAnswer } from './verify-answer.ts'
import { readVerifyRequest, type VerifyRequest } from './verify-request.ts'

export const verifyDoor: EdgeDoor = { door: 'verify', errorAnswer: problemAnswer }

const VERIFY_PATH = '/api/v1/keys/verify'
const MAX_BODY_BYTES = 65_536
const NO_LIMITS: readonly LimitState[] = []
const REVOKED: Decision = { code: 'key_revoked', rule: 'feed.revoked' }
const LIMIT_REACHED: Decision = { code: 'limit_reached', rule: 'limits' }
const REACHED: Readonly<Record<LimitKind, Decision>> = {
  window: LIMIT_REACHED,
  burst: LIMIT_REACHED,
  quota: LIMIT_REACHED,
  concurrency: { code: 'concurrency_reached', rule: 'limits' },
  credits: { code: 'credits_exhausted', rule: 'limits' },
}
/** For a question that names no api, about a key that has none: nobody declared that old news will do. */
const DENY: FeedLossPolicy = { mode: 'deny' }

const MISSING = new ClavigerError(
  'credential_missing',
  'This needs an admin key, or a key that may verify others: send it as "Authorization: Bearer".',
)
const INVALID = new ClavigerError('credential_invalid', 'The credential is not valid.')
const SEVERAL = new ClavigerError('bad_header', 'Several different credentials were presented. Send one.', {
  facts: { challenge: 'invalid_request' },
})

/** One question. What is known of it grows, as in the pipeline. */
interface Asked {
  readonly context: Context
  readonly received: Received
  readonly verifier: Verifier
  readonly request: VerifyRequest
}

/** With a query too: what stands in it is not read. */
export function isVerifyTarget(url: string): boolean {
  return (
    url.startsWith(VERIFY_PATH) && (url.length === VERIFY_PATH.length || url.charCodeAt(VERIFY_PATH.length) === 0x3f)
  )
}

/** Answers the call; `load` counts it until then. */
export function answerVerify(context: Context, received: Received): void {
  const { load } = context
  load.active += 1
  received.outgoing.once('close', () => {
    load.active -= 1
    if (load.active === 0) load.onIdle?.()
  })
  guarded(context, received, () => authenticate(context, received))
}

function authenticate(context: Context, received: Received): void {
  const { facts, clientIp } = received
  const waitMs = context.ports.counters.shieldedForMs(clientIp)
  if (waitMs > 0) throw probing(waitMs)
  if (facts.severalCredentials) throw SEVERAL
  if (facts.presented === undefined) throw MISSING
  const verifier = context.ports.snapshots.verifier(facts.presented)
  whenKnown(context, received, verifier, (known) => {
    if (known === 'unavailable') throw unavailable('The credential cannot be checked at the moment.')
    if (known === undefined) {
      context.ports.counters.recordFailure(clientIp, 'verifier')
      throw INVALID
    }
    readQuestion(context, received, known)
  })
}

function readQuestion(context: Context, received: Received, verifier: Verifier): void {
  const { facts, incoming, outgoing } = received
  if ((facts.contentLengthBytes ?? 0) > MAX_BODY_BYTES) throw bodyTooLarge(MAX_BODY_BYTES)
  if (facts.expectsContinue) outgoing.writeContinue()
  collectBody(incoming, MAX_BODY_BYTES, (body) =>
    guarded(context, received, () => {
      if (body instanceof ClavigerError) throw body
      const request = readVerifyRequest(body)
      if (!verifier.mayVerify(request.apiId)) throw notPermitted(request.apiId)
      look({ context, received, verifier, request })
    }),
  )
}

function look(asked: Asked): void {
  const { context, received, request } = asked
  const waitMs = request.clientIp === undefined ? 0 : context.ports.counters.shieldedForMs(request.clientIp)
  if (waitMs > 0) {
    context.ports.journal.refusedBefore(request.clientIp ?? received.clientIp, 'probing')
    return answer(asked, probingAnswer(received.requestId, waitMs))
  }
  whenKnown(context, received, context.ports.snapshots.find(request.key), (lookup) => judge(asked, lookup))
}

function judge(asked: Asked, lookup: Lookup): void {
  const { context, received, verifier, request } = asked
  if (lookup.kind === 'unavailable') throw unavailable('The key cannot be checked at the moment.')
  if (lookup.kind === 'unknown' || lookup.key.workspace.current.id !== verifier.workspaceId) {
    // only the end client is to blame: the address that asks is a service of ours
    if (request.clientIp !== undefined)
      context.ports.counters.recordFailure(request.clientIp, lookup.kind === 'unknown' ? lookup.reason : 'unknown_id')
    context.ports.journal.refusedBefore(request.clientIp ?? received.clientIp, 'credential_invalid')
    return answer(asked, invalidAnswer(received.requestId))
  }
  const { key, version } = lookup
  const lost = feedLoss(context, feedPolicy(key, request.apiId, context))
  if (lost !== undefined) throw lost
  const decision = context.ports.snapshots.isRevoked(key, version)
    ? REVOKED
    : decide(key, version, {
        nowMs: context.ports.clock.nowMs(),
        clientIp: request.clientIp,
        apiId: request.apiId,
        scopes: request.scopes,
      })
  if (decision.code !== 'valid') return decided(asked, lookup, { decision, limits: NO_LIMITS })
  if (context.ports.journal.isFull()) throw journalFull()
  const policies = limitsOf(key, request.apiId)
  if (policies.length === 0) return decided(asked, lookup, { decision, limits: NO_LIMITS })
  const admission = context.ports.counters.admit(policies, request.cost, {
    keyId: key.id,
    appId: key.app.current.id,
    targetId: undefined,
    clientIp: request.clientIp,
  })
  whenKnown(context, received, admission, (admitted) => {
    // Nobody tells when the call that was asked about ends: whether there is a place is all that can be said.
    if (admitted.kind === 'admitted' && admitted.hold !== undefined) context.ports.counters.release(admitted.hold)
    decided(asked, lookup, admittedOutcome(decision, admitted))
  })
}

interface Outcome {
  readonly decision: Decision
  readonly limits: readonly LimitState[]
  readonly retryAfterMs?: number
  readonly credits?: readonly CreditSpend[] | undefined
}

function admittedOutcome(decision: Decision, admission: Admission): Outcome {
  switch (admission.kind) {
    case 'admitted':
      return { decision, limits: admission.states, credits: admission.hold?.credits }
    case 'refused':
      return {
        decision: REACHED[admission.blocking.policy.kind],
        limits: admission.states,
        retryAfterMs: admission.blocking.resetMs,
      }
    case 'lost':
      throw countersLost()
  }
}

function decided(asked: Asked, found: Extract<Lookup, { kind: 'found' }>, outcome: Outcome): void {
  const { context, received, verifier, request } = asked
  const { key, version } = found
  const { decision, limits, retryAfterMs, credits } = outcome
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
    method: request.method,
    path: request.path,
    clientIp: request.clientIpText,
  }
  context.ports.ledger.settle(whole)
  const written = context.ports.journal.record(whole, 'ordinary')
  const text = decidedAnswer({ key, version, decision, limits, retryAfterMs, requestId: received.requestId })
  if (written === undefined) answer(asked, text)
  else whenKnown(context, received, written, () => answer(asked, text))
}

function answer(asked: Asked, body: string): void {
  const { outgoing, incoming, requestId } = asked.received
  if (outgoing.destroyed) return
  const head = [
    'Content-Type',
    'application/json',
    'Content-Length',
    String(Buffer.byteLength(body)),
    'Cache-Control',
    'no-store',
    'X-Request-Id',
    requestId,
  ]
  if (isTls(incoming)) head.push('Strict-Transport-Security', `max-age=${asked.context.settings.hstsSeconds}`)
  outgoing.writeHead(200, head)
  outgoing.end(body)
}

/** Goes on at once when the value is there already; an error on either way is answered. */
function whenKnown<Value>(
  context: Context,
  received: Received,
  value: MaybePromise<Value>,
  next: (value: Value) => void,
): void {
  if (!(value instanceof Promise)) return next(value)
  value.then(
    (known) => guarded(context, received, () => next(known)),
    (thrown: unknown) => refuseEarly(context, verifyDoor, { ...wireOf(received), thrown }),
  )
}

function guarded(context: Context, received: Received, work: () => void): void {
  try {
    work()
  } catch (thrown) {
    refuseEarly(context, verifyDoor, { ...wireOf(received), thrown })
  }
}

function wireOf(received: Received): Pick<Received, 'incoming' | 'outgoing' | 'requestId'> {
  return { incoming: received.incoming, outgoing: received.outgoing, requestId: received.requestId }
}

function limitsOf(key: KeyPart, apiId: string | undefined): readonly LimitPolicy[] {
  if (apiId === undefined) return key.limits
  for (const { current } of key.apis) {
    if (current.id === apiId) return current.limits.length === 0 ? key.limits : [...key.limits, ...current.limits]
  }
  return key.limits
}

/** Of the api that was named; else the strictest of the key's. Asked only when the feed is old. */
function feedPolicy(key: KeyPart, apiId: string | undefined, context: Context): FeedLossPolicy {
  if (context.ports.snapshots.feedAgeMs() <= context.settings.feedStaleMs) return DENY
  let strictest: FeedLossPolicy | undefined
  for (const { current } of key.apis) {
    if (apiId !== undefined && current.id !== apiId) continue
    const { onFeedLoss } = current
    if (strictest === undefined || onFeedLoss.mode === 'deny') strictest = onFeedLoss
    else if (strictest.mode === 'serve_known' && onFeedLoss.maxStaleMs < strictest.maxStaleMs) strictest = onFeedLoss
  }
  return strictest ?? DENY
}

function unavailable(message: string): ClavigerError {
  return new ClavigerError('unavailable', message, { retryAfterSeconds: 1 })
}

function notPermitted(apiId: string | undefined): ClavigerError {
  const what = apiId === undefined ? 'every api: name the "api_id" that you ask for' : 'this api'
  return new ClavigerError('permission_missing', `The credential lacks the permission keys.verify for ${what}.`)
}
