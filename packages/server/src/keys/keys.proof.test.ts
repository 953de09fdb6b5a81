import { composeKey, makePublicId } from '@claviger/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { createApp, findApp, loadAppPart, loadWorkspacePart, maxKeyAgeSeconds } from '#identity'
import { openTestIdentity, type TestIdentity } from '../identity/testing/open-identity.ts'
import { createApi, deleteApi, updateApi } from './apis.ts'
import { createKey, type IssuedKey, type NewKey } from './create-key.ts'
import { revokeKey, revokeVersion } from './revoke-key.ts'
import type { KeysRoom } from './room.ts'
import { rotateKey } from './rotate-key.ts'
import { KeySnapshots } from './snapshots.ts'
import { livingKeysOfApi } from './rows.ts'
import { updateKey } from './update-key.ts'

let identity: TestIdentity
let room: KeysRoom
let snapshots: KeySnapshots
let appId: string
let apiId: string
let wanted: NewKey

beforeAll(async () => {
  identity = await openTestIdentity()
  const { store, seal } = identity
  room = { store, seal, nowMs: () => Date.now(), findApp, maxKeyAgeSeconds, canLocate: (kind) => kind !== 'asn' }
  snapshots = newSnapshots()
  identity.feed.onChange(async (changes) => {
    for (const change of changes) await snapshots.apply(change)
  })
  await snapshots.loadFilter()
  apiId = (await createApi(room, identity.caller, apiNamed('demo'))).id
  const app = await createApp(identity.room, identity.caller, {
    name: 'app',
    owner: 'me',
    description: '',
    metadata: {},
    limits: [],
    planId: null,
  })
  appId = app.id
})
afterAll(async () => identity.dispose())

beforeEach(() => {
  wanted = {
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
})

function newSnapshots(raw: TestIdentity['store']['raw'] = identity.store.raw): KeySnapshots {
  const { store, seal } = identity
  return new KeySnapshots({
    store: { ...store, raw },
    seal,
    log: silentLog,
    monotonicMs: () => performance.now(),
    loadApp: async (id) => loadAppPart(store.db, id),
    loadWorkspace: async (id) => loadWorkspacePart(store.db, id),
  })
}

const apiNamed = (name: string) => ({
  name,
  prefix: 'demo',
  scopes: ['a.read', 'a.write'],
  onFeedLoss: { mode: 'deny' as const },
  maximum: null,
  limits: [],
})

/** Makes a key and waits until the snapshots have heard of it. */
async function issue(members: Partial<NewKey> = {}): Promise<IssuedKey> {
  const issued = await createKey(room, identity.caller, { ...wanted, ...members })
  await identity.feed.reached(issued.position)
  return issued
}

describe('a new key', () => {
  test('is found by its secret, and by nothing like it', async () => {
    const { key, secret } = await issue()
    const found = await snapshots.find(secret.reveal())
    expect(found).toMatchObject({ kind: 'found', key: { id: key.id }, version: { number: 1 } })
    const last = secret.reveal().at(-1) === '0' ? '1' : '0'
    expect(await snapshots.find(secret.reveal().slice(0, -1) + last)).toEqual({ kind: 'unknown', reason: 'checksum' })
  })

  test('lives as long as the workspace allows when nothing is said, and never longer', async () => {
    const { key } = await issue()
    const maxAgeMs = (await maxKeyAgeSeconds(identity.store.db, identity.workspaceId)) * 1000
    expect(key.expiresAt?.getTime()).toBe(key.createdAt.getTime() + maxAgeMs)
    await expect(issue({ expiresAt: new Date(Date.now() + 2 * maxAgeMs) })).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer: '/expires_at' }],
    })
  })

  test.each([
    { what: 'a scope that no api of it has', members: { scopes: ['b.read'] }, pointer: '/scopes/0' },
    { what: 'an api of nobody', members: { apiIds: ['api_01k2m5f8r2e9vbt9rpk9w0z5c3'] }, pointer: '/api_ids/0' },
    { what: 'an app of nobody', members: { appId: 'app_01k2m5f8r2e9vbt9rpk9w0z5c3' }, pointer: '/app_id' },
    {
      what: 'a range that is none',
      members: { restrictions: [{ kind: 'ip' as const, allow: ['10.0.0.0/33'] }] },
      pointer: '/restrictions/0/allow/0',
    },
    {
      what: 'networks that no file knows',
      members: { restrictions: [{ kind: 'asn' as const, deny: [64_500] }] },
      pointer: '/restrictions/0/kind',
    },
    { what: 'an expiry in the past', members: { expiresAt: new Date(0) }, pointer: '/expires_at' },
  ])('is refused with $what', async ({ members, pointer }) => {
    await expect(issue(members)).rejects.toMatchObject({ code: 'validation_failed', errors: [{ pointer }] })
  })
})

