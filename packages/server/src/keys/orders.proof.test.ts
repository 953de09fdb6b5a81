import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { sql } from 'kysely'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { listEntries } from '#audit'
import { makeTenant } from '../identity/testing/behaviours.ts'
import { carryOut, ORDER_BATCH_KEYS, resumeOrders, startOrder } from './carry-out-order.ts'
import { deleteKey, restoreKey } from './delete-key.ts'
import type { KeyFilter } from './key-filter.ts'
import { revokeKey } from './revoke-key.ts'
import { previewRevocation, revokeKeys } from './revoke-keys.ts'
import { deleteVoidPreviews, selectOrder, type OrderRow } from './rows-orders.ts'
import { openTestKeys, type TestKeys } from './testing/open-keys.ts'
import { updateKey } from './update-key.ts'

const HOUR_MS = 3_600_000
const ROWS_AT_A_TIME = 10_000

let it: TestKeys
beforeAll(async () => {
  it = await openTestKeys()
})
afterAll(async () => it.dispose())

let names = 0
const newTag = (): string => `tag-${++names}`
const subjectOf = (filter: KeyFilter) => ({ kind: 'revoke_keys' as const, members: { ...filter } })
const preview = async (filter: KeyFilter) =>
  previewRevocation(it.room, it.caller, { subject: subjectOf(filter), filter })

async function revoke(filter: KeyFilter, confirm: string, reason = 'test'): Promise<OrderRow> {
  const order = await revokeKeys(it.room, it.caller, { subject: subjectOf(filter), confirm, reason })
  await it.identity.feed.reached(order.position)
  return order
}

/**
 * Keys as rows, without secrets: for orders on very many. In parts, and not by `raw`, whose statements are short: on a busy
 * machine 100,000 rows at once take longer than it waits.
 */
async function makeRows(count: number, tag: string): Promise<void> {
  const { caller, appId, apiId, identity } = it
  const at = new Date(identity.clockMs)
  for (let first = 1; first <= count; first += ROWS_AT_A_TIME) {
    const last = Math.min(count, first + ROWS_AT_A_TIME - 1)
    await sql`
      insert into keys_key (id, workspace_id, app_id, name, prefix, environment, api_ids, tags, created_by, created_at, updated_at, awake_at)
      select 'key_' || ${tag}::text || lpad(n::text, 8, '0'), ${caller.workspaceId}, ${appId}, 'bulk', 'demo', 'live', array[${apiId}::text],
             array[${tag}::text], 'test', ${at}::timestamptz, ${at}::timestamptz, ${at}::timestamptz
        from generate_series(${first}::integer, ${last}::integer) n`.execute(identity.store.db)
  }
}

async function revokedWith(tag: string): Promise<readonly string[]> {
  const rows = await it.identity.store.raw(
    'select id from keys_key where tags @> array[$1] and revoked_at is not null order by id',
    [tag],
  )
  return rows.map((row) => String(row['id']))
}

/** All ids in the entries of an order, each as often as it stands there. */
async function idsInLog(orderId: string): Promise<readonly string[]> {
  const rows = await it.identity.store.raw(
    `select each.key_id from audit_entry, jsonb_array_elements_text(facts -> 'key_ids') as each (key_id)
      where resource_id = $1 and operation = 'keys.revoke' order by each.key_id`,
    [orderId],
  )
  return rows.map((row) => String(row['key_id']))
}

