/**
 * `POST /api/v1/keys/verify/report`: what an embedded verifier has decided by itself, added up, goes into the journal and so
 * into usage. A batch that comes twice to this process, because its answer was lost, counts once.
 */
import { isUtf8 } from 'node:buffer'
import { ClavigerError, RESTRICTION_CODES, isId, parseIp, type FieldProblem, type KeyPart } from '@claviger/core'
import type { DecisionRecord, Usage } from '../ports.ts'
import { unavailable, type Asking } from './verify-question.ts'
import { isApiName } from './verify-request.ts'

interface Reported {
  readonly keyId: string
  readonly version: number
  readonly apiId: string | undefined
  readonly code: string
  readonly rule: string
  readonly count: number
  readonly atMs: number
}

interface RefusedBefore {
  readonly clientIp: string
  readonly reason: string
  readonly count: number
}

interface Batch {
  readonly id: string
  readonly decisions: readonly Reported[]
  readonly refused: readonly RefusedBefore[]
}

const MAX_LINES = 1_000
const MAX_COUNT = 1_000_000_000
/** Of one address and reason: each is counted. */
const MAX_REFUSED = 1_000
/** Older lines are taken for as old as this; none is from the future. */
const OLDEST_MS = 24 * 3_600_000
const REMEMBERED_BATCHES = 10_000

/**
 * @returns the answer, as JSON
 * @throws ClavigerError `validation_failed`, `bad_json`, `permission_missing`, and `journal_full` and `unavailable`
 */
export async function takeReport(asking: Asking, body: Uint8Array): Promise<string> {
  const batch = readBatch(body)
  const { verifier } = asking
  const { reported } = asking.context
  if (!verifier.mayVerifySome) throw NOT_PERMITTED
  for (const { apiId } of batch.decisions) if (!verifier.mayVerify(apiId)) throw NOT_PERMITTED
  const name = `${verifier.workspaceId} ${verifier.id} ${batch.id}`
  const taken = reported.get(name)
  if (taken !== undefined) return taken
  const taking = takeDown(asking, batch)
  reported.set(name, taking)
  if (reported.size > REMEMBERED_BATCHES) {
    const oldest = reported.keys().next()
    if (oldest.done !== true) reported.delete(oldest.value)
  }
  try {
    return await taking
  } catch (thrown) {
    reported.delete(name)
    throw thrown
  }
}

const NOT_PERMITTED = new ClavigerError(
  'permission_missing',
  'The credential lacks the permission keys.verify for an api of the report.',
)

async function takeDown(asking: Asking, { decisions, refused }: Batch): Promise<string> {
  const { context, verifier, received } = asking
  const { journal, snapshots, ledger } = context.ports
  if (journal.isFull())
    throw new ClavigerError('journal_full', 'Decisions cannot be recorded at the moment.', { retryAfterSeconds: 10 })
  const keys = await snapshots
    .keysOf(verifier.workspaceId, [...new Set(decisions.map(({ keyId }) => keyId))])
    .catch((cause: unknown) => {
      context.log.debug({ err: cause }, 'keys of a report could not be read')
      throw unavailable(context, 'Decisions cannot be taken down at the moment.')
    })
  let accepted = 0
  for (const decision of decisions) {
    const key = keys.get(decision.keyId)
    // deleted for good meanwhile, or none of this workspace
    if (key === undefined) continue
    const record = recordOf(asking, key, decision)
    ledger.settle(record)
    const written = journal.record(record, 'ordinary')
    if (written !== undefined) await written
    accepted += 1
  }
  for (const { clientIp, reason, count } of refused) {
    const ip = parseIp(clientIp) ?? received.clientIp
    for (let at = 0; at < count; at += 1) journal.refusedBefore(ip, reason)
  }
  return `{"accepted":${accepted},"unknown":${decisions.length - accepted},"request_id":"${received.requestId}"}`
}

function recordOf({ context, verifier, received }: Asking, key: KeyPart, decision: Reported): DecisionRecord {
  const { receivedAtMs } = received
  return {
    atMs: Math.min(receivedAtMs, Math.max(receivedAtMs - OLDEST_MS, decision.atMs)),
    requestId: context.makeRequestId(receivedAtMs),
    door: 'sdk',
    workspaceId: verifier.workspaceId,
    appId: key.app.current.id,
    keyId: key.id,
    versionNumber: decision.version,
    apiId: decision.apiId,
    askedBy: verifier.id,
    targetId: undefined,
    method: '',
    path: '',
    clientIp: '',
    userAgent: '',
    code: decision.code,
    rule: decision.rule,
    status: 200,
    durationMs: 0,
    usage: usageOf(decision.count),
  }
}

const usageOf = (requests: number): Usage => ({
  requests,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  bytesIn: 0,
  bytesOut: 0,
  firstByteMs: 0,
  metered: true,
  ended: 'complete',
})

