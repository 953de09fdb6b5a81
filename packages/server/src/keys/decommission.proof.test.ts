import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listEntries } from '#audit'
import { loadAppPart } from '#identity'
import { makeTenant, updateApp } from '../identity/testing/behaviours.ts'
import { resumeOrders } from './carry-out-order.ts'
import { createKey } from './create-key.ts'
import { decommission, previewDecommission, type Ending } from './decommission.ts'
import { deleteKey, restoreKey } from './delete-key.ts'
import type { OrderRow } from './rows-orders.ts'
import { openTestKeys, plainKey, type TestKeys } from './testing/open-keys.ts'
import { updateKey } from './update-key.ts'

let it: TestKeys
beforeAll(async () => {
  it = await openTestKeys()
})
afterAll(async () => it.dispose())

async function end(ending: Ending, confirm: string): Promise<OrderRow> {
  const order = await decommission(it.room, it.caller, ending, { confirm, reason: 'left' })
  await it.identity.feed.reached(order.position)
  return order
}
const preview = async (ending: Ending) => previewDecommission(it.room, it.caller, ending)

describe('an app that is decommissioned', () => {
  test('refuses with all its keys, and cannot be given life again', async () => {
    const appId = await it.newApp('ends')
    const [one, two, other] = [await it.issue({ appId }), await it.issue({ appId }), await it.issue()]
    const shown = await preview({ appId })
    expect(shown).toMatchObject({ apps: [{ id: appId }], order: { keys_total: 2 } })
    expect(await it.codeOf(one.secret.reveal())).toBe('valid')
    const order = await end({ appId }, shown.order.confirm)
    expect(order).toMatchObject({ state: 'done', keys_revoked: 2, app_ids: [appId] })
    for (const { secret } of [one, two]) expect(await it.codeOf(secret.reveal())).toBe('key_revoked')
    expect(await it.codeOf(other.secret.reveal())).toBe('valid')
    const target = { id: appId, expectedRevision: undefined }
    await expect(updateApp(it.identity.room, it.caller, target, { disabled: false })).rejects.toMatchObject({
      code: 'conflict',
    })
    await expect(it.issue({ appId })).rejects.toMatchObject({ code: 'conflict' })
  })

  test('ends at once, before the first of its keys is revoked one by one', async () => {
    const appId = await it.newApp('ends at once')
    const { key, secret } = await it.issue({ appId })
    const before = await it.snapshots.find(secret.reveal())
    const { order } = await preview({ appId })
    // Somebody holds the key's row: no batch gets it before that ends.
    const held = Promise.withResolvers<void>()
    const holding = it.identity.store.transaction(async (tx) => {
      await tx.selectFrom('keys_key').select('id').where('id', '=', key.id).forUpdate().execute()
      await held.promise
    })
    const ending = end({ appId }, order.confirm)
    await expect.poll(async () => (await loadAppPart(it.identity.store.db, appId))?.disabledAtMs).toBeDefined()
    if (before.kind !== 'found') throw new Error('the key was not found')
    await expect.poll(() => it.snapshots.isRevoked(before.key, before.version)).toBe(true)
    held.resolve()
    await holding
    expect(await ending).toMatchObject({ keys_revoked: 1 })
  })

  test('takes keys along that it got since the preview, also one that is being made this moment', async () => {
    const appId = await it.newApp('ends with late keys')
    const { order } = await preview({ appId })
    expect(order.keys_total).toBe(0)
    const late = await it.issue({ appId })
    const racing = await Promise.allSettled([
      end({ appId }, order.confirm),
      ...Array.from({ length: 10 }, async () => createKey(it.room, it.caller, plainKey(appId, it.apiId))),
    ])
    const [ended, ...made] = racing
    expect(ended?.status).toBe('fulfilled')
    expect(await it.codeOf(late.secret.reveal())).toBe('key_revoked')
    const left = await it.identity.store.raw('select from keys_key where app_id = $1 and revoked_at is null', [appId])
    expect(left).toEqual([])
    for (const each of made) {
      if (each.status === 'rejected') expect(each.reason).toMatchObject({ code: 'conflict' })
    }
  })

  test('takes deleted keys along, and stands in the audit log with its reason and its keys', async () => {
    const appId = await it.newApp('ends with deleted keys')
    const { key, secret } = await it.issue({ appId })
    await deleteKey(it.room, it.caller, { keyId: key.id, expectedRevision: undefined })
    const { order } = await preview({ appId })
    await end({ appId }, order.confirm)
    const { position } = await restoreKey(it.room, it.caller, key.id)
    await it.identity.feed.reached(position)
    expect(await it.codeOf(secret.reveal())).toBe('key_revoked')
    const { items } = await listEntries(it.identity.store.db, {
      workspaceId: it.caller.workspaceId,
      resourceId: order.id,
      limit: 10,
    })
    expect(items.map(({ operation, values }) => [operation, values])).toMatchObject([
      ['keys.revoke', { reason: 'left', key_ids: [key.id] }],
      ['key_orders.decommission_app', { app_id: appId, reason: 'left' }],
      ['key_orders.preview', { app_id: appId }],
    ])
    const ofTheApp = await listEntries(it.identity.store.db, {
      workspaceId: it.caller.workspaceId,
      resourceId: appId,
      operation: 'apps.decommission',
      limit: 2,
    })
    expect(ofTheApp.items).toHaveLength(1)
  })

  test('of another workspace is as unknown as one that never was', async () => {
    const stranger = { ...it.caller, workspaceId: await makeTenant(it.identity, 'Stranger') }
    const { order } = await preview({ appId: it.appId })
    for (const appId of [it.appId, 'app_01k2m5f8r2e9vbt9rpk9w0z5c3']) {
      await expect(previewDecommission(it.room, stranger, { appId })).rejects.toMatchObject({ code: 'not_found' })
      const given = { confirm: order.confirm, reason: null }
      await expect(decommission(it.room, stranger, { appId }, given)).rejects.toMatchObject({ code: 'not_found' })
    }
    const owner = 'ada@example.com'
    const theirs = await previewDecommission(it.room, stranger, { owner })
    expect(theirs).toMatchObject({ apps: [], order: { keys_total: 0 } })
  })
})