describe('a revocation by filter', () => {
  test('ends the keys that were previewed, at once, and tells who they were', async () => {
    const tag = newTag()
    const keys = [await it.issue({ tags: [tag] }), await it.issue({ tags: [tag] })]
    const other = await it.issue()
    const { order, sample } = await preview({ tag })
    expect(order).toMatchObject({ state: 'previewed', keys_total: 2 })
    expect(sample.map((key) => key.id).toSorted()).toEqual(keys.map(({ key }) => key.id).toSorted())
    for (const { secret } of keys) expect(await it.codeOf(secret.reveal())).toBe('valid')
    const done = await revoke({ tag }, order.confirm, 'leaver')
    expect(done).toMatchObject({ id: order.id, state: 'done', keys_revoked: 2, keys_skipped: 0 })
    for (const { secret } of keys) expect(await it.codeOf(secret.reveal())).toBe('key_revoked')
    expect(await it.codeOf(other.secret.reveal())).toBe('valid')
    const { items } = await listEntries(it.identity.store.db, {
      workspaceId: it.caller.workspaceId,
      resourceId: order.id,
      limit: 10,
    })
    expect(items.map((item) => item.operation)).toEqual(['keys.revoke', 'key_orders.revoke_keys', 'key_orders.preview'])
    expect(await idsInLog(order.id)).toEqual(keys.map(({ key }) => key.id).toSorted())
  })

  test('finds by owner, app, api, prefix, environment, maker, address, age and use; all that is said must hold', async () => {
    const [apiId, appId] = [await it.newApi('filters'), await it.newApp('filters', 'filters@example.com')]
    const { key } = await it.issue({ appId, apiIds: [apiId], environment: 'filters' })
    const created = new Date(it.identity.clockMs)
    it.identity.clockMs += 1_000
    const count = async (filter: KeyFilter): Promise<number> => (await preview(filter)).order.keys_total
    const hits: readonly KeyFilter[] = [
      { owner: 'filters@example.com' },
      { appId },
      { apiId },
      { environment: 'filters' },
      { appId, prefix: 'demo' },
      { appId, createdBy: it.caller.actor.id },
      { appId, createdBefore: new Date(created.getTime() + 1) },
      { appId, unusedSince: new Date(created.getTime() + 1) },
    ]
    for (const filter of hits) expect(await count(filter), JSON.stringify(filter)).toBe(1)
    const misses: readonly KeyFilter[] = [
      { appId, owner: 'ada@example.com' },
      { appId, prefix: 'other' },
      { appId, createdBy: 'somebody' },
      { appId, createdBefore: created },
      { appId, unusedSince: created },
      { appId, seenFrom: { range: '0.0.0.0/0', since: new Date(0) } },
    ]
    for (const filter of misses) expect(await count(filter), JSON.stringify(filter)).toBe(0)
    await revokeKey(it.room, it.caller, key.id, null)
    expect(await count({ appId }), 'revoked already').toBe(0)
  })

  test('takes deleted keys along, for they could be restored', async () => {
    const tag = newTag()
    const { key, secret } = await it.issue({ tags: [tag] })
    await deleteKey(it.room, it.caller, { keyId: key.id, expectedRevision: undefined })
    const { order } = await preview({ tag })
    await revoke({ tag }, order.confirm)
    const { position } = await restoreKey(it.room, it.caller, key.id)
    await it.identity.feed.reached(position)
    expect(await it.codeOf(secret.reveal())).toBe('key_revoked')
  })

  test('of nothing is done with nothing', async () => {
    const tag = newTag()
    const { order } = await preview({ tag })
    expect(await revoke({ tag }, order.confirm)).toMatchObject({ state: 'done', keys_total: 0, keys_revoked: 0 })
  })
})

