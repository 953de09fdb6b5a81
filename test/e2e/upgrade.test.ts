/**
 * An upgrade over data: rows as each version wrote them, brought to the newest schema by a starting server, which then serves
 * them. Keys verify, limits hold with what was used of them, restrictions refuse, balances stand, and no row is lost.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startStandIn } from '../../examples/stand-in-upstream.mjs'
import { tagOf } from '../../packages/server/src/keys/import-forms.ts'
import { openOldInstallation, type Columns, type OldInstallation } from '../support/old-installation.ts'
import { api, startProduct, type Product } from '../support/product.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const SCOPES = ['chat', 'notes.read']

type Key = Awaited<ReturnType<OldInstallation['addKey']>>

let old: OldInstallation
let upstream: Awaited<ReturnType<typeof startStandIn>>
let product: Product
let before: ReadonlyMap<string, number>
const ids: Record<string, string> = {}
const keys = new Map<string, Key>()

const imported = { id: '', secret: 'a-secret-of-another-system' }

const secretOf = (name: string): string => keys.get(name)?.secret ?? `there is no key ${name}`
const idOf = (name: string): string => keys.get(name)?.id ?? `there is no key ${name}`

async function addKey(name: string, row: Columns = {}): Promise<void> {
  const usual = { app_id: ids['app'], name, api_ids: [ids['api']], scopes: SCOPES }
  keys.set(name, await old.addKey({ ...usual, ...row }))
}

const stamped = (row: Columns): Columns => ({
  workspace_id: old.workspaceId,
  created_at: new Date(Date.now() - 20 * DAY_MS),
  updated_at: new Date(Date.now() - 20 * DAY_MS),
  ...row,
})
const window = (requests: number): Columns => ({ limit_requests: requests, limit_window_seconds: 3_600 })

/** What was used of a window of an hour, a minute ago. */
async function addCounter(id: string, used: number): Promise<void> {
  const [row] = await old.store.raw('select floor(extract(epoch from clock_timestamp()) * 1000)::bigint as now', [])
  const nowMs = Number(row?.['now'])
  const bucket = Math.floor(nowMs / 60_000) - 1
  const counter = { id, window_ms: HOUR_MS, width_ms: 60_000, last_ms: nowMs, buckets: [bucket], units: [used] }
  await old.insert('usage_counter', counter)
}

/** 0009: one window of requests in two columns, ranges of addresses in one. */
async function writeFoundation(): Promise<void> {
  for (const name of ['api', 'spent_api'] as const) ids[name] = old.newId('api')
  ids['app'] = old.newId('app')
  const app = { id: ids['app'], name: 'Shop', owner: 'ada@example.com', description: 'x', metadata: '{"a":1}' }
  await old.insert('identity_app', stamped(app))
  await old.insert('keys_api', stamped({ id: ids['api'], name: 'demo', prefix: 'demo', scopes: SCOPES }))
  const spent = { id: ids['spent_api'], name: 'spent', prefix: 'demo', scopes: SCOPES, ...window(4) }
  await old.insert('keys_api', stamped(spent))
  await addKey('plain')
  await addKey('ranged', { cidr_allow: ['10.0.0.0/8', '2001:db8::/32'] })
  await addKey('limited', window(5))
  await addKey('of a spent api', { api_ids: [ids['spent_api']] })
  await addKey('disabled', { disabled_at: new Date() })
  await addKey('revoked', { revoked_at: new Date(), revoke_reason: 'leaked' })
  await addKey('expired', { expires_at: new Date(Date.now() - 1_000) })
  await addKey('early', { not_before: new Date(Date.now() + HOUR_MS) })
  const times = { connect_timeout_ms: 1_000, first_byte_timeout_ms: 9_000, idle_timeout_ms: 9_000 }
  const target = { api_id: ids['api'], total_timeout_ms: 9_000, max_body_bytes: 1_000_000, ...times, ...window(3) }
  ids['route'] = old.newId('rte')
  const route = { id: ids['route'], name: 'notes', upstream_url: `${upstream.origin}/echo`, ...target }
  await old.insert('dataplane_route', stamped({ ...route, required_scopes: ['notes.read'] }))
  ids['model'] = old.newId('mdl')
  const deployments = JSON.stringify([
    { base_url: `${upstream.origin}/v1`, model: 'stand-in-1', provider_key_id: null },
  ])
  const model = { id: ids['model'], name: 'fast', deployments, ...target }
  await old.insert('dataplane_model', stamped({ ...model, required_scopes: ['chat'] }))
  await addCounter(`key:${idOf('limited')}:requests`, 3)
  await addCounter(`api:${ids['spent_api']}:requests`, 4)
  await addCounter(`route:${ids['route']}:requests`, 1)
  await addCounter(`model:${ids['model']}:requests`, 2)
  ids['admin'] = await old.addAdminKey({ name: 'old owner', role: 'owner' })
  ids['verifier'] = await old.addAdminKey({ name: 'old verifier', role: 'verifier', api_ids: [ids['api']] })
}

