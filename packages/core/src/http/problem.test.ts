import { ClavigerError } from '../error/claviger-error.ts'
import { describe, expect, test } from 'vitest'
import { challengeOf, problemDocument } from './problem.ts'

describe('problemDocument', () => {
  test('has the members of RFC 9457, the code and the request id', () => {
    expect(problemDocument(new ClavigerError('limit_reached', 'Wait.'), 'req_1')).toEqual({
      type: 'urn:claviger:error:limit_reached',
      title: 'Limit reached',
      status: 429,
      detail: 'Wait.',
      code: 'limit_reached',
      request_id: 'req_1',
    })
  })

  // draft-ietf-httpapi-ratelimit-headers-11 §5.1 and §5.3
  test('names limits that had no room in the words of the RateLimit fields', () => {
    const error = new ClavigerError('limit_reached', 'Wait.', { facts: { violatedPolicies: 'key-requests daily' } })
    expect(problemDocument(error, 'req_1')).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      code: 'limit_reached',
      'violated-policies': ['key-requests', 'daily'],
    })
    expect(problemDocument(new ClavigerError('probing', 'Wait.'), 'req_1')).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#abnormal-usage-detected',
      code: 'probing',
      'violated-policies': [],
    })
  })

  test('lists the problems of single members', () => {
    const errors = [{ pointer: '/a', detail: 'Is missing.' }]
    expect(problemDocument(new ClavigerError('validation_failed', 'No.', { errors }), 'req_1').errors).toEqual(errors)
  })

  test('never holds the cause or the facts', () => {
    const body = problemDocument(
      new ClavigerError('internal', 'No.', { cause: new Error('sesame'), facts: { host: 'sesame' } }),
      'req_1',
    )
    expect(JSON.stringify(body)).not.toContain('sesame')
  })
})

describe('challengeOf', () => {
  test.each([
    ['credential_missing', {}, 'Bearer realm="claviger"'],
    ['credential_invalid', {}, 'Bearer realm="claviger", error="invalid_token", error_description="No."'],
    [
      'scope_missing',
      { scope: 'read "write\\' },
      'Bearer realm="claviger", error="insufficient_scope", scope="read write"',
    ],
    ['ip_not_allowed', {}, 'Bearer realm="claviger", error="insufficient_scope"'],
    ['query_credential', {}, 'Bearer realm="claviger", error="invalid_request"'],
    ['bad_header', { challenge: 'invalid_request' }, 'Bearer realm="claviger", error="invalid_request"'],
    ['bad_header', {}, undefined],
    ['upstream_not_allowed', {}, undefined],
    ['not_found', {}, undefined],
    ['unavailable', {}, undefined],
  ] as const)('of %s with %o is %s', (code, facts, challenge) => {
    expect(challengeOf(new ClavigerError(code, 'No.', { facts }))).toBe(challenge)
  })
})
