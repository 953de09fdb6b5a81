/** The body of `POST /api/v1/keys/verify`, read by hand: this package has no dependencies, and the path is hot. */
import { isUtf8 } from 'node:buffer'
import {
  ClavigerError,
  countMembers,
  parseIp,
  parseThumbprint,
  type FieldProblem,
  type IpAddress,
} from '@claviger/core'

export interface VerifyRequest {
  /** As presented by somebody; anything. */
  readonly key: string
  readonly apiId: string | undefined
  /** All of these are needed. */
  readonly scopes: readonly string[]
  readonly clientIp: IpAddress | undefined
  readonly clientIpText: string
  /** Units, at least 1. */
  readonly cost: number
  /** The call that is decided about: for the key's restrictions, and for the record. */
  readonly call: Call
}

export interface Call {
  readonly method?: string
  /** Without the query. */
  readonly path?: string
  readonly origin?: string
  readonly referer?: string
  readonly userAgent?: string
  readonly apiVersion?: string
  /** As `parseThumbprint` writes it. */
  readonly clientCertificate?: string
}

/** Questions of one call. */
const MAX_BATCH = 100
const MAX_KEY_CHARACTERS = 1_024
const MAX_SCOPES = 100
const MAX_SCOPE_CHARACTERS = 256
const MAX_COST = 1_000_000_000
const MAX_CALL_CHARACTERS = 2_048
const NO_SCOPES: readonly string[] = []

type Problem = (pointer: string, detail: string) => void

/**
 * @throws ClavigerError `bad_json`, or `validation_failed` with a JSON pointer for every member that is unknown or wrong
 */
export function readVerifyRequest(body: Uint8Array): VerifyRequest {
  const text = textOf(body)
  const members = parseObject(text)
  let errors: FieldProblem[] | undefined
  const request = readMembers(members, (pointer, detail) => void (errors ??= []).push({ pointer, detail }))
  if (errors !== undefined || request === undefined) throw invalid(errors)
  if (countMembers(text) !== membersOf(members)) throw twice()
  return request
}

/**
 * Of `POST /api/v1/keys/verify/open`: the key, at whose door it was presented, and by whom.
 *
 * @throws ClavigerError like `readVerifyRequest`
 */
export function readOpenRequest(body: Uint8Array): VerifyRequest {
  const text = textOf(body)
  const members = parseObject(text)
  const errors: FieldProblem[] = []
  const problem: Problem = (pointer, detail) => errors.push({ pointer, detail })
  const known: Record<string, unknown> = {}
  for (const [name, value] of Object.entries(members)) {
    if (OPEN_MEMBERS.has(name)) known[name] = value
    else problem(`/${escaped(name)}`, 'There is no such member.')
  }
  const request = readMembers(known, problem)
  if (errors.length > 0 || request === undefined) throw invalid(errors)
  if (countMembers(text) !== membersOf(members)) throw twice()
  return request
}

const OPEN_MEMBERS: ReadonlySet<string> = new Set(['key', 'api_id', 'client_ip'])

/**
 * `{"requests": […]}`, 1 to 100 of them.
 *
 * @throws ClavigerError like `readVerifyRequest`; pointers begin with `/requests/{index}`
 */
export function readVerifyBatch(body: Uint8Array): readonly VerifyRequest[] {
  const text = textOf(body)
  const { requests: list, ...others } = parseObject(text)
  const errors: FieldProblem[] = Object.keys(others).map((name) => ({
    pointer: `/${escaped(name)}`,
    detail: 'There is no such member.',
  }))
  if (!Array.isArray(list) || list.length === 0 || list.length > MAX_BATCH) {
    errors.push({ pointer: '/requests', detail: `Must be a list of 1 to ${MAX_BATCH} requests.` })
    throw invalid(errors)
  }
  const requests: VerifyRequest[] = []
  let members = 1
  for (const [at, item] of list.entries()) {
    const problem: Problem = (pointer, detail) => errors.push({ pointer: `/requests/${at}${pointer}`, detail })
    if (!isObject(item)) {
      problem('', 'Must be an object.')
      continue
    }
    members += membersOf(item)
    const request = readMembers(item, problem)
    if (request !== undefined) requests.push(request)
  }
  if (errors.length > 0) throw invalid(errors)
  if (countMembers(text) !== members) throw twice()
  return requests
}

