import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../store/testing.ts'
import { appendEntry, eraseFields, listEntries, sequence, startSequencer, type Actor, type NewEntry } from './index.ts'
import { entryFields, storedLeaf, type EntryColumns } from './entry-fields.ts'

const actor: Actor = {
  type: 'operator',
  id: 'adm_1',
  keyId: 'adm_1',
  clientIp: '192.0.2.7',
  userAgent: 'claviger-cli/1',
  requestId: 'req_1',
  endpoint: 'POST /api/v1/keys',
  elapsedMs: () => 12.4,
}
const entry: NewEntry = {
  workspaceId: 'wsp_a',
  actor,
  operation: 'keys.create',
  outcome: 'success',
  status: 201,
  resource: { type: 'key', id: 'key_1' },
  values: { name: 'billing', note: 'sk-canary-value', appId: 'app_1' },
}
const appendOnly = expect.objectContaining({ code: '42501' })

let store: TestStore
let seal: Seal

beforeEach(async () => {
  store = await openTestStore()
  seal = await openSeal(store, store.config, silentLog)
  for (const id of ['wsp_a', 'wsp_b']) await store.transaction((tx) => seal.ensureWorkspace(tx, id))
})
afterEach(async () => {
  await seal.close()
  await store.dispose()
})

const append = (change: Partial<NewEntry> = {}): Promise<void> =>
  store.transaction((tx) => appendEntry(tx, { ...entry, ...change }))
const list = async (change: object = {}) =>
  (await listEntries(store.db, { workspaceId: 'wsp_a', limit: 50, ...change })).items

async function rowsWithLeaves(): Promise<readonly { id: number; matches: boolean }[]> {
  const rows = await store.db.selectFrom('audit_entry').selectAll().orderBy('id').execute()
  return rows.map(({ id, leaf, salts, erased, ...columns }) => {
    // As `appendEntry` wrote them.
    const computed = storedLeaf(
      seal.sha256,
      columns as EntryColumns,
      salts as Record<string, string>,
      erased as Record<string, string>,
    )
    return { id, matches: seal.equal(computed, leaf) }
  })
}

describe('an entry', () => {
  test('tells who did what, from where, and with what outcome', async () => {
    await append()
    await sequence(store)
    expect(await list()).toEqual([
      {
        id: expect.any(Number),
        position: 0,
        at: expect.any(Date),
        workspaceId: 'wsp_a',
        actor: { type: 'operator', id: 'adm_1' },
        keyId: 'adm_1',
        clientIp: '192.0.2.7',
        userAgent: 'claviger-cli/1',
        requestId: 'req_1',
        endpoint: 'POST /api/v1/keys',
        operation: 'keys.create',
        outcome: 'success',
        status: 201,
        durationMs: 12,
        resource: { type: 'key', id: 'key_1' },
        erased: [],
        values: {
          name: 'billing',
          app_id: 'app_1',
          note: (await seal.auditHasher(store.db, 'wsp_a'))('sk-canary-value'),
        },
      },
    ])
  })

  test('holds no secret in any column of any table', async () => {
    await append()
    await sequence(store)
    for (const table of ['audit_entry', 'audit_leaf', 'audit_pending']) {
      const { rows } = await sql<{ text: string }>`select t::text as text from ${sql.table(table)} t`.execute(store.db)
      expect(JSON.stringify(rows)).not.toContain('sk-canary')
    }
  })

  test('goes when its transaction does', async () => {
    const failed = store.transaction(async (tx) => {
      await appendEntry(tx, entry)
      throw new Error('rolled back')
    })
    await expect(failed).rejects.toThrow('rolled back')
    expect(await list()).toEqual([])
    expect(await sequence(store)).toBe(0)
  })

  test('of the installation stands apart from those of workspaces', async () => {
    await append({ workspaceId: undefined, operation: 'keyring.rotate' })
    await append()
    expect((await list({ workspaceId: undefined })).map(({ operation }) => operation)).toEqual(['keyring.rotate'])
    expect((await list()).map(({ operation }) => operation)).toEqual(['keys.create'])
    expect(await list({ workspaceId: 'wsp_b' })).toEqual([])
  })

  test('takes what PostgreSQL cannot hold, and cuts what strangers make long', async () => {
    await append({ actor: { ...actor, userAgent: `\0\ud800${'x'.repeat(1_000)}` }, values: { name: 'a\0b' } })
    const [read] = await list()
    expect(read?.userAgent).toMatch(/^\ufffd\ufffdx{254}$/)
    expect(read?.values).toEqual({ name: 'a\ufffdb' })
  })

  test('has the leaf that its stored fields give', async () => {
    await append({
      values: { z: 1e21, a: 0.1, name: 'ü\u2028', limit: { b: [1, { d: null, c: true }], a: -0 }, __proto__x: 'x' },
    })
    expect(await rowsWithLeaves()).toEqual([{ id: expect.any(Number), matches: true }])
  })
})

