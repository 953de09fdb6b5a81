import { describe, expect, test } from 'vitest'
import { versionSource } from './parse-version-source.ts'

describe('where a version is said', () => {
  test.each([
    ['fixed:2026-11', { from: 'fixed', value: '2026-11' }],
    ['header:api-version', { from: 'header', name: 'api-version', default: null }],
    ['header:api-version=2026-01', { from: 'header', name: 'api-version', default: '2026-01' }],
    ['path', { from: 'path' }],
    ['none', null],
  ])('is %s', (text, source) => expect(versionSource(text)).toEqual(source))

  test.each(['', 'fixed', 'fixed:', 'header:', 'query:v'])('is not %j', (text) =>
    expect(() => versionSource(text)).toThrow('is not fixed:<version>'),
  )
})
