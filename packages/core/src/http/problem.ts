/**
 * Errors as they leave by our own doors: RFC 9457 documents and RFC 6750 challenges.
 * @see RFC 9457 §3, RFC 6750 §3
 */
import type { ClavigerError, FieldProblem } from '../error/claviger-error.ts'
import type { ErrorCode } from '../error/codes.ts'

export interface ProblemDocument {
  /** Names the kind of problem; the same for every occurrence of one `code`. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly code: ErrorCode
  readonly request_id: string
  readonly errors?: readonly FieldProblem[]
  /** Names of the limits that had no room, as they stand in `RateLimit-Policy`. */
  readonly 'violated-policies'?: readonly string[]
}

export const PROBLEM_CONTENT_TYPE = 'application/problem+json'

const REALM = 'Bearer realm="claviger"'

/** Where a problem of this code is named: a relative reference would change with the door, so this is absolute. */
function problemType(code: ErrorCode): string {
  return `urn:claviger:error:${code}`
}

/** draft-ietf-httpapi-ratelimit-headers-11 §5: what stands in `RateLimit` is told in its words, beside our code. */
const QUOTA_EXCEEDED = 'https://iana.org/assignments/http-problem-types#quota-exceeded'
const ABNORMAL_USAGE = 'https://iana.org/assignments/http-problem-types#abnormal-usage-detected'

export function problemDocument(error: ClavigerError, requestId: string): ProblemDocument {
  const violated = violatedPolicies(error)
  const document = {
    type: violated === undefined ? problemType(error.code) : violated.type,
    title: problemTitle(error.code),
    status: error.status,
    detail: error.message,
    code: error.code,
    request_id: requestId,
    ...(violated !== undefined && { 'violated-policies': violated.policies }),
  }
  return error.errors.length === 0 ? document : { ...document, errors: error.errors }
}

/** Read from `facts.violatedPolicies`, a list with blanks. Who tries keys violates none that is declared. */
function violatedPolicies({ code, facts }: ClavigerError) {
  if (code === 'probing') return { type: ABNORMAL_USAGE, policies: [] }
  const names = facts['violatedPolicies']
  return names === undefined ? undefined : { type: QUOTA_EXCEEDED, policies: String(names).split(' ') }
}

/**
 * The value of `WWW-Authenticate` for this error; undefined when it carries none.
 * Nothing was presented: the bare challenge, no error code (RFC 6750 §3.1). The scopes that are missing are read from
 * `facts.scope`, a list with blanks; `facts.challenge: 'invalid_request'` asks for that challenge on a 400.
 */
export function challengeOf(error: ClavigerError): string | undefined {
  if (error.code === 'credential_missing') return REALM
  if (error.status === 401) return `${REALM}, error="invalid_token", error_description="${quotable(error.message)}"`
  if (error.code === 'scope_missing') {
    const scope = quotable(String(error.facts['scope'] ?? ''))
    return `${REALM}, error="insufficient_scope", scope="${scope}"`
  }
  // no other key would help against what the operator has set up wrong
  if (error.status === 403 && error.code !== 'upstream_not_allowed') return `${REALM}, error="insufficient_scope"`
  if (error.code === 'query_credential' || error.facts['challenge'] === 'invalid_request')
    return `${REALM}, error="invalid_request"`
  return undefined
}

const titles = new Map<ErrorCode, string>()

/** `credential_invalid` → `Credential invalid`. */
function problemTitle(code: ErrorCode): string {
  let title = titles.get(code)
  if (title === undefined) {
    const words = code.replaceAll('_', ' ')
    title = words.charAt(0).toUpperCase() + words.slice(1)
    titles.set(code, title)
  }
  return title
}

/** Only what may stand between quotes in an RFC 6750 attribute: printable ASCII without `"` and `\`. */
function quotable(text: string): string {
  return text.replace(/[^\x20-\x21\x23-\x5b\x5d-\x7e]/g, '')
}
