/**
 * The one straight line of the data plane:
 *
 *     match → shield → verify → read → authorize → admit → (guard → cache) → select → open → forward → meter → record
 *
 * `guard` and `cache` do not exist yet; they will stand between `admit` and `select`: a guard sees what was admitted, and
 * a cache hit settles at 0 (decision 1). A refusal is a value and leaves by the same door, recorded like a success.
 */
import { ClavigerError } from '@claviger/core'
import type { Context } from './context.ts'
import {
  isAnsweredHere,
  isRefused,
  type AnsweredHere,
  type Matched,
  type Received,
  type Refused,
  type Shielded,
} from './exchange.ts'
import type { Front } from './front.ts'
import { writeAnswer, writeEmpty, writeError } from './http/answer.ts'
import { corsFields, isPreflight, preflightFields, type Cors } from './shaping/cors.ts'
import { admit } from './stages/admit.ts'
import { authorize, refuseBadKey } from './stages/authorize.ts'
import { forward } from './stages/forward.ts'
import { meter, open, record, recordAnswer, recordRefusal, releaseHold } from './stages/record.ts'
import { refuseUnknown } from './stages/refuse.ts'
import { shield } from './stages/shield.ts'
import { verify } from './stages/verify.ts'

/** Runs one call to its end. Never rejects: what is thrown is a bug, answered with 500 and logged. */
export async function run(context: Context, front: Front, received: Received): Promise<void> {
  try {
    const refused = await walk(context, front, received)
    if (refused !== undefined) await leave(context, front, received, refused)
  } catch (cause) {
    crash(context, front, received, cause)
  }
}

/** Most stages know their outcome at once: a turn of the microtask queue for each would be felt. */
async function walk(context: Context, front: Front, received: Received): Promise<Refused | undefined> {
  const matched = front.match(context, received)
  if (isRefused(matched)) return matched
  const shielded = shield(context, matched)
  if (isRefused(shielded)) return shielded
  const cors = shielded.route?.shaping?.cors
  if (cors !== undefined && isPreflight(shielded)) return answerPreflight(context, shielded, cors)
  const verifiedSoon = verify(context, shielded)
  const verified = verifiedSoon instanceof Promise ? await verifiedSoon : verifiedSoon
  if (isRefused(verified)) return verified
  const readSoon = front.read(context, verified)
  const read = readSoon instanceof Promise ? await readSoon : readSoon
  if (isRefused(read)) return read
  if (isAnsweredHere(read)) return answerHere(context, read)
  const authorized = authorize(context, read)
  if (isRefused(authorized)) return authorized
  const admittedSoon = admit(context, authorized)
  const admitted = admittedSoon instanceof Promise ? await admittedSoon : admittedSoon
  if (isRefused(admitted)) return admitted
  const selected = front.select(context, admitted)
  if (isRefused(selected)) return selected
  const openedSoon = open(context, selected)
  const opened = openedSoon instanceof Promise ? await openedSoon : openedSoon
  if (isRefused(opened)) return opened
  const forwarded = await forward(context, front, opened)
  if (isRefused(forwarded)) return forwarded
  const meteredSoon = meter(forwarded)
  await record(context, meteredSoon instanceof Promise ? await meteredSoon : meteredSoon)
  return undefined
}

/** Decided by the route alone: a browser sends no key with it. */
function answerPreflight(context: Context, shielded: Shielded, cors: Cors): Refused | undefined {
  const fields = preflightFields(cors, shielded)
  if (fields instanceof ClavigerError) return refuseUnknown(fields, 'route.cors')
  writeEmpty(shielded.incoming, shielded.outgoing, {
    requestId: shielded.requestId,
    fields,
    hstsSeconds: context.settings.hstsSeconds,
  })
  return undefined
}

/** The door's own answers: for every key that is good here and now; they cost nothing and charge no limit. */
async function answerHere(context: Context, answered: AnsweredHere): Promise<Refused | undefined> {
  const refused = refuseBadKey(context, answered)
  if (refused !== undefined) return refused
  await recordAnswer(context, answered)
  writeAnswer(answered.incoming, answered.outgoing, {
    ...answered.answer,
    requestId: answered.requestId,
    fields: [],
    hstsSeconds: context.settings.hstsSeconds,
  })
  return undefined
}

async function leave(context: Context, front: Front, received: Received, refused: Refused): Promise<void> {
  await recordRefusal(context, received, refused)
  writeRefusal(context, front, received, refused)
}

/** Writes an error in the door's own form. Does nothing for a caller that is gone. */
export function writeRefusal(
  context: Context,
  front: Front,
  received: Received & Partial<Pick<Matched, 'route'>>,
  refused: Refused,
): void {
  const cors = received.route?.shaping?.cors
  writeError(received.incoming, received.outgoing, {
    error: refused.refused,
    answer: front.errorAnswer(refused.refused, received.requestId),
    requestId: received.requestId,
    limits: refused.limits,
    rateLimitHeaders: refused.target?.rateLimitHeaders,
    corsFields: cors === undefined ? undefined : corsFields(cors, received),
    hstsSeconds: context.settings.hstsSeconds,
  })
}

function crash(context: Context, front: Front, received: Received, cause: unknown): void {
  const { requestId, outgoing } = received
  releaseHold(context, received)
  const isOurs = ClavigerError.is(cause)
  if (!isOurs) context.log.error({ requestId, err: cause }, 'a call failed inside')
  const error = isOurs ? cause : new ClavigerError('internal', 'Something went wrong inside. It has been logged.')
  if (outgoing.headersSent) outgoing.destroy()
  else
    writeRefusal(context, front, received, {
      refused: error,
      rule: 'internal',
      caller: undefined,
      target: undefined,
      limits: [],
    })
}
