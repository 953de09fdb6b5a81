import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listEntries } from '#audit'
import { keyRules } from '#identity'
import { makeTenant, updateApp, updateWorkspace } from '../identity/testing/behaviours.ts'
import { deleteKey, restoreKey } from './delete-key.ts'
import { describeKey } from './describe-keys.ts'
import { resolveFilter, type KeyFilter } from './key-filter.ts'
import { purgeDeletedKeys, sleepIdleKeys } from './maintain-keys.ts'
import { UseRecorder, type UseRecord } from './record-uses.ts'
import { revokeKey } from './revoke-key.ts'
import { rotateKey } from './rotate-key.ts'
import { matching } from './rows-filter.ts'
import { MOST_SEEN_IPS } from './rows-uses.ts'
import { selectKey, selectKeys } from './rows.ts'
import { openTestKeys, type TestKeys } from './testing/open-keys.ts'
import { updateKey } from './update-key.ts'
import { wakeKey } from './wake-key.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

let it: TestKeys
beforeAll(async () => {
  it = await openTestKeys()
})
afterAll(async () => it.dispose())

const change = async (keyId: string, members: Parameters<typeof updateKey>[3]) =>
  updateKey(it.room, it.caller, { keyId, expectedRevision: undefined }, members)

async function remove(keyId: string): Promise<void> {
  const position = await deleteKey(it.room, it.caller, { keyId, expectedRevision: undefined })
  await it.identity.feed.reached(position)
}

/** As the drain of one process writes it. */
async function use(records: readonly Partial<UseRecord>[], recorder = new UseRecorder()): Promise<void> {
  const usual: UseRecord = { atMs: it.identity.clockMs, keyId: '', clientIp: '192.0.2.1', code: 'valid' }
  const whole = records.map((record) => ({ ...usual, ...record }))
  recorder.remember(await it.identity.store.transaction(async (tx) => recorder.record(tx, recorder.gather(whole))))
}

async function found(filter: KeyFilter): Promise<readonly string[]> {
  const { db } = it.identity.store
  const resolved = await resolveFilter(db, it.caller.workspaceId, filter)
  const rows = await selectKeys(db, matching(resolved), { limit: 100, order: 'ascending', after: undefined })
  return rows.map((row) => row.id)
}

async function describeNow(keyId: string) {
  const { db } = it.identity.store
  const row = await selectKey(db, it.caller.workspaceId, keyId)
  if (row === undefined) throw new Error('gone')
  return describeKey(db, row)
}

/** Jobs tell the feed, as everybody does; waits until the snapshots have heard of all that was told so far. */
async function caughtUp(): Promise<void> {
  const [row] = await it.identity.store.raw('select feed_position() as position', [])
  await it.identity.feed.reached(Number(row?.['position']))
}

describe('on the millisecond', () => {
  test('a key begins with its first and ends before its last', async () => {
    const nowMs = it.identity.clockMs
    const { secret } = await it.issue({ notBefore: new Date(nowMs + 1_000), expiresAt: new Date(nowMs + 2_000) })
    const codes = await Promise.all(
      [999, 1_000, 1_999, 2_000].map(async (later) => it.codeOf(secret.reveal(), { nowMs: nowMs + later })),
    )
    expect(codes).toEqual(['key_not_yet_valid', 'valid', 'valid', 'key_expired'])
  })

  test('a key that would end before it begins, or as it begins, is not made', async () => {
    const nowMs = it.identity.clockMs
    const notBefore = new Date(nowMs + 5_000)
    for (const expiresAt of [notBefore, new Date(nowMs + 4_999)]) {
      await expect(it.issue({ notBefore, expiresAt })).rejects.toMatchObject({ errors: [{ pointer: '/not_before' }] })
    }
    const { key } = await it.issue({ notBefore, expiresAt: new Date(nowMs + 5_001) })
    await expect(change(key.id, { expiresAt: notBefore })).rejects.toMatchObject({
      errors: [{ pointer: '/not_before' }],
    })
    await expect(change(key.id, { notBefore: new Date(nowMs + 5_001) })).rejects.toMatchObject({
      code: 'validation_failed',
    })
  })

  test('an edit of something else leaves an end alone that the workspace would not allow any more', async () => {
    const { key } = await it.issue({ expiresAt: new Date(it.identity.clockMs + 100 * DAY_MS) })
    const target = { id: it.caller.workspaceId, expectedRevision: undefined }
    await updateWorkspace(it.identity.room, it.caller, target, { maxKeyAgeSeconds: 60 })
    expect((await change(key.id, { name: 'same end' })).key.expiresAt).toEqual(key.expiresAt)
    await expect(change(key.id, { expiresAt: new Date(it.identity.clockMs + 61_000) })).rejects.toMatchObject({
      errors: [{ pointer: '/expires_at' }],
    })
    await updateWorkspace(it.identity.room, it.caller, target, { maxKeyAgeSeconds: 365 * 86_400 })
  })
})