/** Undefined: there is no key; other problems are told as well. */
function readMembers(members: Readonly<Record<string, unknown>>, problem: Problem): VerifyRequest | undefined {
  let key: string | undefined
  let apiId: string | undefined
  let scopes = NO_SCOPES
  let clientIp: IpAddress | undefined
  let clientIpText = ''
  let cost = 1
  let call = NO_CALL
  // own names only, `__proto__` among them: JSON.parse makes it an ordinary member, and it is an unknown one
  for (const name of Object.keys(members)) {
    const value = members[name]
    switch (name) {
      case 'key':
        if (typeof value === 'string' && value !== '' && value.length <= MAX_KEY_CHARACTERS) key = value
        else problem('/key', `Must be a text of 1 to ${MAX_KEY_CHARACTERS} characters.`)
        break
      case 'api_id':
        if (isApiName(value)) apiId = value
        else problem('/api_id', 'Must be the id of an api.')
        break
      case 'scopes':
        if (isScopes(value)) scopes = value
        else problem('/scopes', `Must be a list of at most ${MAX_SCOPES} scope names.`)
        break
      case 'client_ip':
        clientIp = typeof value === 'string' ? parseIp(value) : undefined
        if (clientIp === undefined) problem('/client_ip', 'Must be an IPv4 or IPv6 address.')
        else clientIpText = String(value)
        break
      case 'cost':
        if (typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= MAX_COST) cost = value
        else problem('/cost', `Must be a whole number from 1 to ${MAX_COST}.`)
        break
      case 'request':
        call = readCall(value, problem)
        break
      default:
        problem(`/${escaped(name)}`, 'There is no such member.')
    }
  }
  if (key === undefined && !('key' in members)) problem('/key', 'Is missing.')
  return key === undefined ? undefined : { key, apiId, scopes, clientIp, clientIpText, cost, call }
}

/** How many there must be in the text, if none stands there twice: the asker and we might each take another one of two. */
function membersOf(members: Readonly<Record<string, unknown>>): number {
  const call = members['request']
  return Object.keys(members).length + (isObject(call) ? Object.keys(call).length : 0)
}

const twice = (): ClavigerError => new ClavigerError('bad_json', 'The body holds a member twice.')

function invalid(errors: readonly FieldProblem[] = []): ClavigerError {
  return new ClavigerError('validation_failed', 'The request is not valid.', { errors })
}

/** For a JSON pointer (RFC 6901, section 3). */
const escaped = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

const NO_CALL: Call = {}

function readCall(value: unknown, problem: Problem): Call {
  if (!isObject(value)) {
    problem('/request', 'Must be an object.')
    return NO_CALL
  }
  const call: { -readonly [Name in keyof Call]: Call[Name] } = {}
  for (const name of Object.keys(value)) {
    const text = value[name]
    const pointer = `/request/${escaped(name)}`
    const member = Object.hasOwn(CALL_MEMBERS, name) ? CALL_MEMBERS[name] : undefined
    if (member === undefined) problem(pointer, 'There is no such member.')
    else if (typeof text !== 'string' || text.length > MAX_CALL_CHARACTERS)
      problem(pointer, `Must be a text of at most ${MAX_CALL_CHARACTERS} characters.`)
    else call[member] = text
  }
  if (call.method !== undefined && !/^[A-Z-]{0,32}$/.test(call.method))
    problem('/request/method', 'Must be a method in capitals.')
  if (call.path !== undefined) call.path = withoutQuery(call.path)
  if (call.clientCertificate !== undefined) {
    const thumbprint = parseThumbprint(call.clientCertificate)
    if (thumbprint === undefined) problem('/request/client_certificate', 'Must be a SHA-256 thumbprint.')
    else call.clientCertificate = thumbprint
  }
  return call
}

/** The members of `request` on the wire. */
const CALL_MEMBERS: Readonly<Record<string, keyof Call>> = {
  method: 'method',
  path: 'path',
  origin: 'origin',
  referer: 'referer',
  user_agent: 'userAgent',
  api_version: 'apiVersion',
  client_certificate: 'clientCertificate',
}

/** A query may hold secrets, and the path goes into the journal. */
function withoutQuery(path: string): string {
  const mark = path.indexOf('?')
  return mark === -1 ? path : path.slice(0, mark)
}

function textOf(body: Uint8Array): string {
  if (!isUtf8(body)) throw new ClavigerError('bad_json', 'The body is not UTF-8.')
  return Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
}

function parseObject(text: string): Readonly<Record<string, unknown>> {
  let parsed: unknown
  try {
    parsed = JSON.parse(text)
  } catch {
    // the parser's message quotes the body, and the body holds a key: it goes nowhere
    throw new ClavigerError('bad_json', 'The body is not JSON.')
  }
  if (!isObject(parsed)) throw new ClavigerError('bad_json', 'The body is not a JSON object.')
  return parsed
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** It goes into the journal as it is. */
export function isApiName(value: unknown): value is string {
  return typeof value === 'string' && /^[A-Za-z0-9_]{1,64}$/.test(value)
}

function isScopes(value: unknown): value is readonly string[] {
  if (!Array.isArray(value) || value.length > MAX_SCOPES) return false
  for (const scope of value)
    if (typeof scope !== 'string' || scope === '' || scope.length > MAX_SCOPE_CHARACTERS) return false
  return true
}
