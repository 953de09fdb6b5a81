import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { isWellFormed, scopeFault } from './scope-pattern.ts'
import { compileScopes } from './scope-set.ts'

/** Nothing below ever holds a `z`: it stands for the segment that nobody thought of. */
const SEGMENTS = ['a', 'b', 'z']
const SEPARATORS = ['.', ':']

const WORLD = wellFormedUpTo(5)
/** Every text of up to five characters, most of them no scopes. */
const TEXTS = textsUpTo(5, ['a', '.', ':', '*'])

const pattern = fc
  .tuple(
    fc.array(fc.constantFrom('a', 'b', '*'), { minLength: 1, maxLength: 4 }),
    fc.array(fc.constantFrom(...SEPARATORS), { minLength: 3, maxLength: 3 }),
  )
  .map(([segments, separators]) =>
    segments.map((segment, index) => (index === 0 ? '' : separators[index - 1]) + segment).join(''),
  )
const patterns = fc.array(pattern, { maxLength: 4 })
/** Anything that somebody may have written down, most of it nonsense. */
const scrawl = fc
  .array(fc.constantFrom('a', 'b', '.', ':', '*'), { maxLength: 7 })
  .map((characters) => characters.join(''))

describe('has', () => {
  test('agrees with a matcher that splits and tries everything, on every scope over a small alphabet', () => {
    fc.assert(
      fc.property(patterns, (held) => {
        const set = compileScopes(held)
        expect(WORLD.filter((scope) => set.has(scope) !== held.some((each) => naive(each, scope)))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test('agrees with it on nonsense too, held or asked for', () => {
    fc.assert(
      fc.property(fc.array(scrawl, { maxLength: 4 }), (held) => {
        const set = compileScopes(held)
        expect(TEXTS.filter((asked) => set.has(asked) !== held.some((each) => naive(each, asked)))).toEqual([])
      }),
      { numRuns: 60 },
    )
  })

  test.each([
    { held: 'orders.read', asked: 'orders.read', holds: true },
    { held: 'orders.read', asked: 'orders.read.all', holds: false },
    { held: 'orders.read', asked: 'ORDERS.READ', holds: false },
    { held: 'orders.*', asked: 'orders.read', holds: true },
    { held: 'orders.*', asked: 'orders.items.read', holds: true },
    { held: 'orders.*', asked: 'orders', holds: false },
    { held: 'orders.*', asked: 'orders.', holds: false },
    { held: 'orders.*', asked: 'ordersx.read', holds: false },
    { held: 'orders.*', asked: 'orders:read', holds: false },
    { held: 'orders.*', asked: 'orders.items:read', holds: true },
    { held: 'orders:*', asked: 'orders:read', holds: true },
    { held: 'orders.*.read', asked: 'orders.items.read', holds: true },
    { held: 'orders.*.read', asked: 'orders.read', holds: false },
    { held: 'orders.*.read', asked: 'orders.items.lines.read', holds: false },
    { held: 'orders.*.read', asked: 'orders..read', holds: false },
    { held: '*.read', asked: 'orders.read', holds: true },
    { held: '*.read', asked: 'read', holds: false },
    { held: '*', asked: 'orders', holds: true },
    { held: '*', asked: 'orders.items:read', holds: true },
    { held: '*', asked: '', holds: false },
    { held: '*', asked: '*', holds: false },
    { held: 'orders.*', asked: 'orders.*', holds: false },
    { held: 'orders.*', asked: 'orders.re*d', holds: false },
    { held: 'orders.re*', asked: 'orders.read', holds: false },
    { held: 'orders.re*', asked: 'orders.re*', holds: false },
    { held: 'orders..*', asked: 'orders..read', holds: false },
  ])('$held holds $asked: $holds', ({ held, asked, holds }) => {
    expect(compileScopes([held]).has(asked)).toBe(holds)
  })

  test('nothing is held by an empty set', () => {
    const none = compileScopes([])
    expect([none.isEmpty, none.has('a'), none.has(''), none.covers('*')]).toEqual([true, false, false, false])
  })
})

describe('covers', () => {
  test('is true exactly when every scope that the pattern matches is held (brute force)', () => {
    fc.assert(
      fc.property(patterns, pattern, (held, asked) => {
        const set = compileScopes(held)
        const isCovered = WORLD.every((scope) => !naive(asked, scope) || set.has(scope))
        expect(set.covers(asked)).toBe(isCovered)
      }),
      { numRuns: 400 },
    )
  })

  test('is never true for nonsense with a *, whatever is held', () => {
    fc.assert(
      fc.property(fc.array(scrawl, { maxLength: 4 }), scrawl, (held, asked) => {
        const set = compileScopes([...held, '*'])
        if (!isWellFormed(asked) && asked.includes('*')) expect(set.covers(asked)).toBe(false)
        else if (set.covers(asked)) expect(WORLD.filter((scope) => naive(asked, scope) && !set.has(scope))).toEqual([])
      }),
    )
  })

  test('holds for a set and its own members, and carries over', () => {
    fc.assert(
      fc.property(patterns, patterns, patterns, (one, two, three) => {
        const [wide, middle] = [compileScopes(one), compileScopes(two)]
        for (const each of one) expect(wide.covers(each)).toBe(true)
        if (two.every((each) => wide.covers(each)) && three.every((each) => middle.covers(each)))
          for (const each of three) expect(wide.covers(each)).toBe(true)
      }),
    )
  })
})

describe('heldBy', () => {
  test('names the first pattern that holds the scope', () => {
    const set = compileScopes(['a.b', 'a.*', '*'])
    expect([set.heldBy('a.b'), set.heldBy('a.c'), set.heldBy('c'), set.heldBy('*')]).toEqual([
      'a.b',
      'a.*',
      '*',
      undefined,
    ])
  })
})

describe('scopeFault', () => {
  test.each(['a', 'a.b:c', '*', '*.a', 'a.*', 'a:*.b'])('%s is well formed', (text) => {
    expect(scopeFault(text)).toBeUndefined()
  })

  test.each(['', '.', 'a.', '.a', 'a..b', 'a:.b', 'a*', '*a', 'a.*b', '**', 'a.**', 'a.*.'])('%j is not', (text) => {
    expect(scopeFault(text)).toMatch(/segment/)
  })
})

/** The definition, by trying: splits both and gives every `*` at the end each length that there is. */
function naive(held: string, asked: string): boolean {
  if (asked.includes('*')) return false
  if (!held.includes('*')) return held === asked
  const [mine, theirs] = [held.split(/([.:])/), asked.split(/([.:])/)]
  const isSound = (parts: readonly string[]): boolean => parts.every((part) => part === '*' || !/^$|\*/.test(part))
  if (!isSound(mine) || !isSound(theirs)) return false
  if (mine.at(-1) !== '*') return sameParts(mine, theirs)
  return theirs.some((_part, index) => index % 2 === 0 && sameParts(mine, [...theirs.slice(0, index), 'rest']))
}

function sameParts(mine: readonly string[], theirs: readonly string[]): boolean {
  return mine.length === theirs.length && mine.every((part, index) => part === '*' || part === theirs[index])
}

function wellFormedUpTo(segments: number): readonly string[] {
  let longest: readonly string[] = SEGMENTS
  const all = [...longest]
  for (let count = 2; count <= segments; count += 1) {
    longest = longest.flatMap((start) =>
      SEPARATORS.flatMap((mark) => SEGMENTS.map((segment) => start + mark + segment)),
    )
    all.push(...longest)
  }
  return all
}

function textsUpTo(length: number, alphabet: readonly string[]): readonly string[] {
  let longest = ['']
  const all = ['']
  for (let count = 1; count <= length; count += 1) {
    longest = longest.flatMap((start) => alphabet.map((character) => start + character))
    all.push(...longest)
  }
  return all
}
