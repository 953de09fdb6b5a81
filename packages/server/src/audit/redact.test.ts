import { Secret } from '@claviger/core'
import { describe, expect, test } from 'vitest'
import { redact } from './redact.ts'

const hash = (value: Uint8Array | string): string =>
  `hmac(${typeof value === 'string' ? value.length : value.byteLength})`
const publicFields = new Set(['name', 'limits'])
const CANARY = 'sk-canary-0123456789'

describe('redact', () => {
  test('keeps strings of public fields and hashes all others', () => {
    expect(redact({ name: 'billing', note: CANARY }, hash, publicFields)).toEqual({ name: 'billing', note: 'hmac(20)' })
  })

  test('keeps numbers, booleans, null and instants, and leaves out what is undefined', () => {
    expect(
      redact(
        { count: 3, on: true, gone: null, at: new Date(0), big: 12n, not: undefined, nan: Number.NaN },
        hash,
        publicFields,
      ),
    ).toEqual({
      count: 3,
      on: true,
      gone: null,
      at: '1970-01-01T00:00:00.000Z',
      big: '12',
      nan: 'NaN',
    })
  })

  test('stores names in snake_case, and judges them so', () => {
    expect(redact({ upstreamUrl: 'x', graceSeconds: 3 }, hash, new Set(['upstream_url']))).toEqual({
      upstream_url: 'x',
      grace_seconds: 3,
    })
  })

  test.each<[string, unknown]>([
    ['a string in a list', [CANARY]],
    ['a string in an object in a list', [{ deep: { deeper: CANARY } }]],
    ['bytes', Buffer.from(CANARY)],
    ['an array buffer', new Uint8Array(Buffer.from(CANARY)).buffer],
    ['a secret', new Secret(CANARY)],
    ['a map', new Map([['token', CANARY]])],
    ['a set', new Set([CANARY])],
    ['a list that is too long', Array.from({ length: 300 }, () => CANARY)],
    ['an object that is too deep', { a: { a: { a: { a: { a: { a: { a: { a: { a: CANARY } } } } } } } } }],
  ])('lets nothing of %s through', (_what, value) => {
    const text = JSON.stringify(redact({ value }, hash, publicFields))
    expect(text).toContain('hmac(')
    expect(text).not.toContain(CANARY)
    expect(text).not.toContain(Buffer.from(CANARY).toString('base64'))
  })

  test('hashes secrets and bytes in public fields too', () => {
    expect(redact({ name: new Secret(CANARY), limits: [Buffer.from(CANARY)] }, hash, publicFields)).toEqual({
      name: 'hmac(20)',
      limits: ['hmac(20)'],
    })
  })

  test('stores what PostgreSQL cannot hold as what it can', () => {
    expect(redact({ name: 'a\0b\ud800' }, hash, publicFields)).toEqual({ name: 'a\ufffdb\ufffd' })
  })

  test('takes a member called __proto__ for a member', () => {
    const facts = redact({ limits: JSON.parse('{"__proto__": {"x": 1}}') }, hash, publicFields)
    expect(JSON.stringify(facts)).toBe('{"limits":{"__proto__":{"x":1}}}')
  })

  test('refuses what is no value', () => {
    expect(() => redact({ call: () => 1 }, hash, publicFields)).toThrow(TypeError)
  })
})
