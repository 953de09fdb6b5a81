/**
 * Repeating a creation safely. One use of an Idempotency-Key by one admin key does the work once; whoever repeats it gets
 * the same answer for 24 hours. Only successes are kept: a refused call changed nothing and may be tried again.
 * @see draft-ietf-httpapi-idempotency-key-header-07 §2
 */
import { ClavigerError } from '@claviger/core'
import { listEntries } from '#audit'
import type { BoundOperation, Operator, OperatorCall } from '#edge'
import { idOfAnswer, type Answer } from './answer.ts'
import type { ControlOptions } from './control-options.ts'
import { mayHaveCommitted } from './problem-response.ts'
import { burnHandover, keepHandover, type HandoverOf, type SecretMembers } from './handover.ts'
import { deleteExpired, deleteUse, finishUse, insertUse, selectUse, takeOverUse, type IdempotencyRow } from './rows.ts'

export const REMEMBERED_MS = 24 * 3_600_000
/** No control call takes so long: after this the process that began it is dead. */
const RUNNING_MS = 120_000

/** Where uses are remembered, and by which clock. */
type Memory = Pick<ControlOptions, 'store' | 'seal' | 'clock'>

export interface KeyedRequest {
  readonly operation: Pick<BoundOperation, 'operationId' | 'secretMembers'>
  readonly call: Pick<OperatorCall, 'workspaceId' | 'requestId'> & { readonly operator: Pick<Operator, 'adminKeyId'> }
  /** The Idempotency-Key. */
  readonly key: string
  /** The path and the body, as text. */
  readonly payload: string
}

export type Begun =
  /** Do the work, then tell how it ended. */
  { readonly kind: 'fresh'; readonly use: Use } | { readonly kind: 'replay'; readonly answer: Answer }

export interface Use extends HandoverOf {
  readonly requestId: string
}

/**
 * @throws ClavigerError `idempotency_in_flight`; `idempotency_mismatch` for another payload; `idempotency_secret_gone`
 *   when the work was done and its secret was shown or its answer lost
 */
export async function beginUse(options: Memory, request: KeyedRequest): Promise<Begun> {
  const { store, seal, clock } = options
  const { call, operation } = request
  const nowMs = clock.nowMs()
  const hash = await seal.auditHasher(store.db, call.workspaceId)
  const payloadHash = hash(`idempotency payload\n${operation.operationId}\n${request.payload}`)
  const use: Use = {
    adminKeyId: call.operator.adminKeyId,
    keyHash: hash(`idempotency key\n${request.key}`),
    workspaceId: call.workspaceId,
    requestId: call.requestId,
    nowMs,
  }
  const isFirst = await insertUse(store.db, {
    admin_key_id: use.adminKeyId,
    key_hash: use.keyHash,
    workspace_id: use.workspaceId,
    operation_id: operation.operationId,
    payload_hash: payloadHash,
    request_id: use.requestId,
    state: 'running',
    running_until: new Date(nowMs + RUNNING_MS),
    created_at: new Date(nowMs),
    expires_at: new Date(nowMs + REMEMBERED_MS),
  })
  if (isFirst) return { kind: 'fresh', use }
  const earlier = await selectUse(store.db, use)
  if (earlier === undefined) throw inFlight()
  if (earlier.expires_at.getTime() <= nowMs) {
    await deleteExpired(store.db, new Date(nowMs))
    return beginUse(options, request)
  }
  if (earlier.payload_hash !== payloadHash) {
    throw new ClavigerError(
      'idempotency_mismatch',
      'This Idempotency-Key was used with another request. Use a new key for a new request.',
    )
  }
  return earlier.state === 'done' ? replay(options, operation, use, earlier) : takeOver(options, use, earlier)
}

/** Keeps the answer, its secret members apart. A failure here fails the call: its answer could not be repeated. */
export async function completeUse(
  { store, seal }: ControlOptions,
  operation: BoundOperation,
  use: Use,
  answer: Answer,
): Promise<void> {
  const { shown, secrets } = splitSecrets(operation, answer.body)
  await store.transaction(async (tx) => {
    await finishUse(tx, use, {
      status: answer.status,
      location: answer.location ?? null,
      etag: answer.etag ?? null,
      answer: shown === undefined ? null : JSON.stringify(shown),
      resource_id: idOfAnswer(answer.body) ?? null,
    })
    if (Object.keys(secrets).length > 0) await keepHandover(seal, tx, use, secrets)
  })
}

