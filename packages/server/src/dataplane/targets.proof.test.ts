import { Secret, type ApiPart, type PartRef } from '@claviger/core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { silentLog } from '#config'
import { createApi } from '#keys'
import { limitSchema } from '#usage'
import { createProviderKey } from '#vault'
import { openTestIdentity, type TestIdentity } from '../identity/testing/open-identity.ts'
import { createModel, deleteModel, updateModel } from './models-crud.ts'
import { createRoute, deleteRoute, updateRoute } from './routes-crud.ts'
import { TargetTables } from './target-tables.ts'
import type { Guard, ModelSettings, RouteSettings } from './targets.ts'

const ORIGIN = 'https://api.example.com'

let identity: TestIdentity
let tables: TargetTables
let apiId: string
let providerKeyId: string
let down = false
/** Holds up whoever asks for an api, after the rows are read. */
let held: { readonly began: () => void; readonly ended: PromiseWithResolvers<void> } | undefined

beforeAll(async () => {
  identity = await openTestIdentity()
  const { store, room, caller } = identity
  const keysRoom = {
    store,
    seal: identity.seal,
    nowMs: room.nowMs,
    findApp: async () => undefined,
    canLocate: () => true,
    maxKeyAgeSeconds: async () => 60,
  }
  const onFeedLoss = { mode: 'deny' } as const
  apiId = (
    await createApi(keysRoom, caller, {
      name: 'demo',
      prefix: 'demo',
      scopes: ['a.read'],
      onFeedLoss,
      maximum: null,
      limits: [],
    })
  ).id
  const vault = { ...room, allowPrivateUpstreams: new Set<string>() }
  const { providerKey } = await createProviderKey(vault, caller, {
    name: 'key',
    provider: 'example',
    origins: [ORIGIN],
    injection: { kind: 'bearer' },
    usedBy: { routes: [], models: [], apps: [] },
    secret: new Secret('sk-example'),
  })
  providerKeyId = providerKey.id
  const part: PartRef<ApiPart> = {
    current: {
      id: apiId,
      workspaceId: caller.workspaceId,
      name: 'demo',
      prefix: 'demo',
      onFeedLoss,
      limits: [],
      disabledAtMs: undefined,
    },
  }
  tables = new TargetTables({
    store,
    log: silentLog,
    monotonicMs: () => performance.now(),
    isControlHost: () => false,
    apiPart: async () => {
      if (down) throw new Error('gone')
      const wait = held
      wait?.began()
      await wait?.ended.promise
      return part
    },
  })
  await tables.loadAll()
  identity.feed.onChange(async (changes) => {
    for (const change of changes) await tables.apply(change)
  })
})
afterAll(async () => identity.dispose())

const guard = (): Guard => ({
  apiId,
  requiredScopes: ['a.read'],
  audit: 'ordinary',
  onFeedLoss: null,
  limits: [limitSchema.parse({ kind: 'window', name: 'requests', limit: 10, window_seconds: 60 })],
  cost: 3,
  rateLimitHeaders: 'draft+legacy',
  timeouts: { connect: 1_000, firstByte: 2_000, idle: 3_000, total: 4_000 },
  maxBodyBytes: 1_024,
})
const route = (members: Partial<RouteSettings> = {}): RouteSettings => ({
  ...guard(),
  name: 'billing',
  upstreamUrl: `${ORIGIN}/v2/`,
  upstreams: [],
  whenAllOut: 'try',
  circuitBreaker: null,
  healthCheck: null,
  retries: null,
  methods: ['GET'],
  providerKeyId,
  keyHeaders: ['x-api-key'],
  apiVersion: { from: 'header', name: 'api-version', default: '1' },
  hosts: [],
  paths: [],
  rewrite: null,
  headerRules: null,
  cors: null,
  maintenance: null,
  tellsIdentity: true,
  ...members,
})
const model = (members: Partial<ModelSettings> = {}): ModelSettings => ({
  ...guard(),
  name: 'fast',
  deployments: [{ baseUrl: `${ORIGIN}/v1`, model: 'm-1', providerKeyId, asksStreamUsage: true }],
  ...members,
})
const at = (url: string, weight = 1) => ({ url, weight })
const latest = { expectedRevision: undefined }

