/** What the operations about the installation answer, from real rows. */
import type { DecisionRecord } from '@claviger/gateway'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appendEntry, encodeDecision, writeJournal, writeProbes } from '#audit'
import { registerNode } from '#feed'
import { writeUsage } from '#usage'
import { openTestControl, type TestControl } from '../testing/open-control.ts'

const HOUR_MS = 3_600_000
const NODE = 'nod_01k2m5f8r2e9vbt9rpk9w0z5c3'

const SHADOW = [{ code: 'ip_not_allowed', rule: 'key.restrictions/0.ip' }] as const

let it: TestControl
let startMs: number
beforeAll(async () => {
  it = await openTestControl()
  // In one hour, whatever the time of day.
  startMs = Math.floor(Date.now() / HOUR_MS) * HOUR_MS
  const records = [
    decision(0),
    decision(1, { code: 'scope_missing', status: 403, usage: undefined, shadow: SHADOW }),
    decision(2, { workspaceId: 'wsp_other' }),
  ]
  await it.identity.store.transaction(async (tx) => {
    await writeUsage(tx, records)
    await writeJournal(tx, NODE, 1, records.map(encodeDecision))
  })
})
afterAll(async () => it.dispose())

function decision(n: number, change: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    atMs: startMs + n,
    requestId: `req_${n}`,
    door: 'openai',
    workspaceId: it.identity.workspaceId,
    appId: 'app_1',
    keyId: 'key_1',
    versionNumber: 1,
    apiId: 'api_1',
    targetId: 'mdl_1',
    method: 'POST',
    path: '/openai/v1/chat/completions',
    clientIp: '192.0.2.1',
    userAgent: 'x',
    code: 'valid',
    rule: 'all',
    status: 200,
    durationMs: 12,
    usage: {
      requests: 1,
      inputTokens: 10,
      outputTokens: 5,
      cachedTokens: 2,
      bytesIn: 100,
      bytesOut: 200,
      firstByteMs: 7,
      metered: true,
      ended: 'complete',
    },
    ...change,
  }
}

const instant = (ms: number) => new Date(ms).toISOString()
const span = () => `from=${instant(startMs)}&to=${instant(startMs + HOUR_MS)}`

describe('usage', () => {
  test('is summed over what was asked for, in this workspace alone', async () => {
    const { body } = await it.call('GET', `/api/v1/usage?${span()}&group_by=hour,key`)
    expect(body).toMatchObject({ from: instant(startMs), to: instant(startMs + HOUR_MS), truncated: false })
    expect(body.data).toEqual([
      {
        from: instant(startMs),
        app_id: null,
        key_id: 'key_1',
        target_id: null,
        requests: 2,
        refused: 1,
        failed: 0,
        input_tokens: 10,
        output_tokens: 5,
        cached_tokens: 2,
        unmetered: 0,
        bytes_in: 100,
        bytes_out: 200,
        duration_ms: 24,
      },
    ])
    expect((await it.call('GET', `/api/v1/usage?${span()}&group_by=&key_id=key_2`)).body.data).toMatchObject([
      { requests: 0, from: null },
    ])
    expect((await it.call('GET', '/api/v1/usage')).body.data).toMatchObject([{ requests: 2 }])
  })

  test.each([
    'group_by=planet',
    'group_by=app,app',
    'group_by=hour,day',
    'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z',
    'from=yesterday',
  ])('refuses ?%s', async (query) => {
    expect((await it.call('GET', `/api/v1/usage?${query}`)).body.code).toBe('validation_failed')
  })
})

test('decisions are listed newest first, in this workspace alone, and can be looked for', async () => {
  const { body } = await it.call('GET', '/api/v1/decisions')
  expect(body.data.map((one: { request_id: string }) => one.request_id)).toEqual(['req_1', 'req_0'])
  expect(body.data[1]).toMatchObject({
    at: instant(startMs),
    door: 'openai',
    code: 'valid',
    status: 200,
    usage: { input_tokens: 10, ended: 'complete' },
  })
  expect(body.data[0].usage).toBeNull()
  expect(body.data.map((one: { shadow: unknown }) => one.shadow)).toEqual([SHADOW, []])
  expect((await it.call('GET', '/api/v1/decisions?request_id=req_0&key_id=key_1')).body.data).toHaveLength(1)
  expect((await it.call('GET', '/api/v1/decisions?app_id=app_2')).body.data).toEqual([])
})

