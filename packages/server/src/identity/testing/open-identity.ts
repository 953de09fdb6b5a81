/** A room to test in: real PostgreSQL, real seal, real feed, and the first workspace. */
import { silentLog } from '#config'
import { startFeed, type Feed } from '#feed'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../../store/testing.ts'
import { AdminKeyDirectory } from '../admin-key-directory.ts'
import type { Caller, IdentityRoom } from '../room.ts'
import { ensureFirstWorkspace } from '../workspaces.ts'

export interface TestIdentity {
  readonly store: TestStore
  readonly seal: Seal
  readonly feed: Feed
  readonly directory: AdminKeyDirectory
  readonly room: IdentityRoom
  readonly workspaceId: string
  readonly caller: Caller
  /** The room's clock, in Unix ms; starts at the real time and stands still until it is set. */
  clockMs: number
  dispose(): Promise<void>
}

export async function openTestIdentity(): Promise<TestIdentity> {
  const store = await openTestStore()
  const seal = await openSeal(store, store.config, silentLog)
  const feed = await startFeed(
    store,
    silentLog,
    { nowMs: () => Date.now(), monotonicMs: () => performance.now() },
    { staleMs: 2_000 },
  )
  const clock = { ms: Date.now() }
  const room: IdentityRoom = {
    store,
    seal,
    nowMs: () => clock.ms,
    hasPlan: async () => false,
    refuseLooserApp: async () => undefined,
    publicUrl: 'https://claviger.example',
    reached: async (position) => feed.reached(position),
  }
  const { workspaceId } = await ensureFirstWorkspace(room)
  const directory = new AdminKeyDirectory({ store, seal, log: silentLog, nowMs: room.nowMs })
  feed.onChange(async (changes) => {
    for (const change of changes) await directory.apply(change)
  })
  await directory.loadAll()
  return {
    store,
    seal,
    feed,
    directory,
    room,
    workspaceId,
    caller: { workspaceId, actor: { type: 'system', id: 'test' } },
    get clockMs() {
      return clock.ms
    },
    set clockMs(ms) {
      clock.ms = ms
    },
    async dispose() {
      await feed.close()
      await seal.close()
      await store.dispose()
    },
  }
}
