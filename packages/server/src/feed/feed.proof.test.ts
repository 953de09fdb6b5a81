import { setTimeout as sleep } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { appendChange } from './append-change.ts'
import type { Change, NewChange } from './change.ts'
import { startFeed, type Feed, type FeedOptions } from './feed.ts'
import { maintainFeed, renewFeed } from './maintain-feed.ts'
import { LOOK_LIMIT } from './rows.ts'

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
const revocation: NewChange = {
  workspaceId: 'wsp_1',
  kind: 'revocation',
  subjectType: 'key',
  subjectId: 'key_1',
  detail: { version: 2 },
}

let store: TestStore
const feeds: Feed[] = []

beforeEach(async () => {
  store = await openTestStore()
})
afterEach(async () => {
  for (const feed of feeds.splice(0)) await feed.close()
  await store.dispose()
})

async function follow(
  options: Partial<FeedOptions> = {},
  from: Pick<TestStore, 'raw' | 'listen'> = store,
): Promise<Feed> {
  const feed = await startFeed(from, silentLog, clock, { staleMs: 1_000, ...options })
  feeds.push(feed)
  return feed
}

const append = async (change: NewChange = revocation): Promise<number> =>
  store.transaction(async (tx) => appendChange(tx, change))

async function appendMany(count: number): Promise<number> {
  return store.transaction(async (tx) => {
    let position = 0
    for (let left = count; left > 0; left--) position = await appendChange(tx, revocation)
    return position
  })
}

/** The bell never rings: only the heartbeat is left. */
const deaf = {
  raw: async (text: string, values: readonly unknown[]) => store.raw(text, values),
  listen: async () => ({ close: async () => undefined }),
}

describe('the log', () => {
  test('stands in the order of the commits, without gaps, however many write at once', async () => {
    const feed = await follow()
    const seen: Change[] = []
    feed.onChange((changes) => void seen.push(...changes))
    let last = 0
    await Promise.all(
      Array.from({ length: 60 }, async (_, writer) => {
        await store
          .transaction(async (tx) => {
            const position = await appendChange(tx, { ...revocation, subjectId: `key_${writer}` })
            await sleep(writer % 5)
            if (writer % 7 === 3) throw new Error('rolled back')
            last = Math.max(last, position)
          })
          .catch(() => undefined)
      }),
    )
    expect(await feed.reached(last)).toBe(true)
    expect(seen.map((change) => change.position)).toEqual(Array.from({ length: last }, (_, index) => index + 1))
    expect(seen.length).toBe(60 - Array.from({ length: 60 }).filter((_, writer) => writer % 7 === 3).length)
  })

  test('gives the position that a read stands at: what was read beside it is at least as new', async () => {
    const [before] = await store.raw('select feed_position() as position', [])
    expect(before?.['position']).toBe(0)
    const held = Promise.withResolvers<void>()
    const appended = Promise.withResolvers<void>()
    const writing = store.transaction(async (tx) => {
      await appendChange(tx, revocation)
      appended.resolve()
      await held.promise
    })
    await appended.promise
    const [during] = await store.raw('select feed_position() as position', [])
    held.resolve()
    await writing
    const [after] = await store.raw('select feed_position() as position', [])
    expect([during?.['position'], after?.['position']]).toEqual([0, 1])
  })
})