describe('an owner', () => {
  test('is that of the app until the key has one of its own, and follows the app', async () => {
    const appId = await it.newApp('handed over', 'ada@example.com')
    const { key } = await it.issue({ appId })
    expect(key).toMatchObject({ owner: 'ada@example.com', ownerFrom: 'app' })
    await updateApp(
      it.identity.room,
      it.caller,
      { id: appId, expectedRevision: undefined },
      { owner: 'bob@example.com' },
    )
    expect(await describeNow(key.id)).toMatchObject({ owner: 'bob@example.com', ownerFrom: 'app' })
    expect((await change(key.id, { owner: 'eve@example.com' })).key).toMatchObject({
      owner: 'eve@example.com',
      ownerFrom: 'key',
    })
    expect((await change(key.id, { owner: null })).key).toMatchObject({ owner: 'bob@example.com', ownerFrom: 'app' })
  })

  test('is found by, whichever way it owns', async () => {
    const appId = await it.newApp('of zoe', 'zoe')
    const inherited = await it.issue({ appId })
    const own = await it.issue({ owner: 'zoe' })
    const given = await it.issue({ appId, owner: 'somebody else' })
    expect(await found({ owner: 'zoe' })).toEqual([inherited.key.id, own.key.id].toSorted())
    expect(await found({ owner: 'somebody else' })).toEqual([given.key.id])
    expect(await found({ owner: 'nobody' })).toEqual([])
  })
})

test('tags are found one by one, and only whole', async () => {
  const both = await it.issue({ tags: ['blue', 'green'] })
  const one = await it.issue({ tags: ['green'] })
  expect(await found({ tag: 'blue' })).toEqual([both.key.id])
  expect(await found({ tag: 'green' })).toEqual([both.key.id, one.key.id].toSorted())
  expect(await found({ tag: 'gree' })).toEqual([])
})

