/** Balances of credits over HTTP: what is granted, refunded and corrected, and never more than that. */
import type { CreditsPolicy } from '@claviger/core'
import { sql } from 'kysely'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { createAdminKey, NOBODY_ABOVE } from '#identity'
import { createCounters } from '#usage'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'
import { makeOneOfEach } from './testing/samples.ts'

let it: TestControl
let ids: ReadonlyMap<string, string>
let key = ''
let nodes = 0

beforeAll(async () => {
  it = await openTestControl()
})
beforeEach(async () => {
  ids = await makeOneOfEach(it, it.owner)
  key = ids.get('key') ?? ''
})
afterAll(async () => it.dispose())

const post = async (what: string, body: object, sent: object = {}): Promise<Got> =>
  it.call('POST', `/api/v1/credits/${key}/${what}`, { body, ...sent })
const balance = async (id = key): Promise<Got['body']> => (await it.call('GET', `/api/v1/credits/${id}`)).body
const entries = async (query = ''): Promise<Got['body']> =>
  (await it.call('GET', `/api/v1/credits/${key}/entries${query}`)).body
const policyOf = (account: string): CreditsPolicy => ({
  kind: 'credits',
  id: `credits:${account}`,
  account,
  name: 'credits',
  limit: Number.MAX_SAFE_INTEGER,
  class: 'bounded',
  mode: 'enforce',
  onCounterLoss: 'closed',
})

/** A process of its own spends so many, and closes its block: class `exact` draws nothing ahead, so no draw is under way. */
async function spend(units: number): Promise<void> {
  const node = `nod_spends_${++nodes}`
  const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() }
  const counters = createCounters({ store: it.identity.store, clock, log: silentLog, node })
  for (let call = 0; call < units; call++)
    expect((await counters.admit([{ ...policyOf(key), class: 'exact' }], 1)).kind).toBe('admitted')
  await counters.close()
}

describe('a balance', () => {
  test('is 0 where nothing was granted, of keys and of apps', async () => {
    for (const id of [key, ids.get('app') ?? ''])
      expect(await balance(id)).toEqual({ id, balance: 0, reserved: 0, available: 0, blocks: [] })
    expect(await entries()).toEqual({ data: [], next_cursor: null, has_more: false })
  })

  test('grows by a grant, and tells what processes hold of it', async () => {
    const granted = await post('grants', { units: 1000, reference: 'invoice-7', note: 'welcome' })
    expect(granted.status).toBe(201)
    expect(granted.headers.get('location')).toBe(`/api/v1/credits/${key}/entries`)
    expect(granted.body).toMatchObject({
      account_id: key,
      number: 1,
      kind: 'grant',
      units: 1000,
      balance: 1000,
      entry: null,
      reference: 'invoice-7',
      note: 'welcome',
      expires_at: null,
    })
    expect((await it.counters.admit([policyOf(key)], 3)).kind).toBe('admitted')
    const told = await balance()
    expect(told.balance).toBe(1000)
    expect(told.reserved).toBeGreaterThanOrEqual(3)
    expect(told.available).toBe(1000 - told.reserved)
    expect(told.blocks).toMatchObject([{ node_id: 'nod_1', units: told.reserved, spent: 0 }])
  })

  test('outlives its key, for who reads', async () => {
    await post('grants', { units: 5 })
    await it.identity.store.raw('delete from keys_version where key_id = $1', [key])
    await it.identity.store.raw('delete from keys_key where id = $1', [key])
    expect((await balance()).balance).toBe(5)
    expect((await post('grants', { units: 5 })).status).toBe(404)
    expect((await post('adjustments', { entry: 1, note: 'gone' })).status).toBe(201)
  })
})

