import { describe, expect, test } from 'vitest'
import { fieldsOf, flawOf, isWritable } from './outgoing.ts'
import { requestTo } from './testing/send.ts'

const ORIGIN = 'https://api.example.com'

describe('fieldsOf', () => {
  test('drops the fields of the connection and the host, and keeps the rest in order and spelling', () => {
    const headers = [
      'Host',
      'evil.example',
      'X-One',
      '1',
      'CONNECTION',
      'x',
      'TE',
      'trailers',
      'x-two',
      '2',
      'Upgrade',
      'h2c',
      'Expect',
      '100-continue',
      'Transfer-Encoding',
      'chunked',
    ]
    expect(fieldsOf({ headers }, undefined, undefined)).toEqual(['X-One', '1', 'x-two', '2'])
  })

  test('puts the credential in the place of the field that the caller sent under its name, however often', () => {
    const headers = ['Authorization', 'Bearer caller', 'x', 'y', 'AUTHORIZATION', 'Basic caller']
    expect(fieldsOf({ headers }, undefined, { path: '/', headers: ['authorization', 'Bearer ours'] })).toEqual([
      'x',
      'y',
      'authorization',
      'Bearer ours',
    ])
  })

  test('puts the credential in the place of every spelling that an upstream may take for the same field', () => {
    const headers = ['X_Auth_Token', 'mine', 'X-Auth_Token', 'mine', 'X-Auth-Tokens', 'kept']
    expect(fieldsOf({ headers }, undefined, { path: '/', headers: ['x-auth-token', 'ours'] })).toEqual([
      'X-Auth-Tokens',
      'kept',
      'x-auth-token',
      'ours',
    ])
  })

  test('leaves the length of a body in memory to who writes it', () => {
    const headers = ['Content-Length', '999']
    expect(fieldsOf({ headers }, new Uint8Array(3), undefined)).toEqual([])
    expect(fieldsOf({ headers }, undefined, undefined)).toEqual([])
  })
})

describe('flawOf', () => {
  test.each([
    { method: 'CONNECT' },
    { method: 'trace' },
    { method: 'GE T' },
    { method: '' },
    { path: '' },
    { path: 'v1' },
    { path: '/a b' },
    { path: '/a\r\nX: y' },
    { path: '/ü' },
    { path: '/a#b' },
    { path: 'http://evil.example/' },
    { headers: ['x'] },
  ])('finds a flaw in %j', (changes) => {
    expect(flawOf(requestTo(ORIGIN, changes))).toBeTypeOf('string')
  })

  test.each([{ method: 'PROPFIND' }, { path: '/a%20b?x=[1]&y="' }, { path: '//evil.example/' }])(
    'finds none in %j',
    (changes) => {
      expect(flawOf(requestTo(ORIGIN, changes))).toBeUndefined()
    },
  )
})

describe('isWritable', () => {
  test.each(['a\r\nX-Admin: 1', 'a\nb', 'a\0b', 'schlüssel😀'])(
    'refuses a secret that a field cannot hold: %j',
    (secret) => {
      expect(isWritable({ path: '/', headers: ['authorization', secret] })).toBe(false)
    },
  )

  test('refuses a name that is no token', () => {
    expect(isWritable({ path: '/', headers: ['x-key: 1\r\nx', 'v'] })).toBe(false)
  })
})
