import { describe, expect, test } from 'vitest'
import { ClavigerError } from './claviger-error.ts'
import { ERROR_STATUS } from './codes.ts'

/**
 * Callers branch on codes, so a code that was once released stays, with its status (ADR 0007). Add new ones below;
 * never change or take away a line.
 */
const RELEASED: Readonly<Record<string, number>> = {
  bad_request: 400,
  bad_json: 400,
  bad_path: 400,
  bad_header: 400,
  validation_failed: 400,
  query_credential: 400,
  credential_missing: 401,
  credential_invalid: 401,
  key_expired: 401,
  key_revoked: 401,
  key_not_yet_valid: 401,
  key_deleted: 401,
  key_disabled: 403,
  key_dormant: 403,
  app_disabled: 403,
  workspace_disabled: 403,
  api_not_allowed: 403,
  scope_missing: 403,
  ip_not_allowed: 403,
  origin_not_allowed: 403,
  user_agent_not_allowed: 403,
  request_not_allowed: 403,
  country_not_allowed: 403,
  asn_not_allowed: 403,
  time_not_allowed: 403,
  certificate_not_allowed: 403,
  api_version_not_allowed: 403,
  permission_missing: 403,
  upstream_not_allowed: 403,
  not_found: 404,
  route_not_found: 404,
  model_not_found: 404,
  method_not_allowed: 405,
  request_timeout: 408,
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
  upgrade_required: 426,
  precondition_required: 428,
  limit_reached: 429,
  credits_exhausted: 429,
  concurrency_reached: 429,
  probing: 429,
  headers_too_large: 431,
  internal: 500,
  upstream_invalid: 502,
  upstream_unreachable: 502,
  unavailable: 503,
  upstream_unavailable: 503,
  draining: 503,
  store_unavailable: 503,
  feed_lost: 503,
  counters_unavailable: 503,
  journal_full: 503,
  overloaded: 503,
  upstream_timeout: 504,
}

describe('the table of codes', () => {
  test('keeps every released code and its status', () => {
    expect(ERROR_STATUS).toMatchObject(RELEASED)
  })

  test.each(Object.entries(ERROR_STATUS))('%s is a plain name with an error status', (code, status) => {
    expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/)
    expect(status).toBeGreaterThanOrEqual(400)
    expect(status).toBeLessThanOrEqual(599)
  })

  test('answers faults of ours with 5xx, never with a word about the credential', () => {
    for (const code of [
      'internal',
      'store_unavailable',
      'feed_lost',
      'counters_unavailable',
      'journal_full',
    ] as const) {
      expect(ERROR_STATUS[code]).toBeGreaterThanOrEqual(500)
    }
  })
})

describe('ClavigerError', () => {
  test('carries its status, its facts and what is wrong with each member', () => {
    const error = new ClavigerError('validation_failed', 'The key cannot be made.', {
      facts: { limit: 3 },
      errors: [{ pointer: '/name', detail: 'is too long' }],
      retryAfterSeconds: 7,
      cause: 'for operators',
    })
    expect(error).toMatchObject({
      name: 'ClavigerError',
      code: 'validation_failed',
      status: 400,
      message: 'The key cannot be made.',
      facts: { limit: 3 },
      errors: [{ pointer: '/name', detail: 'is too long' }],
      retryAfterSeconds: 7,
      cause: 'for operators',
    })
    expect(error).toBeInstanceOf(Error)
  })

  test('has no facts, problems or delay unless told', () => {
    expect(new ClavigerError('gone', 'Gone.')).toMatchObject({ facts: {}, errors: [], retryAfterSeconds: undefined })
  })
})