/** 0011: lives of keys, imported hashes, the ledger of credits. */
async function writeLives(): Promise<void> {
  await addKey('asleep', { dormant_at: new Date(), tags: ['blue'], owner: 'grace@example.com' })
  await addKey('deleted', { deleted_at: new Date(), purge_at: new Date(Date.now() + DAY_MS) })
  await addKey('credited', { cidr_allow: ['10.0.0.0/8'] })
  const { seal } = old
  const pepperVersion = seal.currentPepperVersion
  const digest = seal.digestHashUnder(pepperVersion, 'sha256', seal.hashText('sha256', imported.secret))
  if (digest === undefined) throw new Error('there is no pepper')
  await addKey('imported')
  imported.id = idOf('imported')
  await old.store.raw(
    `update keys_version set public_id = $2, digest = $3, import_algorithm = 'sha256', start_hint = 'a-se' where key_id = $1`,
    [imported.id, tagOf(digest), Buffer.from(digest)],
  )
  await old.insert('keys_import_form', { form: 'sha256', pepper_version: pepperVersion })
  const account = idOf('credited')
  await old.insert('usage_credit', { account_id: account, workspace_id: old.workspaceId })
  await old.store.raw(`select usage_credit_book($1, 'grant', 100, 'invoice-1', 'paid', null)`, [account])
  await old.store.raw(`select usage_credit_book($1, 'grant', 20, 'gift', null, $2)`, [
    account,
    new Date(Date.now() + DAY_MS),
  ])
  await old.store.raw('update usage_credit set leased = 10 where account_id = $1', [account])
  await old.insert('usage_credit_block', { node_id: 'nod_old', number: 1, account_id: account, units: 10, spent: 0 })
  await old.store.raw(`select usage_credit_close($1, 'nod_old', 1, 7)`, [account])
}

/** 0014: restrictions of every kind; limits are still one window. */
async function writeRestrictions(): Promise<void> {
  const list = (...restrictions: object[]) => ({ restrictions: JSON.stringify(restrictions) })
  await addKey('restricted', {
    ...list({ kind: 'ip', deny: ['192.0.2.0/24'], mode: 'enforce' }),
    ...window(2),
  })
  await addKey('shadowed', list({ kind: 'ip', allow: ['192.0.2.0/24'], mode: 'shadow' }))
}

/** 0016: lists of limits, plans. Wildcards needed no reason yet. */
async function writePlans(): Promise<void> {
  ids['plan'] = old.newId('pln')
  const limit = { kind: 'window', name: 'plan', limit: 2, window_seconds: 3_600, class: 'exact' }
  const limits = JSON.stringify([{ ...limit, mode: 'enforce', on_counter_loss: 'closed' }])
  await old.insert('keys_plan', stamped({ id: ids['plan'], name: 'small', limits }))
  await addKey('planned', { plan_id: ids['plan'] })
  await addKey('wild', { scopes: ['notes.*'] })
  const credits = { kind: 'credits', name: 'credits', class: 'exact', mode: 'enforce', on_counter_loss: 'closed' }
  await old.store.raw('update keys_key set limits = $2 where id = $1', [idOf('credited'), JSON.stringify([credits])])
}

async function countRows(): Promise<ReadonlyMap<string, number>> {
  const tables = await old.store.raw(
    `select table_name as name from information_schema.tables
      where table_schema = 'public' and table_type = 'BASE TABLE' and table_name !~ '^(store|feed|audit|seal)_'`,
    [],
  )
  const counts = new Map<string, number>()
  for (const { name } of tables) {
    const [row] = await old.store.raw(`select count(*) as rows from ${String(name)}`, [])
    counts.set(String(name), Number(row?.['rows']))
  }
  return counts
}

beforeAll(async () => {
  upstream = await startStandIn()
  old = await openOldInstallation('0009')
  await writeFoundation()
  await old.migrateTo('0011')
  await writeLives()
  await old.migrateTo('0014')
  await writeRestrictions()
  await old.migrateTo('0016')
  await writePlans()
  before = await countRows()
  const { databaseUrl, dataDir } = old.store.config
  const settings = { DATABASE_URL: databaseUrl?.reveal() ?? '', CLAVIGER_DATA_DIR: dataDir }
  product = await startProduct(settings, 'without an owner')
})
afterAll(async () => {
  await product?.stop()
  await upstream?.close()
  await old?.dispose()
})

