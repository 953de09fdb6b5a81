/**
 * Errors in OpenAI's form: `{"error": {"message", "type", "param", "code"}}`, as a whole answer or as the last event of
 * a stream. Status and header fields are those of every other door.
 */
import type { ClavigerError, ErrorCode } from '@claviger/core'
import type { ErrorAnswer } from '../front.ts'

/** Where OpenAI's clients know a code of their own for the same thing, it is used; else ours. */
const WIRE_CODES: Partial<Record<ErrorCode, string>> = {
  credential_missing: 'invalid_api_key',
  credential_invalid: 'invalid_api_key',
  limit_reached: 'rate_limit_exceeded',
  concurrency_reached: 'rate_limit_exceeded',
  credits_exhausted: 'insufficient_quota',
  not_found: 'unknown_url',
  method_not_allowed: 'method_not_supported',
}

export function openAiErrorAnswer(error: ClavigerError): ErrorAnswer {
  return { contentType: 'application/json', body: openAiErrorText(error) }
}

/** The event that ends a cut stream; what follows it is the end of the connection, never `[DONE]` (decision 10). */
export function openAiErrorEvent(error: ClavigerError): string {
  return `data: ${openAiErrorText(error)}\n\n`
}

function openAiErrorText(error: ClavigerError): string {
  const [first] = error.errors
  const details = error.errors.map((problem) => problem.detail).filter((detail) => detail !== error.message)
  return JSON.stringify({
    error: {
      message: [error.message, ...details].join(' '),
      type: errorType(error.status),
      param: first === undefined ? null : paramOf(first.pointer),
      code: WIRE_CODES[error.code] ?? error.code,
    },
  })
}

/** As api.openai.com names them: 401 and 404 are invalid requests there too, and 429 names what there was too much of. */
function errorType(status: number): string {
  if (status === 429) return 'requests'
  return status >= 500 ? 'server_error' : 'invalid_request_error'
}

/** `/messages/0/content` → `messages[0].content`; the whole document → null. */
function paramOf(pointer: string): string | null {
  const steps = pointer
    .replace(/^#/, '')
    .split('/')
    .slice(1)
    .map((step) => step.replaceAll('~1', '/').replaceAll('~0', '~'))
  const param = steps
    .map((step) => (/^\d+$/.test(step) ? `[${step}]` : `.${step}`))
    .join('')
    .replace(/^\./, '')
  return param === '' ? null : param
}
