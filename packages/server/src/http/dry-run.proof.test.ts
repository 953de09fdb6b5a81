/** `decisions/dry-run` over decisions that were really made on the doors, and over very many written by the journal's writer. */
import type { DecisionRecord } from '@claviger/gateway'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { encodeDecision, writeJournal } from '#audit'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

const PATH = '/api/v1/decisions/dry-run'
const HOUR_MS = 3_600_000
const HOURLY = { kind: 'window', name: 'requests', window_seconds: 3_600 }
const DAY_MS = 24 * HOUR_MS

let it: TestDoors
let appId: string
/** Of its own for each test. */
let apiId: string
let tests = 0

beforeAll(async () => {
  it = await openTestDoors()
  appId = (await made('/api/v1/apps', { name: 'Shop', owner: 'ada@example.com' })).id
})
afterAll(async () => it.dispose())
beforeEach(async () => {
  apiId = (await made('/api/v1/apis', { name: `Api ${++tests}`, prefix: 'acme', scopes: ['read', 'write'] })).id
})

async function made(
  path: string,
  body: object,
  as = it.owner,
): Promise<{ readonly id: string; readonly secret: string }> {
  const got = await it.call('POST', path, { body, as })
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body
}

const issue = async (members: object = {}) =>
  made('/api/v1/keys', {
    name: 'Key',
    app_id: appId,
    api_ids: [apiId],
    environment: 'test',
    scopes: ['read', 'write'],
    ...members,
  })

async function patch(path: string, body: object): Promise<void> {
  const got = await it.call('PATCH', path, { body })
  expect(got.status, got.text).toBe(200)
  await it.settled()
}

/** Only clients in these networks; null: from anywhere. */
const onlyFrom = (networks: readonly string[] | null): object => ({
  restrictions: networks === null ? [] : [{ kind: 'ip', allow: networks }],
})

async function dryRun(body: object, as = it.owner) {
  const got = await it.call('POST', PATH, { body, as })
  expect(got.status, got.text).toBe(200)
  return got.body
}

/** Makes them a moment ago: the clock goes on behind them. */
async function verifyFrom(secret: string, addresses: readonly string[], members: object = {}): Promise<void> {
  for (const client_ip of addresses) {
    await it.verify({ key: secret, api_id: apiId, client_ip, ...members })
    it.identity.clockMs += 1_000
  }
  await it.flush()
}

interface Group {
  readonly key_id: string
  readonly from: string
  readonly to: string
  readonly count: number
  readonly samples: readonly { readonly client_ip: string; readonly path: string }[]
}
const inShort = (groups: readonly Group[]): readonly string[] =>
  groups.map(({ from, to, count }) => `${count} × ${from} → ${to}`)
const addressesOf = (groups: readonly Group[]): readonly string[] =>
  groups.flatMap(({ samples }) => samples.map(({ client_ip }) => client_ip)).toSorted()

