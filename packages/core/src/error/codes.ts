/**
 * The failures a caller can act on, and the HTTP status each is answered with.
 * A code is public API: it may be added, never renamed.
 */
export const ERROR_STATUS = {
  // what was sent cannot be read
  bad_request: 400,
  bad_json: 400,
  bad_path: 400,
  bad_header: 400,
  validation_failed: 400,
  query_credential: 400,
  // who are you
  credential_missing: 401,
  credential_invalid: 401,
  key_expired: 401,
  key_revoked: 401,
  key_not_yet_valid: 401,
  // you may not
  key_disabled: 403,
  app_disabled: 403,
  workspace_disabled: 403,
  api_not_allowed: 403,
  scope_missing: 403,
  ip_not_allowed: 403,
  permission_missing: 403,
  upstream_not_allowed: 403,
  // no such thing, or not in that state
  not_found: 404,
  route_not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  idempotency_in_flight: 409,
  idempotency_secret_gone: 409,
  gone: 410,
  precondition_failed: 412,
  body_too_large: 413,
  uri_too_long: 414,
  unsupported_media_type: 415,
  expectation_failed: 417,
  idempotency_mismatch: 422,
  precondition_required: 428,
  limit_reached: 429,
  concurrency_reached: 429,
  credits_exhausted: 429,
  probing: 429,
  headers_too_large: 431,
  request_timeout: 408,
  upgrade_required: 426,
  // ours
  internal: 500,
  upstream_invalid: 502,
  upstream_unreachable: 502,
  unavailable: 503,
  draining: 503,
  store_unavailable: 503,
  feed_lost: 503,
  counters_unavailable: 503,
  journal_full: 503,
  overloaded: 503,
  upstream_timeout: 504,
} as const satisfies Record<string, number>

export type ErrorCode = keyof typeof ERROR_STATUS
