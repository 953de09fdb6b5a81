import { makeId } from '@claviger/core'
import { silentLog } from '#config'
import { openSeal } from '#seal'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestStore } from '../store/testing.ts'
import { createAdminKey, revokeAdminKey, type NewAdminKey, NOBODY_ABOVE } from './admin-keys.ts'
import { createApp, deleteApp, updateApp } from './apps.ts'
import { findApp, loadAppPart, loadWorkspacePart } from './parts.ts'
import { completeSetup, createSetupLink, hasOwner } from './setup-link.ts'
import { openTestIdentity, type TestIdentity } from './testing/open-identity.ts'
import { createWorkspace, ensureFirstWorkspace, maxKeyAgeSeconds, updateWorkspace } from './workspaces.ts'

let it: TestIdentity
beforeAll(async () => {
  it = await openTestIdentity()
})
afterAll(async () => it.dispose())

const HOUR_MS = 3_600_000
const owner: NewAdminKey = { name: 'Ada', role: 'owner', apiIds: null, scopes: null, expiresAt: null }
const refused = (code: string) => expect.objectContaining({ code })
const newApp = (name: string) => ({
  name,
  owner: 'ada@example.com',
  description: '',
  metadata: {},
  limits: [],
  planId: null,
})

function secretOf(url: string): string {
  return url.slice(url.indexOf('#') + 1)
}

async function entriesOf(resourceId: string): Promise<readonly string[]> {
  const rows = await it.store.db
    .selectFrom('audit_entry')
    .select('operation')
    .where('resource_id', '=', resourceId)
    .orderBy('id')
    .execute()
  return rows.map((row) => row.operation)
}

describe('the first workspace', () => {
  test('is made once, however many processes start at the same time', async () => {
    const store = await openTestStore()
    const seal = await openSeal(store, store.config, silentLog)
    try {
      const room = { ...it.room, store, seal }
      const found = await Promise.all([1, 2, 3, 4].map(async () => ensureFirstWorkspace(room)))
      expect(found.filter((one) => one.created)).toHaveLength(1)
      expect(new Set(found.map((one) => one.workspaceId)).size).toBe(1)
      expect(await store.db.selectFrom('identity_workspace').select(['name', 'is_home']).execute()).toEqual([
        { name: 'Main', is_home: true },
      ])
      expect(await store.db.selectFrom('audit_entry').select('operation').execute()).toEqual([
        { operation: 'workspaces.create' },
      ])
    } finally {
      await seal.close()
      await store.dispose()
    }
  })

  test('cannot be disabled, for nobody could enable it again', async () => {
    const target = { id: it.workspaceId, expectedRevision: undefined }
    await expect(updateWorkspace(it.room, it.caller, target, { disabled: true })).rejects.toThrow(refused('conflict'))
  })
})

describe('the set-up link', () => {
  test('carries its secret in the fragment and makes one owner', async () => {
    const link = await createSetupLink(it.room, it.caller, null)
    const url = new URL(link.url.reveal())
    expect(`${url.origin}${url.pathname}${url.search}`).toBe('https://claviger.example/api/setup')
    expect(await hasOwner(it.room, it.workspaceId)).toBe(false)
    const issued = await completeSetup(it.room, it.caller.actor, { presented: secretOf(url.href), ownerName: 'Ada' })
    expect(issued.secret.reveal()).toMatch(/^clv_admin_[0-9A-Za-z]{61}$/)
    expect(await hasOwner(it.room, it.workspaceId)).toBe(true)
    expect(await entriesOf(issued.row.id)).toEqual(['admin_keys.create'])
    await it.feed.reached(issued.position)
    expect(await it.directory.find(issued.secret.reveal())).toMatchObject({
      kind: 'found',
      key: { role: 'owner', isHome: true },
    })
  })

  test('is good once: of five who come at once, one gets a key', async () => {
    const presented = secretOf((await createSetupLink(it.room, it.caller, null)).url.reveal())
    const all = await Promise.allSettled(
      [1, 2, 3, 4, 5].map(async (n) => completeSetup(it.room, it.caller.actor, { presented, ownerName: `No ${n}` })),
    )
    expect(all.filter((one) => one.status === 'fulfilled')).toHaveLength(1)
    for (const one of all) if (one.status === 'rejected') expect(one.reason).toEqual(refused('gone'))
  })

  test('ends after an hour, and when a newer one is made', async () => {
    const first = secretOf((await createSetupLink(it.room, it.caller, null)).url.reveal())
    const second = secretOf((await createSetupLink(it.room, it.caller, null)).url.reveal())
    await expect(completeSetup(it.room, it.caller.actor, { presented: first, ownerName: 'x' })).rejects.toThrow(
      refused('gone'),
    )
    const before = it.clockMs
    it.clockMs = before + HOUR_MS
    await expect(completeSetup(it.room, it.caller.actor, { presented: second, ownerName: 'x' })).rejects.toThrow(
      refused('gone'),
    )
    it.clockMs = before + HOUR_MS - 1
    await expect(completeSetup(it.room, it.caller.actor, { presented: second, ownerName: 'x' })).resolves.toBeDefined()
    it.clockMs = before
  })

  test('says the same of a secret that is malformed, mistyped, unknown or wrong', async () => {
    const link = secretOf((await createSetupLink(it.room, it.caller, null)).url.reveal())
    const { secret } = await createAdminKey(it.room, it.caller, owner, NOBODY_ABOVE)
    const mistyped = link.slice(0, -1) + (link.endsWith('0') ? '1' : '0')
    for (const presented of ['', 'x'.repeat(200), mistyped, secret.reveal()]) {
      await expect(completeSetup(it.room, it.caller.actor, { presented, ownerName: 'x' })).rejects.toThrow(
        refused('credential_invalid'),
      )
    }
  })

  test('leaves nothing of its secret in the database', async () => {
    const secret = secretOf((await createSetupLink(it.room, it.caller, null)).url.reveal())
    const row = await it.store.db
      .selectFrom('identity_setup_link')
      .selectAll()
      .orderBy('id', 'desc')
      .executeTakeFirstOrThrow()
    const stored = JSON.stringify({ ...row, public_id: '', digest: row.digest.toString('latin1') })
    expect(stored).not.toContain(secret.slice(-40))
  })
})