describe('a change of a key', () => {
  test('that narrows its addresses flips exactly the calls from elsewhere', async () => {
    const { id, secret } = await issue()
    const near = ['10.1.0.1', '10.1.0.2', '10.1.0.3']
    const far = ['10.2.0.1', '203.0.113.7']
    await verifyFrom(secret, [...near, ...far])
    const run = await dryRun({ key: { id, ...onlyFrom(['10.1.0.0/16']) } })
    expect(run.decisions).toMatchObject({ found: 5, evaluated: 5 })
    expect(inShort(run.flips.groups)).toEqual(['2 × valid → ip_not_allowed'])
    expect(addressesOf(run.flips.groups)).toEqual(far)
    expect(run.flips).toMatchObject({ total: 2, allowed_to_refused: 2, refused_to_allowed: 0, ungrouped: 0 })
    expect(run.already_differs.total).toBe(0)
    expect(run).toMatchObject({ truncated: false })
    // nothing was changed
    expect((await it.verify({ key: secret, client_ip: '203.0.113.7' })).valid).toBe(true)
    it.decided.splice(0)
  })

  test('that widens them flips exactly the refused calls back, and only those from there', async () => {
    const { id, secret } = await issue(onlyFrom(['10.1.0.0/16']))
    await verifyFrom(secret, ['10.1.0.1', '10.2.0.1', '10.2.0.2', '203.0.113.7'])
    const wider = await dryRun({ key: { id, ...onlyFrom(['10.0.0.0/8']) } })
    expect(inShort(wider.flips.groups)).toEqual(['2 × ip_not_allowed → valid'])
    expect(addressesOf(wider.flips.groups)).toEqual(['10.2.0.1', '10.2.0.2'])
    expect(wider.flips.refused_to_allowed).toBe(2)
    const open = await dryRun({ key: { id, ...onlyFrom(null) } })
    expect(inShort(open.flips.groups)).toEqual(['3 × ip_not_allowed → valid'])
    expect(open.already_differs.total).toBe(0)
  })

  test('that takes a scope flips the calls that asked for it', async () => {
    const { id, secret } = await issue()
    await verifyFrom(secret, ['10.1.0.1', '10.1.0.2'], { scopes: ['read'] })
    await verifyFrom(secret, ['10.1.0.3'], { scopes: ['read', 'write'] })
    await verifyFrom(secret, ['10.1.0.4'])
    const run = await dryRun({ key: { id, scopes: ['read'] } })
    expect(inShort(run.flips.groups)).toEqual(['1 × valid → scope_missing'])
    expect(addressesOf(run.flips.groups)).toEqual(['10.1.0.3'])
    expect(inShort((await dryRun({ key: { id, scopes: [] } })).flips.groups)).toEqual(['3 × valid → scope_missing'])
  })

  test.each([
    ['its name', { name: 'Other', tags: ['x'], metadata: { a: 1 } }, []],
    ['its being enabled', { disabled: true }, ['2 × valid → key_disabled']],
    [
      'its limits',
      { limits: [{ kind: 'window', name: 'requests', limit: 1, window_seconds: 60 }] },
      ['1 × valid → limit_reached'],
    ],
  ])('of %s is tried like any other', async (_what, change, flips) => {
    const { id, secret } = await issue()
    await verifyFrom(secret, ['10.1.0.1', '10.1.0.2'])
    expect(inShort((await dryRun({ key: { id, ...change } })).flips.groups)).toEqual(flips)
  })

  test('of its begin and its end is tried at the instant of each call', async () => {
    const { id, secret } = await issue()
    const startMs = it.identity.clockMs
    await verifyFrom(secret, ['10.1.0.1', '10.1.0.2'])
    const at = (ms: number): string => new Date(startMs + ms).toISOString()
    const run = await dryRun({ key: { id, not_before: at(500) } })
    expect(addressesOf(run.flips.groups)).toEqual(['10.1.0.1'])
    expect(inShort(run.flips.groups)).toEqual(['1 × valid → key_not_yet_valid'])
  })

  test('is told from what is different already, whatever the change', async () => {
    const { id, secret } = await issue()
    await verifyFrom(secret, ['10.1.0.1', '10.2.0.1'])
    await patch(`/api/v1/keys/${id}`, onlyFrom(['10.1.0.0/16']))
    const run = await dryRun({ key: { id, name: 'Other' } })
    expect(run.flips.total).toBe(0)
    expect(inShort(run.already_differs.groups)).toEqual(['1 × valid → ip_not_allowed'])
    expect(addressesOf(run.already_differs.groups)).toEqual(['10.2.0.1'])
    const back = await dryRun({ key: { id, ...onlyFrom(null) } })
    expect(inShort(back.flips.groups)).toEqual(['1 × ip_not_allowed → valid'])
  })

  test('that leaves limits as they are does not open what one refused, and says so', async () => {
    const { id, secret } = await issue({
      limits: [{ kind: 'window', name: 'requests', limit: 1, window_seconds: 3600 }],
      ...onlyFrom(['10.0.0.0/8']),
    })
    await verifyFrom(secret, ['10.1.0.1', '10.1.0.2', '203.0.113.7'])
    const run = await dryRun({ key: { id, ...onlyFrom(['10.1.0.1']) } })
    expect(inShort(run.flips.groups)).toEqual(['1 × limit_reached → ip_not_allowed'])
    expect(run.already_differs.total).toBe(0)
    expect(run.assumptions.join(' ')).toContain('Limits are not asked again')
  })

  test('of which no version is known any more is not guessed', async () => {
    const { id, secret } = await issue()
    await verifyFrom(secret, ['10.1.0.1'])
    await it.identity.store.raw('update keys_version set number = 7 where key_id = $1', [id])
    const run = await dryRun({ key: { id, disabled: true } })
    expect(run.decisions).toMatchObject({ found: 1, evaluated: 0, not_evaluated: { version_gone: 1 } })
  })
})

