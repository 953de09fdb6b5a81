/** Errors as they leave by our own doors (RFC 9457, RFC 6750): the words are those of `core`, which the SDK's middlewares say too. */
import { PROBLEM_CONTENT_TYPE, problemDocument, type ClavigerError } from '@claviger/core'
import type { ErrorAnswer } from '../front.ts'

export function problemAnswer(error: ClavigerError, requestId: string): ErrorAnswer {
  return { contentType: PROBLEM_CONTENT_TYPE, body: JSON.stringify(problemDocument(error, requestId)) }
}