describe('a reader', () => {
  test('is told by the bell, long before the heartbeat', async () => {
    const feed = await follow({ heartbeatMs: 60_000 })
    const seen: Change[] = []
    feed.onChange((changes) => void seen.push(...changes))
    const position = await append()
    await expect.poll(() => feed.position, { timeout: 2_000 }).toBe(position)
    expect(seen).toEqual([{ ...revocation, position, atMs: expect.any(Number) }])
    expect(Math.abs((seen[0]?.atMs ?? 0) - Date.now())).toBeLessThan(10_000)
  })

  test('finds out by the heartbeat when the bell is broken', async () => {
    const feed = await follow({ heartbeatMs: 20 }, deaf)
    const position = await append()
    await expect.poll(() => feed.position, { timeout: 2_000 }).toBe(position)
  })

  test('hears the bell again after its connection was cut', async () => {
    const feed = await follow({ heartbeatMs: 60_000 })
    await store.raw(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen claviger_feed%' and datname = current_database()`,
      [],
    )
    const position = await append()
    await expect.poll(() => feed.position, { timeout: 5_000 }).toBe(position)
  })

  test('takes in more than one page, in order', async () => {
    const feed = await follow({ heartbeatMs: 20 }, deaf)
    const seen: number[] = []
    feed.onChange((changes) => void seen.push(...changes.map((change) => change.position)))
    const last = await appendMany(LOOK_LIMIT * 2 + 7)
    expect(await feed.reached(last)).toBe(true)
    expect(seen).toEqual(Array.from({ length: last }, (_, index) => index + 1))
  })

  test('knows how old its knowledge is, and that it is lost when the database does not answer', async () => {
    let away = false
    const raw = async (text: string, values: readonly unknown[]): ReturnType<TestStore['raw']> => {
      if (away) throw new Error('away')
      return store.raw(text, values)
    }
    const feed = await follow({ heartbeatMs: 10, staleMs: 100 }, { ...deaf, raw })
    await sleep(60)
    expect(feed.ageMs()).toBeLessThan(60)
    expect(feed.isLost()).toBe(false)
    away = true
    await sleep(150)
    expect(feed.ageMs()).toBeGreaterThan(100)
    expect(feed.isLost()).toBe(true)
    away = false
    await expect.poll(() => feed.isLost(), { timeout: 2_000 }).toBe(false)
  })

  test('writes nothing while nothing changes', async () => {
    await follow({ heartbeatMs: 5 })
    // The last transaction that wrote each row.
    const written = async (): Promise<unknown> =>
      store.raw('select xmin::text as writer from feed_head union all select xmin::text from feed_change', [])
    const before = await written()
    await sleep(200)
    expect(await written()).toEqual(before)
  })

  test('counts a change as taken in when its listeners are done, but never holds up the next one for them', async () => {
    const feed = await follow({ heartbeatMs: 10 })
    const slow = Promise.withResolvers<void>()
    const told: number[] = []
    feed.onChange((changes) => {
      told.push(...changes.map((change) => change.position))
      return told.length === 1 ? slow.promise : undefined
    })
    const first = await append()
    await expect.poll(() => told).toEqual([first])
    const second = await append()
    await expect.poll(() => told).toEqual([first, second])
    expect(feed.position).toBe(0)
    expect(await feed.reached(second, 20)).toBe(false)
    slow.resolve()
    expect(await feed.reached(second)).toBe(true)
  })

  test('drops everything when a listener fails, at once or later, and goes on', async () => {
    const feed = await follow({ heartbeatMs: 10 })
    let resyncs = 0
    feed.onResync(() => void resyncs++)
    const stop = feed.onChange(() => {
      throw new Error('bug')
    })
    expect(await feed.reached(await append())).toBe(true)
    expect(resyncs).toBe(1)
    stop()
    feed.onChange(async () => {
      await sleep(1)
      throw new Error('bug')
    })
    expect(await feed.reached(await append())).toBe(true)
    await expect.poll(() => resyncs).toBe(2)
  })

  test('does not count as read while everything cannot be dropped', async () => {
    const feed = await follow({ heartbeatMs: 10, staleMs: 50 })
    let failing = true
    feed.onResync(() => {
      if (failing) throw new Error('bug')
    })
    const stop = feed.onChange(() => {
      throw new Error('bug')
    })
    await append()
    await expect.poll(() => feed.isLost()).toBe(true)
    stop()
    failing = false
    await expect.poll(() => feed.isLost()).toBe(false)
  })
})

describe('a reader that missed something', () => {
  test('drops everything when the tail that it needs is gone', async () => {
    let away = false
    const raw = async (text: string, values: readonly unknown[]): ReturnType<TestStore['raw']> => {
      if (away) throw new Error('away')
      return store.raw(text, values)
    }
    const feed = await follow({ heartbeatMs: 10 }, { ...deaf, raw })
    const told: number[] = []
    let resyncs = 0
    feed.onChange((changes) => void told.push(...changes.map((change) => change.position)))
    feed.onResync(() => void resyncs++)
    away = true
    await appendMany(5)
    await store.raw(`update feed_change set at = at - interval '8 days' where position <= 3`, [])
    await maintainFeed(store)
    away = false
    expect(await feed.reached(5)).toBe(true)
    expect({ told, resyncs }).toEqual({ told: [], resyncs: 1 })
    const next = await append()
    expect(await feed.reached(next)).toBe(true)
    expect(told).toEqual([next])
  })

  test('drops everything when the database was restored, even to the same position', async () => {
    const feed = await follow({ heartbeatMs: 10 })
    let resyncs = 0
    feed.onResync(() => void resyncs++)
    await store.transaction(renewFeed)
    await expect.poll(() => resyncs).toBe(1)
    expect(await feed.reached(await append())).toBe(true)
    await store.raw('update feed_head set position = 0', [])
    await store.raw('delete from feed_change where true', [])
    await expect.poll(() => resyncs).toBe(2)
    await expect.poll(() => feed.position).toBe(0)
  })

  test('keeps what is younger than seven days', async () => {
    await appendMany(3)
    await store.raw(`update feed_change set at = at - interval '6 days 23 hours'`, [])
    await maintainFeed(store)
    const [row] = await store.raw('select count(*) as count from feed_change', [])
    expect(row?.['count']).toBe(3)
  })
})