describe('a route', () => {
  test('is compiled as it was declared, follows its edits, and goes when it is deleted', async () => {
    const { id } = await createRoute(identity.room, identity.caller, route())
    await expect
      .poll(() => tables.routeByName('billing'))
      .toMatchObject({
        kind: 'route',
        upstreamOrigin: ORIGIN,
        upstreamBasePath: '/v2',
        credentialId: providerKeyId,
        timeouts: { connectMs: 1_000, firstByteMs: 2_000, idleMs: 3_000, totalMs: 4_000 },
        limits: [{ limit: 10, windowMs: 60_000 }],
        cost: 3,
        rateLimitHeaders: 'draft+legacy',
        onFeedLoss: undefined,
      })
    await updateRoute(
      identity.room,
      identity.caller,
      { id, ...latest },
      { name: 'invoices', onFeedLoss: { mode: 'serve_known', maxStaleMs: 5_000 } },
    )
    await expect
      .poll(() => tables.routeByName('invoices')?.onFeedLoss)
      .toEqual({ mode: 'serve_known', maxStaleMs: 5_000 })
    expect(tables.routeByName('billing')).toBeUndefined()
    await deleteRoute(identity.room, identity.caller, { id, expectedRevision: undefined })
    await expect.poll(() => tables.routeByName('invoices')).toBeUndefined()
  })

  test('with several upstreams keeps what is known of them through its edits', async () => {
    const upstreams = [at(`${ORIGIN}/a/`, 2), at(`${ORIGIN}/b`)]
    const circuitBreaker = { failures: 1, open_ms: 60_000, max_open_ms: 60_000, statuses: [503] }
    const { id } = await createRoute(
      identity.room,
      identity.caller,
      route({ name: 'several', upstreamUrl: null, upstreams, circuitBreaker }),
    )
    await expect
      .poll(() => tables.routeByName('several'))
      .toMatchObject({ upstreamOrigin: ORIGIN, upstreamBasePath: '' })
    const before = tables.poolOf(id)
    expect(before?.members.map(({ upstream }) => upstream)).toMatchObject([
      { origin: ORIGIN, basePath: '/a', weight: 2 },
      { origin: ORIGIN, basePath: '/b', weight: 1 },
    ])
    const [first] = before?.members ?? []
    first?.breaker.begin()
    first?.breaker.settle('bad', false, {
      breaker: before?.balance.breaker,
      nowMs: performance.now(),
      tally: tables.tally,
    })
    expect(first?.breaker.state(performance.now())).toBe('open')

    const turned = [at(`${ORIGIN}/c`), at(`${ORIGIN}/a/`)]
    await updateRoute(identity.room, identity.caller, { id, ...latest }, { upstreams: turned })
    await expect.poll(() => tables.poolOf(id) !== before).toBe(true)
    const after = tables.poolOf(id)?.members ?? []
    expect(after.map(({ breaker }) => breaker.state(performance.now()))).toEqual(['closed', 'open'])

    await tables.loadAll()
    expect(tables.poolOf(id)?.members[1]?.breaker).toBe(first?.breaker)
    await updateRoute(
      identity.room,
      identity.caller,
      { id, ...latest },
      { upstreamUrl: ORIGIN, upstreams: [], circuitBreaker: null },
    )
    await expect.poll(() => tables.routeByName('several')).toMatchObject({ upstreamBasePath: '', pool: undefined })
  })

  test.each([
    { what: 'an api of nobody', members: { apiId: 'api_01k2m5f8r2e9vbt9rpk9w0z5c3' }, pointer: '/api_id' },
    { what: 'a scope that the api has not', members: { requiredScopes: ['b'] }, pointer: '/required_scopes/0' },
    { what: 'no URL', members: { upstreamUrl: 'example' }, pointer: '/upstream_url' },
    {
      what: 'a backslash, which some take for a slash',
      members: { upstreamUrl: `${ORIGIN}\\@b.example/` },
      pointer: '/upstream_url',
    },
    {
      what: 'a line break, which some leave out',
      members: { upstreamUrl: `${ORIGIN}\n.b.example/` },
      pointer: '/upstream_url',
    },
    {
      what: 'letters beyond ASCII, which some rewrite',
      members: { upstreamUrl: 'https://ａ.example/' },
      pointer: '/upstream_url',
    },
    { what: 'another protocol', members: { upstreamUrl: 'file:///etc/passwd' }, pointer: '/upstream_url' },
    {
      what: 'a credential in the URL',
      members: { upstreamUrl: 'https://me:pw@api.example.com' },
      pointer: '/upstream_url',
    },
    { what: 'a query in the URL', members: { upstreamUrl: `${ORIGIN}/?key=1` }, pointer: '/upstream_url' },
    {
      what: 'an origin that the credential may not go to',
      members: { upstreamUrl: 'https://evil.example' },
      pointer: '/upstream_url',
    },
    {
      what: 'one upstream of several that the credential may not go to',
      members: { upstreamUrl: null, upstreams: [at(ORIGIN), at('https://evil.example')] },
      pointer: '/upstreams/1/url',
    },
    { what: 'no upstream', members: { upstreamUrl: null }, pointer: '/upstream_url' },
    { what: 'both forms of where calls go', members: { upstreams: [at(ORIGIN)] }, pointer: '/upstreams' },
    {
      what: 'an upstream twice',
      members: { upstreamUrl: null, upstreams: [at(ORIGIN), at(ORIGIN)] },
      pointer: '/upstreams/1/url',
    },
    {
      what: 'a circuit breaker that stays open for less than it begins with',
      members: { circuitBreaker: { failures: 1, open_ms: 200, max_open_ms: 100, statuses: [] } },
      pointer: '/circuit_breaker/max_open_ms',
    },
    {
      what: 'a provider key of nobody',
      members: { providerKeyId: 'pvk_01k2m5f8r2e9vbt9rpk9w0z5c3' },
      pointer: '/provider_key_id',
    },
  ])('is refused with $what, and nothing is changed', async ({ members, pointer }) => {
    const wanted = route({ name: 'refused', ...members })
    await expect(createRoute(identity.room, identity.caller, wanted)).rejects.toMatchObject({
      code: 'validation_failed',
      errors: [{ pointer }],
    })
    expect(tables.routeByName('refused')).toBeUndefined()
  })

  test('has a name of its own in the whole installation, and a revision that a late change misses', async () => {
    const { id, revision } = await createRoute(identity.room, identity.caller, route({ name: 'once' }))
    await expect(createRoute(identity.room, identity.caller, route({ name: 'once' }))).rejects.toMatchObject({
      code: 'conflict',
    })
    await updateRoute(identity.room, identity.caller, { id, expectedRevision: revision }, { methods: [] })
    await expect(
      updateRoute(identity.room, identity.caller, { id, expectedRevision: revision }, { methods: ['POST'] }),
    ).rejects.toMatchObject({ code: 'precondition_failed' })
  })

  test('of another workspace is not there', async () => {
    const { id } = await createRoute(identity.room, identity.caller, route({ name: 'mine' }))
    const stranger = { ...identity.caller, workspaceId: 'wsp_01k2m5f8r2e9vbt9rpk9w0z5c3' }
    await expect(deleteRoute(identity.room, stranger, { id, expectedRevision: undefined })).rejects.toMatchObject({
      code: 'not_found',
    })
    await expect(updateRoute(identity.room, stranger, { id, ...latest }, { methods: [] })).rejects.toMatchObject({
      code: 'not_found',
    })
  })
})

