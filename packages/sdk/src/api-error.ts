/** What can go wrong with a call: the server refused it, or it could not be reached. */

export interface FieldProblem {
  readonly pointer: string
  readonly detail: string
}

/** A refusal of the server, as its problem document told it (RFC 9457). */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  /** Stable; may be branched on. `unreadable_answer` when the answer was no problem document. */
  readonly code: string
  readonly requestId: string | undefined
  readonly errors: readonly FieldProblem[]
  /** From `Retry-After`, in seconds. */
  readonly retryAfterSeconds: number | undefined

  constructor(status: number, problem: unknown, headers: Headers) {
    const facts = typeof problem === 'object' && problem !== null ? (problem as Record<string, unknown>) : {}
    const text = (name: string): string | undefined => (typeof facts[name] === 'string' ? facts[name] : undefined)
    super(text('detail') ?? text('title') ?? `The server answered ${status}.`)
    this.status = status
    this.code = text('code') ?? 'unreadable_answer'
    this.requestId = text('request_id') ?? headers.get('x-request-id') ?? undefined
    this.errors = Array.isArray(facts['errors']) ? facts['errors'].filter(isFieldProblem) : []
    const retryAfter = Number(headers.get('retry-after') ?? Number.NaN)
    this.retryAfterSeconds = Number.isFinite(retryAfter) ? retryAfter : undefined
  }
}

/** No answer at all: wrong address, refused, cut, timed out. */
export class UnreachableError extends Error {
  override readonly name = 'UnreachableError'
  readonly url: string

  constructor(url: string, cause: unknown) {
    super(`${url} cannot be reached.`, { cause })
    this.url = url
  }
}

function isFieldProblem(value: unknown): value is FieldProblem {
  return typeof value === 'object' && value !== null && 'pointer' in value && 'detail' in value
}