describe('after a resync to a lower head', () => {
  test('keys are found again, though changes at higher positions were heard of', async () => {
    const { key, secret } = await issue()
    const after = newSnapshots()
    const told = { workspaceId: 'w', subjectType: 'key' as const, subjectId: key.id, atMs: 0, detail: {} }
    after.mark({ ...told, kind: 'edit', position: 1_000_000 })
    await expect(after.find(secret.reveal())).resolves.toEqual({ kind: 'unavailable' })
    expect(after.reads).toBeLessThan(20)
    after.mark({ ...told, kind: 'revocation', position: 1_000_001 })
    after.distrust()
    await after.loadAll()
    const found = await after.find(secret.reveal())
    if (found.kind !== 'found') throw new Error(`the key is ${found.kind}`)
    expect(after.isRevoked(found.key, found.version)).toBe(false)
  })

  test('what was read before it is not kept', async () => {
    const { secret } = await issue()
    const read = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const after = newSnapshots(async (text, values) => {
      const rows = await identity.store.raw(text, values)
      read.resolve()
      await goOn.promise
      return rows
    })
    const asked = after.find(secret.reveal())
    await read.promise
    after.distrust()
    goOn.resolve()
    await expect(asked).resolves.toMatchObject({ kind: 'found' })
    expect(after.reads).toBe(2)
  })
})

test('reading keys to tell of them keeps nothing of them', async () => {
  const { key } = await issue()
  const fresh = newSnapshots()
  const told = await fresh.read(identity.workspaceId, [key.id])
  expect(told.get(key.id)?.apis).toHaveLength(1)
  expect(fresh.apis.size.held).toBe(0)
})

describe('a look-up', () => {
  test('of keys that do not exist costs no read, however they are made up', async () => {
    const { secret } = await issue()
    const before = snapshots.reads
    const other = newSnapshots()
    await other.loadFilter()
    for (const text of ['', 'demo_live_x', `${secret.reveal()}x`, 'x'.repeat(1_000_000)]) {
      expect(await snapshots.find(text)).toMatchObject({ kind: 'unknown' })
    }
    for (let made = 0; made < 200; made++) {
      const foreign = foreignKey()
      expect(await other.find(foreign)).toEqual({ kind: 'unknown', reason: 'unknown_id' })
    }
    expect(other.reads).toBe(0)
    expect(snapshots.reads).toBe(before)
  })

  test('of one key by many at once is one read', async () => {
    const { secret } = await issue()
    const other = newSnapshots()
    const found = await Promise.all(Array.from({ length: 50 }, async () => other.find(secret.reveal())))
    expect(found.every((lookup) => lookup.kind === 'found')).toBe(true)
    expect(other.reads).toBe(1)
  })

  test('that a change overtook is done again', async () => {
    const { key, secret } = await issue()
    const gate = Promise.withResolvers<void>()
    const read = Promise.withResolvers<void>()
    const other = newSnapshots(async (text, values) => {
      const rows = await identity.store.raw(text, values)
      read.resolve()
      await gate.promise
      return rows
    })
    const asked = other.find(secret.reveal())
    await read.promise
    const { position } = await revokeKey(room, identity.caller, key.id, null)
    await other.apply({
      position,
      atMs: 0,
      workspaceId: identity.workspaceId,
      kind: 'revocation',
      subjectType: 'key',
      subjectId: key.id,
      detail: {},
    })
    gate.resolve()
    const found = await asked
    expect(found).toMatchObject({ kind: 'found', key: { revokedAtMs: expect.any(Number) } })
  })

  test('goes on without the database for keys that are known, and says so for others', async () => {
    const known = await issue()
    const unknown = await issue()
    const other = newSnapshots(async (text, values) => {
      if (down) throw new Error('gone')
      return identity.store.raw(text, values)
    })
    let down = false
    await other.find(known.secret.reveal())
    down = true
    expect(await other.find(known.secret.reveal())).toMatchObject({ kind: 'found' })
    expect(await other.find(unknown.secret.reveal())).toEqual({ kind: 'unavailable' })
  })
})

