/**
 * `POST /api/v1/keys/verify`: somebody else's gateway or service asks for one decision. The same rules as on our own
 * doors, and always 200 for a caller that may ask; the hot path makes no promise and one write.
 */
import { ClavigerError, decide, type Ask, type Decision, type LimitState } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Received } from '../exchange.ts'
import { isTls } from '../http/answer.ts'
import { problemAnswer } from '../http/problem.ts'
import { bodyTooLarge, collectBody } from '../http/read-body.ts'
import { refuseEarly, type EdgeDoor } from '../http/receive.ts'
import type { Admission, AskedFacts, CreditSpend, Lookup, MaybePromise, Verifier } from '../ports.ts'
import {
  countersLost,
  journalFull,
  limitCode,
  limitRule,
  limitsOfKey,
  noteOfExceeded,
  opensAfterMs,
  tellUncounted,
} from '../stages/admit.ts'
import { keptCost, keptOrigins } from '../stages/asked-facts.ts'
import { unlessRevoked } from '../stages/authorize.ts'
import { feedLossOfKey } from '../stages/feed-loss.ts'
import { decisionRecord } from '../stages/record.ts'
import { probing } from '../stages/shield.ts'
import { REFUSED_BY_STORE } from '../stages/verify.ts'
import { decidedAnswer, invalidAnswer, probingAnswer } from './verify-answer.ts'
import { readVerifyRequest, type VerifyRequest } from './verify-request.ts'

export const verifyDoor: EdgeDoor = { door: 'verify', errorAnswer: problemAnswer }

const VERIFY_PATH = '/api/v1/keys/verify'
const MAX_BODY_BYTES = 65_536
const NO_LIMITS: readonly LimitState[] = []
/** For a question that names no api, about a key that has none: nobody declared that old news will do. */

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
  const { presented } = facts
  const verifier = context.ports.snapshots.verifier(presented)
  whenKnown(context, received, verifier, (known) => {
    if (known === 'unavailable') throw unavailable(context, 'The credential cannot be checked at the moment.')
    if (known === undefined) {
      const failedMs = context.ports.counters.recordFailure({ clientIp, presented, reason: 'verifier' })
      throw failedMs > 0 ? probing(failedMs) : INVALID
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
  if (waitMs > 0) return answerProbing(asked, waitMs)
  whenKnown(context, received, context.ports.snapshots.find(request.key), (lookup) => judge(asked, lookup))
}

function judge(asked: Asked, lookup: Lookup): void {
  const { context, received, verifier, request } = asked
  if (lookup.kind === 'unavailable') throw unavailable(context, 'The key cannot be checked at the moment.')
  if (lookup.kind === 'unknown' || lookup.key.workspace.current.id !== verifier.workspaceId) {
    // only the end client is to blame: the address that asks is a service of ours
    const waitMs = context.ports.counters.recordFailure({
      clientIp: request.clientIp,
      presented: request.key,
      reason: lookup.kind === 'unknown' ? lookup.reason : 'unknown_id',
    })
    if (waitMs > 0) return answerProbing(asked, waitMs)
    context.ports.journal.refusedBefore(request.clientIp ?? received.clientIp, 'credential_invalid')
    return answer(asked, invalidAnswer(received.requestId))
  }
  const { key, version } = lookup
  const lost = feedLossOfKey(context, key, { apiId: request.apiId, door: verifyDoor.door })
  if (lost !== undefined) throw lost
  const decision = unlessRevoked(context, lookup, decide(key, version, askOf(context, request)))
  if (decision.code !== 'valid') return decided(asked, lookup, { decision, limits: NO_LIMITS })
  if (context.ports.journal.isFull()) throw journalFull(context)
  const policies = limitsOfKey(key, request.apiId)
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
    decided(asked, lookup, admittedOutcome(asked, lookup, { decision, admitted }))
  })
}

function answerProbing(asked: Asked, waitMs: number): void {
  const { context, received, request } = asked
  context.ports.journal.refusedBefore(request.clientIp ?? received.clientIp, 'probing')
  answer(asked, probingAnswer(received.requestId, waitMs))
}

type Found = Extract<Lookup, { kind: 'found' }>

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
        retryAfterMs: opensAfterMs(request.cost, admitted),
      }
    case 'lost':
      throw countersLost(context, key, admitted.policy)
  }
}

function decided(asked: Asked, found: Found, outcome: Outcome): void {
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
  const text = decidedAnswer({ key, version, decision, limits, retryAfterMs, requestId: received.requestId })
  if (written === undefined) answer(asked, text)
  else whenKnown(context, received, written, () => answer(asked, text))
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

/** Counts the refusal that it makes. */
function unavailable(context: Context, message: string): ClavigerError {
  context.ports.journal.failureModeUsed(REFUSED_BY_STORE)
  return new ClavigerError('unavailable', message, { retryAfterSeconds: 1 })
}

function notPermitted(apiId: string | undefined): ClavigerError {
  const what = apiId === undefined ? 'every api: name the "api_id" that you ask for' : 'this api'
  return new ClavigerError('permission_missing', `The credential lacks the permission keys.verify for ${what}.`)
}
