import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { balanceOf, consumeEnding, isEntrySound, type EndingGrant } from './credits.ts'

describe('a ledger', () => {
  test('sums up to its balance', () => {
    expect(
      balanceOf([
        { kind: 'grant', units: 100 },
        { kind: 'spend', units: -30 },
        { kind: 'refund', units: 5 },
        { kind: 'expire', units: -75 },
      ]),
    ).toBe(0)
  })

  test.each([
    { entries: [{ kind: 'spend', units: -1 }], because: 'nothing was granted' },
    {
      entries: [
        { kind: 'grant', units: 10 },
        { kind: 'adjust', units: -11 },
        { kind: 'grant', units: 10 },
      ],
      because: 'it falls below 0 in between',
    },
    { entries: [{ kind: 'grant', units: -1 }], because: 'a grant adds' },
    { entries: [{ kind: 'grant', units: 1.5 }], because: 'units are whole' },
  ] as const)('is refused when $because', ({ entries }) => {
    expect(() => balanceOf(entries)).toThrow(RangeError)
  })

  test.each([
    { kind: 'grant', units: 1, sound: true },
    { kind: 'spend', units: 1, sound: false },
    { kind: 'expire', units: -1, sound: true },
    { kind: 'refund', units: -1, sound: false },
    { kind: 'adjust', units: -1, sound: true },
    { kind: 'adjust', units: 0, sound: false },
  ] as const)('a $kind of $units: sound is $sound', ({ kind, units, sound }) => {
    expect(isEntrySound({ kind, units })).toBe(sound)
  })
})

describe('grants that end', () => {
  test('are used soonest end first, and never below nothing', () => {
    expect(
      consumeEnding(
        [
          { left: 10, endsAtMs: 300 },
          { left: 5, endsAtMs: 100 },
          { left: 7, endsAtMs: 200 },
        ],
        8,
      ),
    ).toEqual([
      { left: 0, endsAtMs: 100 },
      { left: 4, endsAtMs: 200 },
      { left: 10, endsAtMs: 300 },
    ])
  })

  test('lose exactly what was spent, or all they have', () => {
    const grant = fc.record({ left: fc.nat(100), endsAtMs: fc.nat(10) })
    fc.assert(
      fc.property(fc.array(grant), fc.nat(300), (grants, units) => {
        const left = (of: readonly EndingGrant[]): number => of.reduce((sum, one) => sum + one.left, 0)
        const after = consumeEnding(grants, units)
        expect(left(grants) - left(after)).toBe(Math.min(units, left(grants)))
        expect(after.every((one) => one.left >= 0)).toBe(true)
      }),
    )
  })
})
