import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Offenders, type BackOff } from './offenders.ts'

const backOff: BackOff = {
  freeFailures: 5,
  perMs: 10_000,
  firstBlockMs: 1_000,
  maxBlockMs: 8_000,
  decayMs: 60_000,
  maxRemembered: 100,
}

/** Fails until it is blocked. @returns for how long */
function provoke(offenders: Offenders<string>, subject: string, nowMs: number): number {
  for (let count = 0; count < 20 && offenders.blockedForMs(subject, nowMs) === 0; count++)
    offenders.fail(subject, nowMs, 1)
  return offenders.blockedForMs(subject, nowMs)
}

/** Blocks it again and again. @returns when the last block ends */
function convict(offenders: Offenders<string>, subject: string, times: number, nowMs: number): number {
  let atMs = nowMs
  for (let count = 0; count < times; count++) atMs += provoke(offenders, subject, atMs)
  return atMs
}

describe('who keeps failing', () => {
  test('has some failures free, and those that come slowly', () => {
    const offenders = new Offenders<string>(backOff)
    for (let count = 0; count < 5; count++) offenders.fail('a', 1_000, 1)
    expect(offenders.blockedForMs('a', 1_000)).toBe(0)
    for (let count = 0; count < 100; count++) offenders.fail('a', 12_000 + count * 2_100, 1)
    expect(offenders.blockedForMs('a', 12_000 + 100 * 2_100)).toBe(0)
  })

  test('is blocked, each time twice as long, up to a bound; one failure after a block is enough', () => {
    const offenders = new Offenders<string>(backOff)
    let nowMs = 1_000
    const blocks: number[] = []
    for (let round = 0; round < 6; round++) {
      if (round > 0) offenders.fail('a', nowMs, 1)
      const blockedMs = round > 0 ? offenders.blockedForMs('a', nowMs) : provoke(offenders, 'a', nowMs)
      blocks.push(blockedMs)
      nowMs += blockedMs
      expect(offenders.blockedForMs('a', nowMs)).toBe(0)
    }
    expect(blocks).toEqual([1_000, 2_000, 4_000, 8_000, 8_000, 8_000])
  })

  test('is blocked half as long for each quiet time, until all is forgiven', () => {
    const offenders = new Offenders<string>(backOff)
    const endMs = convict(offenders, 'a', 4, 1_000)
    const firstMs = endMs + backOff.decayMs
    expect(provoke(offenders, 'a', firstMs)).toBe(8_000)
    const secondMs = firstMs + 8_000 + 2 * backOff.decayMs
    expect(provoke(offenders, 'a', secondMs)).toBe(4_000)
    expect(provoke(offenders, 'a', secondMs + 4_000 + 10 * backOff.decayMs)).toBe(1_000)
  })

  test('is not blocked longer for what comes while the block lasts', () => {
    const offenders = new Offenders<string>(backOff)
    provoke(offenders, 'a', 1_000)
    for (let count = 0; count < 50; count++) offenders.fail('a', 1_500, 1)
    expect(offenders.blockedForMs('a', 1_500)).toBe(500)
    expect(provoke(offenders, 'a', 2_000)).toBe(2_000)
  })

  test('is blocked sooner when a failure weighs more', () => {
    const offenders = new Offenders<string>(backOff)
    expect(offenders.fail('a', 1_000, 5)).toBe(false)
    expect(offenders.fail('a', 1_000, 5)).toBe(true)
  })
})

describe('a subject that is forgiven', () => {
  test('is free at once, and begins anew', () => {
    const offenders = new Offenders<string>(backOff)
    const endMs = convict(offenders, 'a', 4, 1_000)
    provoke(offenders, 'a', endMs)
    provoke(offenders, 'b', endMs)
    offenders.forgive('a')
    expect([offenders.blockedForMs('a', endMs), offenders.blockedForMs('b', endMs)]).toEqual([0, 1_000])
    expect(provoke(offenders, 'a', endMs)).toBe(1_000)
  })

  test('may be one that nobody knows', () => {
    const offenders = new Offenders<string>(backOff)
    offenders.forgive('a')
    expect(offenders.remembered).toBe(0)
  })

  test('leaves nothing behind that would be let go of in its place', () => {
    const offenders = new Offenders<string>(backOff)
    for (let count = 0; count < 40; count++) {
      provoke(offenders, `gone${count}`, 0)
      offenders.forgive(`gone${count}`)
    }
    expect(offenders.remembered).toBe(0)
    for (let count = 0; count < 50; count++) provoke(offenders, `new${count}`, 0)
    expect(offenders.blocks(0)).toHaveLength(50)
  })
})

describe('what is remembered', () => {
  test('never grows beyond the bound, whatever fails how', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ who: fc.nat(400), times: fc.integer({ min: 1, max: 30 }), passMs: fc.nat(90_000) })),
        (steps) => {
          const offenders = new Offenders<number>({ ...backOff, maxRemembered: 20 })
          let nowMs = 0
          for (const { who, times, passMs } of steps) {
            nowMs += passMs
            for (let count = 0; count < times; count++) offenders.fail(who, nowMs, 1)
            expect(offenders.remembered).toBeLessThanOrEqual(20)
            expect(offenders.blocks(nowMs).every(({ forMs }) => forMs <= backOff.maxBlockMs)).toBe(true)
          }
        },
      ),
    )
  })

  test('keeps who is blocked, however many others fail a little', () => {
    const offenders = new Offenders<string>(backOff)
    provoke(offenders, 'a', 1_000)
    for (let count = 0; count < 10_000; count++) offenders.fail(`b${count}`, 1_000, 1)
    expect(offenders.blockedForMs('a', 1_000)).toBe(1_000)
    expect(offenders.remembered).toBeLessThanOrEqual(100)
  })

  test('keeps the worst, however many others are blocked less often', () => {
    const offenders = new Offenders<string>(backOff)
    const endMs = convict(offenders, 'a', 4, 1_000)
    provoke(offenders, 'a', endMs)
    for (let count = 0; count < 1_000; count++) convict(offenders, `b${count}`, 1, endMs)
    expect(offenders.blockedForMs('a', endMs)).toBe(8_000)
    expect(offenders.remembered).toBeLessThanOrEqual(100)
  })

  test('lets go of whose time is over before anybody who is blocked', () => {
    const offenders = new Offenders<string>(backOff)
    for (let count = 0; count < 49; count++) convict(offenders, `old${count}`, 4, 0)
    const laterMs = 100 * backOff.decayMs
    provoke(offenders, 'first', laterMs)
    for (let count = 0; count < 49; count++) provoke(offenders, `new${count}`, laterMs)
    expect(offenders.blockedForMs('first', laterMs)).toBe(1_000)
    expect(offenders.blocks(laterMs)).toHaveLength(50)
  })

  test('blocks a newcomer even when all places are taken by worse ones', () => {
    const offenders = new Offenders<string>(backOff)
    for (let count = 0; count < 60; count++) convict(offenders, `bad${count}`, 3, 0)
    expect(provoke(offenders, 'new', 7_000)).toBe(1_000)
  })
})
