import { expect, test } from 'vitest'
import { Progress } from './progress.ts'

function written(isTerminal: boolean, fractions: readonly (number | undefined)[]): readonly string[] {
  const texts: string[] = []
  const progress = new Progress({ stderr: { write: (text) => void texts.push(text) }, isTerminal }, 0)
  for (const [index, fraction] of fractions.entries()) progress.show(fraction, 1_000 * (index + 1), 1_000)
  progress.end()
  return texts
}

test('on a terminal one line is written over, and ended', () => {
  const texts = written(true, [0.5, 1, 2])
  expect(texts).toHaveLength(4)
  expect(texts[0]).toContain(`[${'#'.repeat(15)}${'.'.repeat(15)}]  50 % 1,000 lines, 1,000 a second`)
  expect(texts[2]).toContain(`[${'#'.repeat(30)}] 100 %`)
  expect(texts.slice(0, 3).every((text) => text.startsWith('\r'))).toBe(true)
  expect(texts[3]).toBe('\n')
})

test('elsewhere a line is written for each tenth, once', () => {
  expect(written(false, [0.05, 0.11, 0.19, 0.55, 1])).toEqual([
    '10 %: 2,000 lines, 2,000 a second\n',
    '50 %: 4,000 lines, 4,000 a second\n',
    '100 %: 5,000 lines, 5,000 a second\n',
  ])
})

test('of a length that nobody knows only the lines are told', () => {
  expect(written(true, [undefined])[0]).toBe('\r1,000 lines, 1,000 a second\u001B[K')
  expect(written(false, [undefined, undefined])).toEqual([])
})