describe('a revocation', () => {
  test('reaches the cache, and stands outside of it too', async () => {
    const { key, secret } = await issue()
    const before = await snapshots.find(secret.reveal())
    const { position } = await revokeKey(room, identity.caller, key.id, 'leaked')
    await identity.feed.reached(position)
    const after = await snapshots.find(secret.reveal())
    expect(after).toMatchObject({ kind: 'found', key: { revokedAtMs: expect.any(Number) } })
    if (before.kind !== 'found') throw new Error('the key was not found')
    expect(snapshots.isRevoked(before.key, before.version)).toBe(true)
  })

  test('twice is once', async () => {
    const { key } = await issue()
    const first = await revokeKey(room, identity.caller, key.id, 'one')
    const second = await revokeKey(room, identity.caller, key.id, 'two')
    expect(second).toMatchObject({ position: 0, key: { revokedAt: first.key.revokedAt, revokeReason: 'one' } })
  })

  test('of one secret leaves the others alone', async () => {
    const { key, secret } = await issue()
    const rotated = await rotateKey(room, identity.caller, key.id, 3_600)
    const { position } = await revokeVersion(room, identity.caller, key.id, 1)
    await identity.feed.reached(position)
    expect(await snapshots.find(secret.reveal())).toMatchObject({
      version: { number: 1, revokedAtMs: expect.any(Number) },
    })
    expect(await snapshots.find(rotated.secret.reveal())).toMatchObject({
      version: { number: 2, revokedAtMs: undefined },
    })
  })

  test('ends all change: no rotation, no edit', async () => {
    const { key } = await issue()
    await revokeKey(room, identity.caller, key.id, null)
    await expect(rotateKey(room, identity.caller, key.id, 0)).rejects.toMatchObject({ code: 'conflict' })
    await expect(
      updateKey(room, identity.caller, { keyId: key.id, expectedRevision: undefined }, { name: 'x' }),
    ).rejects.toMatchObject({ code: 'conflict' })
  })
})

describe('a rotation', () => {
  test('never prolongs a grace that runs already', async () => {
    const { key } = await issue()
    const first = await rotateKey(room, identity.caller, key.id, 60)
    const second = await rotateKey(room, identity.caller, key.id, 3_600)
    const endOf = (issued: IssuedKey, number: number) =>
      issued.key.versions.find((version) => version.number === number)?.expiresAt
    expect(endOf(second, 1)).toEqual(endOf(first, 1))
    expect(endOf(second, 2)?.getTime()).toBeGreaterThan(Date.now() + 3_500_000)
    expect(endOf(second, 3)).toBeNull()
  })

  test('two at once make two versions', async () => {
    const { key } = await issue()
    await Promise.all([rotateKey(room, identity.caller, key.id, 60), rotateKey(room, identity.caller, key.id, 60)])
    const { key: after } = await rotateKey(room, identity.caller, key.id, 60)
    expect(after.versions.map((version) => version.number)).toEqual([1, 2, 3, 4])
  })
})

