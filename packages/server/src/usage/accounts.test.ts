import { describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { LeasedLimits } from './leased-limits.ts'
import { MemoryLeaseStore } from './testing/memory-lease-store.ts'
import { creditsOf, START_MS } from './testing/worlds.ts'

const UNITS = 10_000

describe('one balance that is declared differently, by apis that are called at the same time', () => {
  test.each([
    ['in both classes', { class: 'exact' }],
    ['in shadow and enforced', { mode: 'shadow' }],
    ['open and closed', { onCounterLoss: 'open' }],
  ] as const)('%s: every call is admitted and paid once, and no block stays open', async (_name, rest) => {
    const store = new MemoryLeaseStore(
      () => START_MS,
      () => 1,
    )
    store.grant('key_1', UNITS)
    const limits = new LeasedLimits({
      stores: [store],
      node: 'nod_1',
      clock: { nowMs: () => START_MS, monotonicMs: () => 0 },
      log: silentLog,
      schedule: queueMicrotask,
      after: (delayMs, work) => void setTimeout(work, delayMs),
    })
    const kinds: string[] = []
    for (let round = 0; round < 20; round++) {
      const calls = Array.from({ length: 6 }, async (_, at) =>
        limits.admit([creditsOf('key_1', at % 2 === 0 ? {} : rest)], 1),
      )
      kinds.push(...(await Promise.all(calls)).map(({ kind }) => kind))
    }
    expect(kinds).toEqual(Array.from({ length: 120 }, () => 'admitted'))
    await limits.close()
    expect(store.books.credits.get('key_1')).toEqual({ booked: UNITS - 120, blocks: new Map() })
  })
})