describe('the ledger', () => {
  test('is read page by page, newest first', async () => {
    for (let units = 1; units <= 5; units++) await post('grants', { units })
    const first = await entries('?limit=2')
    const second = await entries(`?limit=2&cursor=${first.next_cursor}`)
    const last = await entries(`?limit=2&cursor=${second.next_cursor}`)
    const unitsOf = (page: Got['body']): readonly number[] => page.data.map((entry: { units: number }) => entry.units)
    expect([first, second, last].map(unitsOf)).toEqual([[5, 4], [3, 2], [1]])
    expect(last).toMatchObject({ next_cursor: null, has_more: false })
  })

  test('refunds an entry, never more than it spent, however many ask at once', async () => {
    await post('grants', { units: 100 })
    await spend(8)
    const [spent] = (await entries()).data
    expect(spent).toMatchObject({ kind: 'spend', units: -8, balance: 92 })
    const asked = await Promise.all(
      Array.from({ length: 6 }, async () => post('refunds', { entry: spent.number, units: 3 })),
    )
    expect(asked.filter(({ status }) => status === 201)).toHaveLength(2)
    expect(asked.find(({ status }) => status === 409)?.body).toMatchObject({
      code: 'conflict',
      detail: `Of entry ${spent.number}, 2 of 8 units are left.`,
    })
    const rest = await post('refunds', { entry: spent.number })
    expect(rest.body).toMatchObject({ kind: 'refund', units: 2, entry: spent.number, balance: 100 })
    expect((await post('refunds', { entry: spent.number })).status).toBe(409)
    expect((await balance()).balance).toBe(100)
  })

  test('takes a grant back, and never what is spent or held already', async () => {
    await post('grants', { units: 20 })
    await spend(5)
    const beyond = await post('adjustments', { entry: 1, note: 'twice' })
    expect([beyond.status, beyond.body.code]).toEqual([409, 'conflict'])
    expect((await post('adjustments', { entry: 1, units: -15, note: 'twice' })).body).toMatchObject({ balance: 0 })
    expect((await post('adjustments', { entry: 1, units: -6, note: 'thrice' })).body.detail).toContain('5 of 20')
    expect((await post('adjustments', { entry: 1, units: 16, note: 'too much' })).status).toBe(409)
    expect((await post('adjustments', { entry: 1, units: 15, note: 'it was right' })).body).toMatchObject({
      balance: 15,
    })
    const [, mistake] = (await entries()).data
    expect((await post('adjustments', { entry: mistake.number, note: 'x' })).body.balance).toBe(30)
  })

  test('an adjusted grant expires as what is left of it', async () => {
    const end = new Date(Date.now() + 400).toISOString()
    await post('grants', { units: 10 })
    await post('grants', { units: 50, expires_at: end })
    await post('adjustments', { entry: 2, units: -30, note: 'twenty were meant' })
    await post('adjustments', { entry: 2, units: 5, note: 'no, twenty-five' })
    await new Promise((resolve) => setTimeout(resolve, 500))
    await spend(1)
    expect((await entries()).data.map(({ kind, units }: { kind: string; units: number }) => [kind, units])).toEqual([
      ['spend', -1],
      ['expire', -25],
      ['adjust', 5],
      ['adjust', -30],
      ['grant', 50],
      ['grant', 10],
    ])
  })

  test('takes the same reference once, and the same Idempotency-Key once', async () => {
    const first = await post('grants', { units: 10, reference: 'a' })
    expect((await post('grants', { units: 10, reference: 'a' })).body).toEqual(first.body)
    expect((await post('grants', { units: 11, reference: 'a' })).status).toBe(409)
    const headers = { 'idempotency-key': `grant-${key}` }
    const once = await Promise.all(Array.from({ length: 4 }, async () => post('grants', { units: 7 }, { headers })))
    expect(once.filter(({ status }) => status === 201).length).toBeGreaterThan(0)
    expect((await post('grants', { units: 7 }, { headers })).body).toEqual(
      once.find(({ status }) => status === 201)?.body,
    )
    expect((await post('grants', { units: 8 }, { headers })).body.code).toBe('idempotency_mismatch')
    expect((await balance()).balance).toBe(17)
  })

  test('is written with the audit log, and refusals change nothing', async () => {
    await post('grants', { units: 5 })
    await post('adjustments', { entry: 1, units: -6, note: 'x' })
    const { body } = await it.call('GET', `/api/v1/audit?resource_id=${key}`)
    const done = body.data.filter((entry: { outcome: string }) => entry.outcome === 'success')
    expect(done[0]).toMatchObject({ operation: 'credits.grant', values: { units: 5, balance: 5, number: 1 } })
    expect(done.filter((entry: { operation: string }) => entry.operation.startsWith('credits.'))).toHaveLength(1)
    expect((await balance()).balance).toBe(5)
  })

  test.each([
    ['grants', { units: 0 }, '/units'],
    ['grants', { units: 1.5 }, '/units'],
    ['grants', { units: '10' }, '/units'],
    ['grants', { units: 1_000_000_000_001 }, '/units'],
    ['grants', { units: 1, expires_at: '2020-01-01T00:00:00Z' }, '/expires_at'],
    ['grants', { units: 1, reference: '' }, '/reference'],
    ['grants', { units: 1, note: '\ud800' }, '/note'],
    ['grants', { units: 1, entry: 1 }, '/entry'],
    ['refunds', { entry: 1 }, '/entry'],
    ['refunds', { entry: 9 }, '/entry'],
    ['refunds', { units: 1 }, '/entry'],
    ['refunds', { entry: 1, units: -1 }, '/units'],
    ['adjustments', { entry: 2, note: 'x' }, '/entry'],
    ['adjustments', { entry: 1 }, '/note'],
    ['adjustments', { entry: 1, units: 0, note: 'x' }, '/units'],
  ])('of %s, %o is refused at %s', async (what, body, pointer) => {
    await post('grants', { units: 10 })
    await spend(2)
    const got = await post(what, body)
    expect([got.status, got.body.errors?.[0]?.pointer], got.text).toEqual([400, pointer])
    expect((await balance()).balance).toBe(8)
  })

  test('a balance never grows beyond what JSON can count', async () => {
    await it.identity.store.raw(
      'insert into usage_credit (account_id, workspace_id, booked) values ($1, $2, 9007199254740000)',
      [key, it.identity.workspaceId],
    )
    const got = await post('grants', { units: 1_000_000 })
    expect([got.status, got.body.detail]).toEqual([409, 'No balance goes beyond 9007199254740991 units.'])
  })
})

