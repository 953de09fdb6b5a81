/** Whom the shield makes wait, over the control API: who sees what, and the end of it in every process. */
import { composeKey, parseIp, parseKey } from '@claviger/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { createCounters, liftedBy, openShieldBoard, type RunningCounters, type ShieldOptions } from '#usage'
import { openTestControl, type TestControl } from './testing/open-control.ts'
import { makeOneOfEach } from './testing/samples.ts'

const BLOCKS = '/api/v1/shield/blocks'
const LIFT = '/api/v1/shield/lift'
/** As it is, but that no block ends while the test looks at it. */
const BACK_OFF = {
  freeFailures: 60,
  perMs: 60_000,
  firstBlockMs: 300_000,
  maxBlockMs: 300_000,
  decayMs: 120_000,
  maxRemembered: 1_000,
}
const shield: ShieldOptions = {
  address: BACK_OFF,
  key: BACK_OFF,
  prefix: { ...BACK_OFF, freeFailures: 3_000 },
  sternWeight: 10,
}
const clock = { nowMs: () => it.identity.clockMs, monotonicMs: () => performance.now() }

let it: TestControl
/** Another process on the same database. */
let other: RunningCounters
let tenantOwner: string
/** Public ids. */
const ids = { ours: '', theirs: '', admin: '', nobodys: 'NobodysKey00' }

beforeAll(async () => {
  it = await openTestControl({}, { shield })
  const { body: tenant } = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Tenant' } })
  tenantOwner = await it.mint('owner', tenant.id)
  ids.ours = await makeKey(it.owner)
  ids.theirs = await makeKey(tenantOwner)
  ids.admin = publicIdOf(it.owner)
  const { store, feed } = it.identity
  other = createCounters({ store, clock, log: silentLog, node: 'nod_other', shield })
  feed.onChange((changes) => {
    for (const lifted of changes.map(liftedBy)) if (lifted !== undefined) other.shield.lift(lifted)
  })
  for (const id of Object.values(ids)) failAt(it.counters, id)
  failAt(other, ids.ours)
  failFrom(it.counters, '203.0.113.7')
  failFrom(other, '2001:db8:7:1100::1')
  const board = openShieldBoard({
    store,
    node: 'nod_other',
    clock,
    log: silentLog,
    blocks: () => other.shield.blocks(),
  })
  await board.tell()
})
afterAll(async () => {
  await other.close()
  await it.dispose()
})

async function makeKey(as: string): Promise<string> {
  const made = await makeOneOfEach(it, as)
  const body = { name: 'key', app_id: made.get('app'), api_ids: [made.get('api')], scopes: ['read'] }
  const key = await it.call('POST', '/api/v1/keys', { as, body })
  expect([key.status, key.text]).toEqual([201, key.text])
  return publicIdOf(key.body.secret)
}

function publicIdOf(secret: string): string {
  const parsed = parseKey(secret)
  if (parsed.kind !== 'key') throw new Error('no key')
  return parsed.publicId
}

/** So often that it is blocked for minutes. */
function failAt(counters: RunningCounters, publicId: string): void {
  const presented = composeKey({ prefix: 'acme', environment: 'live', publicId, secret: new Uint8Array(32) })
  for (let count = 0; count < 61; count++)
    counters.recordFailure({ clientIp: undefined, presented, reason: 'wrong_secret' })
}

function failFrom(counters: RunningCounters, address: string): void {
  for (let count = 0; count < 61; count++)
    counters.recordFailure({ clientIp: parseIp(address), presented: undefined, reason: 'malformed' })
}

const subjects = async (as: string, query = ''): Promise<string[]> => {
  const { status, body, text } = await it.call('GET', `${BLOCKS}${query}`, { as })
  expect([status, text]).toEqual([200, text])
  return body.data.map((block: { kind: string; subject: string; here: boolean }) =>
    [block.kind, block.subject, block.here ? 'here' : 'there'].join(' '),
  )
}