describe('a model', () => {
  test('is compiled, edited and deleted like a route', async () => {
    const { workspaceId } = identity.caller
    const { id } = await createModel(identity.room, identity.caller, model())
    await expect
      .poll(() => tables.modelByName(workspaceId, 'fast')?.deployments)
      .toEqual([
        {
          wire: 'openai',
          upstreamOrigin: ORIGIN,
          upstreamBasePath: '/v1',
          upstreamModel: 'm-1',
          credentialId: providerKeyId,
          asksStreamUsage: true,
        },
      ])
    await updateModel(identity.room, identity.caller, { id, ...latest }, { name: 'faster' })
    await expect.poll(() => tables.modelsOf(workspaceId).map((part) => part.name)).toEqual(['faster'])
    await deleteModel(identity.room, identity.caller, { id, expectedRevision: undefined })
    await expect.poll(() => tables.modelsOf(workspaceId)).toEqual([])
  })

  test('is refused where a deployment may not be reached with its credential', async () => {
    const deployments = [{ baseUrl: 'https://evil.example/v1', model: 'm', providerKeyId, asksStreamUsage: true }]
    await expect(
      createModel(identity.room, identity.caller, model({ name: 'evil', deployments })),
    ).rejects.toMatchObject({
      errors: [{ pointer: '/deployments/0/base_url' }],
    })
  })
})

