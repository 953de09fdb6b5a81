import { describe, expect, test } from 'vitest'
import type { VersionSource } from '../parts.ts'
import { apiVersionOf } from './api-version.ts'

function version(source: VersionSource, path: string, rawHeaders: readonly string[] = [], connection?: string) {
  const headers = connection === undefined ? {} : { connection }
  return apiVersionOf(source, { rest: path.slice('/gw/billing'.length), rawHeaders: [...rawHeaders], headers })
}
const header: VersionSource = { from: 'header', name: 'api-version', fallback: undefined }
const withDefault: VersionSource = { ...header, fallback: '1' }

describe('the version of a call', () => {
  test('is one for all', () => expect(version({ from: 'fixed', value: '3' }, '/gw/billing/2')).toBe('3'))

  test.each([
    ['/gw/billing/2026-11/invoices', '2026-11'],
    ['/gw/billing/v2', 'v2'],
    ['/gw/billing/%76%32/x', '%76%32'],
    ['/gw/billing/', ''],
    ['/gw/billing', ''],
    [`/gw/billing/${'9'.repeat(101)}/x`, ''],
  ])('of %s is the first segment behind the route: %j', (path, told) =>
    expect(version({ from: 'path' }, path)).toBe(told),
  )

  test.each([
    { raw: ['Api-Version', '2'], told: '2' },
    { raw: ['API-VERSION', '2', 'Accept', '*/*'], told: '2' },
    { raw: ['Accept', '*/*'], told: undefined },
  ])('of $raw is what the field says: $told', ({ raw, told }) => expect(version(header, '/gw/billing', raw)).toBe(told))

  test('is the default when there is no field, and only then', () => {
    expect(version(withDefault, '/gw/billing')).toBe('1')
    expect(version(withDefault, '/gw/billing', ['Api-Version', ''])).toBe('')
    expect(version(withDefault, '/gw/billing', ['Api-Version', '2'])).toBe('2')
  })

  test.each([
    { raw: ['Api-Version', '1', 'Api-Version', '2'] },
    { raw: ['Api-Version', '1', 'api-version', '1'] },
    { raw: ['Api_Version', '1'] },
    { raw: ['Api-Version', '1', 'Api_Version', '2'] },
    { raw: ['Api_Version', '2', 'Api-Version', '1'] },
    { raw: ['Api-Version', '1'.repeat(101)] },
    { raw: ['Api-Version', '1'], connection: 'close, Api-Version' },
  ])('is none that could be allowed where an upstream may read another: $raw $connection', ({ raw, connection }) =>
    expect(version(withDefault, '/gw/billing', raw, connection)).toBe(''),
  )
})