describe('positions', () => {
  test('are dense over commits, rollbacks and sequencers that run at once', async () => {
    const work = Array.from({ length: 60 }, async (_, index) => {
      await append({ resource: { type: 'key', id: `key_${index}` } }).catch(() => {})
      if (index % 4 === 0) await expect(append({ status: Number.NaN })).rejects.toThrow()
      if (index % 5 === 0) await sequence(store)
    })
    await Promise.all(work)
    await Promise.all([sequence(store), sequence(store)])
    await sequence(store)
    const { rows } = await sql<{ position: number }>`select position from audit_leaf order by position`.execute(
      store.db,
    )
    expect(rows.map(({ position }) => position)).toEqual(Array.from({ length: 60 }, (_, index) => index))
    const { rows: head } =
      await sql`select size, (select count(*) from audit_pending) as waiting from audit_head`.execute(store.db)
    expect(head).toEqual([{ size: 60, waiting: 0 }])
  })

  test('follow the order of what was done one after the other', async () => {
    for (let index = 0; index < 5; index += 1) await append({ resource: { type: 'key', id: `key_${index}` } })
    await sequence(store)
    expect((await list()).map(({ position, resource }) => [position, resource.id])).toEqual(
      [4, 3, 2, 1, 0].map((n) => [n, `key_${n}`]),
    )
  })

  test('do not make a writer wait for another that has not committed', async () => {
    await store.transaction(async (tx) => {
      await appendEntry(tx, entry)
      await append({ resource: { type: 'key', id: 'key_2' } })
      expect(await sequence(store)).toBe(1)
    })
    expect(await sequence(store)).toBe(1)
    expect((await list()).map(({ position }) => position).sort()).toEqual([0, 1])
  })

  test('come by themselves', async () => {
    const sequencer = startSequencer(store, silentLog)
    await append()
    await expect.poll(async () => (await list())[0]?.position, { timeout: 5_000 }).toBe(0)
    await sequencer.close()
  })
})

describe('the list', () => {
  test('goes through all entries by pages, newest first, also within one millisecond', async () => {
    await store.transaction(async (tx) => {
      for (let index = 0; index < 25; index += 1)
        await appendEntry(tx, { ...entry, resource: { type: 'key', id: `key_${index}` } })
    })
    const seen: (string | undefined)[] = []
    let cursor: string | undefined
    let pages = 0
    do {
      const page = await listEntries(store.db, { workspaceId: 'wsp_a', limit: 10, cursor })
      seen.push(...page.items.map(({ resource }) => resource.id))
      cursor = page.nextCursor
      pages += 1
    } while (cursor !== undefined)
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `key_${24 - index}`))
    expect(pages).toBe(3)
  })

  test.each([
    [{ actorId: 'adm_2' }, ['b']],
    [{ keyId: 'adm_2' }, ['b']],
    [{ resourceId: 'a' }, ['a']],
    [{ operation: 'keys.revoke' }, ['b']],
    [{ requestId: 'req_2' }, ['b']],
    [{ from: new Date(Date.now() + 60_000) }, []],
    [{ to: new Date(Date.now() - 60_000) }, []],
    [{ from: new Date(Date.now() - 60_000), to: new Date(Date.now() + 60_000) }, ['b', 'a']],
  ])('filters by %o', async (filter, expected) => {
    await append({ resource: { type: 'key', id: 'a' } })
    await append({
      resource: { type: 'key', id: 'b' },
      operation: 'keys.revoke',
      actor: { ...actor, id: 'adm_2', keyId: 'adm_2', requestId: 'req_2' },
    })
    expect((await list(filter)).map(({ resource }) => resource.id)).toEqual(expected)
  })

  test.each([
    '',
    'x',
    'bm90IGpzb24',
    Buffer.from('["a","b"]').toString('base64url'),
    Buffer.from('[1]').toString('base64url'),
  ])('refuses the cursor %o', async (cursor) => {
    await expect(list({ cursor })).rejects.toThrow(expect.objectContaining({ code: 'validation_failed' }))
  })
})

