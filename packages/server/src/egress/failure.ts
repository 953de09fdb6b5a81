/** From whatever goes wrong on the wire to the failure codes of the port. Details name hosts and causes, never secrets. */
import type { EgressFailure, EgressFailureCode } from '@claviger/gateway'
import { errors } from 'undici'

export function failure(code: EgressFailureCode, detail: string): EgressFailure {
  return { code, detail }
}

/** Carries a failure that is already named through code that only knows errors (undici's connector). */
export class EgressProblem extends Error {
  override readonly name = 'EgressProblem'
  readonly failure: EgressFailure
  /** undici retries a connection for some codes of its own; this one it takes as final. */
  readonly code = 'CLAVIGER_EGRESS'

  constructor(problem: EgressFailure, options: { cause?: unknown } = {}) {
    super(problem.detail, options)
    this.failure = problem
  }
}

/** How far an exchange had come when it broke. */
export interface Progress {
  /** The first byte of an answer has been seen. */
  readonly hasByte: boolean
  /** The whole head of the answer has been seen. */
  readonly hasHead: boolean
}

/** Names what broke an exchange whose connection had been opened. */
export function failureOfExchange(error: unknown, origin: string, progress: Progress): EgressFailure {
  if (error instanceof EgressProblem) return error.failure
  const code = codeOf(error)
  if (code === 'UND_ERR_HEADERS_OVERFLOW') return failure('invalid', `${origin} sent too many bytes of header fields.`)
  // llhttp's reasons are fixed words; the bytes that it stumbled over are in another member, and stay there.
  if (error instanceof errors.HTTPParserError)
    return failure('invalid', `${origin} does not keep to HTTP/1.1: ${error.message}.`)
  if (code === 'UND_ERR_INVALID_ARG' || code === 'UND_ERR_NOT_SUPPORTED') {
    return failure(
      'invalid',
      'The request cannot be written as HTTP/1.1: its method, path or a header field is malformed.',
    )
  }
  if (code === 'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH')
    return failure('invalid', 'The body of the request is not as long as it says.')
  if (code === 'UND_ERR_SOCKET' && isBadResponse(error))
    return failure('invalid', `${origin} sent an answer that nobody asked for.`)
  if (progress.hasHead) return failure('cut', `${origin} broke off within its answer${inBrackets(code)}.`)
  if (progress.hasByte)
    return failure('invalid', `${origin} broke off within the head of its answer${inBrackets(code)}.`)
  return failure('unreachable', `${origin} closed the connection before it answered${inBrackets(code)}.`)
}

/**
 * What broke a call on our side of the wire: a request that cannot be written, or an address that no connection is opened to.
 * The upstream has no part in it.
 */
export function isOwnFault(error: unknown): boolean {
  return (
    OWN_FAULTS.has(codeOf(error)) || (error instanceof EgressProblem && error.failure.code === 'address_not_allowed')
  )
}

const OWN_FAULTS: ReadonlySet<string> = new Set([
  'UND_ERR_INVALID_ARG',
  'UND_ERR_NOT_SUPPORTED',
  'UND_ERR_REQ_CONTENT_LENGTH_MISMATCH',
  'ERR_UNESCAPED_CHARACTERS',
])

/** Names what kept a connection from being opened. */
export function failureOfConnect(error: unknown, origin: string): EgressFailure {
  if (error instanceof EgressProblem) return error.failure
  const code = codeOf(error)
  return failure('unreachable', `${origin} cannot be reached${inBrackets(code)}.`)
}

/** True for the ways in which a keep-alive connection dies that the other side has closed meanwhile. */
export function isReset(error: unknown): boolean {
  const code = codeOf(error)
  return (code === 'UND_ERR_SOCKET' && !isBadResponse(error)) || code === 'ECONNRESET' || code === 'EPIPE'
}

export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null || !('code' in error)) return ''
  return typeof error.code === 'string' ? error.code : ''
}

/** undici gives an answer out of turn, an unasked 100 and an unasked 101 the same code as a closed socket. */
function isBadResponse(error: unknown): boolean {
  return error instanceof Error && error.message.startsWith('bad ')
}

/** Codes of Node and undici are fixed words (`ECONNREFUSED`, `CERT_HAS_EXPIRED`); anything else stays out of details. */
function inBrackets(code: string): string {
  return /^[A-Z][A-Z0-9_]{1,60}$/.test(code) && code !== 'UND_ERR_SOCKET' ? ` (${code})` : ''
}
