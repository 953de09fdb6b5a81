import { ClavigerError } from '@claviger/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJson } from './strict-json.ts'

const bytes = (text: string) => new TextEncoder().encode(text)

function problem(body: Uint8Array): ClavigerError | undefined {
  try {
    readJson(body)
    return undefined
  } catch (error) {
    if (error instanceof ClavigerError) return error
    throw error
  }
}

describe('readJson', () => {
  test('reads whatever JSON.stringify writes', () => {
    const values = fc.jsonValue({ maxDepth: 8 }).filter((value) => !/__proto__|\\u0000/.test(JSON.stringify(value)))
    fc.assert(
      fc.property(values, (value) => {
        const text = JSON.stringify(value)
        expect(readJson(bytes(text))).toEqual(JSON.parse(text))
      }),
    )
  })

  test.each([
    ['{"a":1,"a":2}', 'at the top'],
    ['{"a":{"b":1,"b":1}}', 'inside'],
    ['{"a":1,"\\u0061":2}', 'in another spelling'],
    ['[{"x":1},{"y":2,"y":3}]', 'in a list'],
  ])('refuses a member twice %s (%s)', (text) => {
    expect(problem(bytes(text))?.message).toBe('The body holds a member twice.')
  })

  test('is not confused by colons and quotes within strings', () => {
    expect(readJson(bytes('{"a:b":"c\\":\\\\","d":":"}'))).toEqual({ 'a:b': 'c":\\', d: ':' })
  })

  test.each(['{"__proto__":{"admin":true}}', '{"metadata":{"__proto__":[]}}', '{"a":[{"\\u005f_proto__":1}]}'])(
    'refuses %s and says where',
    (text) => {
      expect(problem(bytes(text))?.errors[0]?.pointer).toMatch(/\/__proto__$/)
    },
  )

  test.each([
    ['{"a":"x\\u0000"}', '/a'],
    ['{"a":{"b\\u0000":1}}', '/a'],
    ['["\\ud800"]', '/0'],
    ['{"n":1e400}', '/n'],
  ])('refuses %s, which no database takes', (text, pointer) => {
    expect(problem(bytes(text))?.errors[0]?.pointer).toBe(pointer)
  })

  test('refuses bytes that are not UTF-8', () => {
    expect(problem(Uint8Array.from([0x22, 0xff, 0x22]))?.code).toBe('bad_json')
    expect(problem(Uint8Array.from([0x22, 0xed, 0xa0, 0x80, 0x22]))?.code).toBe('bad_json')
  })

  test('refuses what is nested too deep, however deep, without a crash', () => {
    for (const depth of [33, 100_000])
      expect(problem(bytes('['.repeat(depth) + ']'.repeat(depth)))?.code).toBe('bad_json')
    expect(readJson(bytes('['.repeat(32) + ']'.repeat(32)))).toBeDefined()
  })

  test('never repeats the body in what it says', () => {
    const said = problem(bytes('{"secret":"sk-canary-1"'))
    expect(`${said?.message} ${JSON.stringify(said?.errors)}`).not.toContain('canary')
  })
})
