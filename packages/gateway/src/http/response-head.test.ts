import { describe, expect, test } from 'vitest'
import { readResponseHead } from './response-head.ts'

const nothing: ReadonlySet<string> = new Set()

describe('readResponseHead', () => {
  test('keeps order, repetition and spelling, and takes the length out', () => {
    expect(
      readResponseHead(200, ['Set-Cookie', 'a', 'X-B', '1', 'set-cookie', 'b', 'Content-Length', '5'], nothing),
    ).toEqual({
      headers: ['Set-Cookie', 'a', 'X-B', '1', 'set-cookie', 'b'],
      contentLengthBytes: 5,
    })
  })

  test('drops what ends at this hop, what Connection names, and what we say ourselves', () => {
    const headers = [
      'Connection',
      'x-a',
      'X-A',
      '1',
      'Keep-Alive',
      '5',
      'Transfer-Encoding',
      'chunked',
      'Trailer',
      'x',
      'Alt-Svc',
      'h3',
      'RateLimit',
      '1',
      'X-B',
      '2',
      'connection',
      'close',
    ]
    expect(readResponseHead(200, headers, new Set(['ratelimit']))?.headers).toEqual(['X-B', '2'])
  })

  test("passes the upstream's request id on under another name", () => {
    expect(readResponseHead(200, ['x-request-id', 'theirs'], nothing)?.headers).toEqual([
      'X-Upstream-Request-Id',
      'theirs',
    ])
  })

  test.each([
    ['a status that is none', 99, []],
    ['an interim status', 101, []],
    ['a status beyond 599', 600, []],
    ['a name with a blank', 200, ['X A', '1']],
    ['an empty name', 200, ['', '1']],
    ['a line break in a value', 200, ['X', 'a\r\nSet-Cookie: b']],
    ['a bare LF in a value', 200, ['X', 'a\nb']],
    ['NUL in a value', 200, ['X', 'a\0b']],
    ['letters beyond latin1 in a value', 200, ['X', 'a\u0100']],
    ['two lengths', 200, ['Content-Length', '1', 'Content-Length', '2']],
    ['a length that is none', 200, ['Content-Length', '1a']],
    ['a negative length', 200, ['Content-Length', '-1']],
  ])('refuses %s', (_name, status, headers) => {
    expect(readResponseHead(status, headers, nothing)).toBeUndefined()
  })
})
