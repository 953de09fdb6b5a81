import { describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import type { Change } from '#feed'
import { TakeIn, type Follower, type TakeInOptions } from './take-in.ts'

const change = (position: number, members: Partial<Change> = {}): Change => ({
  workspaceId: 'wsp_1',
  kind: 'edit',
  subjectType: 'api',
  subjectId: `api_${position}`,
  detail: {},
  position,
  atMs: 0,
  ...members,
})
const revocation = (position: number): Change =>
  change(position, { kind: 'revocation', subjectType: 'key', subjectId: 'key_1' })

let nowMs = 0
const nothing = async (): Promise<void> => undefined
const takeInOf = (followers: Record<string, Follower>, options: Partial<TakeInOptions> = {}): TakeIn =>
  new TakeIn({
    log: silentLog,
    monotonicMs: () => nowMs,
    followers,
    refreshKeys: nothing,
    loadFilter: nothing,
    ...options,
  })

describe('a batch', () => {
  test('takes away what is revoked before anything is read, however much stands before it', async () => {
    const said: string[] = []
    const takeIn = takeInOf({
      keys: {
        mark: ({ kind, position }) => void (kind === 'revocation' && said.push(`revoked ${position}`)),
        reload: async ({ position }) => void said.push(`read ${position}`),
      },
      streams: { mark: ({ kind }) => void (kind === 'revocation' && said.push('cut')) },
    })
    const taken = takeIn.take([...Array.from({ length: 999 }, (_, index) => change(index + 1)), revocation(1_000)])
    expect(said).toEqual(['revoked 1000', 'cut'])
    await taken
    expect(said).toHaveLength(2 + 1_000)
  })

  test('is read after the one before it, and marked at once', async () => {
    const slow = Promise.withResolvers<void>()
    const said: string[] = []
    const takeIn = takeInOf({
      keys: {
        mark: ({ position }) => void said.push(`mark ${position}`),
        async reload({ position }) {
          if (position === 1) await slow.promise
          said.push(`read ${position}`)
        },
      },
    })
    const first = takeIn.take([change(1)])
    const second = takeIn.take([revocation(2)])
    await new Promise((resolve) => setImmediate(resolve))
    expect(said).toEqual(['mark 1', 'mark 2'])
    slow.resolve()
    await Promise.all([first, second])
    expect(said).toEqual(['mark 1', 'mark 2', 'read 1', 'read 2'])
  })

  test('reads once what changed many times', async () => {
    let reads = 0
    const takeIn = takeInOf({ keys: { mark: () => undefined, reload: async () => void reads++ } })
    await takeIn.take([1, 2, 3].map((position) => change(position, { subjectId: 'api_1' })))
    expect(reads).toBe(1)
  })

  test('is taken in to its end when the peppers cannot be read, which are tried again', async () => {
    let down = true
    const read: number[] = []
    const takeIn = takeInOf(
      { keys: { mark: () => undefined, reload: async ({ position }) => void read.push(position) } },
      {
        async refreshKeys() {
          if (down) throw new Error('away')
        },
      },
    )
    nowMs = 1_000
    await takeIn.take([change(1, { subjectType: 'pepper' }), change(2)])
    expect(read).toEqual([1, 2])
    nowMs = 3_000
    await takeIn.retry()
    expect(takeIn.staleForMs()).toBe(2_000)
    down = false
    await takeIn.retry()
    expect(takeIn.staleForMs()).toBe(0)
  })

  test('reaches the others when one of them fails, and that one reads everything again', async () => {
    let loads = 0
    const marked: number[] = []
    const takeIn = takeInOf({
      broken: {
        mark() {
          throw new Error('bug')
        },
        loadAll: async () => void loads++,
      },
      streams: { mark: ({ position }) => void marked.push(position) },
    })
    await takeIn.take([revocation(1)])
    expect({ marked, loads }).toEqual({ marked: [1], loads: 1 })
  })
})

describe('a resync', () => {
  test('is pending for each part until that part was read, and counts as age', async () => {
    let down = true
    let forgotten = 0
    const loads = { keys: 0, targets: 0 }
    nowMs = 0
    const takeIn = takeInOf({
      keys: { mark: () => undefined, distrust: () => void forgotten++, loadAll: async () => void loads.keys++ },
      targets: {
        mark: () => undefined,
        async loadAll() {
          loads.targets++
          if (down) throw new Error('away')
        },
      },
    })
    takeIn.resync()
    expect(forgotten).toBe(1)
    await takeIn.retry()
    nowMs = 5_000
    expect(takeIn.staleForMs()).toBe(5_000)
    down = false
    await takeIn.retry()
    expect(takeIn.staleForMs()).toBe(0)
    expect(loads.keys).toBe(1)
    const { targets } = loads
    await takeIn.retry()
    expect(loads.targets).toBe(targets)
  })

  test('that comes while one is under way is done after it', async () => {
    const slow = Promise.withResolvers<void>()
    let loads = 0
    const takeIn = takeInOf({
      keys: {
        mark: () => undefined,
        async loadAll() {
          loads++
          await slow.promise
        },
      },
    })
    takeIn.resync()
    takeIn.resync()
    expect(loads).toBe(1)
    slow.resolve()
    await takeIn.retry()
    expect(loads).toBe(2)
  })

  test('tries the filter again until it is read, and is not out of date without it', async () => {
    let tries = 0
    const takeIn = takeInOf(
      {},
      {
        async loadFilter() {
          if (++tries < 3) throw new Error('away')
        },
      },
    )
    takeIn.loadFilter()
    expect(takeIn.staleForMs()).toBe(0)
    for (let round = 0; round < 5; round++) {
      await takeIn.retry()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(tries).toBe(3)
  })
})

test('a round of retries does not begin while the last one is under way', async () => {
  const slow = Promise.withResolvers<void>()
  let rounds = 0
  const takeIn = takeInOf({
    keys: {
      mark: () => undefined,
      async retryStale() {
        rounds++
        await slow.promise
      },
    },
  })
  const first = takeIn.retry()
  await takeIn.retry()
  expect(rounds).toBe(1)
  slow.resolve()
  await first
  await takeIn.retry()
  expect(rounds).toBe(2)
})