/** What a decision without limits can be; those with limits are journaled where they are decided. */
const CODES: ReadonlySet<string> = new Set([
  'valid',
  'key_revoked',
  'key_deleted',
  'key_expired',
  'key_not_yet_valid',
  'key_disabled',
  'key_dormant',
  'app_disabled',
  'workspace_disabled',
  'api_not_allowed',
  'scope_missing',
  ...Object.values(RESTRICTION_CODES),
])
const REASONS: ReadonlySet<string> = new Set(['credential_invalid', 'probing'])
const RULE = /^[A-Za-z0-9_./-]{1,100}$/

function readBatch(body: Uint8Array): Batch {
  const errors: FieldProblem[] = []
  const problem = (pointer: string, detail: string): void => void errors.push({ pointer, detail })
  const members = parsed(body)
  only(members, ['batch_id', 'decisions', 'refused'], '', problem)
  const { batch_id: id } = members
  if (typeof id !== 'string' || !/^[A-Za-z0-9_-]{1,64}$/.test(id))
    problem('/batch_id', 'Must be a text of 1 to 64 characters of A-Z, a-z, 0-9, _ and -.')
  const decisions = listOf(members['decisions'], '/decisions', problem).map((item, at) =>
    readDecision(item, `/decisions/${at}`, problem),
  )
  const refused = listOf(members['refused'] ?? [], '/refused', problem).map((item, at) =>
    readRefused(item, `/refused/${at}`, problem),
  )
  if (errors.length > 0) throw new ClavigerError('validation_failed', 'The request is not valid.', { errors })
  return { id: String(id), decisions, refused }
}

type Problem = (pointer: string, detail: string) => void
type Members = Readonly<Record<string, unknown>>

function readDecision(item: Members, pointer: string, problem: Problem): Reported {
  only(item, ['key_id', 'version', 'api_id', 'code', 'rule', 'count', 'at_ms'], pointer, problem)
  const { key_id: keyId, version, api_id: apiId, code, rule, count, at_ms: atMs } = item
  if (typeof keyId !== 'string' || !isId('key', keyId)) problem(`${pointer}/key_id`, 'Must be the id of a key.')
  if (apiId !== undefined && !isApiName(apiId)) problem(`${pointer}/api_id`, 'Must be the id of an api.')
  if (typeof code !== 'string' || !CODES.has(code)) problem(`${pointer}/code`, 'Must be the code of a decision.')
  if (typeof rule !== 'string' || !RULE.test(rule)) problem(`${pointer}/rule`, 'Must be the name of a rule.')
  return {
    keyId: String(keyId),
    version: whole(version, { from: 1, to: 1_000_000_000 }, `${pointer}/version`, problem),
    apiId: isApiName(apiId) ? apiId : undefined,
    code: String(code),
    rule: String(rule),
    count: whole(count, { from: 1, to: MAX_COUNT }, `${pointer}/count`, problem),
    atMs: whole(atMs, { from: 0, to: 8.64e15 }, `${pointer}/at_ms`, problem),
  }
}

function readRefused(item: Members, pointer: string, problem: Problem): RefusedBefore {
  only(item, ['client_ip', 'reason', 'count'], pointer, problem)
  const { client_ip: clientIp = '', reason, count } = item
  if (typeof clientIp !== 'string' || (clientIp !== '' && parseIp(clientIp) === undefined))
    problem(`${pointer}/client_ip`, 'Must be an IPv4 or IPv6 address.')
  if (typeof reason !== 'string' || !REASONS.has(reason))
    problem(`${pointer}/reason`, 'Must be credential_invalid or probing.')
  return {
    clientIp: String(clientIp),
    reason: String(reason),
    count: whole(count, { from: 1, to: MAX_REFUSED }, `${pointer}/count`, problem),
  }
}

function whole(
  value: unknown,
  { from, to }: { readonly from: number; readonly to: number },
  pointer: string,
  problem: Problem,
): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= from && value <= to) return value
  problem(pointer, `Must be a whole number from ${from} to ${to}.`)
  return from
}

function only(members: Members, known: readonly string[], pointer: string, problem: Problem): void {
  for (const name of Object.keys(members)) {
    const escaped = name.replaceAll('~', '~0').replaceAll('/', '~1')
    if (!known.includes(name)) problem(`${pointer}/${escaped}`, 'There is no such member.')
  }
}

function listOf(value: unknown, pointer: string, problem: Problem): readonly Members[] {
  if (!Array.isArray(value) || value.length > MAX_LINES) {
    problem(pointer, `Must be a list of at most ${MAX_LINES}.`)
    return []
  }
  return value.flatMap((item: unknown, at) => {
    if (isObject(item)) return [item]
    problem(`${pointer}/${at}`, 'Must be an object.')
    return []
  })
}

function parsed(body: Uint8Array): Members {
  let value: unknown
  try {
    value = isUtf8(body) ? JSON.parse(Buffer.from(body).toString('utf8')) : undefined
  } catch {
    value = undefined
  }
  if (!isObject(value)) throw new ClavigerError('bad_json', 'The body is not a JSON object.')
  return value
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
