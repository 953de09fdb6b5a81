/** Which error codes an operation may answer with. */
import type { ErrorCode } from '@claviger/core'
import type { Operation } from '#edge'

/** What any operation may answer. */
const FOR_ANYBODY: readonly ErrorCode[] = [
  'bad_request',
  'bad_path',
  'bad_header',
  'validation_failed',
  'uri_too_long',
  'probing',
  'store_unavailable',
  'draining',
]
const FOR_OPERATORS: readonly ErrorCode[] = [
  ...FOR_ANYBODY,
  'credential_missing',
  'credential_invalid',
  'key_expired',
  'workspace_disabled',
  'feed_lost',
]

/** What the data plane answers to whoever asks one of its operations; a credential that is not good is not told why. */
const FROM_THE_DOORS: readonly ErrorCode[] = [
  'bad_request',
  'bad_path',
  'bad_header',
  'validation_failed',
  'query_credential',
  'uri_too_long',
  'probing',
  'credential_missing',
  'credential_invalid',
  'permission_missing',
  'unavailable',
  'draining',
  'feed_lost',
]

/** Every code that the operation may answer with, but `internal`. */
export function codesOf(operation: Operation): readonly ErrorCode[] {
  const { permission } = operation
  if (operation.handle === undefined)
    return [
      ...FROM_THE_DOORS,
      ...(operation.body === undefined ? [] : (['bad_json', 'body_too_large'] as const)),
      ...(operation.errors ?? []),
    ]
  const isKnown = permission !== 'anybody'
  return [
    ...(isKnown ? FOR_OPERATORS : [...FOR_ANYBODY, 'limit_reached' as const]),
    ...(isKnown && permission !== 'authenticated' ? (['permission_missing'] as const) : []),
    ...(operation.params === undefined ? [] : (['not_found'] as const)),
    ...(operation.body === undefined ? [] : (['bad_json', 'body_too_large', 'unsupported_media_type'] as const)),
    ...(takesIdempotencyKey(operation)
      ? (['idempotency_in_flight', 'idempotency_mismatch', 'idempotency_secret_gone'] as const)
      : []),
    ...(operation.errors ?? []),
  ]
}

export function takesIdempotencyKey(operation: Operation): boolean {
  return operation.method === 'post' && operation.permission !== 'anybody' && operation.handle !== undefined
}