/**
 * The work was refused or failed. When it is not known whether it was committed (the connection broke), the use stays,
 * and the audit log answers that question to whoever repeats the call.
 */
export async function abandonUse({ store, log }: ControlOptions, use: Use, thrown: unknown): Promise<void> {
  if (mayHaveCommitted(thrown)) return
  try {
    await deleteUse(store.db, use)
  } catch (cause) {
    log.warn(
      { err: cause, requestId: use.requestId },
      'an Idempotency-Key could not be let go; it is free again after two minutes',
    )
  }
}

async function replay(
  options: Memory,
  operation: KeyedRequest['operation'],
  use: Use,
  done: IdempotencyRow,
): Promise<Begun> {
  const { store, seal } = options
  if (done.status === null) throw answerGone(done.resource_id)
  const base = { status: done.status, location: done.location ?? undefined, etag: done.etag ?? undefined }
  if (operation.secretMembers.length === 0)
    return { kind: 'replay', answer: { ...base, body: done.answer ?? undefined } }
  const secrets = await store.transaction(async (tx) => burnHandover(seal, tx, use))
  if (secrets === undefined) throw answerGone(done.resource_id)
  return { kind: 'replay', answer: { ...base, body: { ...objectOf(done.answer), ...secrets } } }
}

async function takeOver(options: Memory, use: Use, running: IdempotencyRow): Promise<Begun> {
  if (running.running_until.getTime() > use.nowMs) throw inFlight()
  const { store } = options
  const done = await successOf(options, running)
  if (done !== undefined) {
    const lost = { status: null, location: null, etag: null, answer: null, resource_id: done.resourceId }
    await finishUse(store.db, { ...use, requestId: running.request_id }, lost)
    throw answerGone(done.resourceId)
  }
  const runningUntil = new Date(use.nowMs + RUNNING_MS)
  if (!(await takeOverUse(store.db, use, { from: running.request_id, to: use.requestId, runningUntil })))
    throw inFlight()
  return { kind: 'fresh', use }
}

/** What the audit log knows of a request whose process died: its entry was committed together with its work, or neither was. */
async function successOf(
  { store }: Memory,
  running: IdempotencyRow,
): Promise<{ readonly resourceId: string | null } | undefined> {
  const { workspace_id: workspaceId, admin_key_id: actorId, request_id: requestId } = running
  const { items } = await listEntries(store.db, { workspaceId, actorId, requestId, limit: 10 })
  const entry = items.find((item) => item.outcome === 'success')
  return entry === undefined ? undefined : { resourceId: entry.resource.id ?? null }
}

function splitSecrets(
  operation: BoundOperation,
  body: unknown,
): { readonly shown: unknown; readonly secrets: SecretMembers } {
  if (operation.secretMembers.length === 0) return { shown: body, secrets: {} }
  const members = Object.entries(objectOf(body))
  const isSecret = ([name]: readonly [string, unknown]): boolean => operation.secretMembers.includes(name)
  const secrets = members.filter(isSecret).map(([name, value]) => [name, String(value)] as const)
  return {
    shown: Object.fromEntries(members.filter((member) => !isSecret(member))),
    secrets: Object.fromEntries(secrets),
  }
}

function objectOf(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? { ...value } : {}
}

function inFlight(): ClavigerError {
  return new ClavigerError(
    'idempotency_in_flight',
    'The first call with this Idempotency-Key has not ended yet. Repeat it in a moment.',
    {
      retryAfterSeconds: 1,
    },
  )
}

function answerGone(resourceId: string | null): ClavigerError {
  const made = resourceId === null ? 'The first call succeeded' : `The first call made ${resourceId}`
  return new ClavigerError(
    'idempotency_secret_gone',
    `${made}; what it showed once is not shown again. Rotate or revoke it, then go on with a new key.`,
    {
      facts: resourceId === null ? {} : { resource_id: resourceId },
    },
  )
}
