/**
 * One call of one operation, in one line: who → may they → what do they want → was it asked before → do it → answer.
 * Whatever is refused after the caller is known is written into the audit log.
 */
import { ClavigerError } from '@claviger/core'
import { STORE_TARGET, type FailureModeUse } from '@claviger/gateway'
import type { BoundOperation, Call, CallActor, Operator, OperatorCall, Page, PageInput } from '#edge'
import { answerOf, API_ROOT, pageAnswer, responseOf, type Answer } from './answer.ts'
import { authenticate, authorize, recordFailure, refuseShielded } from './authenticate.ts'
import type { ControlOptions } from './control-options.ts'
import { writeCursor } from './cursor.ts'
import { expectedRevision, matchesAny } from './etag.ts'
import { readIdempotencyKey } from './idempotency-key.ts'
import { abandonUse, beginUse, completeUse, type KeyedRequest } from './idempotency.ts'
import type { TakeOpenCall } from './open-calls.ts'
import { listName, pageInput, parseBody, parseParams, parseQuery } from './parse-input.ts'
import { clavigerErrorOf, problemResponse } from './problem-response.ts'
import { checkBodyType, readBody } from './read-body.ts'
import { recordRefusal } from './record-refusal.ts'
import { readJson } from './strict-json.ts'
import type { Visit } from './visit.ts'

/** A control call is small, unless its operation says otherwise; what is larger belongs to the data plane. */
const MAX_BODY_BYTES = 1_048_576

export interface Arrived {
  readonly visit: Visit
  /** Decoded. */
  readonly params: Readonly<Record<string, string>>
  /** Without the query, as it came. */
  readonly path: string
  readonly query: URLSearchParams
}

export type Runner = (operation: BoundOperation, arrived: Arrived) => Promise<Response>

/** @returns a function that never throws: every failure becomes an answer */
export function createRunner(options: ControlOptions, takeOpenCall: TakeOpenCall): Runner {
  const calls = options.metrics.counter('claviger_control_requests_total', 'Calls of the control API.')
  return async (operation, arrived) => {
    const response =
      operation.permission === 'anybody'
        ? await runOpen({ ...options, takeOpenCall }, operation, arrived)
        : await runKnown(options, operation, arrived)
    calls.add({ operation: operation.operationId, status: String(response.status) })
    return response
  }
}

interface OpenOptions extends ControlOptions {
  readonly takeOpenCall: TakeOpenCall
}

/** For operations that check by themselves what they are given. */
async function runOpen(options: OpenOptions, operation: BoundOperation, arrived: Arrived): Promise<Response> {
  const { visit } = arrived
  const { log } = options
  try {
    options.takeOpenCall('setup', visit)
    refuseShielded(options, visit)
    const input = await readInput(options, operation, arrived)
    const actor = { type: 'setup', id: 'anybody', ...factsOf(options, operation, visit) } as const
    const call: Call = {
      workspaceId: '',
      actor,
      requestId: visit.requestId,
      host: visit.host,
      clientIp: visit.clientIpText,
      expectedRevision: undefined,
      log,
      isGone: () => visit.incoming.socket.destroyed,
    }
    return responseOf(answerOf(operation, await handle(operation, call, { ...input, page: undefined })))
  } catch (thrown) {
    const error = clavigerErrorOf(thrown, log, visit.requestId)
    tellStoreAway(options, error)
    if (error.status === 401) recordFailure(options, visit, { presented: undefined, reason: error.code })
    return problemResponse(error, visit.requestId)
  }
}

async function runKnown(options: ControlOptions, operation: BoundOperation, arrived: Arrived): Promise<Response> {
  const { visit } = arrived
  let operator: Operator | undefined
  try {
    operator = await authenticate(options, visit)
    return await answerKnown(options, operation, arrived, operator)
  } catch (thrown) {
    const error = clavigerErrorOf(thrown, options.log, visit.requestId)
    tellStoreAway(options, error)
    if (operator !== undefined) {
      const actor = actorOf(options, operation, visit, operator)
      await recordRefusal(options, { operation, operator, actor, resourceId: goodId(operation, arrived), error })
    }
    return problemResponse(error, visit.requestId)
  }
}

const REFUSED_BY_STORE: FailureModeUse = {
  dependency: 'store',
  mode: 'refuse_unknown',
  target: STORE_TARGET,
  outcome: 'refused',
}

function tellStoreAway({ store, failureModeUsed }: ControlOptions, { code }: ClavigerError): void {
  // a database that answers and cannot write is not away
  if (code === 'store_unavailable' && !store.available()) failureModeUsed(REFUSED_BY_STORE)
}