describe('admin keys', () => {
  test('are known at once where they were made, and unknown once revoked', async () => {
    const issued = await createAdminKey(it.room, it.caller, owner, NOBODY_ABOVE)
    await it.feed.reached(issued.position)
    expect(await it.directory.find(issued.secret.reveal())).toMatchObject({ kind: 'found', key: { id: issued.row.id } })
    const { position } = await revokeAdminKey(it.room, it.caller, issued.row.id)
    await it.feed.reached(position ?? 0)
    expect(await it.directory.find(issued.secret.reveal())).toEqual({ kind: 'unknown', reason: 'unknown_id' })
    expect((await revokeAdminKey(it.room, it.caller, issued.row.id)).position).toBeUndefined()
    expect(await entriesOf(issued.row.id)).toEqual(['admin_keys.create', 'admin_keys.revoke'])
  })

  test('refuse on the very millisecond they expire', async () => {
    const expiresAt = new Date(it.clockMs + 1000)
    const issued = await createAdminKey(it.room, it.caller, { ...owner, expiresAt }, NOBODY_ABOVE)
    await it.feed.reached(issued.position)
    const before = it.clockMs
    it.clockMs = before + 999
    expect(await it.directory.find(issued.secret.reveal())).toMatchObject({ kind: 'found' })
    it.clockMs = before + 1000
    expect(await it.directory.find(issued.secret.reveal())).toEqual({ kind: 'expired' })
    it.clockMs = before
  })

  test('never outlive the key that makes them', async () => {
    const minter = { ...NOBODY_ABOVE, expiresAtMs: it.clockMs + 5000 }
    const tooLong = { ...owner, expiresAt: new Date(it.clockMs + 5001) }
    await expect(createAdminKey(it.room, it.caller, tooLong, minter)).rejects.toThrow(refused('validation_failed'))
    expect((await createAdminKey(it.room, it.caller, owner, minter)).row.expires_at).toEqual(
      new Date(it.clockMs + 5000),
    )
  })

  test('of the last owner cannot be revoked, not even by two who revoke each other', async () => {
    const fresh = await openTestIdentity()
    try {
      const [one, other] = await Promise.all([
        createAdminKey(fresh.room, fresh.caller, owner, NOBODY_ABOVE),
        createAdminKey(fresh.room, fresh.caller, owner, NOBODY_ABOVE),
      ])
      const ended = await Promise.allSettled([
        revokeAdminKey(fresh.room, fresh.caller, one.row.id),
        revokeAdminKey(fresh.room, fresh.caller, other.row.id),
      ])
      expect(ended.map((end) => end.status).toSorted()).toEqual(['fulfilled', 'rejected'])
      expect(await hasOwner(fresh.room, fresh.workspaceId)).toBe(true)
    } finally {
      await fresh.dispose()
    }
  })

  test('are told apart from other keys without a look-up', async () => {
    expect(await it.directory.find('acme_live_x')).toEqual({ kind: 'unknown', reason: 'malformed' })
    const issued = await createAdminKey(it.room, it.caller, owner, NOBODY_ABOVE)
    await it.feed.reached(issued.position)
    const text = issued.secret.reveal()
    const otherEnd = text.endsWith('0') ? '1' : '0'
    expect(await it.directory.find(text.slice(0, -1) + otherEnd)).toEqual({ kind: 'unknown', reason: 'checksum' })
  })

  test('move to a new pepper when they are used, and stay good', async () => {
    const issued = await createAdminKey(it.room, it.caller, owner, NOBODY_ABOVE)
    await it.feed.reached(issued.position)
    const { version } = await it.store.transaction(async (tx) => it.seal.rotatePepper(tx))
    await it.seal.refresh()
    expect(await it.directory.find(issued.secret.reveal())).toMatchObject({ kind: 'found' })
    await expect
      .poll(async () => {
        const row = await it.store.db
          .selectFrom('identity_admin_key')
          .select('pepper_version')
          .where('id', '=', issued.row.id)
          .executeTakeFirstOrThrow()
        return row.pepper_version
      })
      .toBe(version)
    expect(await it.directory.find(issued.secret.reveal())).toMatchObject({ kind: 'found' })
  })

  test('refuse with their workspace', async () => {
    const other = await it.store.transaction(async (tx) =>
      createWorkspace(it.room, tx, it.caller, {
        name: 'Tenant',
        maxKeyAgeSeconds: 3600,
        dormantAfterDays: null,
        restoreWindowDays: 30,
      }),
    )
    const theirs = { workspaceId: other.id, actor: it.caller.actor }
    const issued = await createAdminKey(it.room, theirs, owner, NOBODY_ABOVE)
    await it.feed.reached(issued.position)
    expect(await it.directory.find(issued.secret.reveal())).toMatchObject({ kind: 'found', key: { isHome: false } })
    await updateWorkspace(it.room, it.caller, { id: other.id, expectedRevision: undefined }, { disabled: true })
    await expect.poll(async () => it.directory.find(issued.secret.reveal())).toEqual({ kind: 'workspace_disabled' })
    await updateWorkspace(it.room, it.caller, { id: other.id, expectedRevision: undefined }, { disabled: false })
    await expect.poll(async () => it.directory.find(issued.secret.reveal())).toMatchObject({ kind: 'found' })
  })
})