const asOwner = (): Product => ({ ...product, env: { ...product.env, CLAVIGER_TOKEN: ids['admin'] ?? '' } })
const ask = async (method: string, path: string, body?: object) => api(asOwner(), method, path, body)

async function verify(name: string, question: object = {}): Promise<Record<string, unknown>> {
  const key = name === 'imported' ? imported.secret : secretOf(name)
  const { body } = await ask('POST', '/keys/verify', { key, api_id: ids['api'], ...question })
  return body
}
async function codeOf(name: string, question: object = {}): Promise<unknown> {
  const { valid, code } = await verify(name, question)
  return valid === true ? 'valid' : code
}
const times = async (count: number, work: () => Promise<unknown>): Promise<unknown[]> => {
  const got: unknown[] = []
  for (let index = 0; index < count; index++) got.push(await work())
  return got
}

test('no row is lost', async () => {
  const after = await countRows()
  const lost = [...before].filter(([name, rows]) => (after.get(name) ?? 0) < rows)
  expect(lost).toEqual([])
  expect(before.get('keys_key')).toBe(keys.size)
})

test('admin keys work, within what they were held to', async () => {
  expect((await ask('GET', '/me')).body).toMatchObject({ role: 'owner', workspace_id: old.workspaceId })
  const verifier = { ...product, env: { ...product.env, CLAVIGER_TOKEN: ids['verifier'] ?? '' } }
  const at = async (api_id: string | undefined) =>
    (await api(verifier, 'POST', '/keys/verify', { key: secretOf('plain'), api_id })).status
  expect([await at(ids['api']), await at(ids['spent_api'])]).toEqual([200, 403])
})

describe('a key of version 0009', () => {
  test('is good, or refused for the reason it was refused for', async () => {
    const codes = []
    for (const name of ['plain', 'disabled', 'revoked', 'expired', 'early']) codes.push(await codeOf(name))
    expect(codes).toEqual(['valid', 'key_disabled', 'key_revoked', 'key_expired', 'key_not_yet_valid'])
    expect(await codeOf('plain', { scopes: SCOPES })).toBe('valid')
  })

  test.each([
    ['10.1.2.3', 'valid'],
    ['2001:db8:9::1', 'valid'],
    ['192.0.2.1', 'ip_not_allowed'],
    [undefined, 'ip_not_allowed'],
  ])('with ranges of addresses is decided by them: from %s it is %s', async (client_ip, code) => {
    expect(await codeOf('ranged', { client_ip })).toBe(code)
  })

  test('with ranges shows them as a restriction, and can be changed', async () => {
    const restrictions = [{ kind: 'ip', allow: ['10.0.0.0/8', '2001:db8::/32'], mode: 'enforce' }]
    expect((await ask('GET', `/keys/${idOf('ranged')}`)).body).toMatchObject({ restrictions })
    const changed = await ask('PATCH', `/keys/${idOf('ranged')}`, { restrictions, name: 'renamed' })
    expect([changed.status, changed.body['name']]).toEqual([200, 'renamed'])
  })

  test('with a limit has what is left of it, and not more', async () => {
    expect(await times(4, async () => codeOf('limited'))).toEqual(['valid', 'valid', 'limit_reached', 'limit_reached'])
    const { body } = await ask('GET', `/keys/${idOf('limited')}`)
    expect(body['limits']).toMatchObject([{ kind: 'window', name: 'requests', limit: 5, window_seconds: 3_600 }])
  })

  test('of an api whose limit was used up is refused', async () => {
    expect(await codeOf('of a spent api', { api_id: ids['spent_api'] })).toBe('limit_reached')
  })

  test('can be rotated and revoked', async () => {
    const { body } = await ask('POST', `/keys/${idOf('plain')}/rotate`, {})
    expect((await ask('POST', '/keys/verify', { key: body['secret'] })).body['valid']).toBe(true)
  })
})

describe('a target of version 0009', () => {
  const knock = async (path: string, init: RequestInit = {}): Promise<number> => {
    const headers = { authorization: `Bearer ${secretOf('shadowed')}`, 'content-type': 'application/json' }
    const answer = await fetch(product.url + path, { ...init, headers })
    await answer.arrayBuffer()
    return answer.status
  }

  test('that is a route passes what is left of its limit', async () => {
    expect(await times(3, async () => knock('/gw/notes/x'))).toEqual([200, 200, 429])
  })

  test('that is a model passes what is left of its limit', async () => {
    const body = JSON.stringify({ model: 'fast', messages: [{ role: 'user', content: 'x' }] })
    const call = async () => knock('/openai/v1/chat/completions', { method: 'POST', body })
    expect(await times(2, call)).toEqual([200, 429])
  })

  test('is shown with its limit, and can be changed', async () => {
    for (const path of [`/routes/${ids['route']}`, `/models/${ids['model']}`]) {
      const limits = [{ kind: 'window', name: 'requests', limit: 3, window_seconds: 3_600 }]
      expect((await ask('GET', path)).body).toMatchObject({ limits, cost: 1 })
      expect((await ask('PATCH', path, { cost: 2 })).status).toBe(200)
    }
  })
})

