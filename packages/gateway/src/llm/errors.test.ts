import { ClavigerError, ERROR_STATUS, type ErrorCode } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { openAiErrorAnswer, openAiErrorEvent } from './errors.ts'

const CODES = Object.keys(ERROR_STATUS) as ErrorCode[] // the table's own keys

const errorOf = (text: string): unknown => (JSON.parse(text) as { readonly error: unknown }).error

describe('openAiErrorAnswer', () => {
  test.each(CODES)('gives %s the four members of the wire', (code) => {
    const { contentType, body } = openAiErrorAnswer(new ClavigerError(code, 'No.'))
    expect(contentType).toBe('application/json')
    expect(errorOf(body)).toEqual({
      message: 'No.',
      type: expect.stringMatching(/^(invalid_request_error|requests|server_error)$/) as unknown,
      param: null,
      code: expect.stringMatching(/^[a-z_]+$/) as unknown,
    })
  })

  test.each([
    { code: 'credential_invalid', type: 'invalid_request_error', wire: 'invalid_api_key' },
    { code: 'limit_reached', type: 'requests', wire: 'rate_limit_exceeded' },
    { code: 'concurrency_reached', type: 'requests', wire: 'rate_limit_exceeded' },
    { code: 'credits_exhausted', type: 'requests', wire: 'insufficient_quota' },
    { code: 'model_not_found', type: 'invalid_request_error', wire: 'model_not_found' },
    { code: 'upstream_timeout', type: 'server_error', wire: 'upstream_timeout' },
  ] as const)('says $wire for $code', ({ code, type, wire }) => {
    expect(errorOf(openAiErrorAnswer(new ClavigerError(code, 'No.')).body)).toMatchObject({ type, code: wire })
  })

  test('names the first member that is wrong, as OpenAI spells paths', () => {
    const errors = [{ pointer: '/messages/0/content', detail: 'It must be text.' }]
    expect(errorOf(openAiErrorAnswer(new ClavigerError('validation_failed', 'No.', { errors })).body)).toMatchObject({
      param: 'messages[0].content',
      message: 'No. It must be text.',
    })
  })

  test('tells nothing of the cause', () => {
    const error = new ClavigerError('internal', 'It is our fault.', { cause: new Error('10.0.0.1 refused') })
    expect(openAiErrorAnswer(error).body).not.toContain('10.0.0.1')
  })
})

test('an error event is one whole event and not the end mark of a good stream', () => {
  const event = openAiErrorEvent(new ClavigerError('key_revoked', 'It is revoked.'))
  expect(event).toMatch(/^data: \{.*\}\n\n$/)
  expect(event).not.toContain('[DONE]')
})