describe('the last use', () => {
  test('is that of admitted calls, to the minute', async () => {
    const { key } = await it.issue()
    expect(key.lastUsedAt).toBeNull()
    const nowMs = it.identity.clockMs
    await use([{ keyId: key.id, code: 'scope_missing' }])
    expect((await describeNow(key.id)).lastUsedAt).toBeNull()
    await use([
      { keyId: key.id, atMs: nowMs + 5 },
      { keyId: key.id, atMs: nowMs + 1 },
    ])
    expect((await describeNow(key.id)).lastUsedAt?.getTime()).toBe(nowMs + 5)
    await use([{ keyId: key.id, atMs: nowMs + MINUTE_MS }])
    expect((await describeNow(key.id)).lastUsedAt?.getTime(), 'within the minute').toBe(nowMs + 5)
    await use([{ keyId: key.id, atMs: nowMs + 5 + MINUTE_MS }])
    expect((await describeNow(key.id)).lastUsedAt?.getTime()).toBe(nowMs + 5 + MINUTE_MS)
    await use([{ keyId: key.id, atMs: nowMs }])
    expect((await describeNow(key.id)).lastUsedAt?.getTime(), 'a late line').toBe(nowMs + 5 + MINUTE_MS)
  })

  test('addresses are found by address and range, in every spelling, also of refused calls; not by a time before', async () => {
    const { key } = await it.issue()
    const nowMs = it.identity.clockMs
    await use([
      { keyId: key.id, clientIp: '::ffff:198.51.100.7', code: 'scope_missing' },
      { keyId: key.id, clientIp: '198.51.100.7' },
      { keyId: key.id, clientIp: '2001:DB8:0:0::9' },
      { keyId: key.id, clientIp: '' },
    ])
    const since = new Date(nowMs - DAY_MS)
    for (const range of ['198.51.100.7', '198.51.100.0/24', '2001:db8::/32', '2001:db8::9']) {
      expect(await found({ seenFrom: { range, since } }), range).toEqual([key.id])
    }
    expect(await found({ seenFrom: { range: '198.51.100.8', since } })).toEqual([])
    expect(await found({ seenFrom: { range: '198.51.100.7', since: new Date(nowMs + 1) } })).toEqual([])
  })

  test('of a busy key is asked about and written once a minute; what was rolled back is written again', async () => {
    const { key } = await it.issue()
    const nowMs = it.identity.clockMs
    const recorder = new UseRecorder()
    const record = { keyId: key.id, clientIp: '192.0.2.1', code: 'valid' }
    const lost = it.identity.store.transaction(async (tx) => {
      await recorder.record(tx, recorder.gather([{ ...record, atMs: nowMs }]))
      throw new Error('the connection broke')
    })
    await expect(lost).rejects.toThrow('broke')
    await use([{ ...record, atMs: nowMs + 1 }], recorder)
    expect((await describeNow(key.id)).lastUsedAt?.getTime()).toBe(nowMs + 1)
    const news = await it.identity.store.transaction(async (tx) =>
      recorder.record(
        tx,
        recorder.gather([
          { ...record, atMs: nowMs + MINUTE_MS },
          { ...record, atMs: nowMs + 2 },
        ]),
      ),
    )
    expect([news.uses.size, news.seen.size], 'nothing is written').toEqual([0, 0])
    await use([{ ...record, atMs: nowMs + 1 + MINUTE_MS }], recorder)
    expect((await describeNow(key.id)).lastUsedAt?.getTime()).toBe(nowMs + 1 + MINUTE_MS)
  })

  test('remembers the newest addresses of each key, a bounded number of them', async () => {
    const { key } = await it.issue()
    const other = await it.issue()
    await use([{ keyId: other.key.id, clientIp: '203.0.113.9' }])
    const many = Array.from({ length: 3 * MOST_SEEN_IPS }, (_, index) => ({
      keyId: key.id,
      clientIp: `10.9.${index >> 8}.${index & 255}`,
      atMs: it.identity.clockMs + index,
    }))
    await use(many)
    const since = new Date(0)
    const rows = await it.identity.store.raw('select ip from keys_seen_ip where key_id = $1', [key.id])
    expect(rows).toHaveLength(MOST_SEEN_IPS)
    expect(await found({ seenFrom: { range: '10.9.0.0', since } })).toEqual([])
    expect(await found({ seenFrom: { range: '10.9.1.43', since } })).toEqual([key.id])
    expect(await found({ seenFrom: { range: '203.0.113.9', since } })).toEqual([other.key.id])
  })
})

