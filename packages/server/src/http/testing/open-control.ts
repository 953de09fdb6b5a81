/** The control API on a real port, over a real database, seal and feed, with an owner. */
import { compileCidrs } from '@claviger/core'
import type { FailureModeUse } from '@claviger/gateway'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { controlHostCheck, silentLog } from '#config'
import { TargetTables } from '#dataplane'
import { openGeo, type Geo } from '#geo'
import {
  createAdminKey,
  NOBODY_ABOVE,
  appsOnPlan,
  findApp,
  loadAppPart,
  loadWorkspacePart,
  maxKeyAgeSeconds,
  type RoleName,
} from '#identity'
import { findCreditOwner, findOwnIds, hasPlan, KeySnapshots, refuseLooserApp, type KeysRoutesRoom } from '#keys'
import { createCounters, liftedBy, type RunningCounters, type ShieldOptions } from '#usage'
import { registerVaultSamples } from '#vault'
import { countCalls } from '../../store/testing/count-calls.ts'
import { vectorPath } from '../../geo/testing/vectors.ts'
import { openTestIdentity, type TestIdentity } from '../../identity/testing/open-identity.ts'
import type { Rooms } from '../contract.ts'
import type { ControlOptions } from '../control-options.ts'
import { createControl, type Control } from '../control.ts'
import { registerHandoverSamples } from '../handover.ts'
import { Metrics } from '../metrics.ts'
import type { Readiness } from '../readiness.ts'

export interface Sent {
  /** An admin key; '' for none. Left out: the owner's. */
  readonly as?: string
  /** Sent as JSON, unless it is bytes or text already. */
  readonly body?: unknown
  readonly headers?: Readonly<Record<string, string>>
}

export interface Got {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Of a JSON answer; else an empty object. */
  // The tests say what they expect of it.
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any
}

export interface TestControl {
  readonly identity: TestIdentity
  readonly url: string
  readonly owner: string
  readonly control: Control
  /** What a data plane on the same database would know. */
  readonly keys: KeySnapshots
  readonly targets: TargetTables
  readonly counters: RunningCounters
  /** How often the database was asked by the control API and for keys, so far. */
  readonly asked: () => number
  /** What the server believes of the world; tests change it. `shield: 'real'` is that of the counters. */
  readonly world: { feedAgeMs: number; readiness: Readiness; shieldedForMs: number; shield: 'told' | 'real' }
  readonly failures: string[]
  readonly failureModes: FailureModeUse[]
  call(method: string, path: string, sent?: Sent): Promise<Got>
  /** Makes an admin key in that workspace, the first by default. */
  mint(role: RoleName, workspaceId?: string): Promise<string>
  dispose(): Promise<void>
}

const TEST_NODE = 'nod_01k2m5f8r2e9vbt9rpk9w0z5c3'

export async function openTestControl(
  changes: Partial<ControlOptions['config']> = {},
  { shield }: { readonly shield?: ShieldOptions } = {},
): Promise<TestControl> {
  const identity = await openTestIdentity()
  const { seal, room, feed, directory } = identity
  const { store, asked } = countCalls(identity.store)
  registerVaultSamples(seal)
  registerHandoverSamples(seal)
  const world: TestControl['world'] = {
    feedAgeMs: 0,
    readiness: { state: 'ready', reasons: [] },
    shieldedForMs: 0,
    shield: 'told',
  }
  const failures: string[] = []
  const geo = await openGeo({
    config: { geoCountryFile: vectorPath('GeoLite2-Country-Test.mmdb'), geoAsnFile: undefined },
    log: silentLog,
    nowMs: room.nowMs,
  })
  const clock = { nowMs: room.nowMs, monotonicMs: () => performance.now() }
  const counters = createCounters({
    store,
    clock,
    log: silentLog,
    node: 'nod_1',
    ...(shield !== undefined && { shield }),
  })
  const keySnapshots = new KeySnapshots({
    store,
    seal,
    log: silentLog,
    monotonicMs: clock.monotonicMs,
    loadApp: async (id) => loadAppPart(store.db, id),
    loadWorkspace: async (id) => loadWorkspacePart(store.db, id),
  })
  const isControlHost = controlHostCheck({
    controlHosts: changes.controlHosts ?? new Set(),
    listen: { host: '127.0.0.1', port: 7300 },
    publicUrl: undefined,
  })
  const targets = new TargetTables({
    store,
    log: silentLog,
    monotonicMs: clock.monotonicMs,
    apiPart: async (id) => keySnapshots.apis.get(id),
    isControlHost,
  })
  feed.onChange(async (changes) => {
    for (const lifted of changes.map(liftedBy)) if (lifted !== undefined) counters.shield.lift(lifted)
    for (const change of changes) await Promise.all([keySnapshots.apply(change), targets.apply(change)])
  })
  const failureModes: FailureModeUse[] = []
  const control = createControl({
    config: {
      trustedProxies: compileCidrs([]),
      controlHosts: new Set(),
      maxBodyBytes: 16_777_216,
      feedStaleMs: 2_000,
      roles: new Set(['control', 'gateway', 'worker']),
      openCallsPerMinute: 0,
      healthCallsPerMinute: 0,
      setupAttemptsPerMinute: 0,
      ...changes,
    },
    store,
    seal,
    log: silentLog,
    clock,
    rooms: roomsOf({ identity, world, geo, counters, keySnapshots, targets, isControlHost }),
    operators: directory,
    feedAgeMs: () => world.feedAgeMs,
    isControlHost,
    hasHostRoutes: () => targets.places.hasHosts,
    shield: {
      shieldedForMs: (ip) => (world.shield === 'real' ? counters.shieldedForMs(ip) : world.shieldedForMs),
      recordFailure: (failed) => {
        failures.push(`shield: ${failed.reason}`)
        return world.shield === 'real' ? counters.recordFailure(failed) : 0
      },
    },
    refusedBefore: (_ip, reason) => failures.push(`probe: ${reason}`),
    failureModeUsed: (use) => failureModes.push(use),
    readiness: () => world.readiness,
    metrics: new Metrics(),
    version: '0.0.0-test',
  })
  const server = createServer((incoming, outgoing) => control.handle(incoming, outgoing))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  async function mint(role: RoleName, workspaceId = identity.workspaceId): Promise<string> {
    const caller = { ...identity.caller, workspaceId }
    const issued = await createAdminKey(
      room,
      caller,
      { name: role, role, apiIds: null, scopes: null, expiresAt: null },
      NOBODY_ABOVE,
    )
    await feed.reached(issued.position)
    return issued.secret.reveal()
  }
  const owner = await mint('owner')

  return {
    identity,
    asked,
    url,
    owner,
    control,
    keys: keySnapshots,
    targets,
    counters,
    world,
    failures,
    failureModes,
    mint,
    call: async (method, path, sent = {}) => send(`${url}${path}`, method, { as: owner, ...sent }),
    async dispose() {
      server.closeAllConnections()
      await new Promise((closed) => server.close(closed))
      geo.close()
      await counters.close()
      await identity.dispose()
    },
  }
}

