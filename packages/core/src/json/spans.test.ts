import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { scanObject, splice, type Edit, type Span } from './spans.ts'

const NONE: ReadonlySet<string> = new Set()
const OWNED: ReadonlySet<string> = new Set(['model', 'stream', 'stream_options'])
const PROTOTYPE_NAMES = ['__proto__', 'constructor', 'prototype']

const utf8 = new TextEncoder()
const strictDecoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const bytesOf = (text: string): Uint8Array => utf8.encode(text)
const textOf = (bytes: Uint8Array, { start, end }: Span): string => new TextDecoder().decode(bytes.subarray(start, end))

/** Objects as text, with white space and escapes as a serialiser would not write them. */
const objectText = fc
  .tuple(
    fc.dictionary(fc.string({ unit: 'binary', maxLength: 12 }), fc.jsonValue(), { maxKeys: 6 }),
    fc.constantFrom('', ' ', '\t', '\r\n  '),
  )
  .map(([object, indent]) => JSON.stringify(object, undefined, indent))

describe('scanObject', () => {
  test('tells where each member stands', () => {
    const bytes = bytesOf(' {"model": "gpt", "stream" :true,"messages":[{"role":"user"}]}\n')
    const { members, open, close } = scanObject(bytes, OWNED)
    expect([...members].map(([name, span]) => [name, textOf(bytes, span)])).toEqual([
      ['model', '"gpt"'],
      ['stream', 'true'],
      ['messages', '[{"role":"user"}]'],
    ])
    expect(textOf(bytes, { start: open, end: close + 1 })).toBe(
      '{"model": "gpt", "stream" :true,"messages":[{"role":"user"}]}',
    )
    expect(members.get('stream')?.nameStart).toBe(18)
  })

  test('scans an object inside another by its span', () => {
    const bytes = bytesOf('{"é":1,"stream_options": {"include_usage":false, "x":{}} }')
    const span = scanObject(bytes, OWNED).members.get('stream_options')
    if (span === undefined) throw new Error('not found')
    const inner = scanObject(bytes, new Set(['include_usage']), span)
    expect([...inner.members.keys()]).toEqual(['include_usage', 'x'])
    expect(textOf(bytes, inner.members.get('include_usage') ?? span)).toBe('false')
    expect(inner.open).toBe(span.start)
    expect(inner.close).toBe(span.end - 1)
  })

  test('an empty object has no members', () => {
    expect(scanObject(bytesOf('{ }'), OWNED)).toEqual({ members: new Map(), open: 0, close: 2 })
  })

  test('finds in every object what JSON.parse finds', () => {
    fc.assert(
      fc.property(objectText, fc.nat(3), (text, shift) => {
        // Views that do not begin at a multiple of four bytes, with bytes of others around them.
        const around = new Uint8Array(bytesOf(text).length + 8).fill(0x22)
        around.set(bytesOf(text), shift)
        const bytes = around.subarray(shift, shift + bytesOf(text).length)
        const parsed = parsedMembers(text)
        fc.pre(!PROTOTYPE_NAMES.some((name) => parsed.has(name)))
        const found = new Map<string, unknown>()
        for (const [name, span] of scanObject(bytes, NONE).members) found.set(name, JSON.parse(textOf(bytes, span)))
        expect(found).toEqual(parsed)
      }),
      { numRuns: 300 },
    )
  })

  test('accepts exactly the objects that JSON.parse accepts, byte for byte', () => {
    fc.assert(
      fc.property(objectText, fc.nat(), fc.nat(3), fc.uint8Array({ maxLength: 3 }), (text, place, cut, put) => {
        const whole = bytesOf(text)
        const at = place % (whole.length + 1)
        const bytes = Uint8Array.from([...whole.subarray(0, at), ...put, ...whole.subarray(at + cut)])
        expect(problemOf(bytes) === undefined, JSON.stringify(text)).toBe(isOracleObject(bytes))
      }),
      { numRuns: 3_000 },
    )
  })

  // The "n_" cases of JSONTestSuite (github.com/nst/JSONTestSuite) that are or become objects, and what it leaves out.
  test.each([
    '',
    ' ',
    '{',
    '}',
    '[]',
    '"a"',
    'null',
    '1',
    '{}{}',
    '{},',
    '{}x',
    '\ufeff{}',
    '{"a"}',
    '{"a":}',
    '{"a" 1}',
    '{"a":1,}',
    '{,"a":1}',
    '{"a":1 "b":2}',
    '{"a":1,,"b":2}',
    "{'a':1}",
    '{a:1}',
    '{1:1}',
    '{"a":/*x*/1}',
    '{"a":1}//',
    '{"a":1;"b":2}',
    '{"a":[1,]}',
    '{"a":[,1]}',
    '{"a":[1 2]}',
    '{"a":[1}',
    '{"a":{"b":1]}',
    '{"a":[}',
    '{"a":{"b"}}',
    '{"a":{"b":1,}}',
    '{"a":{1:2}}',
    '{"a":tru}',
    '{"a":trueX}',
    '{"a":True}',
    '{"a":nul}',
    '{"a":NaN}',
    '{"a":Infinity}',
    '{"a":undefined}',
    '{"a":01}',
    '{"a":-}',
    '{"a":+1}',
    '{"a":.5}',
    '{"a":1.}',
    '{"a":1e}',
    '{"a":1e+}',
    '{"a":0x1}',
    '{"a":1_000}',
    '{"a":-01}',
    '{"a":1.e1}',
    '{"a":"',
    '{"a":"\\"}',
    '{"a":"\\x41"}',
    '{"a":"\\u12"}',
    '{"a":"\\u12G4"}',
    '{"a":"\\U1234"}',
    '{"a":"\n"}',
    '{"a":"\t"}',
    '{"a":"\0"}',
    '{"a":"\u001f"}',
    '{"\n":1}',
    '{"a\\":1}',
    '{"a":1}\0',
    '{"a":\u00a01}',
    '{"a":\u20281}',
    '\f{}',
  ])('refuses %j', (text) => {
    expect(problemOf(bytesOf(text))).toMatchObject({ code: 'bad_json' })
  })

  test.each([
    '{"a":-0}',
    '{"a":0e1}',
    '{"a":1E+2}',
    '{"a":-1.5e-300}',
    '{"a":123456789012345678901234567890}',
    '{"a":"\\u0000\\ud800\\"\\\\\\/\\b\\f\\n\\r\\t"}',
    '{"":1}',
    '{"a":"\u007f\u2028\u{1f600}\ufeff"}',
    '\r\n\t {"a" : [ ] , "b":{ } }\r\n',
    '{"a":[[],[{}],"",null,true,false]}',
    '{"0":0}',
  ])('accepts %j', (text) => {
    expect(problemOf(bytesOf(text))).toBeUndefined()
  })

  // RFC 3629 §3, §4 and §10: overlong forms, surrogates, beyond U+10FFFF, cut or stray tails.
  test.each([
    'c080',
    'c1bf',
    'e080af',
    'e09fbf',
    'eda080',
    'edbfbf',
    'f08fbfbf',
    'f4908080',
    'f5808080',
    'ff',
    'fe',
    '80',
    'bf',
    'c2',
    'e282',
    'f09f98',
    'c220',
    'e28220',
  ])('refuses the invalid UTF-8 %s in a value, a name and deep inside, and says where', (hex) => {
    const invalid = Buffer.from(hex, 'hex')
    for (const [before, after] of [
      ['{"a":"', '"}'],
      ['{"', '":1}'],
      ['{"a":[{"', '":1}]}'],
      ['{"é":"long enough for words', '"}'],
    ] as const) {
      const bytes = Buffer.concat([bytesOf(before), invalid, bytesOf(after)])
      expect(problemOf(bytes)).toMatchObject({ code: 'bad_json', facts: { byte: bytesOf(before).length } })
    }
  })

  test.each([
    { text: '{"model":"a","model":"b"}', what: 'an owned name' },
    { text: '{"x":1,"y":2,"x":1}', what: 'any name' },
    { text: '{"x":1,"\\u0078":1}', what: 'a name in two spellings' },
  ])('refuses $what that stands twice', ({ text }) => {
    expect(problemOf(bytesOf(text))?.message).toMatch(/^The member ".*" stands twice \(at byte \d+\)\.$/)
  })

  test('refuses escapes in a name that we own, and only there', () => {
    expect(problemOf(bytesOf('{"mode\\u006c":"a"}'))?.message).toBe(
      'The member "model" must be spelled without escapes (at byte 1).',
    )
    expect(problemOf(bytesOf('{"colou\\u0072":"a"}'))).toBeUndefined()
    expect(problemOf(bytesOf('{"a":"\\n","model":"a"}'))).toBeUndefined()
    expect(problemOf(bytesOf('{"a":{"mode\\u006c":"a","model":"b"}}'))).toBeUndefined()
  })

  test.each(PROTOTYPE_NAMES)('refuses a member called %s in any spelling, but lets it pass deeper down', (name) => {
    const spelled = `\\u${name.charCodeAt(0).toString(16).padStart(4, '0')}${name.slice(1)}`
    expect(problemOf(bytesOf(`{"${name}":{"admin":true}}`))).toMatchObject({ code: 'bad_json' })
    expect(problemOf(bytesOf(`{"${spelled}":{"admin":true}}`))).toMatchObject({ code: 'bad_json' })
    expect(problemOf(bytesOf(`{"tools":[{"parameters":{"${name}":{}}}]}`))).toBeUndefined()
  })

  test('accepts 128 levels and no more, however deep the text goes', () => {
    const nested = (levels: number): Uint8Array => bytesOf(`{"a":${'['.repeat(levels - 1)}${']'.repeat(levels - 1)}}`)
    expect(problemOf(nested(128))).toBeUndefined()
    expect(problemOf(nested(129))?.message).toContain('nested deeper than 128 levels')
    expect(problemOf(nested(1_000_000))?.message).toContain('nested deeper than 128 levels')
    expect(problemOf(bytesOf('{"a":'.repeat(200_000)))?.message).toContain('nested deeper than 128 levels')
  })

  test('lists 1,000 members and no more', () => {
    const withMembers = (count: number): Uint8Array =>
      bytesOf(`{${Array.from({ length: count }, (_, index) => `"${index}":0`).join()}}`)
    expect(problemOf(withMembers(1_000))).toBeUndefined()
    expect(problemOf(withMembers(1_001))?.message).toContain('more than 1000 members')
  })

  test('does not repeat a long name in its message', () => {
    const name = 'x'.repeat(10_000)
    expect(problemOf(bytesOf(`{"${name}":1,"${name}":2}`))?.message.length).toBeLessThan(100)
  })

  test('says at which byte it stumbled', () => {
    expect(problemOf(bytesOf('{"a": 1, "b": ?}'))).toMatchObject({
      message: 'A JSON value is expected (at byte 14).',
      facts: { byte: 14 },
    })
  })

  test('sees every special byte wherever it stands in a long string, and in whatever alignment', () => {
    for (let shift = 0; shift < 4; shift += 1) {
      for (let place = 0; place < 24; place += 1) {
        const withByte = (byte: number): Uint8Array => {
          const bytes = new Uint8Array(shift + 64).subarray(shift).fill(0x7e)
          bytes.set(bytesOf('{"a":"'))
          bytes.set(bytesOf('"}'), 62)
          bytes[6 + place] = byte
          return bytes
        }
        for (const byte of [0x00, 0x1f, 0x22, 0x5c, 0x80, 0xff])
          expect(problemOf(withByte(byte)), `${byte} at ${place}`).toBeDefined()
        for (const byte of [0x20, 0x21, 0x23, 0x5b, 0x5d, 0x7f])
          expect(problemOf(withByte(byte)), `${byte} at ${place}`).toBeUndefined()
      }
    }
  })

  test('does not look beyond its span', () => {
    const bytes = bytesOf('{"a":tru')
    expect(() =>
      scanObject(Uint8Array.from([...bytes, ...bytesOf('e}')]), NONE, { start: 0, end: bytes.length }),
    ).toThrow(/value is expected/)
    expect(() => scanObject(bytesOf('{"a":"b"}'), NONE, { start: 0, end: 7 })).toThrow(/ends within a string/)
  })
})

