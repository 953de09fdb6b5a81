import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { encodeEpisode, listEntries, recordInterrupted, writeJournal, type FailureEpisode } from './index.ts'

const START_MS = Date.UTC(2026, 10, 24, 12)

let store: TestStore
let seal: Seal

beforeEach(async () => {
  store = await openTestStore()
  seal = await openSeal(store, store.config, silentLog)
  await store.transaction((tx) => seal.ensureWorkspace(tx, 'wsp_a'))
})
afterEach(async () => {
  await seal.close()
  await store.dispose()
})

function line(phase: FailureEpisode['phase'], changes: Partial<FailureEpisode> = {}): string {
  return encodeEpisode({
    id: 'evt_1',
    phase,
    atMs: START_MS + 4_000,
    beganAtMs: START_MS,
    durationMs: 4_000,
    dependency: 'counters',
    mode: 'closed',
    target: { type: 'limit', id: 'key:key_1:requests', workspaceId: 'wsp_a' },
    served: 0,
    refused: 0,
    dropped: 0,
    ...changes,
  })
}

const write = async (lines: readonly string[]): Promise<void> =>
  store.transaction(async (tx) => void (await writeJournal(tx, 'nod_1', 1, lines)))
const bury = async (): Promise<void> => store.transaction(async (tx) => void (await recordInterrupted(tx, 'nod_1')))

/** Oldest first. */
const entriesOf = async (workspaceId: string | undefined) =>
  (await listEntries(store.db, { workspaceId, limit: 50 })).items.toReversed()
const entries = async () => entriesOf('wsp_a')

const begin = { operation: 'failure_modes.begin', durationMs: 0 }
const end = { operation: 'failure_modes.end' }

describe('an episode in the audit log', () => {
  test('is an entry of its begin and one of its end, in clear, by the system', async () => {
    await write([line('began', { atMs: START_MS, durationMs: 0 }), line('so_far', { refused: 3 })])
    await write([line('ended', { refused: 7, served: 2, ended: 'back' })])
    expect(await entries()).toMatchObject([
      {
        ...begin,
        actor: { type: 'system', id: 'dataplane' },
        resource: { type: 'limit', id: 'key:key_1:requests' },
        values: { dependency: 'counters', mode: 'closed', episode_id: 'evt_1', node_id: 'nod_1' },
      },
      {
        ...end,
        durationMs: 4_000,
        resource: { type: 'limit', id: 'key:key_1:requests' },
        values: {
          episode_id: 'evt_1',
          began_at: '2026-11-24T12:00:00.000Z',
          ended_at: '2026-11-24T12:00:04.000Z',
          ended: 'back',
          served: 2,
          refused: 7,
          dropped: 0,
        },
      },
    ])
    await bury()
    expect(await entries()).toHaveLength(2)
  })

  test('whose process died is ended by whoever buries it, once, with the last that was known', async () => {
    await write([line('began')])
    await write([line('so_far', { atMs: START_MS + 9_000, durationMs: 9_000, refused: 5 })])
    await bury()
    await bury()
    expect(await entries()).toMatchObject([
      begin,
      {
        ...end,
        durationMs: 9_000,
        values: { ended: 'interrupted', refused: 5, ended_at: '2026-11-24T12:00:09.000Z' },
      },
    ])
  })

  test('that came and went within one batch leaves nothing open', async () => {
    await write([line('began'), line('ended', { ended: 'stopped' })])
    expect(await store.db.selectFrom('audit_open').selectAll().execute()).toEqual([])
    expect(await entries()).toMatchObject([begin, { ...end, values: { ended: 'stopped' } }])
  })

  test('of a dependency of the whole installation concerns no workspace', async () => {
    await write([
      line('began', { dependency: 'store', target: { type: 'store', id: 'database', workspaceId: undefined } }),
    ])
    expect(await entries()).toEqual([])
    expect(await entriesOf(undefined)).toMatchObject([{ ...begin, workspaceId: undefined }])
  })

  test('of a workspace that is not there any more does not hold up the journal', async () => {
    const target = { type: 'limit' as const, id: 'key:key_9:requests', workspaceId: 'wsp_gone' }
    await write([line('began', { target })])
    expect(await entriesOf(undefined)).toMatchObject([{ ...begin, resource: { id: 'key:key_9:requests' } }])
  })

  test('that lasted longer than a column holds is told as long as it holds', async () => {
    await write([line('ended', { durationMs: 5e9, ended: 'back' })])
    expect(await entries()).toMatchObject([{ durationMs: 2_147_483_647 }])
  })

  test('is listed beside those of a workspace to whoever runs the installation, newest first, page by page', async () => {
    const ofStore = { target: { type: 'store' as const, id: 'database', workspaceId: undefined } }
    for (let each = 0; each < 6; each += 1) {
      await write([line('ended', { id: `evt_${each}`, ended: 'back', ...(each % 2 === 0 ? {} : ofStore) })])
    }
    const found: unknown[] = []
    for (let cursor: string | undefined; ;) {
      const query = { workspaceId: 'wsp_a', besides: 'installation', limit: 2, cursor } as const
      const page = await listEntries(store.db, query)
      found.push(...page.items.map(({ values }) => values['episode_id']))
      cursor = page.nextCursor
      if (cursor === undefined) break
    }
    expect(found).toEqual(['evt_5', 'evt_4', 'evt_3', 'evt_2', 'evt_1', 'evt_0'])
  })
})
