/** One small typed client: an operation's name, its parameters, its answer. */
import { ApiError, UnreachableError } from './api-error.ts'
import { OPERATIONS } from './generated/operations.ts'
import type { Answer, BodyOf, OperationId, ParamsOf, QueryOf } from './operation-types.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:7300`, without a path. */
  readonly url: string
  /** An admin key. */
  readonly credential: string
  /** The network, handed in; the platform's own `fetch` by default. */
  readonly fetch?: typeof fetch
  /** For one call, in ms; 30 s by default. */
  readonly timeoutMs?: number
}

export interface CallOptions<Id extends OperationId> {
  readonly params?: ParamsOf<Id>
  readonly query?: QueryOf<Id>
  readonly body?: BodyOf<Id>
  /** Makes a create safe to repeat for 24 hours. */
  readonly idempotencyKey?: string
  /** The ETag that a change is based on. */
  readonly ifMatch?: string
  readonly signal?: AbortSignal
}

export interface Client {
  /**
   * @throws ApiError when the server refuses
   * @throws UnreachableError when it does not answer
   */
  call<Id extends OperationId>(operationId: Id, options?: CallOptions<Id>): Promise<Answer<Id>>
}

const DEFAULT_TIMEOUT_MS = 30_000

export function createClient(options: ClientOptions): Client {
  const base = options.url.replace(/\/+$/, '')
  const send = options.fetch ?? fetch
  return {
    async call<Id extends OperationId>(operationId: Id, call: CallOptions<Id> = {}): Promise<Answer<Id>> {
      const { method, path } = OPERATIONS[operationId]
      const url = `${base}${fillPath(path, call.params)}${queryText(call.query)}`
      const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
      const init: RequestInit = {
        method,
        headers: headersOf(options.credential, call),
        signal: call.signal === undefined ? timeout : AbortSignal.any([timeout, call.signal]),
        redirect: 'error',
      }
      if (call.body !== undefined) init.body = JSON.stringify(call.body)
      const { response, text } = await answered(send, url, init)
      const answer: unknown = text === '' ? undefined : parsed(text)
      if (!response.ok) throw new ApiError(response.status, answer, response.headers)
      // The document that these types come from is the server's own; an answer of another shape is the server's fault.
      return answer as Answer<Id>
    },
  }
}

async function answered(
  send: typeof fetch,
  url: string,
  init: RequestInit,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await send(url, init)
    return { response, text: await response.text() }
  } catch (cause) {
    throw new UnreachableError(url, cause)
  }
}

function headersOf(
  credential: string,
  call: { body?: unknown; idempotencyKey?: string; ifMatch?: string },
): Record<string, string> {
  return {
    accept: 'application/json, application/problem+json',
    authorization: `Bearer ${credential}`,
    ...(call.body !== undefined && { 'content-type': 'application/json' }),
    // A quoted string, as the draft says (draft-ietf-httpapi-idempotency-key-header-07 §2.1).
    ...(call.idempotencyKey !== undefined && { 'idempotency-key': JSON.stringify(call.idempotencyKey) }),
    ...(call.ifMatch !== undefined && { 'if-match': call.ifMatch }),
  }
}

function fillPath(path: string, params: unknown): string {
  const values = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {}
  return path.replaceAll(/\{([a-z_]+)\}/g, (_, name: string) => {
    const value = values[name]
    if (value === undefined || value === '') throw new TypeError(`The path ${path} needs ${name}.`)
    return encodeURIComponent(String(value))
  })
}

function queryText(query: unknown): string {
  if (typeof query !== 'object' || query === null) return ''
  const text = new URLSearchParams()
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined) text.append(name, String(value))
  }
  return text.size === 0 ? '' : `?${text.toString()}`
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
