import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { appendChange } from './append-change.ts'
import { startFeed, type Feed } from './feed.ts'
import { maintainFeed } from './maintain-feed.ts'
import { ackedBy, acknowledgedBy, advanceDrained, drainedTo, endNode, listNodes, registerNode } from './nodes.ts'

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
const node = (id: string) => ({ id, name: 'one', roles: ['gateway', 'control'], version: '0.1.0' })

let store: TestStore
let feed: Feed

beforeEach(async () => {
  store = await openTestStore()
  feed = await startFeed(store, silentLog, clock, { staleMs: 1_000 })
})
afterEach(async () => {
  await feed.close()
  await store.dispose()
})

async function liveNodes(): Promise<unknown> {
  const [row] = await store.raw('select feed_live_nodes() as count', [])
  return row?.['count']
}

describe('nodes', () => {
  test('live while they run, ended when they close; the one that asks always counts', async () => {
    expect(await liveNodes()).toBe(1)
    const one = await registerNode(store, feed, node('nod_1'), silentLog)
    const two = await registerNode(store, feed, node('nod_2'), silentLog)
    expect(await liveNodes()).toBe(2)
    await two.close()
    expect(await liveNodes()).toBe(1)
    expect(await listNodes(store.db)).toMatchObject([
      { id: 'nod_2', state: 'ended' },
      { id: 'nod_1', state: 'live', roles: ['gateway', 'control'], version: '0.1.0' },
    ])
    await one.close()
  })

  test('away when silent, ended after an hour, forgotten after a year, and back when they speak again', async () => {
    await registerNode(store, feed, node('nod_1'), silentLog)
    const silentFor = async (interval: string): Promise<unknown> => {
      await store.raw(`update feed_node set seen_at = clock_timestamp() - interval '${interval}', ended_at = null`, [])
      await maintainFeed(store)
      return (await listNodes(store.db))[0]?.state
    }
    expect(await silentFor('11 seconds')).toBe('away')
    expect(await liveNodes()).toBe(1)
    expect(await silentFor('61 minutes')).toBe('ended')
    await expect.poll(async () => (await listNodes(store.db))[0]?.state, { timeout: 4_000 }).toBe('live')
    await store.raw(`update feed_node set ended_at = clock_timestamp() - interval '401 days'`, [])
    await maintainFeed(store)
    expect(await listNodes(store.db)).toEqual([])
  })

  test('tell at once that they have taken in a revocation, so that a receipt can say so', async () => {
    const one = await registerNode(store, feed, node('nod_1'), silentLog)
    await registerNode(store, feed, node('nod_2'), silentLog).then(async (two) => two.close())
    const position = await store.transaction(async (tx) =>
      appendChange(tx, { workspaceId: 'w', kind: 'revocation', subjectType: 'key', subjectId: 'k', detail: {} }),
    )
    await expect.poll(async () => ackedBy(store.db, position), { timeout: 1_000 }).toEqual({ acked: 1, running: 1 })
    expect(await ackedBy(store.db, position + 1)).toEqual({ acked: 0, running: 1 })
    const receipt = async (here: boolean) =>
      acknowledgedBy({ db: store.db, feed: { reached: async () => here } }, position + 1)
    expect(await receipt(true)).toEqual({ acknowledged: 1, total: 1 })
    expect(await receipt(false)).toEqual({ acknowledged: 0, total: 1 })
    await one.close()
  })
})

describe('the cursor of a spool', () => {
  const advance = async (from: number, to: number): Promise<string> =>
    store.transaction(async (tx) => advanceDrained(tx, 'nod_1', from, to))

  test('moves over new lines, gaps of damage included, and knows lines that it has seen', async () => {
    await registerNode(store, feed, node('nod_1'), silentLog)
    expect(await advance(1, 10)).toBe('new')
    expect(await advance(1, 10)).toBe('seen')
    expect(await advance(3, 7)).toBe('seen')
    expect(await advance(15, 20)).toBe('new')
    expect(await drainedTo(store.db, 'nod_1')).toBe(20)
    await expect(advance(18, 25)).rejects.toThrow('in part')
    expect(await drainedTo(store.db, 'nod_1')).toBe(20)
  })

  test('is kept for a node that the database does not know, which does not become live by it', async () => {
    expect(await advance(5, 9)).toBe('new')
    expect(await drainedTo(store.db, 'nod_1')).toBe(9)
    expect((await listNodes(store.db))[0]?.state).toBe('ended')
  })

  test('does not move when the transaction that stores the lines fails', async () => {
    await endNode(store.db, 'nod_1')
    const failed = store.transaction(async (tx) => {
      await advanceDrained(tx, 'nod_1', 1, 5)
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    expect(await advance(1, 5)).toBe('new')
  })

  test('lets only one of two drains of the same lines store them', async () => {
    const stored: string[] = []
    await Promise.all(
      Array.from({ length: 8 }, async () =>
        store.transaction(async (tx) => {
          if ((await advanceDrained(tx, 'nod_1', 1, 5)) === 'new') stored.push('stored')
        }),
      ),
    )
    expect(stored).toEqual(['stored'])
  })
})
