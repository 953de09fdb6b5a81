import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fieldName } from './field-name.ts'

describe('fieldName', () => {
  test.each([
    { spelled: 'Content-Length', lower: 'content-length', plain: 'content-length', isToken: true },
    { spelled: 'X_Forwarded_For', lower: 'x_forwarded_for', plain: 'x-forwarded-for', isToken: true },
    { spelled: 'a b', lower: 'a b', plain: 'a b', isToken: false },
    { spelled: 'a\r\nb', lower: 'a\r\nb', plain: 'a\r\nb', isToken: false },
    { spelled: '', lower: '', plain: '', isToken: false },
    { spelled: '__proto__', lower: '__proto__', plain: '--proto--', isToken: true },
  ])('reads $spelled', ({ spelled, ...read }) => {
    expect(fieldName(spelled)).toEqual(read)
    expect(fieldName(spelled)).toEqual(read)
  })

  test('reads a name the second time as the first, whatever was read in between', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ maxLength: 100 }), { minLength: 2 }), (names) => {
        const first = names.map((name) => ({ ...fieldName(name) }))
        for (let filler = 0; filler < 5_000; filler += 1) fieldName(`filler-${filler}`)
        expect(names.map((name) => fieldName(name))).toEqual(first)
      }),
      { numRuns: 10 },
    )
  })
})
