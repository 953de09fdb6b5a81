/** Errors as answers: RFC 9457 documents with RFC 6750 challenges, the same as on the doors of the data plane. */
import { ClavigerError, PROBLEM_CONTENT_TYPE, challengeOf, problemDocument } from '@claviger/core'
import { systemCode, type Log } from '#config'
import { isLost, storeUnavailable } from '#store'

export function problemResponse(error: ClavigerError, requestId: string): Response {
  const headers = new Headers({ 'Content-Type': PROBLEM_CONTENT_TYPE })
  const challenge = challengeOf(error)
  if (challenge !== undefined) headers.set('WWW-Authenticate', challenge)
  if (error.retryAfterSeconds !== undefined) headers.set('Retry-After', String(error.retryAfterSeconds))
  const allow = error.facts['allow']
  if (error.code === 'method_not_allowed' && allow !== undefined) headers.set('Allow', String(allow))
  return new Response(JSON.stringify(problemDocument(error, requestId)), { status: error.status, headers })
}

const UNIQUE_VIOLATION = '23505'

/** What a caller may know of whatever was thrown. A bug is logged here, once, and becomes `internal`. */
export function clavigerErrorOf(thrown: unknown, log: Log, requestId: string): ClavigerError {
  if (isClavigerError(thrown)) {
    if (thrown.status >= 500)
      log.warn({ err: thrown, code: thrown.code, requestId }, 'a control call could not be served')
    return thrown
  }
  if (isLost(thrown)) return clavigerErrorOf(storeUnavailable(thrown), log, requestId)
  if (systemCode(thrown) === UNIQUE_VIOLATION) {
    return new ClavigerError(
      'conflict',
      'The same thing was made by another call at the same moment. Read what is there, then decide.',
      { cause: thrown },
    )
  }
  log.error({ err: thrown, requestId }, 'a control call failed in a way that nobody foresaw')
  return new ClavigerError('internal', 'Something went wrong here. The request id finds it in the log.', {
    cause: thrown,
  })
}

/** The connection broke: nobody knows whether the work was committed. */
export function mayHaveCommitted(thrown: unknown): boolean {
  return isLost(thrown) || (isClavigerError(thrown) && thrown.code === 'store_unavailable')
}

function isClavigerError(thrown: unknown): thrown is ClavigerError {
  return thrown instanceof ClavigerError
}
