import { describe, expect, test } from 'vitest'
import { instantInput, instantText } from './wire.ts'

describe('an instant in a request', () => {
  test.each([
    ['2026-11-24T12:00:00.123456Z', '2026-11-24T12:00:00.123Z'],
    ['2026-11-24T12:00:00+14:00', '2026-11-23T22:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
  ])('%s is %s', (text, utc) => {
    expect(instantText(instantInput.parse(text))).toBe(utc)
  })

  test.each([
    ['before the year 1', '0000-12-31T23:59:59Z'],
    ['before the year 1, by its offset', '0001-01-01T00:00:00+14:00'],
    ['after the year 9999, by its offset', '9999-12-31T23:59:59-14:00'],
  ])('may not lie %s: answers could not write it', (_where, text) => {
    expect(instantInput.safeParse(text).success).toBe(false)
  })
})