test('probes are counted by second, prefix and reason', async () => {
  const rows = [
    { atMs: startMs, ipPrefix: '192.0.2.1/32', reason: 'checksum', count: 3 },
    { atMs: startMs + 1000, ipPrefix: '2001:db8::/56', reason: 'unknown_id', count: 1 },
  ]
  await it.identity.store.transaction(async (tx) => writeProbes(tx, NODE, rows))
  const all = await it.call('GET', '/api/v1/probes')
  expect(all.body).toEqual({
    data: [
      { at: instant(startMs + 1000), ip_prefix: '2001:db8::/56', reason: 'unknown_id', count: 1 },
      { at: instant(startMs), ip_prefix: '192.0.2.1/32', reason: 'checksum', count: 3 },
    ],
    truncated: false,
  })
  expect((await it.call('GET', '/api/v1/probes?reason=checksum&rows=1')).body.data).toHaveLength(1)
  expect((await it.call('GET', '/api/v1/probes?rows=1')).body).toMatchObject({ truncated: true })
  expect((await it.call('GET', '/api/v1/probes?rows=0')).body.code).toBe('validation_failed')
})

test('the status tells how this node is', async () => {
  it.world.readiness = { state: 'degraded', reasons: ['The disk is nearly full.'] }
  expect((await it.call('GET', '/api/v1/status')).body).toMatchObject({
    state: 'degraded',
    reasons: ['The disk is nearly full.'],
    version: '0.0.0-test',
    node: { name: 'test' },
    database: { available: true },
    geo: {
      country: {
        source: 'file',
        database_type: 'GeoLite2-Country',
        built_at: '2026-02-04T22:49:29.000Z',
        age_seconds: expect.any(Number),
        problem: null,
      },
      asn: null,
    },
  })
})

test('the nodes are those that registered', async () => {
  const { store, feed } = it.identity
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const node = await registerNode(store, feed, { id: NODE, name: 'one', roles: ['control'], version: '1' }, log)
  expect((await it.call('GET', '/api/v1/nodes')).body.data).toMatchObject([{ id: NODE, name: 'one', state: 'live' }])
  await node.close()
})

describe('the seal', () => {
  test('is checked key by key, and a sample of each kind is opened', async () => {
    await it.call('POST', '/api/v1/provider-keys', {
      body: { name: 'p', provider: 'x', origins: ['https://a.example'], secret: 's' },
    })
    const { body } = await it.call('GET', '/api/v1/seal')
    expect(body.healthy).toBe(true)
    expect(body.samples).toContainEqual({ kind: 'provider_key', outcome: 'opened', problem: null })
    expect(body.keys.map((one: { key_id: string }) => one.key_id)).toContain('pepper/1')
  })

  test('says which ciphertext does not open', async () => {
    const { db } = it.identity.store
    await db
      .updateTable('vault_provider_key_version')
      .set({ sealed: Buffer.from('spoilt') })
      .execute()
    const { body } = await it.call('GET', '/api/v1/seal')
    expect(body.healthy).toBe(false)
    expect(body.samples).toContainEqual({ kind: 'provider_key', outcome: 'failed', problem: expect.any(String) })
  })

  test('gets a new pepper and a new term, and admin keys stay good', async () => {
    const pepper = await it.call('POST', '/api/v1/seal/rotate-pepper')
    expect(pepper.body).toMatchObject({ purpose: 'pepper', version: 2 })
    const term = await it.call('POST', '/api/v1/seal/rotate-keyring')
    expect(term.body).toMatchObject({ purpose: 'keyring', version: 2 })
    expect((await it.call('GET', '/api/v1/me')).status).toBe(200)
    const entries = (await it.call('GET', '/api/v1/audit?operation=seal.rotate')).body.data
    expect(entries.map((one: { resource: { type: string } }) => one.resource.type)).toEqual(['keyring', 'pepper'])
  })

  test('shows what concerns the whole installation to operators of the first workspace only', async () => {
    await it.identity.store.transaction(async (tx) => {
      await appendEntry(tx, {
        workspaceId: undefined,
        actor: { type: 'system', id: 'dataplane' },
        operation: 'failure_modes.begin',
        outcome: 'success',
        status: 200,
        resource: { type: 'store', id: 'database' },
      })
    })
    const other = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Not home' } })
    const listed = async (as: string) =>
      (await it.call('GET', '/api/v1/audit?operation=failure_modes.begin', { as })).body.data.length
    expect([await listed(it.owner), await listed(await it.mint('owner', other.body.id))]).toEqual([1, 0])
  })
})
