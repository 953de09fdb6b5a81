import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compilePathTemplate } from './path-template.ts'

const segment = fc.constantFrom('a', 'b', 'ab', 'a.b', '%41', 'a;x=1')
const path = fc.tuple(fc.array(segment, { maxLength: 4 }), fc.constantFrom('', '/')).map(([segments, end]) => {
  const joined = segments.map((each) => `/${each}`).join('')
  return joined === '' ? '/' : joined + end
})
const template = fc
  .tuple(
    fc.array(fc.oneof(segment, fc.constantFrom('{id}', '{other_id}')), { maxLength: 4 }),
    fc.constantFrom('', '/', '/**'),
  )
  .map(([segments, end]) => {
    const joined = segments.map((each) => `/${each}`).join('') + end
    return joined === '' ? '/' : joined
  })

describe('compilePathTemplate', () => {
  test('agrees with the definition, written as a regular expression', () => {
    fc.assert(
      fc.property(template, path, (text, given) => {
        expect(matches(text, given), `${text} on ${given}`).toBe(naive(text).test(given))
      }),
      { numRuns: 3_000 },
    )
  })

  test.each([
    { text: '/orders', path: '/orders', is: true },
    { text: '/orders', path: '/Orders', is: false },
    { text: '/orders', path: '/orders/', is: false },
    { text: '/orders/', path: '/orders', is: false },
    { text: '/orders', path: '/orders2', is: false },
    { text: '/orders', path: '/%6frders', is: false },
    { text: '/orders/{id}', path: '/orders/17', is: true },
    { text: '/orders/{id}', path: '/orders', is: false },
    { text: '/orders/{id}', path: '/orders/', is: false },
    { text: '/orders/{id}', path: '/orders/17/items', is: false },
    { text: '/orders/{id}/items', path: '/orders/17/items', is: true },
    { text: '/{a}/{b}', path: '/x/y', is: true },
    { text: '/files/**', path: '/files', is: true },
    { text: '/files/**', path: '/files/', is: true },
    { text: '/files/**', path: '/files/a/b/c', is: true },
    { text: '/files/**', path: '/filesystem', is: false },
    { text: '/files/{id}/**', path: '/files', is: false },
    { text: '/files/{id}/**', path: '/files/17', is: true },
    { text: '/**', path: '/', is: true },
    { text: '/', path: '/', is: true },
    { text: '/', path: '/a', is: false },
  ])('$text matches $path: $is', ({ text, path: given, is }) => {
    expect(matches(text, given)).toBe(is)
  })

  test.each([
    'orders',
    '',
    '/orders/*',
    '/orders/a*',
    '/**/orders',
    '/orders/{id',
    '/orders/{}',
    '/orders/x{id}',
    '/orders/{a-b}',
    '/orders//items',
    '/orders/../items',
    '/orders/%2e%2e/items',
    '/orders/a%2fb',
    '/orders?x=1',
    '/orders#x',
    '/orders\\x',
    '/bücher',
    '/a b',
    '/a%',
  ])('%j is no template', (text) => {
    expect(compilePathTemplate(text)).toMatch(/template/)
  })
})

function matches(text: string, given: string): boolean {
  const compiled = compilePathTemplate(text)
  if (typeof compiled === 'string') throw new Error(`${text}: ${compiled}`)
  return compiled.matches(given)
}

function naive(text: string): RegExp {
  const hasRest = text.endsWith('/**')
  const fixed = (hasRest ? text.slice(0, -3) : text).replaceAll(/[.*+?^$()|[\]\\]/g, String.raw`\$&`)
  return new RegExp(`^${fixed.replaceAll(/\{[a-z_]+\}/g, '[^/]+')}${hasRest ? '(?:/.*)?' : ''}$`)
}
