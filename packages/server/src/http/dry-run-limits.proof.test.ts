/** `decisions/dry-run` runs limits again, over decisions that were really made on the doors and stand in the real journal. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'

const PATH = '/api/v1/decisions/dry-run'
const SECOND_MS = 1_000
const DAY_MS = 86_400_000

interface Made {
  readonly id: string
  readonly secret: string
}

let it: TestDoors
/** Of their own for each test. */
let appId: string
let apiId: string
let tests = 0

beforeAll(async () => {
  it = await openTestDoors()
  // some tests let days go by, and the journal is written now
  it.identity.clockMs -= 10 * DAY_MS
})
afterAll(async () => it.dispose())
beforeEach(async () => {
  apiId = (await made('/apis', { name: `Api ${++tests}`, prefix: 'acme', scopes: ['read'] })).id
  appId = (await made('/apps', { name: `App ${tests}`, owner: 'ada@example.com' })).id
})

async function made(path: string, body: object, as = it.owner): Promise<Made> {
  const got = await it.call('POST', `/api/v1${path}`, { body, as })
  expect(got.status, got.text).toBe(201)
  await it.settled()
  return got.body
}

async function patch(path: string, body: object): Promise<void> {
  const got = await it.call('PATCH', `/api/v1${path}`, { body })
  expect(got.status, got.text).toBe(200)
  await it.settled()
}

const issue = async (members: object = {}): Promise<Made> =>
  made('/keys', { name: 'Key', app_id: appId, api_ids: [apiId], environment: 'test', scopes: ['read'], ...members })

const windowOf = (limit: number, members: object = {}): object => ({
  kind: 'window',
  name: 'requests',
  limit,
  window_seconds: 60,
  // counted in this process: no slow store takes a part in what is told here
  class: 'approximate',
  ...members,
})

/** One call a second by the journal's clock. @returns the codes */
async function ask(keys: readonly Made[], calls: number, question: object = {}): Promise<readonly string[]> {
  const codes: string[] = []
  for (let call = 0; call < calls; call++) {
    codes.push((await it.verify({ key: keys[call % keys.length]?.secret, ...question })).code)
    it.identity.clockMs += SECOND_MS
  }
  await it.flush()
  return codes
}

async function dryRun(body: object, as = it.owner) {
  const got = await it.call('POST', PATH, { body, as })
  expect(got.status, got.text).toBe(200)
  return got.body
}

interface Group {
  readonly key_id: string
  readonly from: string
  readonly to: string
  readonly from_rule: string
  readonly rule: string
  readonly count: number
  readonly samples: readonly { readonly at: string }[]
}
const inShort = (groups: readonly Group[]): readonly string[] =>
  groups.map(({ from, to, count, from_rule, rule }) => `${count} × ${from} by ${from_rule} → ${to} by ${rule}`)
const WHOLLY = (compared: number): object => ({ compared, agreed: compared, share: 1 })