describe('what the doors of the gateway decided', () => {
  async function routed(required: readonly string[]): Promise<{ readonly id: string; readonly name: string }> {
    const name = `route-${tests}`
    const { id } = await made('/api/v1/routes', {
      name,
      api_id: apiId,
      required_scopes: required,
      upstream_url: it.upstreamUrl,
      methods: ['GET'],
    })
    return { id, name }
  }
  async function knock(secret: string, path: string, clientIp: string, method = 'GET'): Promise<number> {
    const headers = { authorization: `Bearer ${secret}`, 'x-forwarded-for': clientIp }
    const status = await it.knock(path, { method, headers })
    it.identity.clockMs += 1_000
    return status
  }

  test('is tried with what the route needs now', async () => {
    const route = await routed(['read'])
    const { id, secret } = await issue()
    expect(await knock(secret, `/gw/${route.name}/a`, '10.1.0.1')).toBe(200)
    expect(await knock(secret, `/gw/${route.name}/b`, '203.0.113.7')).toBe(200)
    expect(await knock(secret, `/gw/${route.name}/b`, '10.1.0.1', 'DELETE')).toBe(405)
    expect(await knock(secret, `/gw/no-such-route`, '10.1.0.1')).toBe(404)
    await it.flush()
    const narrowed = await dryRun({ key: { id, ...onlyFrom(['10.0.0.0/8']) } })
    expect(narrowed.decisions).toMatchObject({ found: 4, evaluated: 4 })
    expect(inShort(narrowed.flips.groups)).toEqual(['1 × valid → ip_not_allowed'])
    expect(narrowed.flips.groups[0].samples).toEqual([
      {
        request_id: expect.stringMatching(/^req_/),
        at: expect.any(String),
        door: 'gw',
        method: 'GET',
        path: `/gw/${route.name}/b`,
        client_ip: '203.0.113.7',
      },
    ])
    expect(narrowed.already_differs.total).toBe(0)
    const poorer = await dryRun({ key: { id, scopes: ['write'] } })
    expect(inShort(poorer.flips.groups).toSorted()).toEqual([
      '1 × method_not_allowed → scope_missing',
      '2 × valid → scope_missing',
    ])
    await patch(`/api/v1/routes/${route.id}`, { required_scopes: ['write'] })
    expect((await dryRun({ key: { id, scopes: ['write'] } })).flips.total).toBe(0)
    expect((await it.call('DELETE', `/api/v1/routes/${route.id}`)).status).toBe(204)
    await it.settled()
    expect((await dryRun({ key: { id, scopes: ['write'] } })).decisions).toMatchObject({
      evaluated: 1,
      not_evaluated: { target_gone: 3 },
    })
  })

  test('is tried with an api that is disabled: every key of it, and no other', async () => {
    const route = await routed(['read'])
    const [one, other] = [await issue(), await issue()]
    const elsewhere = (await made('/api/v1/apis', { name: `Else ${tests}`, prefix: 'acme', scopes: ['read'] })).id
    const both = await issue({ api_ids: [apiId, elsewhere] })
    for (const { secret } of [one, other, one, both]) await knock(secret, `/gw/${route.name}/a`, '10.1.0.1')
    await it.verify({ key: both.secret, api_id: elsewhere })
    await it.verify({ key: both.secret })
    await it.flush()
    it.identity.clockMs += 1_000
    const run = await dryRun({ api: { id: apiId, disabled: true } })
    expect(run.decisions.found).toBe(4)
    expect(inShort(run.flips.groups)).toEqual([
      '2 × valid → api_not_allowed',
      '1 × valid → api_not_allowed',
      '1 × valid → api_not_allowed',
    ])
    expect(run.flips.groups.map((group: Group) => group.key_id)).toEqual(
      expect.arrayContaining([one.id, other.id, both.id]),
    )
    expect((await dryRun({ api: { id: elsewhere, disabled: true } })).flips.total).toBe(1)
    expect((await dryRun({ api: { id: apiId, name: 'Other' } })).flips.total).toBe(0)
    await patch(`/api/v1/apis/${apiId}`, { disabled: true })
    const back = await dryRun({ api: { id: apiId, disabled: false } })
    expect(back.flips).toMatchObject({ total: 4, refused_to_allowed: 4 })
    expect(back.already_differs.total).toBe(4)
  })
})