describe('a preview', () => {
  test('is frozen: what is made, changed or revoked after it does not change what dies', async () => {
    const tag = newTag()
    const [meant, renamed, revoked] = [
      await it.issue({ tags: [tag] }),
      await it.issue({ tags: [tag] }),
      await it.issue({ tags: [tag] }),
    ]
    const { order } = await preview({ tag })
    const late = await it.issue({ tags: [tag] })
    await updateKey(it.room, it.caller, { keyId: renamed.key.id, expectedRevision: undefined }, { tags: [] })
    await revokeKey(it.room, it.caller, revoked.key.id, 'by hand')
    const done = await revoke({ tag }, order.confirm)
    expect(done).toMatchObject({ keys_total: 3, keys_revoked: 2, keys_skipped: 1 })
    expect(await it.codeOf(meant.secret.reveal())).toBe('key_revoked')
    expect(await it.codeOf(renamed.secret.reveal())).toBe('key_revoked')
    expect(await it.codeOf(late.secret.reveal())).toBe('valid')
  })

  test('of another filter, another workspace, or never made confirms nothing', async () => {
    const tag = newTag()
    const { secret } = await it.issue({ tags: [tag] })
    const { order } = await preview({ tag })
    const other = await preview({ tag })
    expect(other.order.confirm, 'each preview has its own').not.toBe(order.confirm)
    await expect(revoke({ tag: 'another' }, order.confirm)).rejects.toMatchObject({ code: 'conflict' })
    await expect(revoke({ tag, prefix: 'demo' }, order.confirm)).rejects.toMatchObject({ code: 'conflict' })
    const madeUp = `${order.confirm.slice(0, -2)}${order.confirm.endsWith('AA') ? 'BA' : 'AA'}`
    await expect(revoke({ tag }, madeUp)).rejects.toMatchObject({ code: 'conflict' })
    const stranger = { ...it.caller, workspaceId: await makeTenant(it.identity, 'Orders') }
    const given = { subject: subjectOf({ tag }), confirm: order.confirm, reason: null }
    await expect(revokeKeys(it.room, stranger, given)).rejects.toMatchObject({ code: 'conflict' })
    const theirs = { subject: subjectOf({ tag }), filter: { tag } }
    expect((await previewRevocation(it.room, stranger, theirs)).order.keys_total).toBe(0)
    expect(await it.codeOf(secret.reveal())).toBe('valid')
  })

  test('is void from the millisecond on that its hour is over, and then forgotten with its keys', async () => {
    const tag = newTag()
    await it.issue({ tags: [tag] })
    const { order } = await preview({ tag })
    it.identity.clockMs += HOUR_MS
    await expect(revoke({ tag }, order.confirm)).rejects.toMatchObject({ code: 'gone' })
    await deleteVoidPreviews(it.identity.store.db, new Date(it.identity.clockMs))
    await expect(revoke({ tag }, order.confirm)).rejects.toMatchObject({ code: 'conflict' })
    const left = await it.identity.store.raw('select from keys_order_item where order_id = $1', [order.id])
    expect(left).toEqual([])
  })

  test('confirmed twice, also at the same moment, is one order', async () => {
    const tag = newTag()
    await makeRows(3 * ORDER_BATCH_KEYS, tag)
    const { order } = await preview({ tag })
    const [one, two] = await Promise.all([revoke({ tag }, order.confirm), revoke({ tag }, order.confirm)])
    expect(one.id).toBe(two.id)
    const again = await revoke({ tag }, order.confirm)
    expect(again).toMatchObject({ state: 'done', keys_revoked: 3 * ORDER_BATCH_KEYS, keys_skipped: 0 })
    expect(await idsInLog(order.id)).toEqual(await revokedWith(tag))
  })
})

describe('while others are at work', () => {
  test('keys that are made meanwhile live on', async () => {
    const tag = newTag()
    await makeRows(2_000, tag)
    const made: string[] = []
    const making = (async () => {
      for (let at = 0; at < 60; at++) made.push((await it.issue({ tags: [tag] })).key.id)
    })()
    const { order } = await preview({ tag })
    const frozen = new Set(
      (await it.identity.store.raw('select key_id from keys_order_item where order_id = $1', [order.id])).map((row) =>
        String(row['key_id']),
      ),
    )
    await revoke({ tag }, order.confirm)
    await making
    expect(new Set(await revokedWith(tag))).toEqual(frozen)
    expect(
      made.some((id) => !frozen.has(id)),
      'some were made after the preview',
    ).toBe(true)
  })

  test('two orders over the same keys end each of them once', async () => {
    const [tag, also] = [newTag(), newTag()]
    await makeRows(3_000, tag)
    await it.identity.store.raw(
      `update keys_key set tags = array[$1, $2] where tags @> array[$1] and right(id, 1) in ('0', '1', '2', '3', '4')`,
      [tag, also],
    )
    const [one, two] = [await preview({ tag }), await preview({ tag: also })]
    const [first, second] = await Promise.all([
      revoke({ tag }, one.order.confirm),
      revoke({ tag: also }, two.order.confirm),
    ])
    expect([first.state, second.state]).toEqual(['done', 'done'])
    expect(first.keys_revoked + second.keys_revoked).toBe(3_000)
    expect(first.keys_skipped + second.keys_skipped).toBe(1_500)
    const logged = [...(await idsInLog(first.id)), ...(await idsInLog(second.id))].toSorted()
    expect(logged).toEqual(await revokedWith(tag))
  })
})

