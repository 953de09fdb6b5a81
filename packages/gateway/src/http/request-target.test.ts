import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readTarget } from './request-target.ts'

const read = (target: string) => readTarget(target, 8_192)

describe('readTarget', () => {
  test.each([
    ['/a/b', '/a/b', ''],
    ['/', '/', ''],
    ['/a/', '/a/', ''],
    ['/a?', '/a', '?'],
    ['/a?b?c=/../', '/a', '?b?c=/../'],
    ['/a%20b/%C3%A9;v=1', '/a%20b/%C3%A9;v=1', ''],
    ['/.../..a/.b', '/.../..a/.b', ''],
    ['/%E2%82%AC%F0%9F%98%80', '/%E2%82%AC%F0%9F%98%80', ''],
  ])('splits %s and changes nothing', (target, path, query) => {
    expect(read(target)).toEqual({ path, query })
  })

  test.each([
    '',
    'a',
    '*',
    'http://h/a',
    'h:443',
    '/a//b',
    '//a',
    '/..',
    '/.',
    '/a/../b',
    '/a/%2E%2e/b',
    '/a/.%2e',
    '/a/..;x/b',
    '/a/%2e%2e;x/b',
    '/a%2Fb',
    '/a%2f',
    '/a%5cb',
    '/a\\b',
    '/a%00',
    '/a%1f',
    '/a%7F',
    '/a%',
    '/a%2',
    '/a%gg',
    '/%80',
    '/%c0%af',
    '/%ed%a0%80',
    '/%f8%88%80%80%80',
    '/%e2%82',
    '/a b',
    '/a"b',
    '/a<b>',
    '/a`b',
    '/a{b}',
    '/a^b',
    '/a|b',
    '/a#b',
    '/a?b#c',
    '/a?b c',
    '/a\u00e9',
    '/a?\u00e9',
    '/a\tb',
    '/a\x7fb',
  ])('refuses %j', (target) => {
    expect(() => read(target)).toThrow(expect.objectContaining({ code: 'bad_path', status: 400 }))
  })

  test('refuses what is too long before it looks at it', () => {
    expect(() => readTarget(`/${'%'.repeat(100)}`, 100)).toThrow(
      expect.objectContaining({ code: 'uri_too_long', status: 414 }),
    )
  })

  test('what passes means the same to a parser that resolves paths (WHATWG URL), and decodes', () => {
    const piece = fc.constantFrom(
      '/',
      '.',
      '%2e',
      '%2E',
      '%2f',
      '%5c',
      ';',
      '%',
      '%25',
      'a',
      '%c3%a9',
      '%c3',
      '?',
      '#',
      '\\',
      '~',
      '%00',
      ' ',
      '@',
      ':',
    )
    const targets = fc.array(piece, { maxLength: 12 }).map((pieces) => `/${pieces.join('')}`)
    let passed = 0
    fc.assert(
      fc.property(targets, (target) => {
        let read: { readonly path: string }
        try {
          read = readTarget(target, 8_192)
        } catch {
          return
        }
        passed += 1
        expect(new URL(`http://h${target}`).pathname).toBe(read.path)
        expect(decodeURIComponent(read.path).split('/')).toHaveLength(read.path.split('/').length)
      }),
      { numRuns: 20_000 },
    )
    expect(passed).toBeGreaterThan(500)
  })

  test('takes no longer for long targets than their length', () => {
    const startMs = performance.now()
    for (const target of ['/a.'.repeat(2_700), `/${'a%41'.repeat(2_000)}`, `/${'.'.repeat(8_000)}`]) {
      for (let count = 0; count < 50; count += 1) expect(() => read(`${target}%`)).toThrow()
    }
    expect(performance.now() - startMs).toBeLessThan(1_000)
  })
})
