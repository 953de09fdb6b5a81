/** Ways to make a good request almost good. Each changes one thing. */
import type { Random } from '../support/random.ts'
import { isObject, objectOf, type Json } from './document.ts'

type Path = readonly (string | number)[]

const NUL = '\0'
const HALF_A_CHARACTER = '\ud800'
const HUGE = ['1e400', '-1e400', '1e308', '9007199254740993', '123456789012345678901234567890', '-0', '0.1', '1e-400']
const ODD_TEXTS = [
  NUL,
  `a${NUL}b`,
  HALF_A_CHARACTER,
  '',
  ' ',
  '\u202eabc',
  '\ufeff',
  "'; drop table key; --",
  '%00',
  '{{7*7}}',
  '../..',
  '\u2028',
]
const OTHER_TYPES: readonly Json[] = [null, true, 0, -1, 1.5, 'text', '', [], [[]], {}, { a: 1 }]
const ODD_NAMES = [
  'no_such_member',
  'constructor',
  'toString',
  '',
  'a/b~c',
  NUL,
  HALF_A_CHARACTER,
  'id',
  'workspace_id',
]

/** Stands for what JSON.stringify cannot write; replaced in the text. */
const MARK = '\u0001raw\u0001'

/** The text of a body of which one place is wrong. */
export function spoiledBody(body: Json, random: Random): string | Uint8Array {
  const text = JSON.stringify(body)
  const ways: readonly (() => string | Uint8Array)[] = [
    () => JSON.stringify(withoutOne(body, random)),
    () => JSON.stringify(withoutOne(body, random)),
    () => JSON.stringify(changed(body, somewhere(body, random), () => random.pick(OTHER_TYPES))),
    () => JSON.stringify(changed(body, somewhere(body, random), () => random.pick(OTHER_TYPES))),
    () => JSON.stringify(changed(body, somewhere(body, random), () => random.pick(ODD_TEXTS))),
    () => JSON.stringify(changed(body, somewhere(body, random), tooMuch)),
    () => JSON.stringify(changed(body, somewhere(body, random), tooMuch)),
    () => JSON.stringify(withOneMore(body, random)),
    () => JSON.stringify(changed(body, somewhere(body, random), () => MARK)).replace(quoted(MARK), random.pick(HUGE)),
    () => JSON.stringify(changed(body, somewhere(body, random), () => MARK)).replace(quoted(MARK), nested(random)),
    () => text.replace('{', '{"__proto__":{"a":1},'),
    () => text.replace(/\{("(?:[^"\\]|\\.)*":)/, '{$10,$1'),
    () => text.slice(0, random.whole(0, Math.max(0, text.length - 1))),
    () => `${text}${random.pick([',', '{}', '\0', ' //', '\n\n '])}`,
    () => Buffer.concat([Buffer.from(text.slice(0, -1)), Buffer.from([0xff, 0xc0, 0x80]), Buffer.from('}')]),
    () => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(text)]),
    () => Buffer.from(text, 'utf16le'),
    () => random.pick(['', 'null', '[]', '""', '0', 'NaN', '{', '[', `[${text}]`, '['.repeat(50_000)]),
  ]
  return random.pick(ways)()
}

/** A value for the path or the query of which something is wrong; still to be encoded. */
export function spoiledText(text: string, random: Random): string {
  return random.pick([
    '',
    `${text}x`,
    text.slice(0, -1),
    text.toUpperCase(),
    ` ${text}`,
    `${text},${text}`,
    `${text}${NUL}`,
    'x'.repeat(random.pick([300, 9_000])),
    '-1',
    '0',
    '1e9',
    '99999999999999999999',
    'null',
    '2026-02-30T00:00:00Z',
    '275760-09-13T00:00:00.000Z',
    '+275760-09-13T00:00:00.000Z',
    ...ODD_TEXTS.filter((odd) => odd.isWellFormed()),
  ])
}

/** What stands in a target and is no text. */
export function rawText(random: Random): string {
  return random.pick(['%', '%zz', '%c0%af', '%ed%a0%80', '..', '%2e%2e', '%2f', '%5c', '.', '%00', ';a=b', '*', '%ff'])
}

function quoted(mark: string): string {
  return JSON.stringify(mark)
}

function nested(random: Random): string {
  const depth = random.pick([31, 33, 1_000, 20_000])
  return random.next() < 0.5 ? '['.repeat(depth) + ']'.repeat(depth) : '{"a":'.repeat(depth) + '1' + '}'.repeat(depth)
}

function pathsOf(value: Json, path: Path = []): readonly Path[] {
  if (Array.isArray(value)) return [path, ...value.flatMap((item: Json, index) => pathsOf(item, [...path, index]))]
  if (!isObject(value)) return [path]
  return [path, ...Object.entries(value).flatMap(([name, child]) => pathsOf(child, [...path, name]))]
}

function somewhere(body: Json, random: Random): Path {
  return random.pick(pathsOf(body))
}

function changed(value: Json, [first, ...rest]: Path, change: (old: Json) => Json): Json {
  if (first === undefined) return change(value)
  if (Array.isArray(value))
    return value.map((item: Json, index) => (index === first ? changed(item, rest, change) : item))
  const members = Object.entries(objectOf(value))
  return Object.fromEntries(
    members.map(([name, child]) => [name, name === first ? changed(child, rest, change) : child]),
  )
}

function withoutOne(body: Json, random: Random): Json {
  const holders = pathsOf(body).filter((path) => path.length > 0 && typeof path.at(-1) === 'string')
  if (holders.length === 0) return null
  const path = random.pick(holders)
  return changed(body, path.slice(0, -1), (holder) =>
    Object.fromEntries(Object.entries(objectOf(holder)).filter(([name]) => name !== path.at(-1))),
  )
}

function withOneMore(body: Json, random: Random): Json {
  return changed(body, somewhere(body, random), (old) =>
    isObject(old) ? { ...old, [random.pick(ODD_NAMES)]: 1 } : [old],
  )
}

/** Over any bound that the schemas have. */
function tooMuch(old: Json): Json {
  if (typeof old === 'number') return old > 0 ? Number.MAX_SAFE_INTEGER : Number.MIN_SAFE_INTEGER
  if (typeof old === 'string') return `${old}${'x'.repeat(10_000)}`
  if (Array.isArray(old)) return Array.from({ length: 1_001 }, (_, index) => old[index % old.length] ?? index)
  if (isObject(old))
    return { ...old, ...Object.fromEntries(Array.from({ length: 1_001 }, (_, index) => [`m${index}`, 1])) }
  return [old, old]
}
