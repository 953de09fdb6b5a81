import fc from 'fast-check'
import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { DecisionRecord } from '@claviger/gateway'
import { silentLog } from '#config'
import { openSeal, type Seal } from '#seal'
import { openTestStore, type TestStore } from '../store/testing.ts'
import {
  encodeDecision,
  encodeOpening,
  keepPartitions,
  listDecisions,
  listProbes,
  recordInterrupted,
  sequence,
  writeJournal,
  writeProbes,
  type DecisionQuery,
} from './index.ts'

const START_MS = Math.floor(Date.now() / 60_000) * 60_000 - 3_600_000
const usage: DecisionRecord['usage'] = {
  requests: 1,
  inputTokens: 0,
  outputTokens: 0,
  cachedTokens: 0,
  bytesIn: 1,
  bytesOut: 2,
  firstByteMs: 3,
  metered: true,
  ended: 'complete',
}

function decision(number: number, change: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    atMs: START_MS + number,
    requestId: `req_${number}`,
    door: 'gw',
    workspaceId: 'wsp_a',
    appId: 'app_1',
    keyId: 'key_1',
    versionNumber: 1,
    apiId: 'api_1',
    targetId: 'rte_1',
    method: 'GET',
    path: `/gw/echo/${number}`,
    clientIp: '192.0.2.1',
    userAgent: 'test',
    code: 'valid',
    rule: 'all',
    status: 200,
    durationMs: 1,
    usage,
    ...change,
  }
}

let store: TestStore
let seal: Seal

beforeEach(async () => {
  store = await openTestStore()
  seal = await openSeal(store, store.config, silentLog)
})
afterEach(async () => {
  await seal.close()
  await store.dispose()
})

const write = async (
  lines: readonly string[],
  firstSequence = 1,
  nodeId = 'nod_1',
): Promise<readonly DecisionRecord[]> => [
  ...(await store.transaction((tx) => writeJournal(tx, nodeId, firstSequence, lines))),
]
const interrupt = async (nodeId: string): Promise<readonly DecisionRecord[]> => [
  ...(await store.transaction((tx) => recordInterrupted(tx, nodeId))),
]
const numbers = (records: readonly DecisionRecord[]): readonly number[] =>
  records.map(({ requestId }) => Number(requestId.slice(4)))

async function listAll(
  query: Partial<DecisionQuery> = {},
): Promise<{ readonly records: readonly DecisionRecord[]; readonly pages: number }> {
  const records: DecisionRecord[] = []
  let cursor: string | undefined
  let pages = 0
  do {
    const page = await listDecisions(store.db, { workspaceId: 'wsp_a', limit: 10, cursor, ...query })
    records.push(...page.items)
    cursor = page.nextCursor
    pages += 1
  } while (cursor !== undefined && pages < 10_000)
  return { records, pages }
}

const openCalls = async (): Promise<number> => {
  const { rows } = await sql<{ count: number }>`select count(*) from audit_open`.execute(store.db)
  return rows[0]?.count ?? 0
}

describe('a batch', () => {
  test('of many lines is written in blocks of at most 4,000, and read back whole and in order', async () => {
    const records = Array.from({ length: 9_001 }, (_, index) => decision(index + 1))
    const written = await write(records.map(encodeDecision))
    expect(numbers(written)).toEqual(numbers(records))
    const blocks = await store.raw('select decisions from audit_journal order by id', [])
    expect(blocks.map((row) => row['decisions'])).toEqual([4_000, 4_000, 1_001])
    const { records: read } = await listAll({ limit: 1_000 })
    expect(numbers(read).toSorted((a, b) => a - b)).toEqual(numbers(records))
  })

  test('is read back whole, and each workspace reads its own', async () => {
    const records = [
      decision(1),
      decision(2, { workspaceId: 'wsp_b', keyId: 'key_2' }),
      decision(3, { askedBy: 'adm_1', door: 'verify', usage: undefined }),
    ]
    const written = await write(records.map(encodeDecision))
    expect(written.toSorted((a, b) => a.atMs - b.atMs)).toEqual(records)
    expect((await listAll()).records).toEqual([records[2], records[0]])
    expect((await listAll({ workspaceId: 'wsp_b' })).records).toEqual([records[1]])
    expect((await listAll({ workspaceId: 'wsp_c' })).records).toEqual([])
  })

  test('has a leaf for each block, and positions like entries', async () => {
    await write([encodeDecision(decision(1)), encodeDecision(decision(2, { workspaceId: 'wsp_b' }))])
    expect(await sequence(store)).toBe(2)
    const { rows } = await sql`select position, l.leaf = j.leaf as same, j.first_sequence, j.last_sequence, j.decisions
      from audit_leaf l join audit_journal j on j.id = l.source_id and l.source = 'block' order by position`.execute(
      store.db,
    )
    expect(rows).toEqual(
      [0, 1].map((position) => ({ position, same: true, first_sequence: 1, last_sequence: 2, decisions: 1 })),
    )
  })

  test('of nothing but openings writes no block', async () => {
    expect(await write([encodeOpening(decision(1))])).toEqual([])
    const { rows } = await sql`select 1 from audit_journal`.execute(store.db)
    expect(rows).toEqual([])
  })

  test('with a line that cannot be read is refused as wrong, and leaves nothing', async () => {
    await expect(write([encodeDecision(decision(1)), 'rubbish'])).rejects.toThrow(
      expect.objectContaining({ code: '22P02' }),
    )
    expect((await listAll()).records).toEqual([])
  })

  test('cannot be changed or deleted afterwards', async () => {
    await write([encodeDecision(decision(1))])
    for (const statement of [
      "update audit_journal set node_id = 'x'",
      'delete from audit_journal',
      'truncate audit_journal',
    ]) {
      await expect(store.raw(statement, [])).rejects.toThrow(expect.objectContaining({ code: '42501' }))
    }
  })
})