async function answerKnown(
  options: ControlOptions,
  operation: BoundOperation,
  arrived: Arrived,
  operator: Operator,
): Promise<Response> {
  const { visit } = arrived
  authorize(operator, operation.permission)
  const { headers } = visit.incoming
  const call: OperatorCall = {
    operator,
    workspaceId: operator.workspaceId,
    actor: actorOf(options, operation, visit, operator),
    requestId: visit.requestId,
    host: visit.host,
    clientIp: visit.clientIpText,
    expectedRevision: expectedRevision(headers['if-match']),
    log: options.log,
    isGone: () => visit.incoming.socket.destroyed,
  }
  const input = await readInput(options, operation, arrived)
  if (operation.sort !== undefined) return answerList(options, operation, arrived, call, input)
  const key = operation.method === 'post' ? readIdempotencyKey(single(headers['idempotency-key'])) : undefined
  if (key !== undefined)
    return answerOnce(options, { operation, call, key, payload: `${arrived.path}\n${input.bodyText}` }, input)
  const answer = answerOf(operation, await handle(operation, call, { ...input, page: undefined }))
  if (operation.method === 'get' && answer.etag !== undefined && matchesAny(headers['if-none-match'], answer.etag)) {
    return responseOf({ ...answer, status: 304, body: undefined })
  }
  return responseOf(answer)
}

async function answerOnce(
  options: ControlOptions,
  request: KeyedRequest & { readonly operation: BoundOperation; readonly call: OperatorCall },
  input: ReadInput,
): Promise<Response> {
  const { operation, call } = request
  const begun = await beginUse(options, request)
  if (begun.kind === 'replay') return responseOf(begun.answer, { 'Idempotency-Replayed': 'true' })
  let answer: Answer
  try {
    answer = answerOf(operation, await handle(operation, call, { ...input, page: undefined }))
  } catch (thrown) {
    await abandonUse(options, begun.use, thrown)
    throw thrown
  }
  await completeUse(options, operation, begun.use, answer)
  return responseOf(answer)
}

async function answerList(
  options: ControlOptions,
  operation: BoundOperation,
  arrived: Arrived,
  call: OperatorCall,
  input: ReadInput,
): Promise<Response> {
  const list = listName(operation, { ...arrived.params, ...Object.fromEntries(input.filters) }, input.paging)
  const sign = await options.seal.auditHasher(options.store.db, call.workspaceId)
  const page: PageInput = pageInput(input.paging, list, sign)
  // A list's handler answers a page: `defineList` asks for nothing else.
  const answered = (await handle(operation, call, { ...input, page })) as Page<unknown>
  const { answer, cursor } = pageAnswer(answered, (place) => writeCursor(place, list, sign))
  return responseOf(answer, cursor === undefined ? {} : { Link: nextLink(arrived, cursor) })
}

type ReadInput = Awaited<ReturnType<typeof readInput>>

async function readInput(options: ControlOptions, operation: BoundOperation, arrived: Arrived) {
  const params = parseParams(operation, arrived.params)
  const { query, paging } = parseQuery(operation, arrived.query)
  const maxBytes = Math.min(operation.maxBodyBytes ?? MAX_BODY_BYTES, options.config.maxBodyBytes)
  const bytes = await bodyOf(operation, arrived.visit, maxBytes)
  const body = parseBody(operation, bytes === undefined ? undefined : readJson(bytes))
  const filters = [...arrived.query].filter(([name]) => name !== 'cursor' && name !== 'limit' && name !== 'sort')
  return { params, query, body, paging, filters, bodyText: bytes === undefined ? '' : new TextDecoder().decode(bytes) }
}

async function bodyOf(
  operation: BoundOperation,
  { incoming, facts }: Visit,
  maxBytes: number,
): Promise<Uint8Array | undefined> {
  if (!facts.hasBody) return undefined
  if (operation.body !== undefined) checkBodyType(incoming)
  const bytes = await readBody(incoming, maxBytes)
  if (bytes.byteLength === 0) return undefined
  if (operation.body === undefined) throw new ClavigerError('bad_request', 'This operation takes no body.')
  return bytes
}

async function handle(
  operation: BoundOperation,
  call: Call,
  input: Parameters<NonNullable<BoundOperation['handle']>>[1],
): Promise<unknown> {
  if (operation.handle === undefined) throw new Error(`${operation.operationId} is answered elsewhere`)
  return operation.handle(call, input)
}

function actorOf(options: ControlOptions, operation: BoundOperation, visit: Visit, operator: Operator): CallActor {
  return {
    type: 'operator',
    id: operator.adminKeyId,
    keyId: operator.adminKeyId,
    ...factsOf(options, operation, visit),
  }
}

function factsOf({ clock }: ControlOptions, operation: BoundOperation, visit: Visit) {
  return {
    clientIp: visit.clientIpText,
    userAgent: visit.userAgent,
    requestId: visit.requestId,
    endpoint: `${operation.method.toUpperCase()} ${API_ROOT}${operation.path}`,
    elapsedMs: () => clock.monotonicMs() - visit.startedMonotonicMs,
  }
}

/** The id in the path, if it has the form of one. */
function goodId(operation: BoundOperation, { params }: Arrived): string | undefined {
  return operation.params?.safeParse(params).success === true ? params['id'] : undefined
}

function nextLink({ path, query }: Arrived, cursor: string): string {
  const next = new URLSearchParams(query)
  next.set('cursor', cursor)
  return `<${path}?${next.toString()}>; rel="next"`
}

function single(field: string | readonly string[] | undefined): string | undefined {
  return typeof field === 'string' ? field : field?.join(', ')
}
