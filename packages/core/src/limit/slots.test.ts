import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SlotCounter, slotsFor, slotsOfOthers, type SlotHolder } from './slots.ts'

describe('slotsFor', () => {
  test.each([
    { need: 3, waiting: 0, spare: 0, free: 2, nodes: 1, slots: 0, because: 'what is needed does not fit' },
    { need: 2, waiting: 0, spare: 0, free: 2, nodes: 1, slots: 2, because: 'it just fits' },
    { need: 2, waiting: 5, spare: 9, free: 4, nodes: 2, slots: 4, because: 'what waits gets what is there' },
    { need: 1, waiting: 0, spare: 9, free: 21, nodes: 2, slots: 6, because: 'ahead goes a quarter of the rest' },
    { need: 1, waiting: 1, spare: 9, free: 21, nodes: 0, slots: 2, because: 'nothing goes ahead' },
  ])(
    'a wish for $need, $waiting, $spare of $free on $nodes nodes gets $slots: $because',
    ({ free, nodes, slots, ...wish }) => {
      expect(slotsFor(wish, free, nodes)).toBe(slots)
    },
  )

  test('never gives more than is free, and never less than is needed unless nothing', () => {
    const number = fc.nat(50)
    fc.assert(
      fc.property(
        fc.record({ need: number, waiting: number, spare: number }),
        number,
        fc.nat(9),
        (wish, free, nodes) => {
          const slots = slotsFor(wish, free, nodes)
          expect(slots).toBeLessThanOrEqual(free)
          expect(slots).toBeLessThanOrEqual(wish.need + wish.waiting + wish.spare)
          if (wish.need <= free) expect(slots).toBeGreaterThanOrEqual(wish.need)
        },
      ),
    )
  })
})

test('what others hold counts until their lease ends', () => {
  const holders = new Map<string, SlotHolder>([
    ['me', { slots: 5, untilMs: 2_000 }],
    ['lives', { slots: 3, untilMs: 1_001 }],
    ['died', { slots: 9, untilMs: 1_000 }],
  ])
  expect(slotsOfOthers(holders, 'me', 1_000)).toBe(3)
})

describe('SlotCounter', () => {
  test('never lets more in at once than the limit, and lets in again who waited', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.array(fc.boolean()), (limit, moves) => {
        const counter = new SlotCounter(limit)
        let running = 0
        for (const comes of moves) {
          if (comes && counter.admits()) {
            counter.charge()
            running += 1
          } else if (!comes && running > 0) {
            counter.release()
            running -= 1
          }
          expect(running).toBeLessThanOrEqual(limit)
          expect(counter.admits()).toBe(running < limit)
          expect(counter.remaining()).toBe(limit - running)
          expect(counter.isIdle()).toBe(running === 0)
          expect(counter.retryAfterMs()).toBe(running < limit ? 0 : Infinity)
          expect(counter.resetMs()).toBe(running === 0 ? 0 : Infinity)
        }
      }),
    )
  })

  test('does not fall below nothing', () => {
    const counter = new SlotCounter(1)
    counter.release()
    expect(counter.remaining()).toBe(1)
  })
})