describe('a key that nobody uses', () => {
  test('sleeps from the millisecond on that its days are over, and wakes by an operator', async () => {
    const { key, secret } = await it.issue({ dormantAfterDays: 2 })
    const idleFromMs = it.identity.clockMs
    it.identity.clockMs = idleFromMs + 2 * DAY_MS - 1
    await sleepIdleKeys(it.room)
    await caughtUp()
    expect(await it.codeOf(secret.reveal())).toBe('valid')
    it.identity.clockMs += 1
    expect(await sleepIdleKeys(it.room)).toBe(1)
    await caughtUp()
    expect(await it.codeOf(secret.reveal())).toBe('key_dormant')
    expect(await found({ dormant: true })).toEqual([key.id])
    expect(await sleepIdleKeys(it.room), 'once').toBe(0)
    const woken = await wakeKey(it.room, it.caller, key.id)
    await it.identity.feed.reached(woken.position)
    expect(await it.codeOf(secret.reveal())).toBe('valid')
    expect(await sleepIdleKeys(it.room), 'its days count anew').toBe(0)
  })

  test('is one that was not admitted: every use keeps it awake, refusals do not', async () => {
    const used = await it.issue({ dormantAfterDays: 1 })
    const refused = await it.issue({ dormantAfterDays: 1 })
    it.identity.clockMs += DAY_MS / 2
    await use([{ keyId: used.key.id }, { keyId: refused.key.id, code: 'limit_reached' }])
    it.identity.clockMs += DAY_MS / 2
    await sleepIdleKeys(it.room)
    await caughtUp()
    expect(await it.codeOf(used.secret.reveal())).toBe('valid')
    expect(await it.codeOf(refused.secret.reveal())).toBe('key_dormant')
  })

  test('follows the workspace where it says nothing itself; waits for its own beginning; rests while it is disabled', async () => {
    const nowMs = it.identity.clockMs
    const target = { id: it.caller.workspaceId, expectedRevision: undefined }
    const plain = await it.issue()
    const longer = await it.issue({ dormantAfterDays: 30 })
    const later = await it.issue({ notBefore: new Date(nowMs + 5 * DAY_MS) })
    const disabled = await it.issue()
    await change(disabled.key.id, { disabled: true })
    await updateWorkspace(it.identity.room, it.caller, target, { dormantAfterDays: 7 })
    it.identity.clockMs = nowMs + 8 * DAY_MS
    await sleepIdleKeys(it.room)
    await caughtUp()
    const enabled = await change(disabled.key.id, { disabled: false })
    await it.identity.feed.reached(enabled.position)
    await sleepIdleKeys(it.room)
    await caughtUp()
    const codes = await Promise.all(
      [plain, longer, later, disabled].map(async ({ secret }) => it.codeOf(secret.reveal())),
    )
    expect(codes).toEqual(['key_dormant', 'valid', 'valid', 'valid'])
    await updateWorkspace(it.identity.room, it.caller, target, { dormantAfterDays: null })
  })

  test('is named in the audit log, in the batch that it fell asleep with', async () => {
    const keys = [await it.issue({ dormantAfterDays: 1 }), await it.issue({ dormantAfterDays: 1 })]
    it.identity.clockMs += DAY_MS
    await sleepIdleKeys(it.room)
    const { items } = await listEntries(it.identity.store.db, {
      workspaceId: it.caller.workspaceId,
      operation: 'keys.sleep',
      limit: 1,
    })
    expect(items[0]?.values['key_ids']).toEqual(expect.arrayContaining(keys.map(({ key }) => key.id)))
  })
})