describe('splice', () => {
  const text = '{"model":"gpt","stream":true}'

  test('changes the bytes of its spans and no other', () => {
    const bytes = bytesOf(text)
    const { members, close } = scanObject(bytes, OWNED)
    const model = members.get('model')
    if (model === undefined) throw new Error('not found')
    const edits = [
      { start: close, end: close, replacement: bytesOf(',"stream_options":{"include_usage":true}') },
      { start: model.start, end: model.end, replacement: bytesOf('"gpt-4o-mini"') },
    ]
    expect(new TextDecoder().decode(splice(bytes, edits))).toBe(
      '{"model":"gpt-4o-mini","stream":true,"stream_options":{"include_usage":true}}',
    )
    expect(new TextDecoder().decode(bytes)).toBe(text)
  })

  test('gives what cutting and joining gives', () => {
    const cuts = fc
      .uniqueArray(fc.nat(50), { minLength: 0, maxLength: 8 })
      .map((places) => places.toSorted((one, other) => one - other))
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 51, maxLength: 80 }),
        cuts,
        fc.array(fc.uint8Array({ maxLength: 4 }), { minLength: 4, maxLength: 4 }),
        (bytes, places, replacements) => {
          const edits: Edit[] = []
          const wanted: number[] = []
          let from = 0
          for (let pair = 0; pair * 2 + 1 < places.length; pair += 1) {
            const [start = 0, end = 0] = places.slice(pair * 2)
            const replacement = replacements[pair] ?? new Uint8Array()
            edits.push({ start, end, replacement })
            wanted.push(...bytes.subarray(from, start), ...replacement)
            from = end
          }
          wanted.push(...bytes.subarray(from))
          expect([...splice(bytes, edits.toReversed())]).toEqual(wanted)
        },
      ),
    )
  })

  test('keeps several insertions at one place in their order', () => {
    const insert = (replacement: string): Edit => ({ start: 1, end: 1, replacement: bytesOf(replacement) })
    expect(new TextDecoder().decode(splice(bytesOf('ad'), [insert('b'), insert('c')]))).toBe('abcd')
  })

  test.each([
    {
      edits: [
        [0, 5],
        [4, 6],
      ],
      why: 'spans that overlap',
    },
    { edits: [[3, 2]], why: 'a span that ends before it begins' },
    { edits: [[20, 40]], why: 'a span beyond the end' },
    { edits: [[-1, 1]], why: 'a span before the start' },
  ])('refuses $why', ({ edits }) => {
    const spans = edits.map(([start = 0, end = 0]) => ({ start, end, replacement: new Uint8Array(30) }))
    expect(() => splice(bytesOf(text), spans)).toThrow(RangeError)
  })
})