describe('bounds', () => {
  const COUNT = 100_000

  /** So many decisions of one key, spread over six days, every tenth from elsewhere. */
  async function fill(keyId: string, workspaceId: string): Promise<void> {
    const nowMs = it.identity.clockMs
    const record = (index: number): DecisionRecord => ({
      atMs: nowMs - 6 * DAY_MS + Math.floor((index * 6 * DAY_MS) / COUNT),
      requestId: `req_${index}`,
      door: 'verify',
      workspaceId,
      appId,
      keyId,
      versionNumber: 1,
      apiId,
      targetId: undefined,
      method: 'GET',
      path: `/orders/${index}`,
      clientIp: index % 10 === 0 ? '203.0.113.7' : '10.1.0.1',
      userAgent: 'load/1',
      code: 'valid',
      rule: 'all',
      status: 200,
      durationMs: 1,
      usage: undefined,
      askedBy: 'adm_1',
      facts: { scopes: ['read'] },
    })
    for (let from = 0; from < COUNT; from += 20_000) {
      const lines = Array.from({ length: 20_000 }, (_, index) => encodeDecision(record(from + index)))
      await it.identity.store.transaction(async (tx) => writeJournal(tx, 'nod_bounds', from + 1, lines))
    }
  }

  test(
    '100,000 decisions take a few seconds and little memory, and other work goes on',
    { timeout: 120_000 },
    async () => {
      const { id } = await issue()
      await fill(id, it.identity.workspaceId)
      let longestMs = 0
      let lastMs = performance.now()
      const ticking = setInterval(() => {
        longestMs = Math.max(longestMs, performance.now() - lastMs)
        lastMs = performance.now()
      }, 5)
      const beforeBytes = process.memoryUsage().rss
      let mostBytes = beforeBytes
      const sampling = setInterval(() => (mostBytes = Math.max(mostBytes, process.memoryUsage().rss)), 20)
      const startMs = performance.now()
      const run = await dryRun({ key: { id, ...onlyFrom(['10.0.0.0/8']) } })
      const tookMs = performance.now() - startMs
      expect(run.decisions).toMatchObject({ found: COUNT, evaluated: COUNT })
      expect(run.flips.total).toBe(COUNT / 10)
      expect(run.flips.groups).toHaveLength(1)
      expect(run.flips.groups[0].samples).toHaveLength(5)
      expect(tookMs).toBeLessThan(20_000)
      // the loop is given way to: on a busy machine a turn takes as long as the others let it
      expect(longestMs).toBeLessThan(2_000)
      expect((mostBytes - beforeBytes) / 1_048_576).toBeLessThan(200)

      // run again twice with limits, after a look at them
      const most = 40_000
      const limited = await dryRun({ key: { id, limits: [{ ...HOURLY, limit: 600 }] }, max_decisions: most })
      expect(longestMs).toBeLessThan(2_000)
      expect((mostBytes - beforeBytes) / 1_048_576).toBeLessThan(200)
      expect(limited).toMatchObject({ truncated: true, limits: { decisions: most } })
      // of 694 an hour that many are let through, after one that is needed to know how many there were
      expect(limited.decisions.evaluated).toBeGreaterThan(most - 800)
      expect(limited.flips.allowed_to_limited / limited.decisions.evaluated).toBeCloseTo(1 - (600 * 144) / COUNT, 1)
      clearInterval(ticking)
      clearInterval(sampling)

      const few = await dryRun({ key: { id, ...onlyFrom(['10.0.0.0/8']) }, max_decisions: 5_000, samples: 0 })
      expect(few).toMatchObject({ truncated: true, decisions: { found: 5_000, evaluated: 5_000 } })
      expect(few.flips).toMatchObject({ groups: [{ samples: [] }] })
      expect(few.flips.total).toBeGreaterThan(400)
      expect(few.flips.total).toBeLessThan(600)
      // the newest were looked at
      expect(Date.parse(few.oldest_at)).toBeGreaterThan(it.identity.clockMs - DAY_MS)
      const lastDay = await dryRun({ key: { id, disabled: true }, days: 1 })
      expect(lastDay.decisions.found).toBeLessThan(COUNT / 5)
      expect(lastDay.decisions.found).toBeGreaterThan(COUNT / 10)
      const api = await dryRun({ api: { id: apiId, disabled: true } })
      expect(api).toMatchObject({ truncated: false, flips: { total: COUNT } })

      // two at once, and no more
      const many = await Promise.all(
        Array.from({ length: 6 }, async () => it.call('POST', PATH, { body: { key: { id, disabled: true } } })),
      )
      const statuses = many.map(({ status }) => status).toSorted()
      expect(new Set(statuses)).toEqual(new Set([200, 503]))
      expect(many.find(({ status }) => status === 503)?.headers.get('retry-after')).toBe('5')

      // who hangs up gives its place back
      const gone = new AbortController()
      const asked = fetch(`${it.url}${PATH}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${it.owner}`, 'content-type': 'application/json' },
        body: JSON.stringify({ key: { id, disabled: true } }),
        signal: gone.signal,
      })
      setTimeout(() => gone.abort(), 100)
      await expect(asked).rejects.toThrow('abort')
      const hungUp = performance.now()
      await expect
        .poll(
          async () => {
            const { body } = await it.call('GET', '/api/v1/audit?operation=decisions.dry_run')
            return body.data.some((entry: { status: number }) => entry.status === 408)
          },
          { timeout: 5_000 },
        )
        .toBe(true)
      expect(performance.now() - hungUp).toBeLessThan(5_000)
    },
  )
})

