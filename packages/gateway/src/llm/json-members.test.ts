import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonMembers } from './json-members.ts'

const WANTED = new Set(['usage', 'x_groq'])

function members(text: string, chunkBytes: number): Readonly<Record<string, unknown>> {
  const reader = new JsonMembers(WANTED)
  const bytes = Buffer.from(text)
  for (let at = 0; at < bytes.length; at += chunkBytes) reader.push(bytes.subarray(at, at + chunkBytes))
  return reader.members()
}

describe('JsonMembers', () => {
  test('keeps the wanted members of any JSON object, however it is cut and indented', () => {
    const name = fc.constantFrom('usage', 'x_groq', 'id', 'choices', 'us"age', 'Usage')
    fc.assert(
      fc.property(
        fc.dictionary(name, fc.jsonValue()),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(0, 2),
        (object, chunkBytes, indent) => {
          const expected = Object.fromEntries(Object.entries(object).filter(([key]) => WANTED.has(key)))
          const text = JSON.stringify(object, undefined, indent)
          expect(members(text, chunkBytes)).toEqual(JSON.parse(JSON.stringify(expected)))
        },
      ),
      { numRuns: 1_000 },
    )
  })

  test.each([
    { because: 'a member deeper down is another one', text: '{"a":{"usage":1},"b":[{"usage":2}]}', found: {} },
    {
      because: 'of two equal names the last counts, as for JSON.parse',
      text: '{"usage":1,"usage":2}',
      found: { usage: 2 },
    },
    {
      because: 'a string may hold everything',
      text: '{"a":"\\"usage\\":{,}\\\\","usage":{"b":"}"}}',
      found: { usage: { b: '}' } },
    },
    { because: 'an escaped name is the same name', text: '{"\\u0075sage":3}', found: { usage: 3 } },
    { because: 'a list has no members', text: '[{"usage":1}]', found: {} },
    {
      because: 'a cut answer tells what came whole',
      text: '{"usage":{"a":1},"x_groq":{"b"',
      found: { usage: { a: 1 } },
    },
    { because: 'what is no JSON has none', text: '<html>"usage":{}</html>', found: {} },
    { because: 'nothing follows the object', text: '{"a":1}{"usage":1}', found: {} },
  ])('finds $found: $because', ({ text, found }) => {
    for (const chunkBytes of [1, 3, 1_000]) expect(members(text, chunkBytes)).toEqual(found)
  })

  test('leaves out a member that is too long to be kept', () => {
    expect(members(`{"usage":"${'x'.repeat(300_000)}","x_groq":1}`, 65_536)).toEqual({ x_groq: 1 })
  })

  test('reads long texts of escapes in linear time', () => {
    const text = JSON.stringify({ a: '\n"\\'.repeat(1_000_000), usage: 1 })
    const startedMs = performance.now()
    expect(members(text, 65_536)).toEqual({ usage: 1 })
    expect(performance.now() - startedMs).toBeLessThan(1_500)
  })
})