describe('an owner who is decommissioned', () => {
  test('ends with all apps, all their keys, and own keys in apps of others', async () => {
    const owner = 'leaver@example.com'
    const [first, second] = [await it.newApp('first of leaver', owner), await it.newApp('second of leaver', owner)]
    const ending = [
      await it.issue({ appId: first }),
      await it.issue({ appId: second, owner: 'team' }),
      await it.issue({ owner }),
    ]
    const handedOver = await it.newApp('handed over by leaver', owner)
    const staying = [await it.issue({ appId: handedOver }), await it.issue()]
    const target = { id: handedOver, expectedRevision: undefined }
    await updateApp(it.identity.room, it.caller, target, { owner: 'successor@example.com' })
    const shown = await preview({ owner })
    expect(shown.apps.map((app) => app.id)).toEqual([first, second].toSorted())
    expect(shown.order.keys_total).toBe(3)
    expect(await end({ owner }, shown.order.confirm)).toMatchObject({ state: 'done', keys_revoked: 3 })
    for (const { secret } of ending) expect(await it.codeOf(secret.reveal())).toBe('key_revoked')
    for (const { secret } of staying) expect(await it.codeOf(secret.reveal())).toBe('valid')
    expect(await preview({ owner })).toMatchObject({ apps: [], order: { keys_total: 0 } })
  })

  test('is previewed again when an app came or went; keys that came since are taken along', async () => {
    const owner = 'busy@example.com'
    const appId = await it.newApp('of busy', owner)
    const before = await preview({ owner })
    const another = await it.newApp('another of busy', owner)
    await expect(end({ owner }, before.order.confirm)).rejects.toMatchObject({ code: 'conflict' })
    expect((await loadAppPart(it.identity.store.db, appId))?.disabledAtMs, 'nothing has ended').toBeUndefined()
    const target = { id: another, expectedRevision: undefined }
    await updateApp(it.identity.room, it.caller, target, { owner: 'somebody else' })
    const late = await it.issue()
    await updateKey(it.room, it.caller, { keyId: late.key.id, expectedRevision: undefined }, { owner })
    expect(await end({ owner }, before.order.confirm)).toMatchObject({ keys_revoked: 1, app_ids: [appId] })
    expect(await it.codeOf(late.secret.reveal())).toBe('key_revoked')
  })

  test('with very many keys is refused at once, and the keys follow in a job', async () => {
    const owner = 'large@example.com'
    const appId = await it.newApp('large', owner)
    const { secret } = await it.issue({ appId })
    await it.identity.store.raw(
      `insert into keys_key (id, workspace_id, app_id, name, prefix, environment, api_ids, created_by, created_at, updated_at, awake_at)
       select 'key_large' || lpad(n::text, 8, '0'), $1, $2, 'large', 'demo', 'live', array[$3], 'test', $4, $4, $4
         from generate_series(1, 6000) n`,
      [it.caller.workspaceId, appId, it.apiId, new Date(it.identity.clockMs)],
    )
    const { order } = await preview({ owner })
    const answered = await end({ owner }, order.confirm)
    expect(answered).toMatchObject({ state: 'running', keys_total: 6_001, keys_revoked: 5_000 })
    expect(['app_disabled', 'key_revoked']).toContain(await it.codeOf(secret.reveal()))
    await resumeOrders(it.room)
    const left = await it.identity.store.raw('select from keys_key where app_id = $1 and revoked_at is null', [appId])
    expect(left).toEqual([])
  })

  test('confirmed twice is one order, and a preview of one owner confirms no other', async () => {
    const owner = 'twice@example.com'
    await it.newApp('of twice', owner)
    const { order } = await preview({ owner })
    await expect(end({ owner: 'else@example.com' }, order.confirm)).rejects.toMatchObject({ code: 'conflict' })
    const [one, two] = await Promise.all([end({ owner }, order.confirm), end({ owner }, order.confirm)])
    expect([one.id, two.id]).toEqual([order.id, order.id])
  })
})