function parsedMembers(text: string): ReadonlyMap<string, unknown> {
  const parsed: unknown = JSON.parse(text)
  return new Map(typeof parsed === 'object' && parsed !== null ? Object.entries(parsed) : [])
}

function problemOf(bytes: Uint8Array): Error | undefined {
  try {
    scanObject(bytes, OWNED)
    return undefined
  } catch (error) {
    return error instanceof Error ? error : new Error('not an error')
  }
}

function isOracleObject(bytes: Uint8Array): boolean {
  try {
    const text = strictDecoder.decode(bytes)
    const parsed: unknown = JSON.parse(text)
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return false
    return !hasRefusedName(text, parsed)
  } catch {
    return false
  }
}

/** What we refuse and JSON.parse does not: prototype names and names that stand twice, both at the top. */
function hasRefusedName(text: string, parsed: object): boolean {
  const names = Object.keys(parsed)
  if (names.some((name) => PROTOTYPE_NAMES.includes(name) || OWNED.has(name))) return true
  return topNames(text).length !== names.length
}

/** The names at the top as they are written, found by replacing every nested value. */
function topNames(text: string): readonly string[] {
  const names: string[] = []
  let depth = 0
  for (const [piece] of text.matchAll(/"(?:[^"\\]|\\.)*"\s*:?|[[\]{}]/gs)) {
    if (piece === '{' || piece === '[') depth += 1
    else if (piece === '}' || piece === ']') depth -= 1
    else if (depth === 1 && piece.endsWith(':')) names.push(piece)
  }
  return names
}