describe('the list of blocks', () => {
  test('shows an operator of the first workspace addresses, and the keys of that workspace, of every process', async () => {
    expect((await subjects(it.owner)).toSorted()).toEqual(
      [
        'address 2001:db8:7:1100::/56 there',
        'address 203.0.113.7/32 here',
        `key ${ids.ours} here`,
        `key ${ids.ours} there`,
        `key ${ids.admin} here`,
      ].toSorted(),
    )
  })

  test('shows another workspace its own keys, and neither addresses nor prefixes', async () => {
    expect(await subjects(tenantOwner)).toEqual([`key ${ids.theirs} here`])
  })

  test('says of each which process, since when, until when, and how often it failed', async () => {
    const { body } = await it.call('GET', `${BLOCKS}?kind=key&subject=${ids.ours}`)
    expect(body.data).toMatchObject(
      ['nod_01k2m5f8r2e9vbt9rpk9w0z5c3', 'nod_other'].map((node_id) => ({
        kind: 'key',
        node_id,
        key_id: expect.stringMatching(/^key_/),
        failures: 61,
      })),
    )
    for (const { since, until } of body.data) expect(Date.parse(until) - Date.parse(since)).toBe(300_000)
  })

  test('comes in pages that hold each once', async () => {
    const all = await subjects(it.owner)
    const seen: string[] = []
    let cursor = ''
    do {
      const { body } = await it.call('GET', `${BLOCKS}?limit=2${cursor}`)
      seen.push(...body.data.map((block: { subject: string }) => block.subject))
      cursor = body.has_more ? `&cursor=${body.next_cursor}` : ''
    } while (cursor !== '')
    expect(seen.toSorted()).toEqual(all.map((block) => block.split(' ')[1]).toSorted())
  })

  test('finds an address by itself, whatever its range is', async () => {
    expect(await subjects(it.owner, '?subject=2001:db8:7:11ff::5')).toEqual(['address 2001:db8:7:1100::/56 there'])
  })
})

describe('lifting', () => {
  const lift = async (body: object, as = it.owner) => it.call('POST', LIFT, { as, body })

  test('is not for keys of others, and does not tell them from keys that are nobody’s', async () => {
    for (const subject of [ids.ours, ids.nobodys]) {
      const { status, body } = await lift({ kind: 'key', subject }, tenantOwner)
      expect([status, body.code, body.detail]).toEqual([
        404,
        'not_found',
        `There is no key with the public id ${subject}.`,
      ])
    }
    expect((await lift({ kind: 'key', subject: ids.theirs })).status).toBe(404)
    expect((await lift({ kind: 'key', subject: ids.nobodys })).status).toBe(404)
  })

  test('of an address or a prefix is for the first workspace, and for who may', async () => {
    for (const block of [
      { kind: 'address', subject: '203.0.113.7' },
      { kind: 'prefix', subject: 'acme' },
    ]) {
      expect((await lift(block, tenantOwner)).body).toMatchObject({ status: 403, code: 'permission_missing' })
      expect((await lift(block, await it.mint('auditor'))).body).toMatchObject({ code: 'permission_missing' })
    }
    expect(it.counters.shield.blocks()).toContainEqual(expect.objectContaining({ subject: '203.0.113.7/32' }))
  })

  test.each([
    ['address', '203.0.113.0/24'],
    ['address', 'acme'],
    ['key', 'short'],
    ['prefix', 'No'],
    ['planet', 'mars'],
  ])('refuses the %s %s', async (kind, subject) => {
    expect((await lift({ kind, subject })).body).toMatchObject({ status: 400, code: 'validation_failed' })
  })

  test('ends the block in every process, and is written down', async () => {
    const { body } = await lift({ kind: 'key', subject: ids.ours })
    expect(body).toMatchObject({ kind: 'key', subject: ids.ours })
    for (const { shield } of [it.counters, other])
      expect(shield.blocks().filter(({ subject }) => subject === ids.ours)).toEqual([])
    expect((await subjects(it.owner)).filter((block) => block.includes(ids.ours))).toEqual([])
    const { body: audit } = await it.call('GET', `/api/v1/audit?resource_id=${ids.ours}&operation=shield.lift`)
    expect(audit.data).toMatchObject([
      { operation: 'shield.lift', outcome: 'success', resource: { type: 'shield_block' }, values: { kind: 'key' } },
    ])
    expect(await subjects(tenantOwner)).toHaveLength(1)
  })

  test('takes an address of the range for the range, here and elsewhere', async () => {
    expect((await lift({ kind: 'address', subject: '2001:DB8:7:11aa::1' })).body.subject).toBe('2001:db8:7:1100::/56')
    expect((await lift({ kind: 'address', subject: '203.0.113.7/32' })).status).toBe(200)
    expect(other.shield.blocks().filter(({ scope }) => scope === 'address')).toEqual([])
    expect(await subjects(it.owner, '?kind=address')).toEqual([])
  })
})