describe('an opening', () => {
  test('is forgotten with its decision, in the same batch or a later one', async () => {
    await write([encodeOpening(decision(1)), encodeOpening(decision(2)), encodeDecision(decision(1))])
    expect(await openCalls()).toBe(1)
    await write([encodeDecision(decision(2))], 4)
    expect(await openCalls()).toBe(0)
    expect(await interrupt('nod_1')).toEqual([])
    expect(numbers((await listAll()).records)).toEqual([2, 1])
  })

  test('without a decision becomes an interrupted one when its node is dead, once', async () => {
    await write([encodeOpening(decision(1, { usage: undefined })), encodeDecision(decision(2))])
    await write([encodeOpening(decision(3))], 1, 'nod_2')
    const [interrupted] = await interrupt('nod_1')
    expect(interrupted).toMatchObject({
      requestId: 'req_1',
      usage: { requests: 1, ended: 'interrupted', metered: false },
    })
    expect((await listAll()).records).toEqual([decision(2), interrupted])
    expect(await interrupt('nod_1')).toEqual([])
    expect(await openCalls()).toBe(1)
  })

  test('of one node is not closed by another', async () => {
    await write([encodeOpening(decision(1))])
    await write([encodeDecision(decision(1))], 1, 'nod_2')
    expect(await openCalls()).toBe(1)
  })
})

describe('the list', () => {
  test('is newest first over overlapping blocks of several nodes, page by page', async () => {
    const arbitrary = fc.array(fc.array(fc.integer({ min: 0, max: 180_000 }), { minLength: 1, maxLength: 12 }), {
      minLength: 1,
      maxLength: 30,
    })
    let run = 0
    await fc.assert(
      fc.asyncProperty(arbitrary, fc.integer({ min: 1, max: 25 }), async (batches, limit) => {
        const workspaceId = `wsp_${run++}`
        let count = 0
        const written: DecisionRecord[] = []
        for (const [index, offsets] of batches.entries()) {
          const records = offsets.map((offset) => decision(offset, { workspaceId, requestId: `req_${count++}` }))
          written.push(...(await write(records.map(encodeDecision), 1, `nod_${index % 3}`)))
        }
        const { records } = await listAll({ workspaceId, limit })
        expect(records.map(({ atMs }) => atMs)).toEqual(written.map(({ atMs }) => atMs).toSorted((a, b) => b - a))
        expect(new Set(records.map(({ requestId }) => requestId)).size).toBe(count)
      }),
      { numRuns: 15 },
    )
  })

  test('opens few blocks for the newest page, and goes on through a desert', async () => {
    for (let batch = 0; batch < 450; batch += 1) {
      const records = [decision(batch * 1_000, { keyId: batch === 0 ? 'key_rare' : `key_${batch % 3}` })]
      await write(records.map(encodeDecision))
    }
    const first = await listDecisions(store.db, { workspaceId: 'wsp_a', limit: 5 })
    expect(numbers(first.items)).toEqual([449, 448, 447, 446, 445].map((n) => n * 1_000))
    // No index helps here: every block is opened, some pages are empty, and the end is reached.
    const { records, pages } = await listAll({ requestId: 'req_0' })
    expect(numbers(records)).toEqual([0])
    expect(pages).toBeGreaterThan(1)
    // Here the index does.
    expect(await listAll({ keyId: 'key_rare' })).toMatchObject({ records: [{ keyId: 'key_rare' }], pages: 1 })
  })

  test.each<[Partial<DecisionQuery>, readonly number[]]>([
    [{ keyId: 'key_2' }, [2]],
    [{ actorId: 'app_2' }, [2]],
    [{ resourceId: 'rte_2' }, [2]],
    [{ operation: 'openai' }, [2]],
    [{ requestId: 'req_2' }, [2]],
    [{ from: new Date(START_MS + 2) }, [3, 2]],
    [{ to: new Date(START_MS + 2) }, [1]],
    [{ from: new Date(START_MS + 1), to: new Date(START_MS + 3), keyId: 'key_1' }, [1]],
    [{ keyId: '/gw/echo/1' }, []],
  ])('filters by %o', async (filter, expected) => {
    const two = decision(2, { keyId: 'key_2', appId: 'app_2', targetId: 'rte_2', door: 'openai' })
    await write([decision(1), two, decision(3)].map(encodeDecision))
    expect(numbers((await listAll(filter)).records)).toEqual(expected)
    for (const limit of [1, 2, 3]) expect(numbers((await listAll({ ...filter, limit })).records)).toEqual(expected)
  })

  test('refuses a cursor that is none of its own', async () => {
    await expect(listDecisions(store.db, { workspaceId: 'wsp_a', limit: 1, cursor: 'x' })).rejects.toThrow(
      expect.objectContaining({ code: 'validation_failed' }),
    )
  })
})