describe('a large order', () => {
  test('goes on in a job where the answer left it', async () => {
    const tag = newTag()
    await makeRows(1_000, tag)
    const { order } = await preview({ tag })
    const given = { subject: subjectOf({ tag }), confirm: order.confirm, reason: null }
    const started = await startOrder(it.room, it.caller, given)
    expect(await carryOut(it.room, started, 2)).toBe(false)
    expect(await selectOrder(it.identity.store.db, order.id)).toMatchObject({ state: 'running', keys_revoked: 400 })
    expect(await resumeOrders(it.room)).toEqual([order.id])
    expect(await selectOrder(it.identity.store.db, order.id)).toMatchObject({ state: 'done', keys_revoked: 1_000 })
    expect(await resumeOrders(it.room)).toEqual([])
  })

  test(
    'whose process is killed in the middle is finished by another, each key once',
    { timeout: 120_000 },
    async () => {
      const tag = newTag()
      await makeRows(20_000, tag)
      const { order } = await preview({ tag })
      await startOrder(it.room, it.caller, { subject: subjectOf({ tag }), confirm: order.confirm, reason: null })
      const { databaseUrl, dataDir } = it.identity.store.config
      const program = fileURLToPath(new URL('./orders.child.ts', import.meta.url))
      const child = spawn(
        process.execPath,
        ['--conditions=@claviger/source', program, databaseUrl?.reveal() ?? '', dataDir],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
      const exited = once(child, 'exit')
      const said: string[] = []
      createInterface(child.stdout).on('line', (line) => said.push(line))
      await expect
        .poll(async () => (await selectOrder(it.identity.store.db, order.id))?.keys_revoked, {
          timeout: 60_000,
          interval: 5,
        })
        .toBeGreaterThan(0)
      child.kill('SIGKILL')
      await exited
      expect(said).toEqual(['ready'])
      const left = await selectOrder(it.identity.store.db, order.id)
      expect(left?.state).toBe('running')
      expect(left?.keys_revoked).toBeLessThan(20_000)
      await resumeOrders(it.room)
      expect(await selectOrder(it.identity.store.db, order.id)).toMatchObject({
        state: 'done',
        keys_revoked: 20_000,
        keys_skipped: 0,
      })
      expect(await idsInLog(order.id)).toEqual(await revokedWith(tag))
    },
  )

  test('of 100,000 keys never holds more than a batch of them', { timeout: 180_000 }, async () => {
    const tag = newTag()
    await makeRows(100_000, tag)
    const { order, sample } = await preview({ tag })
    expect([order.keys_total, sample.length]).toEqual([100_000, 20])
    const given = { subject: subjectOf({ tag }), confirm: order.confirm, reason: null }
    await startOrder(it.room, it.caller, given)
    await resumeOrders(it.room)
    expect(await selectOrder(it.identity.store.db, order.id)).toMatchObject({ state: 'done', keys_revoked: 100_000 })
    const [largest] = await it.identity.store.raw(
      `select count(*)::integer as changes, max(jsonb_array_length(detail -> 'key_ids'))::integer as most from feed_change where subject_id = $1`,
      [order.id],
    )
    expect(largest).toEqual({ changes: 100_000 / ORDER_BATCH_KEYS, most: ORDER_BATCH_KEYS })
  })
})
