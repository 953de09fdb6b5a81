import { describe, expect, test } from 'vitest'
import { openLocalCounter } from './local-share.ts'
import { capacityOf, countsAlike, type LimitPolicy } from './policy.ts'

const common = { id: 'x', name: 'x', class: 'bounded', limit: 90, mode: 'enforce', onCounterLoss: 'local' } as const
const window: LimitPolicy = { ...common, kind: 'window', windowMs: 1_000, buckets: 60 }
const burst: LimitPolicy = { ...common, kind: 'burst', windowMs: 1_000, burst: 30 }
const concurrency: LimitPolicy = { ...common, kind: 'concurrency' }
const quota: LimitPolicy = { ...common, kind: 'quota', period: 'day', anchorDay: 1, anchorMonth: 1, zone: 'UTC' }
const credits: LimitPolicy = { ...common, kind: 'credits', account: 'key_1' }

/** How many calls get in at once. */
function admitted(policy: LimitPolicy, nodes: number): number {
  const counter = openLocalCounter(policy, nodes, 1_000)
  let count = 0
  for (; counter?.admits(1, 1_000) === true && count < 1_000; count += 1) counter.charge(1, 1_000)
  return count
}

describe('the part of one process', () => {
  test.each([
    { policy: window, nodes: 1, part: 90 },
    { policy: window, nodes: 4, part: 22 },
    { policy: burst, nodes: 3, part: 10 },
    { policy: concurrency, nodes: 9, part: 10 },
    { policy: quota, nodes: 2, part: 45 },
    { policy: { ...window, limit: 2 }, nodes: 9, part: 1 },
  ])('of $policy.limit by $policy.kind among $nodes is $part', ({ policy, nodes, part }) => {
    expect(admitted(policy, nodes)).toBe(part)
  })

  test('of credits does not exist', () => {
    expect(openLocalCounter(credits, 1, 0)).toBeUndefined()
  })
})

describe('declarations', () => {
  const all = [window, burst, concurrency, quota, credits]

  test('count alike only with themselves, whatever they are called', () => {
    for (const [at, one] of all.entries()) {
      for (const [with_, other] of all.entries())
        expect(countsAlike(one, { ...other, name: 'other' })).toBe(at === with_)
    }
  })

  test.each([
    [window, { ...window, windowMs: 2_000 }],
    [window, { ...window, limit: 91 }],
    [window, { ...window, class: 'exact' }],
    [window, { ...window, mode: 'shadow' }],
    [burst, { ...burst, burst: 31 }],
    [quota, { ...quota, zone: 'Europe/Berlin' }],
    [quota, { ...quota, anchorDay: 2 }],
    [credits, { ...credits, account: 'key_2' }],
  ] as const)('%o and %o do not', (one, other) => {
    expect(countsAlike(one, other)).toBe(false)
  })

  test('tell the most that one call can get', () => {
    expect(all.map(capacityOf)).toEqual([90, 30, Infinity, 90, Infinity])
  })
})