describe('a plan', () => {
  test('of 10 a minute, lowered to 5 after 8 calls, flips 3 and names its limit', async () => {
    const plan = await made('/plans', { name: `Plan ${tests}`, limits: [windowOf(10)] })
    const key = await issue({ plan_id: plan.id })
    const bystander = await issue()
    await ask([bystander], 3)
    const startMs = it.identity.clockMs
    expect(new Set(await ask([key], 8))).toEqual(new Set(['valid']))
    const run = await dryRun({ plan: { id: plan.id, limits: [windowOf(5)] } })
    expect(inShort(run.flips.groups)).toEqual(['3 × valid by all → limit_reached by limit.plan.requests'])
    expect(run.flips).toMatchObject({ total: 3, allowed_to_refused: 3, allowed_to_limited: 3, limited_to_allowed: 0 })
    const [group] = run.flips.groups
    const at = (second: number): string => new Date(startMs + second * SECOND_MS).toISOString()
    expect(group).toMatchObject({ key_id: key.id, app_id: appId, first_at: at(5), last_at: at(7) })
    expect(group.samples.map((sample: { at: string }) => sample.at)).toEqual([at(7), at(6), at(5)])
    expect(run.decisions).toMatchObject({ found: 8, evaluated: 8 })
    expect(run.limits).toMatchObject({ agreement: WHOLLY(8), not_replayed: [], decisions: 8 })
    expect(run).toMatchObject({ truncated: false, already_differs: { total: 0 } })
    // nothing was charged, and nothing changed
    expect(await ask([key], 3)).toEqual(['valid', 'valid', 'limit_reached'])
  })

  test('that is raised flips the refusals that were recorded, as far as it goes', async () => {
    const plan = await made('/plans', { name: `Plan ${tests}`, limits: [windowOf(4)] })
    const key = await issue({ plan_id: plan.id })
    const codes = await ask([key], 9)
    expect(codes.filter((code) => code === 'limit_reached')).toHaveLength(5)
    const run = await dryRun({ plan: { id: plan.id, limits: [windowOf(6)] } })
    expect(inShort(run.flips.groups)).toEqual(['2 × limit_reached by limit.plan.requests → valid by all'])
    expect(run.flips).toMatchObject({ refused_to_allowed: 2, limited_to_allowed: 2 })
    expect(run.limits.agreement).toEqual(WHOLLY(9))
    expect((await dryRun({ plan: { id: plan.id, limits: [] } })).flips.total).toBe(5)
    expect((await dryRun({ plan: { id: plan.id, limits: [windowOf(4)] } })).flips.total).toBe(0)
    expect(await dryRun({ plan: { id: plan.id, name: 'Other' } })).toMatchObject({ flips: { total: 0 }, limits: null })
  })

  test('holds for keys of its apps that have none of their own, and a key is tried on another one', async () => {
    const [small, large] = [
      await made('/plans', { name: `Small ${tests}`, limits: [windowOf(2)] }),
      await made('/plans', { name: `Large ${tests}`, limits: [windowOf(5)] }),
    ]
    await patch(`/apps/${appId}`, { plan_id: small.id })
    const [key, own] = [await issue(), await issue({ plan_id: large.id })]
    await ask([key], 4)
    await ask([own], 6)
    expect(inShort((await dryRun({ plan: { id: small.id, limits: [windowOf(3)] } })).flips.groups)).toEqual([
      '1 × limit_reached by limit.plan.requests → valid by all',
    ])
    expect((await dryRun({ key: { id: key.id, plan_id: large.id } })).flips.limited_to_allowed).toBe(2)
    expect((await dryRun({ key: { id: own.id, plan_id: null } })).flips.allowed_to_limited).toBe(3)
    expect((await dryRun({ app: { id: appId, plan_id: large.id } })).flips.limited_to_allowed).toBe(2)
    expect((await dryRun({ app: { id: appId, plan_id: null } })).flips.limited_to_allowed).toBe(2)
  })
})

