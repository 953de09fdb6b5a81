import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'

let it: TestControl
beforeAll(async () => {
  it = await openTestControl()
})
afterAll(async () => it.dispose())

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

let count = 0
const newKey = () => `key-${++count}`
const newApp = () => ({ name: `App ${++count}`, owner: 'x' })
const post = async (path: string, body: object, key: string, as = it.owner): Promise<Got> =>
  it.call('POST', path, { as, body, headers: { 'idempotency-key': key } })
const appCount = async () => (await it.call('GET', '/api/v1/apps?limit=100')).body.data.length

describe('a repeated creation', () => {
  test('gets the same answer, and the work is done once', async () => {
    const body = newApp()
    const key = newKey()
    const before = await appCount()
    const first = await post('/api/v1/apps', body, key)
    const second = await post('/api/v1/apps', body, `"${key}"`)
    expect(second.body).toEqual(first.body)
    for (const field of ['location', 'etag']) expect(second.headers.get(field)).toBe(first.headers.get(field))
    expect([first.status, second.status]).toEqual([201, 201])
    expect([first.headers.get('idempotency-replayed'), second.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ])
    expect(await appCount()).toBe(before + 1)
  })

  test('with another payload, or for another operation, is refused', async () => {
    const key = newKey()
    await post('/api/v1/apps', newApp(), key)
    expect((await post('/api/v1/apps', newApp(), key)).body.code).toBe('idempotency_mismatch')
    const other = await post('/api/v1/admin-keys', { name: 'x', role: 'auditor' }, key)
    expect([other.status, other.body.code]).toEqual([422, 'idempotency_mismatch'])
  })

  test('at the same moment waits for the first', async () => {
    const body = newApp()
    const key = newKey()
    const all = await Promise.all([1, 2, 3, 4, 5].map(async () => post('/api/v1/apps', body, key)))
    expect(all.filter((one) => one.status === 201 && one.headers.get('idempotency-replayed') === null)).toHaveLength(1)
    for (const one of all) {
      if (one.status === 201) continue
      expect([one.status, one.body.code, one.headers.get('retry-after')]).toEqual([409, 'idempotency_in_flight', '1'])
    }
    expect(new Set(all.filter((one) => one.status === 201).map((one) => one.body.id)).size).toBe(1)
  })

  test('after a refusal is tried again', async () => {
    const body = newApp()
    const key = newKey()
    const { body: blocker } = await it.call('POST', '/api/v1/apps', { body })
    expect((await post('/api/v1/apps', body, key)).body.code).toBe('conflict')
    await it.call('DELETE', `/api/v1/apps/${blocker.id}`)
    expect((await post('/api/v1/apps', body, key)).status).toBe(201)
  })

  test('of another caller is another creation', async () => {
    const key = newKey()
    const other = await it.mint('operator')
    const one = await post('/api/v1/apps', newApp(), key)
    const two = await post('/api/v1/apps', newApp(), key, other)
    expect([one.status, two.status]).toEqual([201, 201])
  })

  test('after 24 hours is a new one', async () => {
    const body = newApp()
    const key = newKey()
    const { body: made } = await post('/api/v1/apps', body, key)
    await it.call('DELETE', `/api/v1/apps/${made.id}`)
    const before = it.identity.clockMs
    it.identity.clockMs = before + 24 * HOUR_MS - 1
    expect((await post('/api/v1/apps', body, key)).headers.get('idempotency-replayed')).toBe('true')
    it.identity.clockMs = before + 24 * HOUR_MS
    const again = await post('/api/v1/apps', body, key)
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([201, null])
    it.identity.clockMs = before
  })

  test.each(['a b', '"open', 'ü', ' '.repeat(3) + '"'])('with the malformed key %s is refused', async (key) => {
    expect(
      (await post('/api/v1/apps', newApp(), encodeURI(key) === key ? key : Buffer.from(key).toString('latin1'))).body
        .code,
    ).toBe('bad_header')
  })
})

describe('a repeated creation of a secret', () => {
  const admin = { name: 'Ada', role: 'auditor' }

  test('shows it once more within ten minutes, then names what was made', async () => {
    const key = newKey()
    const first = await post('/api/v1/admin-keys', admin, key)
    const second = await post('/api/v1/admin-keys', admin, key)
    expect(second.body).toEqual(first.body)
    expect(second.body.secret).toMatch(/^clv_admin_/)
    const third = await post('/api/v1/admin-keys', admin, key)
    expect([third.status, third.body.code]).toEqual([409, 'idempotency_secret_gone'])
    expect(third.body.detail).toContain(first.body.id)
    expect(third.text).not.toContain(first.body.secret)
  })

  test('of two at once shows it to one', async () => {
    const key = newKey()
    await post('/api/v1/admin-keys', admin, key)
    const all = await Promise.all([1, 2, 3].map(async () => post('/api/v1/admin-keys', admin, key)))
    expect(all.map((one) => one.status).toSorted()).toEqual([201, 409, 409])
  })

  test('does not show it after ten minutes', async () => {
    const key = newKey()
    await post('/api/v1/admin-keys', admin, key)
    it.identity.clockMs += 10 * MINUTE_MS
    expect((await post('/api/v1/admin-keys', admin, key)).body.code).toBe('idempotency_secret_gone')
    it.identity.clockMs -= 10 * MINUTE_MS
  })

  test('leaves nothing of it in the database', async () => {
    const key = newKey()
    const { body } = await post('/api/v1/admin-keys', admin, key)
    for (const table of ['http_idempotency', 'http_handover', 'audit_entry'] as const) {
      const rows = await it.identity.store.db.selectFrom(table).selectAll().execute()
      const text = JSON.stringify(
        rows.map((row) =>
          Object.values(row).map((value) => (Buffer.isBuffer(value) ? value.toString('latin1') : value)),
        ),
      )
      expect(text, table).not.toContain(body.secret)
      expect(text, table).not.toContain(key)
    }
  })
})

describe('a creation whose process died', () => {
  const die = async () => {
    await it.identity.store.db
      .updateTable('http_idempotency')
      .set({ state: 'running', status: null, answer: null, resource_id: null })
      .where('state', '=', 'done')
      .execute()
    await it.identity.store.db.deleteFrom('http_handover').execute()
  }

  test('after its work was committed is known from the audit log', async () => {
    const key = newKey()
    const body = newApp()
    const { body: made } = await post('/api/v1/apps', body, key)
    await die()
    expect((await post('/api/v1/apps', body, key)).body.code).toBe('idempotency_in_flight')
    it.identity.clockMs += 2 * MINUTE_MS
    const late = await post('/api/v1/apps', body, key)
    expect([late.status, late.body.code]).toEqual([409, 'idempotency_secret_gone'])
    expect(late.body.detail).toContain(made.id)
    expect((await post('/api/v1/apps', body, key)).body.detail).toContain(made.id)
  })

  test('before its work was committed is done by whoever repeats it', async () => {
    const key = newKey()
    const body = newApp()
    const { body: made } = await post('/api/v1/apps', body, key)
    await die()
    // As if it had never been: another name for it, and a request that no entry names.
    await it.call('DELETE', `/api/v1/apps/${made.id}`)
    await it.identity.store.db
      .updateTable('http_idempotency')
      .set({ request_id: 'req_lost' })
      .where('state', '=', 'running')
      .execute()
    it.identity.clockMs += 2 * MINUTE_MS
    const all = await Promise.all([1, 2, 3].map(async () => post('/api/v1/apps', body, key)))
    expect(all.filter((one) => one.status === 201 && one.headers.get('idempotency-replayed') === null)).toHaveLength(1)
  })
})