test('an admin key that is held to apis gives to keys within them, and not to apps', async () => {
  const { identity } = it
  const mint = async (apiIds: readonly string[]): Promise<string> => {
    const wanted = { name: 'bounded', role: 'operator', apiIds, scopes: null, expiresAt: null } as const
    const issued = await createAdminKey(identity.room, identity.caller, wanted, NOBODY_ABOVE)
    await identity.feed.reached(issued.position)
    return issued.secret.reveal()
  }
  const within = await mint([ids.get('api') ?? ''])
  const others = await makeOneOfEach(it, it.owner)
  const beyond = await mint([others.get('api') ?? ''])
  expect((await post('grants', { units: 1 }, { as: within })).status).toBe(201)
  expect((await post('grants', { units: 1 }, { as: beyond })).body.code).toBe('permission_missing')
  const app = await it.call('POST', `/api/v1/credits/${ids.get('app')}/grants`, { as: within, body: { units: 1 } })
  expect(app.body.code).toBe('permission_missing')
  expect((await it.call('GET', `/api/v1/credits/${key}`, { as: beyond })).status).toBe(200)
  expect((await post('adjustments', { entry: 1, units: -1, note: 'x' }, { as: beyond })).status).toBe(201)
  const back = await post('adjustments', { entry: 2, note: 'x' }, { as: beyond })
  expect(back.body.code).toBe('permission_missing')
})

test('an admin key that is held to scopes gives nothing to a key whose role holds others', async () => {
  const { identity } = it
  const wanted = { name: 'scoped', role: 'operator', apiIds: null, scopes: ['orders.read'], expiresAt: null } as const
  const issued = await createAdminKey(identity.room, identity.caller, wanted, NOBODY_ABOVE)
  await identity.feed.reached(issued.position)
  const as = issued.secret.reveal()
  const give = async (body: object): Promise<number> => {
    const made = await it.call('POST', '/api/v1/keys', {
      body: { name: 'held', app_id: ids.get('app'), api_ids: [ids.get('api')], scopes: [], ...body },
    })
    return (await it.call('POST', `/api/v1/credits/${made.body.id}/grants`, { as, body: { units: 1 } })).status
  }
  const role = await it.call('POST', '/api/v1/roles', { body: { name: 'Wide', scopes: ['others.write'] } })
  expect(await give({ role_ids: [role.body.id] })).toBe(403)
  expect(await give({})).toBe(201)
})

