/** The one error type that may reach a caller. Anything else is a bug and is answered with 500. */
import { ERROR_STATUS, type ErrorCode } from './codes.ts'

/** What is wrong with one member of the request: `pointer` is an RFC 6901 JSON pointer, or `#/query/limit` and kin. */
export interface FieldProblem {
  readonly pointer: string
  readonly detail: string
}

export interface ErrorOptions {
  /** Facts for logs and problem documents: no secrets. */
  readonly facts?: Readonly<Record<string, string | number>>
  readonly errors?: readonly FieldProblem[]
  /** Seconds; answered as `Retry-After`. */
  readonly retryAfterSeconds?: number
  /** For operators only; never leaves the process except into the log. */
  readonly cause?: unknown
}

/**
 * A refusal that the edge turns into problem+json (RFC 9457) or into the error form of its wire.
 * `message` is read by customers: no secrets, no host names, no SQL.
 */
export class ClavigerError<Code extends ErrorCode = ErrorCode> extends Error {
  override readonly name = 'ClavigerError'
  readonly code: Code
  readonly facts: Readonly<Record<string, string | number>>
  readonly errors: readonly FieldProblem[]
  readonly retryAfterSeconds: number | undefined

  /** `instanceof`, without the loss of the code's type that it brings. */
  static is(error: unknown): error is ClavigerError {
    return error instanceof ClavigerError
  }

  constructor(code: Code, message: string, options: ErrorOptions = {}) {
    super(message, { cause: options.cause })
    this.code = code
    this.facts = options.facts ?? {}
    this.errors = options.errors ?? []
    this.retryAfterSeconds = options.retryAfterSeconds
  }

  get status(): (typeof ERROR_STATUS)[Code] {
    return ERROR_STATUS[this.code]
  }
}