test('two changes of one revision, and a change and a deletion, never cross: one of them is refused', async () => {
  const { room, caller } = identity
  for (let round = 0; round < 10; round++) {
    const [{ id, revision }, { id: modelId }] = [
      await createRoute(room, caller, route({ name: `raced-${round}` })),
      await createModel(room, caller, model()),
    ]
    const seen = { id, expectedRevision: revision }
    const both = await Promise.allSettled([
      updateRoute(room, caller, seen, { methods: [] }),
      updateRoute(room, caller, seen, { methods: ['POST'] }),
    ])
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    const [changed, changedModel] = await Promise.allSettled([
      updateRoute(room, caller, { id, ...latest }, { methods: [] }),
      updateModel(room, caller, { id: modelId, ...latest }, { name: `raced-${round}` }),
      deleteRoute(room, caller, { id, expectedRevision: undefined }),
      deleteModel(room, caller, { id: modelId, expectedRevision: undefined }),
    ])
    for (const outcome of [changed, changedModel])
      if (outcome.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'not_found' })
  }
})

test('a change that cannot be read again is told as stale until it can', async () => {
  await createRoute(identity.room, identity.caller, route({ name: 'late' }))
  await expect.poll(() => tables.routeByName('late')).toBeDefined()
  expect(tables.staleForMs()).toBe(0)
  down = true
  await createRoute(identity.room, identity.caller, route({ name: 'later' }))
  await expect.poll(() => tables.staleForMs()).toBeGreaterThan(0)
  expect(tables.routeByName('later')).toBeUndefined()
  down = false
  await tables.retryStale()
  expect(tables.staleForMs()).toBe(0)
  expect(tables.routeByName('later')).toBeDefined()
})

test('one row that makes no sense is left out, and takes nothing else with it', async () => {
  const { id } = await createRoute(identity.room, identity.caller, route({ name: 'broken' }))
  await createRoute(identity.room, identity.caller, route({ name: 'whole' }))
  await expect.poll(() => tables.routeByName('broken')).toBeDefined()
  const before = await identity.store.raw('select api_version from dataplane_route where id = $1', [id])
  const write = async (value: unknown): Promise<unknown> =>
    identity.store.raw('update dataplane_route set api_version = $2 where id = $1', [id, JSON.stringify(value)])
  await write({ from: 'the future' })
  const edited = { workspaceId: 'w', kind: 'edit' as const, subjectType: 'route' as const, subjectId: id }
  await tables.apply({ ...edited, position: 1, atMs: 0, detail: {} })
  expect(tables.routeByName('broken')).toBeUndefined()
  expect(tables.staleForMs()).toBe(0)
  await tables.loadAll()
  expect(tables.routeByName('broken')).toBeUndefined()
  expect(tables.routeByName('whole')).toBeDefined()
  await write(before[0]?.['api_version'])
  await tables.apply({ ...edited, subjectType: 'api', position: 2, atMs: 0, detail: {} })
  expect(tables.routeByName('broken')).toBeDefined()
})

test('while everything is read again what is known serves, and a newer change is not undone', async () => {
  const { id } = await createRoute(identity.room, identity.caller, route({ name: 'steady' }))
  await expect.poll(() => tables.routeByName('steady')).toBeDefined()
  const read = Promise.withResolvers<void>()
  held = { began: read.resolve, ended: Promise.withResolvers<void>() }
  const loading = tables.loadAll()
  await read.promise
  const { ended } = held
  held = undefined
  expect(tables.routeByName('steady')).toBeDefined()
  await deleteRoute(identity.room, identity.caller, { id, expectedRevision: undefined })
  await expect.poll(() => tables.routeByName('steady')).toBeUndefined()
  ended.resolve()
  await loading
  expect(tables.routeByName('steady')).toBeUndefined()
  expect(tables.staleForMs()).toBe(0)
})
