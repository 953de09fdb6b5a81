import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { IdFilter } from './id-filter.ts'

const id = fc.string({ unit: fc.constantFrom(...'abAB01'), minLength: 0, maxLength: 12 })

describe('IdFilter', () => {
  test('never says no to an id that was added, however much it has grown since', () => {
    const filter = new IdFilter()
    for (let number = 0; number < 30_000; number += 1) filter.add(idOf(number))
    for (let number = 0; number < 30_000; number += 1) expect(filter.mayContain(idOf(number))).toBe(true)
  })

  test('counts each id once', () => {
    fc.assert(
      fc.property(fc.array(id, { maxLength: 200 }), (ids) => {
        const filter = new IdFilter()
        for (const each of ids) filter.add(each)
        expect(filter.size).toBe(new Set(ids).size)
      }),
    )
  })

  test('says no to every one of 100,000 strangers among 30,000 ids', () => {
    const filter = new IdFilter()
    for (let number = 0; number < 30_000; number += 1) filter.add(idOf(number))
    let mistaken = 0
    for (let number = 0; number < 100_000; number += 1) if (filter.mayContain(idOf(1_000_000 + number))) mistaken += 1
    // Expected: 30,000 / 2^48 each, 10^-5 for all of them together.
    expect(mistaken).toBe(0)
  })

  test('tells ids apart that differ in one character only', () => {
    const filter = new IdFilter()
    filter.add('AAAAAAAAAAAA')
    for (let at = 0; at < 12; at += 1) {
      for (const character of 'BCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789') {
        expect(filter.mayContain(`${'A'.repeat(at)}${character}${'A'.repeat(11 - at)}`)).toBe(false)
      }
    }
  })

  test('takes at most 10 bytes an id from a thousand ids on', () => {
    const filter = new IdFilter()
    for (let number = 0; number < 50_000; number += 1) {
      filter.add(idOf(number))
      if (number >= 1_000) expect(filter.bytes / filter.size).toBeLessThanOrEqual(10.1)
    }
  })

  test.each([{ seed: [0, 0] }, { seed: [1, 2] }, { seed: [0xffffffff, 0x80000000] }] as const)(
    'loses no id under the seed $seed',
    ({ seed }) => {
      const filter = new IdFilter(seed)
      for (let number = 0; number < 2_000; number += 1) filter.add(idOf(number))
      expect(filter.size).toBe(2_000)
      expect(filter.mayContain(idOf(1_999))).toBe(true)
      expect(filter.mayContain(idOf(2_000))).toBe(false)
    },
  )

  test('an empty one contains nothing', () => {
    expect(new IdFilter().mayContain('')).toBe(false)
  })
})

function idOf(number: number): string {
  return (BigInt(number) * 1_000_003n + 62n ** 11n).toString(36).padStart(12, '0').slice(-12)
}
