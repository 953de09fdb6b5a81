/** What processes tell each other of their blocks, over a real database. */
import { parseIp } from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { maintainUsage } from './maintain-usage.ts'
import { deleteToldBlock, selectToldBlocks } from './rows-shield.ts'
import { openShieldBoard, type ShieldBoard } from './shield-board.ts'
import { Shield } from './shield.ts'

let store: TestStore
let shield: Shield
let board: ShieldBoard
let writes: number
const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }

beforeEach(async () => {
  store = await openTestStore()
  shield = new Shield()
  writes = 0
  board = openShieldBoard({
    store: {
      raw: async (text, values) => {
        writes += 1
        return store.raw(text, values)
      },
    },
    node: 'nod_1',
    clock,
    log: silentLog,
    blocks: () => shield.blocks(clock.monotonicMs()),
  })
})
afterEach(async () => {
  await board.close()
  await store.dispose()
})

function block(address: string): void {
  const clientIp = parseIp(address)
  for (let count = 0; count < 61; count++)
    shield.recordFailure({ clientIp, presented: undefined, reason: 'malformed' }, clock.monotonicMs())
}

const seenBy = async (node: string) => selectToldBlocks(store.db, node, new Date())

describe('the blocks of a process', () => {
  test('are seen by the others, with their times, until they end', async () => {
    block('203.0.113.7')
    await board.tell()
    const [seen, ...more] = await seenBy('nod_2')
    expect(more).toEqual([])
    expect(seen).toMatchObject({ nodeId: 'nod_1', scope: 'address', subject: '203.0.113.7/32', failures: 61 })
    expect((seen?.untilAtMs ?? 0) - (seen?.sinceAtMs ?? 0)).toBeGreaterThan(900)
    expect(await seenBy('nod_1')).toEqual([])
    expect(await selectToldBlocks(store.db, 'nod_2', new Date(Date.now() + 1_500))).toEqual([])
  })

  test('are written once, however often it is looked, and taken back', async () => {
    await board.tell()
    expect(writes).toBe(0)
    block('203.0.113.7')
    await board.tell()
    await board.tell()
    expect(writes).toBe(1)
    block('203.0.113.8')
    shield.lift({ scope: 'address', subject: '203.0.113.7/32' })
    await board.tell()
    expect((await seenBy('nod_2')).map(({ subject }) => subject)).toEqual(['203.0.113.8/32'])
    await board.close()
    expect(await seenBy('nod_2')).toEqual([])
  })

  test('are told up to a bound, the longest first', async () => {
    for (let count = 0; count < 1_100; count++) block(`10.9.${count >> 8}.${count & 255}`)
    await board.tell()
    expect(await seenBy('nod_2')).toHaveLength(1_000)
  })

  test('are gone when one is lifted, and when their process has long been gone', async () => {
    block('203.0.113.7')
    block('203.0.113.8')
    await board.tell()
    await store.transaction(async (tx) => deleteToldBlock(tx, { scope: 'address', subject: '203.0.113.7/32' }))
    expect(await seenBy('nod_2')).toHaveLength(1)
    await store.raw(`update usage_shield_block set until_at = until_at - interval '61 minutes'`, [])
    await maintainUsage(store)
    expect(await store.raw('select * from usage_shield_block', [])).toEqual([])
  })
})
