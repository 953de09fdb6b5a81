/**
 * `POST /api/v1/keys/verify`: somebody else's gateway or service asks for a decision; `/batch` asks for up to 100. The same
 * rules as on our own doors, and always 200 for a caller that may ask; the hot path makes no promise and one write.
 */
import { ClavigerError, probing } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Received } from '../exchange.ts'
import { isTls } from '../http/answer.ts'
import { problemAnswer } from '../http/problem.ts'
import { bodyTooLarge, collectBody } from '../http/read-body.ts'
import { refuseEarly, type EdgeDoor } from '../http/receive.ts'
import type { Verifier } from '../ports.ts'
import { undecidedAnswer } from './verify-answer.ts'
import { openKey } from './verify-open.ts'
import { decideQuestion, DOOR, guarded, unavailable, whenKnown, type Asking } from './verify-question.ts'
import { takeReport } from './verify-report.ts'
import { readOpenRequest, readVerifyBatch, readVerifyRequest, type VerifyRequest } from './verify-request.ts'

export const verifyDoor: EdgeDoor = { door: DOOR, errorAnswer: problemAnswer }

/**
 * What a call asks: one question or many; or, of an embedded verifier, the parts of a key, so that it decides by itself, and
 * to take down what it has decided.
 */
export type VerifyForm = 'one' | 'batch' | 'open' | 'report'

const VERIFY_PATH = '/api/v1/keys/verify'
const MAX_BODY_BYTES: Readonly<Record<VerifyForm, number>> = {
  one: 65_536,
  batch: 1_048_576,
  open: 65_536,
  report: 1_048_576,
}

const MISSING = new ClavigerError(
  'credential_missing',
  'This needs an admin key, or a key that may verify others: send it as "Authorization: Bearer".',
)
const INVALID = new ClavigerError('credential_invalid', 'The credential is not valid.')
const SEVERAL = new ClavigerError('bad_header', 'Several different credentials were presented. Send one.', {
  facts: { challenge: 'invalid_request' },
})

/** With a query too: what stands in it is not read. Undefined: it is for somebody else. */
export function verifyFormOf(url: string): VerifyForm | undefined {
  if (!url.startsWith(VERIFY_PATH)) return undefined
  if (endsAt(url, VERIFY_PATH.length)) return 'one'
  if (url.charCodeAt(VERIFY_PATH.length) !== 0x2f) return undefined
  for (const form of BELOW) {
    const length = VERIFY_PATH.length + 1 + form.length
    if (url.startsWith(form, VERIFY_PATH.length + 1) && endsAt(url, length)) return form
  }
  return undefined
}

const BELOW = ['batch', 'open', 'report'] as const

export const endsAt = (url: string, length: number): boolean => url.length === length || url.charCodeAt(length) === 0x3f

/** Answers the call; `load` counts it until then. */
export function answerVerify(context: Context, received: Received, form: VerifyForm): void {
  const { load } = context
  load.active += 1
  received.outgoing.once('close', () => {
    load.active -= 1
    if (load.active === 0) load.onIdle?.()
  })
  const { incoming, outgoing, requestId } = received
  const fail = (thrown: unknown): void => refuseEarly(context, verifyDoor, { incoming, outgoing, requestId, thrown })
  guarded(fail, () =>
    authenticateVerifier(context, received, {
      fail,
      next: (verifier) => readQuestion({ context, received, verifier, fail }, form),
    }),
  )
}

/** Finds out who asks; who may not is refused like a prober. */
export function authenticateVerifier(
  context: Context,
  received: Received,
  then: {
    readonly fail: (thrown: unknown) => void
    readonly next: (verifier: Verifier, presented: string) => void
  },
): void {
  const { facts, clientIp } = received
  const waitMs = context.ports.counters.shieldedForMs(clientIp)
  if (waitMs > 0) throw probing(waitMs)
  if (facts.severalCredentials) throw SEVERAL
  if (facts.presented === undefined) throw MISSING
  const { presented } = facts
  whenKnown(then.fail, context.ports.snapshots.verifier(presented), (known) => {
    if (known === 'unavailable') throw unavailable(context, 'The credential cannot be checked at the moment.')
    if (known === undefined) {
      const failedMs = context.ports.counters.recordFailure({ clientIp, presented, reason: 'verifier' })
      throw failedMs > 0 ? probing(failedMs) : INVALID
    }
    then.next(known, presented)
  })
}

function readQuestion(asking: Asking, form: VerifyForm): void {
  const { received, fail } = asking
  const { facts, incoming, outgoing } = received
  const mostBytes = MAX_BODY_BYTES[form]
  if ((facts.contentLengthBytes ?? 0) > mostBytes) throw bodyTooLarge(mostBytes)
  if (facts.expectsContinue) outgoing.writeContinue()
  collectBody(incoming, mostBytes, (body) =>
    guarded(fail, () => {
      if (body instanceof ClavigerError) throw body
      switch (form) {
        case 'one':
          return decideOne(asking, readVerifyRequest(body))
        case 'batch':
          return decideBatch(asking, readVerifyBatch(body))
        case 'open':
          return openFor(asking, readOpenRequest(body))
        case 'report':
          return whenKnown(fail, takeReport(asking, body), (text) => answer(asking, text))
      }
    }),
  )
}

function decideOne(asking: Asking, request: VerifyRequest): void {
  if (!asking.verifier.mayVerify(request.apiId)) throw notPermitted(request.apiId)
  decideQuestion({ ...asking, request, reply: (text) => answer(asking, text) })
}

function openFor(asking: Asking, request: VerifyRequest): void {
  if (!asking.verifier.mayVerify(request.apiId)) throw notPermitted(request.apiId)
  openKey({ ...asking, request, reply: (text) => answer(asking, text) })
}

/**
 * Each question for itself, in their order: one that nobody could decide says so in its place, so that the others, which were
 * charged, are not lost.
 */
function decideBatch(asking: Asking, requests: readonly VerifyRequest[]): void {
  const { context, received, verifier } = asking
  for (const { apiId } of requests) if (!verifier.mayVerify(apiId)) throw notPermitted(apiId)
  const results: string[] = []
  let open = requests.length
  for (const [at, request] of requests.entries()) {
    const requestId = context.makeRequestId(received.receivedAtMs)
    const reply = (text: string): void => {
      results[at] = text
      open -= 1
      if (open === 0) answer(asking, `{"results":[${results.join(',')}]}`)
    }
    const fail = (thrown: unknown): void => reply(undecidedAnswer(errorOf(context, requestId, thrown), requestId))
    guarded(fail, () =>
      decideQuestion({ context, received: { ...received, requestId }, verifier, request, reply, fail }),
    )
  }
}

function errorOf({ log }: Context, requestId: string, thrown: unknown): ClavigerError {
  if (ClavigerError.is(thrown)) return thrown
  log.error({ requestId, err: thrown }, 'a question failed inside')
  return new ClavigerError('internal', 'Something went wrong inside. It has been logged.')
}

function answer({ context, received }: Asking, body: string): void {
  const { outgoing, incoming, requestId } = received
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
  if (isTls(incoming)) head.push('Strict-Transport-Security', `max-age=${context.settings.hstsSeconds}`)
  outgoing.writeHead(200, head)
  outgoing.end(body)
}

function notPermitted(apiId: string | undefined): ClavigerError {
  const what = apiId === undefined ? 'every api: name the "api_id" that you ask for' : 'this api'
  return new ClavigerError('permission_missing', `The credential lacks the permission keys.verify for ${what}.`)
}
