import { describe, expect, test } from 'vitest'
import { readIdempotencyKey } from './idempotency-key.ts'

describe('readIdempotencyKey', () => {
  test.each([
    [undefined, undefined],
    ['8e03978e-40d5-43dd-bc93-6894a57f9324', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"8e03978e-40d5-43dd-bc93-6894a57f9324"', '8e03978e-40d5-43dd-bc93-6894a57f9324'],
    ['"a b"', 'a b'],
    ['"say \\"x\\" \\\\"', 'say "x" \\'],
    [' key ', 'key'],
    [`"${'\\\\'.repeat(255)}"`, '\\'.repeat(255)],
    // parameters that nobody has defined are not read (RFC 9651 §1.1)
    ['"a";later=1', 'a'],
  ])('reads %s as %s', (field, key) => {
    expect(readIdempotencyKey(field)).toBe(key)
  })

  test.each([
    '',
    '""',
    'a b',
    '"open',
    'a"b',
    '"a"b"',
    '"\\x"',
    'ü',
    '"ü"',
    '"a", "b"',
    `"${'x'.repeat(256)}"`,
    'x'.repeat(256),
  ])('refuses %s', (field) => {
    expect(() => readIdempotencyKey(field)).toThrow(expect.objectContaining({ code: 'bad_header' }))
  })
})
