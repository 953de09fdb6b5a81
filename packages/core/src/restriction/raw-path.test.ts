import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { hasOneReading } from './raw-path.ts'

describe('hasOneReading', () => {
  test.each([
    '/',
    '/a',
    '/a/',
    '/a/b.c/~d-e_f',
    '/a%20b',
    '/%C3%BC',
    '/a;x=1',
    '/...',
    '/a..b',
    '/.well-known/x',
    '/%252e%252e/x',
    "/!$&'()*+,=:@",
    '/[1]',
  ])('%s has', (path) => {
    expect(hasOneReading(path)).toBe(true)
  })

  test.each([
    ['', 'empty'],
    ['a', 'not from the root'],
    ['*', 'asterisk form'],
    ['http://a/b', 'absolute form'],
    ['//a', 'an empty segment'],
    ['/a//b', 'an empty segment'],
    ['/a/./b', 'a dot segment'],
    ['/a/..', 'a dot segment'],
    ['/%2e%2E/a', 'an escaped dot segment'],
    ['/.%2e/a', 'a half escaped dot segment'],
    ['/..;x=1/a', 'a dot segment with parameters'],
    ['/%2e;/a', 'a dot segment with parameters'],
    ['/a%2fb', 'an escaped slash'],
    ['/a%5Cb', 'an escaped backslash'],
    ['/a\\b', 'a backslash'],
    ['/a%00', 'an escaped NUL'],
    ['/a%1f', 'an escaped control byte'],
    ['/a%7F', 'an escaped control byte'],
    ['/a\u0000', 'a control byte'],
    ['/a%', 'a broken escape'],
    ['/a%2', 'a broken escape'],
    ['/a%zz', 'a broken escape'],
    ['/a%c0%af', 'an overlong slash'],
    ['/a%ff', 'an escape that is not UTF-8'],
    ['/a?b', 'a query'],
    ['/a#b', 'a fragment'],
    ['/a b', 'a blank'],
    ['/ü', 'a byte that must be escaped'],
    ['/a{b}', 'a byte that must be escaped'],
  ])('%j has not: %s', (path) => {
    expect(hasOneReading(path)).toBe(false)
  })

  test('what has one is what URL parsers leave alone', () => {
    const piece = fc.constantFrom('/', 'a', '.', '..', '%2e', '%2F', '%41', ';', 'x=1', '%', '\\', '?', 'ü')
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = `/${pieces.join('')}`
        if (hasOneReading(path)) expect(new URL(`http://a${path}`).pathname).toBe(path)
      }),
      { numRuns: 2_000 },
    )
  })
})