async function send(url: string, method: string, { as = '', body, headers }: Sent): Promise<Got> {
  const isRaw = typeof body === 'string' || body instanceof Uint8Array
  const response = await fetch(url, {
    method,
    redirect: 'manual',
    headers: {
      ...(as !== '' && { authorization: `Bearer ${as}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isRaw ? Buffer.from(body) : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = /^application\/(problem\+)?json/.test(response.headers.get('content-type') ?? '')
  return {
    status: response.status,
    headers: response.headers,
    text,
    body: isJson && text !== '' ? JSON.parse(text) : {},
  }
}

interface RoomParts {
  readonly identity: TestIdentity
  readonly world: TestControl['world']
  readonly geo: Geo
  readonly counters: RunningCounters
  readonly keySnapshots: KeySnapshots
  readonly targets: TargetTables
  readonly isControlHost: (host: string) => boolean
}

function roomsOf({ identity, world, geo, counters, keySnapshots, targets, isControlHost }: RoomParts): Rooms {
  const { store, seal, room, feed } = identity
  const { nowMs, reached } = room
  const keysRoom: KeysRoutesRoom = {
    store,
    seal,
    nowMs,
    findApp,
    appsOnPlan,
    maxKeyAgeSeconds,
    canLocate: (kind) => geo.has(kind),
    applied: async (position) => feed.reached(position),
    acknowledgedBy: async (position) => ({ acknowledged: (await feed.reached(position)) ? 1 : 0, total: 1 }),
    deniesAfterSeconds: 2,
  }
  return {
    identity: { ...room, hasPlan, refuseLooserApp },
    vault: { store, seal, nowMs, reached, allowPrivateUpstreams: new Set() },
    keys: keysRoom,
    dataplane: {
      store,
      seal,
      nowMs,
      reached,
      nodeId: TEST_NODE,
      poolOf: (routeId) => targets.poolOf(routeId),
      isControlHost,
    },
    decisions: {
      store,
      keys: keySnapshots,
      keysRoom,
      targetOf: (targetId) => targets.targetById(targetId),
      journalRetentionDays: 90,
      nowMs,
      monotonicMs: () => performance.now(),
      geo: () => geo,
      peekLimits: async (policies, cost, subject) => counters.peek(policies, cost, subject),
    },
    usage: {
      store,
      nowMs,
      findCreditOwner: async (caller, owner) => findCreditOwner(keysRoom, caller, owner),
      shield: { nodeId: TEST_NODE, blocks: () => counters.shield.blocks() },
      findOwnIds: async (workspaceId, publicIds) => findOwnIds(store.db, workspaceId, publicIds),
      reached: async (position) => void (await feed.reached(position)),
    },
    house: {
      store,
      seal,
      nowMs,
      version: '0.0.0-test',
      node: { id: TEST_NODE, name: 'test', roles: ['control'], startedAtMs: nowMs() },
      feed,
      geo,
      readiness: () => world.readiness,
      reached,
    },
  }
}