describe('apps', () => {
  test('go through life with an entry and a change for each step', async () => {
    const made = await createApp(it.room, it.caller, newApp('Life'))
    const target = (expectedRevision: number | undefined) => ({ id: made.id, expectedRevision })
    const { result: changed, position } = await updateApp(it.room, it.caller, target(1), { disabled: true })
    expect(await it.feed.reached(position)).toBe(true)
    expect(changed).toMatchObject({ revision: 2, disabled_at: new Date(it.clockMs) })
    await expect(updateApp(it.room, it.caller, target(1), { name: 'x' })).rejects.toThrow(
      refused('precondition_failed'),
    )
    expect((await loadAppPart(it.store.db, made.id))?.disabledAtMs).toBe(it.clockMs)
    await deleteApp(it.room, it.caller, target(undefined))
    await expect(deleteApp(it.room, it.caller, target(undefined))).rejects.toThrow(refused('not_found'))
    expect(await findApp(it.store.db, it.workspaceId, made.id)).toBeUndefined()
    expect(await loadAppPart(it.store.db, made.id)).toMatchObject({ id: made.id, disabledAtMs: it.clockMs })
    expect(await entriesOf(made.id)).toEqual(['apps.create', 'apps.update', 'apps.delete'])
  })

  test('have names of their own in a workspace, whatever the case; a deleted one gives its name back', async () => {
    const made = await createApp(it.room, it.caller, newApp('Billing'))
    await expect(createApp(it.room, it.caller, newApp('BILLING'))).rejects.toThrow(refused('conflict'))
    await deleteApp(it.room, it.caller, { id: made.id, expectedRevision: undefined })
    await expect(createApp(it.room, it.caller, newApp('BILLING'))).resolves.toBeDefined()
  })

  test('of another workspace are as unknown as those that never were', async () => {
    const made = await createApp(it.room, it.caller, newApp('Ours'))
    const stranger = { workspaceId: makeId('wsp', 1, it.seal.randomBytes(10)), actor: it.caller.actor }
    const target = { id: made.id, expectedRevision: undefined }
    await expect(updateApp(it.room, stranger, target, { name: 'x' })).rejects.toThrow(`There is no app ${made.id}.`)
    expect(await findApp(it.store.db, stranger.workspaceId, made.id)).toBeUndefined()
  })
})

test('the parts of a workspace say what decisions ask', async () => {
  expect(await loadWorkspacePart(it.store.db, it.workspaceId)).toEqual({ id: it.workspaceId, disabledAtMs: undefined })
  expect(await maxKeyAgeSeconds(it.store.db, it.workspaceId)).toBe(365 * 86_400)
})
