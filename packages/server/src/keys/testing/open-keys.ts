/** The room of keys to test in: over a real database, seal and feed, with an api and an app. */
import { decide, type DecisionCode } from '@claviger/core'
import { silentLog } from '#config'
import { createApp, findApp, loadAppPart, loadWorkspacePart, maxKeyAgeSeconds } from '#identity'
import type { Store } from '#store'
import { openTestIdentity, type TestIdentity } from '../../identity/testing/open-identity.ts'
import { createApi } from '../apis.ts'
import { createKey, type IssuedKey, type NewKey } from '../create-key.ts'
import type { Caller, KeysRoom } from '../room.ts'
import { KeySnapshots } from '../snapshots.ts'

export interface TestKeys {
  readonly identity: TestIdentity
  /** Its clock is the identity's: it stands still until it is set. */
  readonly room: KeysRoom
  readonly caller: Caller
  readonly snapshots: KeySnapshots
  readonly apiId: string
  readonly appId: string
  newApi(name: string, scopes?: readonly string[]): Promise<string>
  newApp(name: string, owner?: string): Promise<string>
  /** Makes a key and waits until the snapshots have heard of it. */
  issue(members?: Partial<NewKey>): Promise<IssuedKey>
  /** Another process, which knows nothing yet. */
  newSnapshots(changes?: Partial<Pick<Store, 'raw' | 'db'>>): KeySnapshots
  /** As a door decides: look-up, revocations outside the cache, the rules. */
  codeOf(secret: string, options?: { readonly nowMs?: number }): Promise<DecisionCode | 'unknown' | 'unavailable'>
  dispose(): Promise<void>
}

export async function openTestKeys(): Promise<TestKeys> {
  const identity = await openTestIdentity()
  const { store, seal, caller } = identity
  const room: KeysRoom = {
    store,
    seal,
    nowMs: () => identity.clockMs,
    findApp,
    maxKeyAgeSeconds,
    canLocate: () => true,
  }

  function newSnapshots(changes: Partial<Pick<Store, 'raw' | 'db'>> = {}): KeySnapshots {
    return new KeySnapshots({
      store: { ...store, ...changes },
      seal,
      log: silentLog,
      monotonicMs: () => performance.now(),
      loadApp: async (id) => loadAppPart(store.db, id),
      loadWorkspace: async (id) => loadWorkspacePart(store.db, id),
    })
  }
  const snapshots = newSnapshots()
  identity.feed.onChange(async (changes) => {
    for (const change of changes) await snapshots.apply(change)
  })
  await snapshots.loadFilter()

  async function newApi(name: string, scopes: readonly string[] = ['a.read', 'a.write']): Promise<string> {
    const wanted = { name, prefix: 'demo', scopes, onFeedLoss: { mode: 'deny' as const }, maximum: null, limits: [] }
    return (await createApi(room, caller, wanted)).id
  }
  async function newApp(name: string, owner = 'ada@example.com'): Promise<string> {
    return (
      await createApp(identity.room, caller, { name, owner, description: '', metadata: {}, limits: [], planId: null })
    ).id
  }
  const apiId = await newApi('demo')
  const appId = await newApp('app')

  return {
    identity,
    room,
    caller,
    snapshots,
    apiId,
    appId,
    newApi,
    newApp,
    newSnapshots,
    async issue(members = {}) {
      const issued = await createKey(room, caller, { ...plainKey(appId, apiId), ...members })
      await identity.feed.reached(issued.position)
      return issued
    },
    async codeOf(secret, { nowMs = identity.clockMs } = {}) {
      const found = await snapshots.find(secret)
      if (found.kind !== 'found') return found.kind
      const { key, version } = found
      if (snapshots.isRevoked(key, version)) return 'key_revoked'
      return decide(key, version, { nowMs, clientIp: undefined, apiId: undefined, scopes: [] }).code
    },
    dispose: async () => identity.dispose(),
  }
}

export function plainKey(appId: string, apiId: string): NewKey {
  return {
    name: 'key',
    appId,
    owner: null,
    tags: [],
    apiIds: [apiId],
    environment: 'live',
    scopes: ['a.read'],
    roleIds: [],
    grantReason: null,
    restrictions: [],
    limits: [],
    planId: null,
    metadata: {},
    notBefore: null,
    expiresAt: null,
    dormantAfterDays: null,
  }
}