describe('partitions', () => {
  const partitions = async (table: string): Promise<readonly string[]> => {
    const { rows } = await sql<{
      name: string
    }>`select c.relname as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = ${table}::regclass order by 1`.execute(store.db)
    return rows.map(({ name }) => name)
  }
  const dayName = (offset: number): string =>
    new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10).replaceAll('-', '')

  test('of today are made when they are missing, also by many writers at once', async () => {
    expect(await partitions('audit_journal')).toEqual([])
    await Promise.all(
      Array.from({ length: 5 }, (_, index) => write([encodeDecision(decision(index))], 1, `nod_${index}`)),
    )
    expect(await partitions('audit_journal')).toEqual([`audit_journal_${dayName(0)}`])
    expect((await listAll()).records).toHaveLength(5)
  })

  test('are made ahead, and dropped when their time is over', async () => {
    for (const offset of [-1, -2, -3, -90]) {
      const day = new Date(Date.now() + offset * 86_400_000).toISOString().slice(0, 10)
      await sql`select audit_make_partition('audit_journal', ${day}::date)`.execute(store.db)
    }
    await keepPartitions(store, 2)
    await keepPartitions(store, 2)
    const kept = [-2, -1, 0, 1, 2, 3].map((offset) => `audit_journal_${dayName(offset)}`)
    expect(await partitions('audit_journal')).toEqual(kept)
    expect(await partitions('audit_probe')).toHaveLength(4)
  })

  test('leave the log whole when they go', async () => {
    await write([encodeDecision(decision(1))])
    await sequence(store)
    await sql`select audit_drop_partitions('audit_journal', current_date + 2)`.execute(store.db)
    expect((await listAll()).records).toEqual([])
    const { rows } = await sql`select position from audit_leaf`.execute(store.db)
    expect(rows).toEqual([{ position: 0 }])
  })

  test('of other tables are nothing to these functions', async () => {
    await expect(store.raw("select audit_drop_partitions('audit_entry', current_date)", [])).rejects.toThrow(
      'not partitioned',
    )
    await expect(store.raw("select audit_make_partition('audit_entry', current_date)", [])).rejects.toThrow(
      'not partitioned',
    )
  })
})

describe('probes', () => {
  const probe = { atMs: START_MS, ipPrefix: '192.0.2.1/32', reason: 'credential_invalid', count: 3 }
  const writeRows = (nodeId: string, rows: readonly (typeof probe)[]) =>
    store.transaction((tx) => writeProbes(tx, nodeId, rows))

  test('add up over flushes and nodes, newest first', async () => {
    await writeRows('nod_1', [probe, { ...probe, ipPrefix: '2001:db8::/56' }])
    await writeRows('nod_1', [
      { ...probe, count: 4 },
      { ...probe, atMs: START_MS + 1_000 },
    ])
    await writeRows('nod_2', [{ ...probe, atMs: START_MS + 999 }])
    expect(await listProbes(store.db, { limit: 10 })).toEqual([
      { ...probe, atMs: START_MS + 1_000 },
      { ...probe, count: 10 },
      { ...probe, ipPrefix: '2001:db8::/56' },
    ])
    expect(
      await listProbes(store.db, {
        limit: 10,
        ipPrefix: '2001:db8::/56',
        reason: 'credential_invalid',
        from: new Date(START_MS),
      }),
    ).toHaveLength(1)
    expect(await listProbes(store.db, { limit: 1, to: new Date(START_MS + 1_000) })).toEqual([{ ...probe, count: 10 }])
  })

  test('of two days, and very many, are all kept', async () => {
    const many = Array.from({ length: 12_000 }, (_, index) => ({
      ...probe,
      ipPrefix: `10.0.${index >> 8}.${index & 255}/32`,
    }))
    await writeRows('nod_1', [...many, { ...probe, atMs: START_MS - 86_400_000 }])
    const { rows } = await sql`select count(*), sum(refusals)::bigint as refusals from audit_probe`.execute(store.db)
    expect(rows).toEqual([{ count: 12_001, refusals: 36_003 }])
  })
})