describe('a new pepper', () => {
  test('leaves keys working, and moves their hashes when they are used', async () => {
    const { secret } = await issue()
    await identity.store.transaction(async (tx) => identity.seal.rotatePepper(tx))
    await identity.seal.refresh()
    const other = newSnapshots()
    expect(await other.find(secret.reveal())).toMatchObject({ kind: 'found' })
    await expect
      .poll(async () => {
        const fresh = newSnapshots()
        const found = await fresh.find(secret.reveal())
        return found.kind === 'found' && found.version.pepperVersion === identity.seal.currentPepperVersion
      })
      .toBe(true)
  })
})

describe('an api', () => {
  test('that is edited is another part in the same holder: keys are not read again', async () => {
    const { secret } = await issue()
    const found = await snapshots.find(secret.reveal())
    if (found.kind !== 'found') throw new Error('the key was not found')
    const reads = snapshots.reads
    await updateApi(
      room,
      identity.caller,
      { apiId, expectedRevision: undefined },
      { onFeedLoss: { mode: 'serve_known', maxStaleMs: 5_000 } },
    )
    await expect.poll(() => found.key.apis[0]?.current.onFeedLoss).toEqual({ mode: 'serve_known', maxStaleMs: 5_000 })
    expect(snapshots.reads).toBe(reads)
  })

  test('that is disabled refuses before it is read again, and is open again when it is enabled', async () => {
    const api = await createApi(room, identity.caller, apiNamed('shut'))
    const { secret } = await issue({ apiIds: [api.id] })
    const found = await snapshots.find(secret.reveal())
    if (found.kind !== 'found') throw new Error('the key was not found')
    const change = { workspaceId: api.id, subjectType: 'api' as const, subjectId: api.id, atMs: 0 }
    snapshots.mark({ ...change, kind: 'revocation', position: 1, detail: { disabled: true } })
    expect(found.key.apis[0]?.current.disabledAtMs).toBeDefined()
    await snapshots.retryStale()
    expect(found.key.apis[0]?.current.disabledAtMs).toBeUndefined()
    const target = { apiId: api.id, expectedRevision: undefined }
    const { position } = await updateApi(room, identity.caller, target, { disabled: true })
    await identity.feed.reached(position)
    expect(found.key.apis[0]?.current.disabledAtMs).toBeDefined()
    const { rows } = await sql`select kind from feed_change where position = ${position}`.execute(identity.store.db)
    expect(rows).toEqual([{ kind: 'revocation' }])
  })

  test('with living keys is not deleted, and its name is its own', async () => {
    const api = await createApi(room, identity.caller, apiNamed('other'))
    const { key } = await issue({ apiIds: [api.id] })
    await expect(
      deleteApi(room, identity.caller, { apiId: api.id, expectedRevision: undefined }),
    ).rejects.toMatchObject({ code: 'conflict' })
    await expect(createApi(room, identity.caller, apiNamed('other'))).rejects.toMatchObject({ code: 'conflict' })
    await revokeKey(room, identity.caller, key.id, null)
    await deleteApi(room, identity.caller, { apiId: api.id, expectedRevision: undefined })
    await expect(createApi(room, identity.caller, apiNamed('other'))).resolves.toMatchObject({ name: 'other' })
  })
})

/** A well-formed key of another installation. */
function foreignKey(): string {
  return composeKey({
    prefix: 'demo',
    environment: 'live',
    publicId: makePublicId(identity.seal.randomBytes(24)),
    secret: identity.seal.randomBytes(32),
  })
}

test('the living keys of an api are found by the index of apis', async () => {
  const plan = await identity.store.transaction(async (tx) => {
    await sql`set local enable_seqscan = off`.execute(tx)
    return livingKeysOfApi(tx, apiId).select('id').explain('text')
  })
  expect(JSON.stringify(plan)).toContain('keys_key_apis')
})