describe('what version 0011 wrote', () => {
  test('sleeps until it is woken, and can be restored', async () => {
    expect(await codeOf('asleep')).toBe('key_dormant')
    expect((await ask('POST', `/keys/${idOf('asleep')}/wake`)).status).toBe(200)
    expect(await codeOf('asleep')).toBe('valid')
    expect((await ask('POST', `/keys/${idOf('deleted')}/restore`)).status).toBe(200)
    expect(await codeOf('deleted')).toBe('valid')
  })

  test('keeps the secrets of other systems', async () => {
    expect(await codeOf('imported')).toBe('valid')
    // again, when its row was upgraded
    await expect
      .poll(async () => old.store.raw('select upgraded_at from keys_version where key_id = $1', [imported.id]))
      .toEqual([{ upgraded_at: expect.any(Date) }])
    expect(await codeOf('imported')).toBe('valid')
  })

  test('keeps balances, their ledger and what may be refunded', async () => {
    const path = `/credits/${idOf('credited')}`
    expect((await ask('GET', path)).body).toMatchObject({ balance: 113, reserved: 0 })
    const { body } = await ask('GET', `${path}/entries`)
    expect(body['data']).toMatchObject([
      { number: 3, kind: 'spend', units: -7, balance: 113, entry: null },
      { number: 2, kind: 'grant', units: 20, reference: 'gift', expires_at: expect.any(String) },
      { number: 1, kind: 'grant', units: 100, reference: 'invoice-1', note: 'paid' },
    ])
    expect(
      (await ask('POST', `${path}/grants`, { units: 100, reference: 'invoice-1', note: 'paid' })).body['number'],
    ).toBe(1)
    expect((await ask('POST', `${path}/refunds`, { entry: 3, units: 8 })).status).toBe(409)
    expect((await ask('POST', `${path}/refunds`, { entry: 3 })).body).toMatchObject({ units: 7, balance: 120 })
    expect((await ask('POST', `${path}/adjustments`, { entry: 1, units: -119, note: 'x' })).status).toBe(409)
    expect((await ask('POST', `${path}/adjustments`, { entry: 1, units: -100, note: 'x' })).body['balance']).toBe(20)
  })

  test('spends them, from where it may call', async () => {
    expect(await codeOf('credited', { cost: 18, client_ip: '192.0.2.1' })).toBe('ip_not_allowed')
    expect(await codeOf('credited', { cost: 18, client_ip: '10.0.0.1' })).toBe('valid')
    expect(await codeOf('credited', { cost: 18, client_ip: '10.0.0.1' })).toBe('credits_exhausted')
  })
})

describe('what version 0014 wrote', () => {
  test('restricts, and limits', async () => {
    expect(await codeOf('restricted', { client_ip: '192.0.2.1' })).toBe('ip_not_allowed')
    const from = { client_ip: '198.51.100.1' }
    expect(await times(3, async () => codeOf('restricted', from))).toEqual(['valid', 'valid', 'limit_reached'])
  })

  test('tells what it would refuse in shadow', async () => {
    expect(await verify('shadowed', { client_ip: '198.51.100.1' })).toMatchObject({
      valid: true,
      shadow: [{ code: 'ip_not_allowed' }],
    })
  })
})

describe('what version 0016 wrote', () => {
  test('is held to its plan', async () => {
    expect(await times(3, async () => codeOf('planned'))).toEqual(['valid', 'valid', 'limit_reached'])
    expect((await ask('GET', `/plans/${ids['plan']}`)).body).toMatchObject({ name: 'small' })
  })

  test('keeps wildcards that nobody gave a reason for, and asks for one when they are granted anew', async () => {
    expect(await codeOf('wild', { scopes: ['notes.read'] })).toBe('valid')
    const path = `/keys/${idOf('wild')}`
    expect((await ask('PATCH', path, { name: 'still wild' })).status).toBe(200)
    expect((await ask('PATCH', path, { scopes: ['notes.*'] })).body).toMatchObject({ code: 'validation_failed' })
  })
})