describe('a limit', () => {
  test('of a key is counted from before what is looked at', async () => {
    const key = await issue({ limits: [windowOf(10)] })
    await ask([key], 4)
    it.identity.clockMs += DAY_MS - 34 * SECOND_MS
    await ask([key], 4)
    // 24 hours back lies between the first four and the others
    it.identity.clockMs += 40 * SECOND_MS
    const week = await dryRun({ key: { id: key.id, limits: [windowOf(3, { window_seconds: 2 * 86_400 })] } })
    expect(week.flips.total).toBe(5)
    const day = await dryRun({ key: { id: key.id, limits: [windowOf(3, { window_seconds: 2 * 86_400 })] }, days: 1 })
    expect(day.decisions.found).toBe(4)
    expect(day.limits.decisions).toBe(8)
    // three of the first four were let through, so the window is full
    expect(day.flips.total).toBe(4)
  })

  test('of the calendar is counted by its own days', async () => {
    it.identity.clockMs = Math.ceil(it.identity.clockMs / DAY_MS) * DAY_MS - 4 * SECOND_MS
    const daily = (limit: number, zone: string): object => ({
      kind: 'quota',
      name: 'daily',
      limit,
      period: 'day',
      zone,
    })
    const key = await issue({ limits: [windowOf(20)] })
    await ask([key], 8)
    // four before midnight and four after it
    const run = await dryRun({ key: { id: key.id, limits: [daily(3, 'UTC')] } })
    expect(inShort(run.flips.groups)).toEqual(['2 × valid by all → limit_reached by limit.key.daily'])
    const elsewhere = await dryRun({ key: { id: key.id, limits: [daily(3, 'Asia/Kathmandu')] } })
    expect(elsewhere.flips.total).toBe(5)
    const yearly = { ...daily(3, 'UTC'), period: 'year' }
    const long = await dryRun({ key: { id: key.id, limits: [yearly] } })
    expect(long.limits.not_replayed).toEqual([
      { name: 'daily', kind: 'quota', owner: 'key', reason: 'journal_too_short' },
    ])
    expect(inShort(long.flips.groups)).toEqual([])
  })

  test('is charged what a call cost then', async () => {
    const key = await issue({ limits: [windowOf(100)] })
    expect(new Set(await ask([key], 4, { cost: 10 }))).toEqual(new Set(['valid']))
    await ask([key], 4)
    const run = await dryRun({ key: { id: key.id, limits: [windowOf(32)] } })
    expect(inShort(run.flips.groups)).toEqual(['3 × valid by all → limit_reached by limit.key.requests'])
    // a burst, too
    const burst = { kind: 'burst', name: 'burst', limit: 1, window_seconds: 1, burst: 12 }
    expect((await dryRun({ key: { id: key.id, limits: [burst] } })).flips.total).toBe(3)
  })

  test('that an app shares is counted with all of its keys, and flips those of each', async () => {
    await patch(`/apps/${appId}`, { limits: [windowOf(20)] })
    const [one, other] = [await issue(), await issue()]
    const stranger = await made('/apps', { name: `Stranger ${tests}`, owner: 'ada@example.com' })
    await ask([one, other], 10)
    await ask([await issue({ app_id: stranger.id })], 3)
    const run = await dryRun({ app: { id: appId, limits: [windowOf(6)] } })
    expect(run.flips.groups.map(({ key_id, count }: Group) => [key_id, count]).toSorted()).toEqual(
      [
        [one.id, 2],
        [other.id, 2],
      ].toSorted(),
    )
    expect(run.decisions.found).toBe(10)
    // a key that is held to less leaves more of it to the other
    await patch(`/apps/${appId}`, { limits: [windowOf(8)] })
    const relieved = await dryRun({ key: { id: one.id, limits: [windowOf(2, { name: 'own' })] } })
    expect(
      relieved.flips.groups.map(
        ({ key_id, from, to }: Group) => `${key_id === one.id ? 'one' : 'other'} ${from} ${to}`,
      ),
    ).toEqual(expect.arrayContaining(['one valid limit_reached', 'other limit_reached valid']))
    expect(relieved.limits.agreement).toMatchObject({ compared: 10, agreed: 8 })
    expect(relieved.already_differs.total).toBe(2)
  })

  test('of an api is counted with every key that calls it', async () => {
    const [one, other] = [await issue(), await issue()]
    await ask([one, other], 6, { api_id: apiId })
    await ask([one], 2)
    const run = await dryRun({ api: { id: apiId, limits: [windowOf(4)] } })
    expect(run.flips).toMatchObject({ total: 2, allowed_to_limited: 2 })
    expect(run.flips.groups.map(({ rule }: Group) => rule)).toEqual(['limit.api.requests', 'limit.api.requests'])
    const apart = await dryRun({ api: { id: apiId, limits: [windowOf(2, { per: 'key' })] } })
    expect(apart.flips.total).toBe(2)
  })

  test('of calls at once is run again by how long they lasted, and never for those that are only asked about', async () => {
    const name = `route-${tests}`
    await made('/routes', { name, api_id: apiId, required_scopes: ['read'], upstream_url: it.upstreamUrl })
    const key = await issue()
    const knock = async (): Promise<number> =>
      it.knock(`/gw/${name}/a`, { headers: { authorization: `Bearer ${key.secret}` } })
    // three in one instant of the journal's clock, and one when they have ended
    for (let call = 0; call < 3; call++) expect(await knock()).toBe(200)
    it.identity.clockMs += 60 * SECOND_MS
    expect(await knock()).toBe(200)
    const atOnce = { kind: 'concurrency', name: 'at-once', limit: 2 }
    await it.flush()
    it.identity.clockMs += SECOND_MS
    const run = await dryRun({ key: { id: key.id, limits: [atOnce] } })
    expect(inShort(run.flips.groups)).toEqual(['1 × valid by all → concurrency_reached by limit.key.at-once'])
    const asked = await issue()
    for (let call = 0; call < 3; call++) await it.verify({ key: asked.secret })
    await it.flush()
    it.identity.clockMs += SECOND_MS
    expect((await dryRun({ key: { id: asked.id, limits: [{ ...atOnce, limit: 1 }] } })).flips.total).toBe(0)
  })

  test('of a route is charged what the route cost then', async () => {
    const name = `route-${tests}`
    const target = { name, api_id: apiId, required_scopes: ['read'], upstream_url: it.upstreamUrl, cost: 3 }
    const { id } = await made('/routes', target)
    const key = await issue()
    const headers = { authorization: `Bearer ${key.secret}` }
    for (let call = 0; call < 4; call++) expect(await it.knock(`/gw/${name}/a`, { headers })).toBe(200)
    await it.flush()
    it.identity.clockMs += SECOND_MS
    await patch(`/routes/${id}`, { cost: 1 })
    const run = await dryRun({ key: { id: key.id, limits: [windowOf(7)] } })
    expect(inShort(run.flips.groups)).toEqual(['2 × valid by all → limit_reached by limit.key.requests'])
  })

  test('of credits is run again from what the ledger says was there', async () => {
    const clockMs = it.identity.clockMs
    // the ledger is dated by the database
    it.identity.clockMs = Date.now() + SECOND_MS
    const paying = { kind: 'credits', name: 'paid', class: 'exact' }
    const [poor, free] = [await issue({ limits: [paying] }), await issue()]
    for (const { id } of [poor, free]) {
      const granted = await it.call('POST', `/api/v1/credits/${id}/grants`, { body: { units: 5, reference: id } })
      expect(granted.status, granted.text).toBe(201)
    }
    expect((await ask([poor], 8)).filter((code) => code === 'credits_exhausted')).toHaveLength(3)
    await ask([free], 7)
    const run = await dryRun({ key: { id: poor.id, limits: [] } })
    expect(inShort(run.flips.groups)).toEqual(['3 × credits_exhausted by limit.key.paid → valid by all'])
    expect(run.limits.agreement).toEqual(WHOLLY(8))
    const paid = await dryRun({ key: { id: free.id, limits: [paying] } })
    expect(inShort(paid.flips.groups)).toEqual(['2 × valid by all → credits_exhausted by limit.key.paid'])
    expect(paid.limits.not_replayed).toEqual([])
    it.identity.clockMs = clockMs
  })

  test('in shadow refuses nothing, and one that is enforced beside it does', async () => {
    const key = await issue({ limits: [windowOf(2, { mode: 'shadow' })] })
    await ask([key], 5)
    expect((await dryRun({ key: { id: key.id, limits: [windowOf(1, { mode: 'shadow' })] } })).flips.total).toBe(0)
    expect((await dryRun({ key: { id: key.id, limits: [windowOf(2)] } })).flips.total).toBe(3)
  })

  test('is tried together with a rule: what the rule refuses takes no place', async () => {
    const key = await issue({ limits: [windowOf(3)] })
    const from = async (client_ip: string, calls: number) => ask([key], calls, { client_ip })
    await from('203.0.113.7', 2)
    await from('10.1.0.1', 3)
    const restrictions = [{ kind: 'ip', allow: ['10.0.0.0/8'] }]
    const run = await dryRun({ key: { id: key.id, restrictions, limits: [windowOf(3)] } })
    expect(inShort(run.flips.groups)).toEqual([
      '2 × valid by all → ip_not_allowed by key.restrictions/0.ip',
      '2 × limit_reached by limit.key.requests → valid by all',
    ])
  })
})

