import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { EgressFailure } from '../ports.ts'
import { isRepeatable, mayFollow } from './retry-rules.ts'

const failed = (code: EgressFailure['code'], reached?: 'sent' | 'unsent'): EgressFailure => ({
  code,
  detail: '',
  ...(reached !== undefined && { reached }),
})
const BODY = new Uint8Array(3)

describe('another try', () => {
  test.each(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'])('follows a %s whose answer did not come', (method) => {
    expect(isRepeatable({ method, body: undefined })).toBe(true)
    expect(mayFollow(failed('unreachable', 'sent'), { method, body: BODY })).toBe(true)
    expect(mayFollow(failed('timeout_first_byte', 'sent'), { method, body: undefined })).toBe(true)
    expect(mayFollow(failed('invalid', 'sent'), { method, body: undefined })).toBe(true)
  })

  test.each(['POST', 'PATCH', 'get', 'PURGE'])('follows a %s only when nothing was sent', (method) => {
    expect(isRepeatable({ method, body: undefined })).toBe(false)
    expect(mayFollow(failed('unreachable', 'sent'), { method, body: BODY })).toBe(false)
    expect(mayFollow(failed('unreachable', 'unsent'), { method, body: BODY })).toBe(true)
    expect(mayFollow(failed('timeout_connect', 'unsent'), { method, body: undefined })).toBe(true)
  })

  test('never follows a body that streams: what was read of it is gone', () => {
    const body = Readable.from(['x'])
    expect(mayFollow(failed('unreachable', 'unsent'), { method: 'PUT', body })).toBe(false)
    expect(mayFollow(failed('unreachable', 'sent'), { method: 'GET', body })).toBe(false)
  })

  test.each([
    failed('timeout_total', 'sent'),
    failed('address_not_allowed'),
    failed('origin_not_allowed'),
    failed('credential_unavailable'),
    failed('invalid'),
  ])('never follows $code of ours', (failure) => {
    expect(mayFollow(failure, { method: 'GET', body: undefined })).toBe(false)
  })
})
