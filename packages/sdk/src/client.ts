/** One small typed client: an operation's name, its parameters, its answer. */
import { ApiError, UnreachableError } from './api-error.ts'
import { OPERATIONS } from './generated/operations.ts'
import type { Answer, BodyOf, ItemOf, ListId, OperationId, PageOf, ParamsOf, QueryOf } from './operation-types.ts'
import { isRepeatable, takesIdempotencyKey, tryAgain } from './retries.ts'

export interface ClientOptions {
  /** `http://127.0.0.1:7300`, without a path. */
  readonly url: string
  /** An admin key. */
  readonly credential: string
  /** The network, handed in; the platform's own `fetch` by default. */
  readonly fetch?: typeof fetch
  /** For one try, in ms; 30 s by default. */
  readonly timeoutMs?: number
  /** How often a call is tried again that is safe to repeat; 0 by default. */
  readonly retries?: number
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
   * @throws the reason of `signal`, when that ends it
   */
  call<Id extends OperationId>(operationId: Id, options?: CallOptions<Id>): Promise<Answer<Id>>
  /** All items of a list, page by page. @throws as `call` */
  pages<Id extends ListId>(operationId: Id, options?: CallOptions<Id>): AsyncGenerator<ItemOf<Id>, void, undefined>
}

const DEFAULT_TIMEOUT_MS = 30_000

export function createClient(options: ClientOptions): Client {
  const base = options.url.replace(/\/+$/, '')
  const send = options.fetch ?? fetch
  async function call<Id extends OperationId>(operationId: Id, given: CallOptions<Id> = {}): Promise<Answer<Id>> {
    const { method, path } = OPERATIONS[operationId]
    const url = `${base}${fillPath(path, given.params)}${queryText(given.query)}`
    const asked = { method, retries: options.retries ?? 0, ...(given.signal !== undefined && { signal: given.signal }) }
    const makesKey = asked.retries > 0 && takesIdempotencyKey(method, path) && given.idempotencyKey === undefined
    const idempotencyKey = makesKey ? crypto.randomUUID() : given.idempotencyKey
    const headers = headersOf(options.credential, { ...given, ...(idempotencyKey !== undefined && { idempotencyKey }) })
    return tryAgain(asked, isRepeatable(method, idempotencyKey), async () => {
      const timeout = AbortSignal.timeout(options.timeoutMs ?? DEFAULT_TIMEOUT_MS)
      const init: RequestInit = {
        method,
        headers,
        signal: given.signal === undefined ? timeout : AbortSignal.any([timeout, given.signal]),
        redirect: 'error',
      }
      if (given.body !== undefined) init.body = JSON.stringify(given.body)
      const { response, text } = await answered(send, url, init, given.signal)
      const answer: unknown = text === '' ? undefined : parsed(text)
      if (!response.ok) throw new ApiError(response.status, answer, response.headers)
      // The document that these types come from is the server's own; an answer of another shape is the server's fault.
      return answer as Answer<Id>
    })
  }
  return {
    call,
    async *pages<Id extends ListId>(operationId: Id, given: CallOptions<Id> = {}) {
      let cursor: string | undefined
      do {
        const query = {
          ...(typeof given.query === 'object' ? given.query : {}),
          ...(cursor !== undefined && { cursor }),
        }
        // what was given, and a cursor, which every list takes
        const page = (await call(operationId, { ...given, query } as CallOptions<Id>)) as unknown as PageOf<ItemOf<Id>>
        yield* page.data
        cursor = page.has_more ? (page.next_cursor ?? undefined) : undefined
      } while (cursor !== undefined)
    },
  }
}

async function answered(
  send: typeof fetch,
  url: string,
  init: RequestInit,
  signal: AbortSignal | undefined,
): Promise<{ response: Response; text: string }> {
  try {
    const response = await send(url, init)
    return { response, text: await response.text() }
  } catch (cause) {
    if (signal?.aborted === true) throw signal.reason
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