describe('bounds', () => {
  test('cut at the oldest end, and what is left is right', async () => {
    const key = await issue({ limits: [windowOf(100, { window_seconds: 5 })] })
    await ask([key], 100)
    const change = { key: { id: key.id, limits: [windowOf(2, { window_seconds: 5 })] } }
    const all = await dryRun(change)
    // two of five in every window
    expect(all.flips.total).toBe(60)
    const few = await dryRun({ ...change, max_decisions: 40 })
    expect(few).toMatchObject({ truncated: true, limits: { decisions: 40 } })
    expect(few.decisions.found).toBeLessThan(40)
    expect(few.decisions.found).toBeGreaterThan(30)
    expect(few.flips.total / few.decisions.found).toBeCloseTo(0.6, 1)
    expect(Date.parse(few.oldest_at)).toBeGreaterThanOrEqual(Date.parse(few.limits.compared_from))
  })
})

describe('another workspace', () => {
  test('has its own plans, apps and keys: those of others are not there, and never appear', async () => {
    const workspace = await it.call('POST', '/api/v1/workspaces', { body: { name: `Tenant ${tests}` } })
    const tenant = await it.mint('owner', workspace.body.id)
    const plan = await made('/plans', { name: `Plan ${tests}`, limits: [windowOf(2)] })
    const key = await issue({ plan_id: plan.id })
    await ask([key], 5)
    const nobody = { plan: 'pln_01k2m5f8r2e9vbt9rpk9w0z5c3', app: 'app_01k2m5f8r2e9vbt9rpk9w0z5c3' }
    for (const [kind, ids] of [
      ['plan', [plan.id, nobody.plan]],
      ['app', [appId, nobody.app]],
    ] as const) {
      const answers = new Set<string>()
      for (const id of ids) {
        const got = await it.call('POST', PATH, { as: tenant, body: { [kind]: { id, limits: [] } } })
        answers.add(`${got.status} ${got.text.replaceAll(id, '').replace(/"request_id":"[^"]*"/, '')}`)
      }
      expect([...answers]).toEqual([expect.stringMatching(/^404 /)])
    }
    // its own api has no calls of ours
    const theirs = await made('/apis', { name: 'Theirs', prefix: 'acme', scopes: ['read'] }, tenant)
    const run = await dryRun({ api: { id: theirs.id, limits: [windowOf(1)] } }, tenant)
    expect(run).toMatchObject({ decisions: { found: 0 }, flips: { total: 0, groups: [] }, limits: { decisions: 0 } })
    // and our key is not put on its plan
    const theirPlan = await made('/plans', { name: 'Theirs', limits: [] }, tenant)
    const stolen = await it.call('POST', PATH, { body: { key: { id: key.id, plan_id: theirPlan.id } } })
    expect([stolen.status, stolen.body.errors[0].pointer]).toEqual([400, '/key/plan_id'])
    const app = await it.call('POST', PATH, { body: { app: { id: appId, plan_id: theirPlan.id } } })
    expect([app.status, app.body.errors[0].pointer]).toEqual([400, '/app/plan_id'])
  })
})
