/**
 * When a call may be sent again. Only before a byte of an answer was passed on, only with a body that is in memory, and only
 * where sending it twice is the same as once: by its method (RFC 9110 §9.2.2), or because nothing of it has left.
 */
import type { EgressFailure, EgressRequest } from '../ports.ts'

/** Idempotent by RFC 9110 §9.2.2, without TRACE, which never leaves. */
const IDEMPOTENT: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])

/** `invalid` and `cut` come from an upstream that answered something; before its head is passed on it may be asked elsewhere. */
const NEVER_AGAIN: ReadonlySet<EgressFailure['code']> = new Set([
  'origin_not_allowed',
  'address_not_allowed',
  'credential_unavailable',
  'timeout_total',
])

type Repeated = Pick<EgressRequest, 'method' | 'body'>

export function isRepeatable({ method, body }: Repeated): boolean {
  return IDEMPOTENT.has(method) && isInMemory(body)
}

/** After a failure that came before the answer. */
export function mayFollow(failure: EgressFailure, request: Repeated): boolean {
  if (failure.reached === undefined || NEVER_AGAIN.has(failure.code)) return false
  return failure.reached === 'unsent' ? isInMemory(request.body) : isRepeatable(request)
}

function isInMemory(body: EgressRequest['body']): boolean {
  return body === undefined || body instanceof Uint8Array
}