describe('a deleted key', () => {
  test('refuses at once, everywhere, and works again when it is restored within the window', async () => {
    const { key, secret } = await it.issue()
    const before = await it.snapshots.find(secret.reveal())
    await remove(key.id)
    expect(await it.codeOf(secret.reveal())).toBe('key_deleted')
    if (before.kind !== 'found') throw new Error('the key was not found')
    expect(it.snapshots.isRevoked(before.key, before.version), 'also for who looked it up before').toBe(true)
    const { restoreWindowDays } = await keyRules(it.identity.store.db, it.caller.workspaceId)
    it.identity.clockMs += restoreWindowDays * DAY_MS - 1
    const restored = await restoreKey(it.room, it.caller, key.id)
    await it.identity.feed.reached(restored.position)
    expect(restored.key).toMatchObject({ deletedAt: null, purgeAt: null })
    expect(await it.codeOf(secret.reveal())).toBe('valid')
    expect(it.snapshots.isRevoked(before.key, before.version)).toBe(false)
  })

  test('cannot be restored from the millisecond on that the window ends, and is purged with all that is known of it', async () => {
    const { key, secret } = await it.issue()
    await use([{ keyId: key.id }])
    await remove(key.id)
    const { purgeAt } = await describeNow(key.id)
    it.identity.clockMs = purgeAt?.getTime() ?? 0
    await expect(restoreKey(it.room, it.caller, key.id)).rejects.toMatchObject({ code: 'gone' })
    it.identity.clockMs -= 1
    expect(await purgeDeletedKeys(it.room)).toBe(0)
    it.identity.clockMs += 1
    expect(await purgeDeletedKeys(it.room)).toBe(1)
    await caughtUp()
    await expect(restoreKey(it.room, it.caller, key.id)).rejects.toMatchObject({ code: 'not_found' })
    expect(await it.codeOf(secret.reveal())).toBe('unknown')
    for (const table of ['keys_version', 'keys_use', 'keys_seen_ip']) {
      const left = await it.identity.store.raw(`select from ${table} where key_id = $1`, [key.id])
      expect(left, table).toEqual([])
    }
  })

  test('keeps the window that it was deleted under', async () => {
    const target = { id: it.caller.workspaceId, expectedRevision: undefined }
    const { key } = await it.issue()
    await remove(key.id)
    await updateWorkspace(it.identity.room, it.caller, target, { restoreWindowDays: 0 })
    expect((await restoreKey(it.room, it.caller, key.id)).key.deletedAt).toBeNull()
    await remove(key.id)
    await expect(restoreKey(it.room, it.caller, key.id)).rejects.toMatchObject({ code: 'gone' })
    await updateWorkspace(it.identity.room, it.caller, target, { restoreWindowDays: 30 })
  })

  test('deleted twice keeps its first window; revoked meanwhile stays revoked when it is restored', async () => {
    const { key, secret } = await it.issue()
    await remove(key.id)
    const { purgeAt } = await describeNow(key.id)
    it.identity.clockMs += 1_000
    expect(await deleteKey(it.room, it.caller, { keyId: key.id, expectedRevision: undefined })).toBe(0)
    expect((await describeNow(key.id)).purgeAt).toEqual(purgeAt)
    await revokeKey(it.room, it.caller, key.id, 'leaked')
    const restored = await restoreKey(it.room, it.caller, key.id)
    await it.identity.feed.reached(restored.position)
    expect(await it.codeOf(secret.reveal())).toBe('key_revoked')
  })

  test('is not changed, rotated or woken, and not in the way of its api', async () => {
    const apiId = await it.newApi('short-lived')
    const { key } = await it.issue({ apiIds: [apiId] })
    await remove(key.id)
    await expect(change(key.id, { name: 'x' })).rejects.toMatchObject({ code: 'conflict' })
    await expect(rotateKey(it.room, it.caller, key.id, 0)).rejects.toMatchObject({ code: 'conflict' })
    await expect(wakeKey(it.room, it.caller, key.id)).rejects.toMatchObject({ code: 'conflict' })
    expect(await found({ deleted: false, apiId })).toEqual([])
    expect(await found({ deleted: true, apiId })).toEqual([key.id])
  })

  test('of another workspace is as unknown as one that never was', async () => {
    const { key } = await it.issue()
    const stranger = { ...it.caller, workspaceId: await makeTenant(it.identity, 'Tenant') }
    const target = { keyId: key.id, expectedRevision: undefined }
    await expect(deleteKey(it.room, stranger, target)).rejects.toMatchObject({ code: 'not_found' })
    await remove(key.id)
    await expect(restoreKey(it.room, stranger, key.id)).rejects.toMatchObject({ code: 'not_found' })
    await expect(wakeKey(it.room, stranger, key.id)).rejects.toMatchObject({ code: 'not_found' })
  })
})
