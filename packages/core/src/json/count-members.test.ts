import fc from 'fast-check'
import { expect, test } from 'vitest'
import { countMembers } from './count-members.ts'

/** Of what a parser made of it. */
function membersOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  const inside = Object.values(value).reduce((sum: number, child) => sum + membersOf(child), 0)
  return inside + (Array.isArray(value) ? 0 : Object.keys(value).length)
}

test('counts what was written, of whatever JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      expect(countMembers(JSON.stringify(value))).toBe(membersOf(value))
    }),
  )
})

test.each([
  ['{"a":1,"a":1}', 2],
  ['{"a":1,"\\u0061":1}', 2],
  ['[{"a":{"b":1,"b":1}}]', 3],
  ['{"a:b":":\\":\\\\","c":1}', 2],
  ['":"', 0],
])('%s has %i', (text, members) => {
  expect(countMembers(text)).toBe(members)
})
