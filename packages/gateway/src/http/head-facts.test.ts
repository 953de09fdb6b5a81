import type { IncomingMessage } from 'node:http'
import { describe, expect, test } from 'vitest'
import { bearerCredential, readHeadFacts } from './head-facts.ts'

type Head = Pick<IncomingMessage, 'rawHeaders' | 'httpVersionMajor' | 'httpVersionMinor' | 'method'>

function facts(rawHeaders: string[], changes: Partial<Head> = {}) {
  return readHeadFacts({
    rawHeaders: ['Host', 'a', ...rawHeaders],
    httpVersionMajor: 1,
    httpVersionMinor: 1,
    method: 'POST',
    ...changes,
  })
}

describe('readHeadFacts', () => {
  test('finds the credential in either place, whatever the case of the name', () => {
    expect(facts(['AUTHORIZATION', 'bEARER  abc ']).presented).toBe('abc')
    expect(facts(['x-API-key', 'abc']).presented).toBe('abc')
    expect(facts([]).presented).toBeUndefined()
    expect(facts(['Authorization', 'Basic abc'])).toMatchObject({ presented: undefined, severalCredentials: false })
  })

  test.each([
    [['Authorization', 'Bearer a', 'X-Api-Key', 'b'], true],
    [['Authorization', 'Bearer a', 'X-Api-Key', 'a'], false],
    [['Authorization', 'Bearer a', 'Authorization', 'Bearer b'], true],
    [['Authorization', 'Basic a', 'X-Api-Key', 'b'], true],
    [['X-Api-Key', 'a', 'X-Api-Key', 'b'], true],
  ])('%j holds several credentials: %s', (rawHeaders, several) => {
    expect(facts(rawHeaders).severalCredentials).toBe(several)
  })

  test.each([
    [['Content-Length', '5'], { contentLengthBytes: 5, hasBody: true }],
    [['Content-Length', '0'], { contentLengthBytes: 0, hasBody: false }],
    [['Transfer-Encoding', 'Chunked'], { contentLengthBytes: undefined, hasBody: true }],
    [[], { contentLengthBytes: undefined, hasBody: false }],
  ])('%j frames a body: %o', (rawHeaders, expected) => {
    expect(facts(rawHeaders)).toMatchObject(expected)
  })

  test.each([
    [['Content-Length', '5', 'Content-Length', '5']],
    [['Content-Length', '5', 'Transfer-Encoding', 'chunked']],
    [['Content-Length', '-5']],
    [['Content-Length', '5 ']],
    [['Content-Length', '']],
    [['Content-Length', '9'.repeat(16)]],
    [['Transfer-Encoding', 'gzip, chunked']],
    [['Transfer-Encoding', 'chunked', 'Transfer-Encoding', 'chunked']],
    [['Transfer-Encoding', 'identity']],
    [['Host', 'b']],
  ])('refuses %j', (rawHeaders) => {
    expect(() => facts(rawHeaders)).toThrow(expect.objectContaining({ code: 'bad_header' }))
  })

  test.each(['a', 'a.example:80', '127.0.0.1:1', '[::1]', '[2001:db8::1]:443', '', 'xn--a'])(
    'takes the host %j',
    (host) => {
      expect(() => facts([], { rawHeaders: ['Host', host] })).not.toThrow()
    },
  )

  test.each(['a/b', 'u@a', 'a b', 'a:b', 'a:80:80', '[::1', 'a\u00e9', 'a,b c'])('refuses the host %j', (host) => {
    expect(() => facts([], { rawHeaders: ['Host', host] })).toThrow(expect.objectContaining({ code: 'bad_header' }))
  })

  test('HTTP/1.0 needs no Host, knows no chunks and hears no expectation', () => {
    const old = { httpVersionMinor: 0 }
    expect(() => facts([], { ...old, rawHeaders: [] })).not.toThrow()
    expect(() => facts([], { rawHeaders: [] })).toThrow(expect.objectContaining({ code: 'bad_header' }))
    expect(() => facts(['Transfer-Encoding', 'chunked'], old)).toThrow(expect.objectContaining({ code: 'bad_header' }))
    expect(facts(['Expect', '100-continue'], old).expectsContinue).toBe(false)
  })

  test('meets one expectation, once', () => {
    expect(facts(['Expect', '100-Continue']).expectsContinue).toBe(true)
    expect(() => facts(['Expect', 'x'])).toThrow(expect.objectContaining({ code: 'expectation_failed' }))
    expect(() => facts(['Expect', '100-continue', 'Expect', '100-continue'])).toThrow(
      expect.objectContaining({ code: 'expectation_failed' }),
    )
  })

  test('refuses other versions, TRACE, and too many fields', () => {
    expect(() => facts([], { httpVersionMajor: 2, httpVersionMinor: 0 })).toThrow(
      expect.objectContaining({ code: 'bad_request' }),
    )
    expect(() => facts([], { method: 'TRACE' })).toThrow(expect.objectContaining({ code: 'method_not_allowed' }))
    expect(() => facts(Array.from({ length: 600 }, () => 'a'))).toThrow(
      expect.objectContaining({ code: 'headers_too_large' }),
    )
  })
})

test('bearerCredential reads that scheme only', () => {
  expect(['Bearer a', 'bearer a', 'Bearera', 'Basic a', 'Bearer', ''].map(bearerCredential)).toEqual([
    'a',
    'a',
    undefined,
    undefined,
    undefined,
    undefined,
  ])
})
