/** Over every list of the contract: pages are complete, stable, in order, and cannot be forged. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseIp } from '@claviger/core'
import { API_ROOT } from './answer.ts'
import { CONTRACT } from './contract.ts'
import { openTestControl, type TestControl } from './testing/open-control.ts'
import { makeOneOfEach, makeOrder } from './testing/samples.ts'

/** No block ends while the test looks at it. */
const BACK_OFF = {
  freeFailures: 1,
  perMs: 60_000,
  firstBlockMs: 600_000,
  maxBlockMs: 600_000,
  decayMs: 600_000,
  maxRemembered: 100,
}

let it: TestControl
/** A key with several versions, and grants. */
let keyId: string
beforeAll(async () => {
  const shield = { address: BACK_OFF, key: BACK_OFF, prefix: BACK_OFF, sternWeight: 1 }
  it = await openTestControl({}, { shield })
  for (let round = 0; round < 5; round++) {
    // The clock of the room stands still unless it is moved: items of one millisecond must keep their order too.
    if (round !== 2) it.identity.clockMs += 10
    const made = await makeOneOfEach(it, it.owner)
    keyId = made.get('key') ?? ''
    await makeOrder(it, it.owner)
    await it.call('POST', '/api/v1/workspaces', { body: { name: `Tenant ${round}` } })
    const prober = { clientIp: parseIp(`203.0.113.${round}`), presented: undefined, reason: 'malformed' }
    for (let count = 0; count < 2; count++) it.counters.recordFailure(prober)
  }
  for (let round = 0; round < 5; round++) {
    await it.call('POST', `/api/v1/keys/${keyId}/rotate`, { body: {} })
    await it.call('POST', `/api/v1/credits/${keyId}/grants`, { body: { units: 1 } })
  }
})
afterAll(async () => it.dispose())

/** Where a list stands; one below a thing is that of the key. */
const pathOf = (path: string): string => `${API_ROOT}${path.replace('{id}', keyId)}`

const lists = CONTRACT.filter((operation) => operation.sort !== undefined)

const otherWay = (sort: string): string => (sort.startsWith('-') ? sort.slice(1) : `-${sort}`)

/** Follows the cursors to the end. */
async function walk(path: string, query: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const found: string[] = []
  let cursor: string | undefined
  for (let pages = 0; pages < 300; pages++) {
    const search = new URLSearchParams({ ...query, ...(cursor !== undefined && { cursor }) })
    const { status, body, headers, text } = await it.call('GET', `${path}?${search.toString()}`)
    expect(status, text).toBe(200)
    found.push(
      ...body.data.map((item: { id?: string; request_id?: string; number?: number; subject?: string }) =>
        String(item.id ?? item.request_id ?? item.number ?? item.subject),
      ),
    )
    expect(body.has_more).toBe(body.next_cursor !== null)
    if (body.next_cursor === null) {
      expect(headers.get('link')).toBeNull()
      return found
    }
    expect(headers.get('link')).toContain(`cursor=${encodeURIComponent(body.next_cursor)}`)
    cursor = body.next_cursor
  }
  throw new Error('the pages have no end')
}

describe.each(lists.map((operation) => [operation.operationId, operation] as const))('%s', (_id, operation) => {
  test('gives in small pages what it gives in one', async () => {
    const whole = await walk(pathOf(operation.path), { limit: '100' })
    expect(new Set(whole).size).toBe(whole.length)
    expect(await walk(pathOf(operation.path), { limit: '2' })).toEqual(whole)
    if (operation.operationId !== 'listNodes' && operation.operationId !== 'listDecisions')
      expect(whole.length).toBeGreaterThanOrEqual(5)
  })

  test('goes the other way when asked', async () => {
    const field = otherWay(String(operation.sort))
    const whole = await walk(pathOf(operation.path), { limit: '100' })
    if (operation.oneOrder) {
      expect((await it.call('GET', `${pathOf(operation.path)}?sort=${field}`)).status).toBe(400)
    } else {
      expect(await walk(pathOf(operation.path), { limit: '2', sort: field })).toEqual(whole.toReversed())
    }
  })

  test('takes no cursor of another order, other filters or another list', async () => {
    const { body } = await it.call('GET', `${pathOf(operation.path)}?limit=1`)
    if (body.next_cursor === null) return
    const others = lists
      .filter((other) => other !== operation)
      .map((other) => `${pathOf(other.path)}?cursor=${body.next_cursor}`)
    const field = otherWay(String(operation.sort))
    const reversed = operation.oneOrder ? [] : [`${pathOf(operation.path)}?sort=${field}&cursor=${body.next_cursor}`]
    const filtered =
      operation.query?.shape['name'] === undefined
        ? []
        : [`${pathOf(operation.path)}?name=x&cursor=${body.next_cursor}`]
    for (const url of [...others, ...reversed, ...filtered]) {
      const got = await it.call('GET', url)
      expect([got.status, got.body.errors?.[0]?.pointer], url).toEqual([400, '#/query/cursor'])
    }
  })
})

const filters = CONTRACT.filter((operation) => operation.method === 'get' && operation.params === undefined).flatMap(
  (operation) => Object.keys(operation.query?.shape ?? {}).map((name) => [`${operation.path}?${name}`, name] as const),
)

test.each(filters)('%s takes no NUL: the database could not look for it', async (filter, name) => {
  const got = await it.call('GET', `${API_ROOT}${filter}=a%00b`)
  expect([got.status, got.body.errors?.[0]?.pointer], got.text).toEqual([400, `#/query/${name}`])
})

test('what is added meanwhile does not shift the pages', async () => {
  const whole = await walk('/api/v1/apps', { limit: '100' })
  const first = await it.call('GET', '/api/v1/apps?limit=3')
  it.identity.clockMs += 10
  await it.call('POST', '/api/v1/apps', { body: { name: 'Meanwhile', owner: 'x' } })
  const second = await it.call('GET', `/api/v1/apps?limit=100&cursor=${first.body.next_cursor}`)
  expect([...first.body.data, ...second.body.data].map((item) => item.id)).toEqual(whole)
})

test('filters hold on every page', async () => {
  const name = 'Meanwhile'
  expect((await it.call('GET', `/api/v1/apps?name=${name}`)).body.data).toHaveLength(1)
  expect((await it.call('GET', '/api/v1/provider-keys?provider=nobody')).body).toEqual({
    data: [],
    next_cursor: null,
    has_more: false,
  })
  expect((await it.call('GET', '/api/v1/admin-keys?role=auditor&revoked=false')).body.data).toHaveLength(5)
  expect((await it.call('GET', '/api/v1/admin-keys?revoked=true')).body.data).toEqual([])
})
