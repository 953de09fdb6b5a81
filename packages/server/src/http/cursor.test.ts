import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCursor, writeCursor } from './cursor.ts'

const signer = (key: string) => (text: string) => `hmac-sha256:${createHmac('sha256', key).update(text).digest('hex')}`
const sign = signer('workspace 1')
const place = { value: 1_700_000_000_000, id: 'app_1' }

describe('cursors', () => {
  test('give back the place that they were made for', () => {
    const places = fc.record({
      value: fc.oneof(fc.maxSafeInteger(), fc.string({ maxLength: 50 })),
      id: fc.string({ maxLength: 50 }),
    })
    fc.assert(
      fc.property(places, (at) => {
        // Lone surrogates cannot stand in UTF-8, nor in any value of the database.
        fc.pre(at.id.isWellFormed() && String(at.value).isWellFormed())
        expect(readCursor(writeCursor(at, 'listApps', sign), 'listApps', sign)).toEqual(at)
      }),
    )
  })

  test('stand in a URL as they are', () => {
    const cursor = writeCursor({ value: 'ü?&', id: 'x' }, 'l', sign)
    expect(encodeURIComponent(cursor)).toBe(cursor)
  })

  test.each([
    ['another list', () => readCursor(writeCursor(place, 'listApps', sign), 'listKeys', sign)],
    ['another workspace', () => readCursor(writeCursor(place, 'listApps', signer('workspace 2')), 'listApps', sign)],
    ['no signature', () => readCursor(Buffer.from('[1,"a"]').toString('base64url'), 'listApps', sign)],
    [
      'a changed place',
      () => readCursor(`${Buffer.from('[1,"a"]').toString('base64url')}.${'0'.repeat(32)}`, 'listApps', sign),
    ],
    ['something behind it', () => readCursor(`${writeCursor(place, 'listApps', sign)}.x`, 'listApps', sign)],
    ['a very long text', () => readCursor('x'.repeat(100_000), 'listApps', sign)],
    ['nothing', () => readCursor('', 'listApps', sign)],
  ])('are refused with %s', (_what, read) => {
    expect(read).toThrow(
      expect.objectContaining({
        code: 'validation_failed',
        errors: [expect.objectContaining({ pointer: '#/query/cursor' })],
      }),
    )
  })
})