describe('the log', () => {
  test.each([
    "update audit_entry set actor_id = 'somebody else'",
    "update audit_entry set outcome = 'refused'",
    'update audit_entry set erased = \'{"actor_id": "00"}\'',
    "update audit_entry set facts = '{}'",
    'delete from audit_entry',
    'truncate audit_entry',
    "update audit_leaf set leaf = decode(repeat('00', 32), 'hex')",
    'delete from audit_leaf',
    'truncate audit_leaf',
  ])('refuses: %s', async (statement) => {
    await append()
    await sequence(store)
    await expect(store.raw(statement, [])).rejects.toThrow(appendOnly)
  })

  test.each([
    "outcome = 'refused'",
    'outcome = \'refused\', erased = \'{"outcome": "00"}\'',
    "erased = '{}'",
    "leaf = decode(repeat('00', 32), 'hex'), erased = '{\"leaf\": \"00\"}'",
  ])('refuses, even in the name of erasure: %s', async (change) => {
    await append()
    const work = store.transaction(async (tx) => {
      await sql`select set_config('claviger.audit_erasure', 'on', true)`.execute(tx)
      await sql.raw(`update audit_entry set ${change}`).execute(tx)
    })
    await expect(work).rejects.toThrow(appendOnly)
  })

  test('lets erasure take values away, and nothing else', async () => {
    await append()
    const [{ id } = { id: 0 }] = await list()
    const fields = ['client_ip', 'user_agent', 'actor_id', 'facts.name', 'facts.not_there']
    await store.transaction((tx) => eraseFields(tx, { workspaceId: 'wsp_a', actor, entryId: id, fields }))
    const [erasure, erased] = await list()
    expect(erased).toMatchObject({
      clientIp: undefined,
      userAgent: undefined,
      actor: { type: 'operator', id: undefined },
      requestId: 'req_1',
      erased: expect.arrayContaining(['client_ip', 'user_agent', 'actor_id', 'facts.name']),
    })
    expect(erased?.values).not.toHaveProperty('name')
    expect(erasure).toMatchObject({ operation: 'audit.erase', resource: { type: 'audit_entry', id: String(id) } })
    expect((await rowsWithLeaves()).every(({ matches }) => matches)).toBe(true)
    // Again is harmless, and what was erased stays so.
    await store.transaction((tx) => eraseFields(tx, { workspaceId: 'wsp_a', actor, entryId: id, fields }))
    expect((await rowsWithLeaves()).every(({ matches }) => matches)).toBe(true)
    const { rows } = await sql<{ text: string }>`select e::text as text from audit_entry e where id = ${id}`.execute(
      store.db,
    )
    expect(rows[0]?.text).not.toContain('192.0.2.7')
    await expect(store.raw("update audit_entry set client_ip = '192.0.2.8'", [])).rejects.toThrow(appendOnly)
  })

  test('keeps what happened from being erased', async () => {
    await append()
    const [{ id } = { id: 0 }] = await list()
    const erase = (fields: readonly string[], workspaceId = 'wsp_a') =>
      store.transaction((tx) => eraseFields(tx, { workspaceId, actor, entryId: id, fields }))
    for (const field of ['operation', 'at', 'outcome', 'workspace_id', 'leaf', 'salts']) {
      await expect(erase([field])).rejects.toThrow(expect.objectContaining({ code: 'validation_failed' }))
    }
    await expect(erase(['client_ip'], 'wsp_b')).rejects.toThrow(expect.objectContaining({ code: 'not_found' }))
  })

  test('does not cover up a change by an erasure', async () => {
    await append()
    const [{ id } = { id: 0 }] = await list()
    await sql`alter table audit_entry disable trigger all`.execute(store.db)
    await sql`update audit_entry set status = 200`.execute(store.db)
    await sql`alter table audit_entry enable trigger all`.execute(store.db)
    expect(await rowsWithLeaves()).toEqual([{ id, matches: false }])
    const erasure = store.transaction((tx) =>
      eraseFields(tx, { workspaceId: 'wsp_a', actor, entryId: id, fields: ['client_ip'] }),
    )
    await expect(erasure).rejects.toThrow(expect.objectContaining({ code: 'conflict' }))
  })
})

test('every column but those that keep the entry stands in the leaf', async () => {
  await append()
  const row = await store.db.selectFrom('audit_entry').selectAll().executeTakeFirstOrThrow()
  const { id: _id, leaf: _leaf, salts, erased: _erased, facts, ...columns } = row
  const fields = [...entryFields({ ...columns, facts: facts as EntryColumns['facts'] }).keys()]
  expect(fields.filter((name) => !name.startsWith('facts.')).toSorted()).toEqual(Object.keys(columns).toSorted())
  expect(Object.keys(salts as object).toSorted()).toEqual(fields.toSorted())
})
