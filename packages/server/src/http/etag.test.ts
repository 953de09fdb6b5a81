import { describe, expect, test } from 'vitest'
import { etagOf, expectedRevision, matchesAny } from './etag.ts'

describe('expectedRevision', () => {
  test.each([
    [undefined, undefined],
    ['*', undefined],
    [etagOf(7), 7],
    [' "12" ', 12],
    ['W/"7"', -1],
    ['"0"', -1],
    ['"7.0"', -1],
    ['"99999999999"', -1],
    ['"abc"', -1],
    ['""', -1],
  ])('reads %s as %s', (field, revision) => {
    expect(expectedRevision(field)).toBe(revision)
  })

  test.each(['7', '"7', '"1", "2"', '"a"b"', ''])('refuses %s', (field) => {
    expect(() => expectedRevision(field)).toThrow(expect.objectContaining({ code: 'bad_header' }))
  })
})

test('If-None-Match compares weakly and takes a list', () => {
  expect(matchesAny('"1", W/"2"', '"2"')).toBe(true)
  expect(matchesAny('*', '"2"')).toBe(true)
  expect(matchesAny('"1"', '"2"')).toBe(false)
  expect(matchesAny(undefined, '"2"')).toBe(false)
})
