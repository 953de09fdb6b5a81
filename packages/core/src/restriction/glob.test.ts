import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileGlob } from './glob.ts'

/** Few letters, so that pieces begin again and again within themselves. */
const text = (letters: readonly string[], maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...letters), { maxLength }).map((characters) => characters.join(''))

describe('compileGlob', () => {
  test('agrees with the definition, tried recursively', () => {
    fc.assert(
      fc.property(text(['a', 'B', 'b', '*', '*'], 9), text(['a', 'A', 'b'], 12), (glob, given) => {
        expect(compileGlob(glob).matches(given)).toBe(naive(glob.toLowerCase(), given.toLowerCase()))
      }),
      { numRuns: 5_000 },
    )
  })

  test('agrees with it on every character, those of regular expressions too', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 6 }),
        fc.string({ unit: 'binary', maxLength: 6 }),
        (glob, given) => {
          expect(compileGlob(glob).matches(given)).toBe(naive(foldAscii(glob), foldAscii(given)))
          expect(compileGlob(glob).matches(glob)).toBe(true)
          expect(compileGlob(`*${glob}*`).matches(`${given}${glob}${given}`)).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  })

  test.each([
    { glob: '*curl*', given: 'CURL/8.5.0', matches: true },
    { glob: 'curl/*', given: 'curl/', matches: true },
    { glob: 'curl/*', given: 'libcurl/8', matches: false },
    { glob: '*', given: '', matches: true },
    { glob: '**', given: 'anything', matches: true },
    { glob: 'a.c', given: 'abc', matches: false },
    { glob: 'a?c', given: 'abc', matches: false },
    { glob: 'ab*ba', given: 'aba', matches: false },
    { glob: 'ab*ba', given: 'abba', matches: true },
    { glob: '*aab*', given: 'aaab', matches: true },
    { glob: 'ÄGYPTEN*', given: 'ägypten', matches: false },
    { glob: '*😀*', given: 'a 😀 b', matches: true },
    { glob: '*😀*', given: 'a 😁 b', matches: false },
  ])('$glob matches $given: $matches', ({ glob, given, matches }) => {
    expect(compileGlob(glob).matches(given)).toBe(matches)
  })

  test('takes no longer than the text is long, whatever was thought out against it', () => {
    // a matcher that tries again from every star takes some 10^20 steps for this, and one that searches naively 10^9
    const glob = compileGlob(`${`*${'a'.repeat(2_000)}b`.repeat(8)}*`)
    const startedMs = performance.now()
    expect(glob.matches('a'.repeat(500_000))).toBe(false)
    expect(performance.now() - startedMs).toBeLessThan(1_000)
  })
})

function naive(glob: string, given: string): boolean {
  const [first, rest] = [glob.charAt(0), glob.slice(1)]
  if (first === '') return given === ''
  if (first === '*') return naive(rest, given) || (given !== '' && naive(glob, given.slice(1)))
  return given.startsWith(first) && naive(rest, given.slice(1))
}

function foldAscii(given: string): string {
  return given.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase())
}