describe('what a lost process held', () => {
  const node = 'nod_01k2m5f8r2e9vbt9rpk9w0z5d1'
  const settle = async (as: string, id = node): Promise<Got> =>
    it.call('POST', `/api/v1/nodes/${id}/settle-credits`, { body: { as, note: 'the disk is lost' } })
  const heard = async (secondsAgo: number): Promise<void> => {
    const { store } = it.identity
    await store.raw('delete from feed_node where id = $1', [node])
    await store.raw(
      `insert into feed_node (id, name, roles, version, position, seen_at)
       values ($1, 'lost', '{gateway}', '0', 0, clock_timestamp() - make_interval(secs => $2))`,
      [node, secondsAgo],
    )
  }
  const hold = async (units: number, told: number, secondsAgo = 400): Promise<void> => {
    await post('grants', { units: 100 })
    await it.identity.store.raw('update usage_credit set leased = $2 where account_id = $1', [key, units])
    await it.identity.store.raw(
      `insert into usage_credit_block (node_id, number, account_id, units, spent, opened_at)
       values ($1, $2, $3, $4, $5, clock_timestamp() - make_interval(secs => $6))`,
      [node, ++nodes, key, units, told, secondsAgo],
    )
  }

  test('is settled by hand as spent, and told in both logs', async () => {
    await hold(40, 10)
    await heard(400)
    expect((await balance()).blocks).toMatchObject([{ node_id: node, node_state: 'away', units: 40, spent: 10 }])
    expect((await settle('spent')).body).toEqual({ node_id: node, blocks: 1, units: 40, spent: 40 })
    expect(await balance()).toMatchObject({ balance: 60, reserved: 0, blocks: [] })
    expect((await settle('spent')).body).toMatchObject({ blocks: 0, units: 0 })
    const { body } = await it.call('GET', `/api/v1/audit?resource_id=${key}`)
    expect(body.data.at(0)).toMatchObject({
      operation: 'credits.settle',
      values: { node_id: node, settled_as: 'spent', units: 40, spent: 40 },
    })
  })

  test('or as free, but for what its spool has told', async () => {
    await hold(40, 10)
    await heard(400)
    expect((await settle('free')).body).toMatchObject({ units: 40, spent: 10 })
    expect(await balance()).toMatchObject({ balance: 90, reserved: 0 })
  })

  test.each([
    [1, 'lives'],
    [60, 'was heard 60 s ago'],
  ])('is not settled when it was heard %i s ago', async (secondsAgo, said) => {
    await hold(40, 10)
    await heard(secondsAgo)
    const got = await settle('free')
    expect([got.status, got.body.code]).toEqual([409, 'conflict'])
    expect(got.body.detail).toContain(said)
    expect((await balance()).reserved).toBe(40)
    await heard(400)
    await settle('free')
  })

  test('is not settled as far as it was drawn a moment ago: the process may have come back', async () => {
    await hold(40, 10, 5)
    await heard(400)
    const got = await settle('free')
    expect([got.status, got.body.code]).toEqual([409, 'conflict'])
    expect((await balance()).reserved).toBe(40)
    await it.identity.store.raw(`update usage_credit_block set opened_at = opened_at - interval '1 hour'`, [])
    expect((await settle('free')).body).toMatchObject({ blocks: 1, units: 40, spent: 10 })
  })

  test('waits for a draw of that process that is under way, and none passes it', async () => {
    await hold(40, 10)
    await heard(400)
    const settled = await it.identity.store.transaction(async (tx) => {
      await sql`select usage_credit_hold_node(${node})`.execute(tx)
      const settling = settle('free')
      const first = await Promise.race([settling, new Promise((done) => setTimeout(() => done('waits'), 200))])
      expect(first).toBe('waits')
      return [settling]
    })
    expect((await settled[0])?.body).toMatchObject({ blocks: 1, units: 40, spent: 10 })
  })

  test('of a process that nobody knows there is nothing', async () => {
    expect((await settle('free', 'nod_01k2m5f8r2e9vbt9rpk9w0z5d9')).status).toBe(404)
  })
})
