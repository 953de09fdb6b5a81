import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { readUsage, writeUsage, type UsageRecord } from './usage-hour.ts'

const DAY_MS = 86_400_000
const NOON = Date.UTC(2026, 10, 24, 12)
const usage = {
  requests: 1,
  inputTokens: 10,
  outputTokens: 5,
  cachedTokens: 2,
  bytesIn: 100,
  bytesOut: 1_000,
  firstByteMs: 3,
  metered: true,
  ended: 'complete',
} as const

let store: TestStore

beforeAll(async () => {
  store = await openTestStore()
})
beforeEach(async () => {
  await store.raw('truncate usage_hour', [])
})
afterAll(async () => store.dispose())

function record(rest: Partial<UsageRecord> = {}): UsageRecord {
  return {
    atMs: NOON + 61_000,
    workspaceId: 'wsp_1',
    appId: 'app_1',
    keyId: 'key_1',
    targetId: 'rte_1',
    code: 'valid',
    status: 200,
    durationMs: 12.5,
    usage,
    ...rest,
  }
}

const write = async (records: readonly UsageRecord[]): Promise<void> =>
  store.transaction(async (tx) => writeUsage(tx, records))
const all = { workspaceId: 'wsp_1', fromMs: NOON - DAY_MS, toMs: NOON + 2 * DAY_MS } as const

describe('hourly sums', () => {
  test('add up, over one batch and over several', async () => {
    await write([record(), record({ durationMs: 2 }), record({ code: 'scope_missing', status: 403, usage: undefined })])
    await write([record({ status: 502 }), record({ usage: { ...usage, ended: 'upstream_cut', metered: false } })])
    expect(await readUsage(store.db, { ...all, groupBy: [] })).toEqual([
      {
        requests: 5,
        refused: 1,
        failed: 2,
        inputTokens: 40,
        outputTokens: 20,
        cachedTokens: 8,
        unmetered: 1,
        bytesIn: 400,
        bytesOut: 4_000,
        durationMs: 52,
      },
    ])
  })

  test('stand apart by hour, day, app, key and target, and never show another workspace', async () => {
    await write([
      record(),
      record({ atMs: NOON + 3_600_000 }),
      record({ atMs: NOON + DAY_MS, keyId: 'key_2' }),
      record({ targetId: undefined, appId: 'app_2' }),
      record({ workspaceId: 'wsp_2' }),
    ])
    const by = async (...groupBy: ('hour' | 'day' | 'app' | 'key' | 'target')[]): Promise<unknown> =>
      (await readUsage(store.db, { ...all, groupBy })).map(({ fromMs, appId, keyId, targetId, requests }) => [
        fromMs ?? appId ?? keyId ?? targetId,
        requests,
      ])
    expect(await by('hour')).toEqual([
      [NOON, 2],
      [NOON + 3_600_000, 1],
      [NOON + DAY_MS, 1],
    ])
    expect(await by('day')).toEqual([
      [NOON - DAY_MS / 2, 3],
      [NOON + DAY_MS / 2, 1],
    ])
    expect(await by('app')).toEqual([
      ['app_1', 3],
      ['app_2', 1],
    ])
    expect(await by('key')).toEqual([
      ['key_1', 3],
      ['key_2', 1],
    ])
    expect(await by('target')).toEqual([
      ['', 1],
      ['rte_1', 3],
    ])
    expect(await readUsage(store.db, { ...all, groupBy: ['day', 'key'] })).toHaveLength(2)
  })

  test('can be asked for one app, key or target, and for a span of hours', async () => {
    await write([record(), record({ keyId: 'key_2' }), record({ atMs: NOON - 1 }), record({ atMs: NOON + 3_600_000 })])
    const requests = async (rest: object): Promise<unknown> =>
      (await readUsage(store.db, { ...all, groupBy: [], ...rest }))[0]?.requests
    expect(await requests({ keyId: 'key_2' })).toBe(1)
    expect(await requests({ appId: 'app_9' })).toBe(0)
    expect(await requests({ fromMs: NOON + 10, toMs: NOON + 3_600_000 })).toBe(2)
  })

  test('written by several drains at once, nothing is lost and nobody waits in a circle', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `key_${index}`)
    await Promise.all(
      Array.from({ length: 12 }, async (_, turn) =>
        write((turn % 2 === 0 ? keys : keys.toReversed()).map((keyId) => record({ keyId }))),
      ),
    )
    expect((await readUsage(store.db, { ...all, groupBy: [] }))[0]?.requests).toBe(480)
  })
})
