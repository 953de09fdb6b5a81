import { describe, expect, test } from 'vitest'
import { Roster } from './roster.ts'

describe('a roster', () => {
  test('knows who is here after any order of coming and going', () => {
    const roster = new Roster<{ slot: number; readonly name: string }>()
    const entries = ['a', 'b', 'c', 'd'].map((name) => ({ slot: -1, name }))
    const names = (): string[] =>
      roster
        .all()
        .map((entry) => entry.name)
        .toSorted()
    for (const entry of entries) roster.add(entry)
    const [a, b, c, d] = entries
    if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error('four entries')
    roster.remove(b)
    expect(names()).toEqual(['a', 'c', 'd'])
    roster.remove(b)
    roster.remove(d)
    expect(names()).toEqual(['a', 'c'])
    roster.add(b)
    roster.remove(a)
    roster.remove(c)
    expect(names()).toEqual(['b'])
    roster.remove(b)
    expect(roster.size).toBe(0)
  })
})