describe('another workspace', () => {
  test('sees nothing: neither the thing nor its decisions', async () => {
    const workspace = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Tenant' } })
    const tenant = await it.mint('owner', workspace.body.id)
    const { id, secret } = await issue()
    await verifyFrom(secret, ['10.1.0.1'])
    const answers = new Set<string>()
    for (const key of [id, 'key_01k2m5f8r2e9vbt9rpk9w0z5c3']) {
      const got = await it.call('POST', PATH, { as: tenant, body: { key: { id: key, disabled: true } } })
      answers.add(`${got.status} ${got.text.replaceAll(key, '').replace(/"request_id":"[^"]*"/, '')}`)
    }
    expect([...answers]).toEqual([expect.stringMatching(/^404 /)])
    for (const api of [apiId, 'api_01k2m5f8r2e9vbt9rpk9w0z5c3'])
      expect((await it.call('POST', PATH, { as: tenant, body: { api: { id: api, disabled: true } } })).status).toBe(404)
    // a line that stood in its journal and names our key would still be none of ours
    const theirApi = await made('/api/v1/apis', { name: 'Theirs', prefix: 'acme', scopes: ['read'] }, tenant)
    expect((await dryRun({ api: { id: theirApi.id, disabled: true } }, tenant)).decisions.found).toBe(0)
    const stolen = await it.call('POST', PATH, { as: tenant, body: { key: { id, api_ids: [theirApi.id] } } })
    expect(stolen.status).toBe(404)
  })

  test('is not given its api by a change', async () => {
    const { id } = await issue()
    const got = await it.call('POST', PATH, { body: { key: { id, api_ids: ['api_01k2m5f8r2e9vbt9rpk9w0z5c3'] } } })
    expect([got.status, got.body.errors[0].pointer]).toEqual([400, '/key/api_ids/0'])
  })
})
