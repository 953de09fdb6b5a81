/** The import of hashes over the wire, with input that is meant ill. */
import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openTestControl, type Got, type TestControl } from './testing/open-control.ts'
import { makeOneOfEach } from './testing/samples.ts'

let it: TestControl
let ids: ReadonlyMap<string, string>
beforeAll(async () => {
  it = await openTestControl()
  ids = await makeOneOfEach(it, it.owner)
})
afterAll(async () => it.dispose())

const DAILY = { kind: 'quota', name: 'daily', limit: 10, period: 'day' }
let count = 0
const newHash = (): string => createHash('sha256').update(`secret ${++count}`).digest('hex')
const bodyOf = (keys: readonly object[], members: object = {}): object => ({
  app_id: ids.get('app'),
  api_ids: [ids.get('api')],
  algorithm: 'sha256',
  encoding: 'hex',
  keys,
  ...members,
})
const send = async (body: unknown, as = it.owner): Promise<Got> => it.call('POST', '/api/v1/keys/import', { as, body })

describe('an import', () => {
  test('answers for each item, in their order, with what all have in common and what each says itself', async () => {
    const hash = newHash()
    const got = await send(
      bodyOf([{ hash, name: 'one', tags: ['own'], scopes: [] }, { hash: newHash() }, { hash }, { hash: 'nope' }], {
        scopes: ['read'],
        tags: ['all'],
        owner: 'team',
        environment: 'test',
      }),
    )
    expect(got.body).toMatchObject({
      created: 2,
      duplicates: 1,
      invalid: 1,
      position: expect.any(Number),
      results: [
        { outcome: 'created', key_id: expect.stringMatching(/^key_/) },
        { outcome: 'created' },
        { outcome: 'duplicate', key_id: got.body.results[0].key_id },
        { outcome: 'invalid', detail: 'The hash is not hex.' },
      ],
    })
    const [first, second] = await Promise.all(
      [0, 1].map(async (at) => (await it.call('GET', `/api/v1/keys/${got.body.results[at].key_id}`)).body),
    )
    expect(first).toMatchObject({ name: 'one', tags: ['own'], scopes: [], owner: 'team', environment: 'test' })
    expect(second).toMatchObject({ name: 'imported', tags: ['all'], scopes: ['read'], owner: 'team' })
    expect(first.versions).toMatchObject([{ number: 1, start: '', last_four: '', imported_as: 'sha256' }])
  })

  test('gives limits and plans: those of all, and those that an item says itself', async () => {
    const plan = await it.call('POST', '/api/v1/plans', { body: { name: 'Imported', limits: [DAILY] } })
    const own = { kind: 'concurrency', name: 'own', limit: 2 }
    const got = await send(
      bodyOf(
        [{ hash: newHash() }, { hash: newHash(), limits: [own], plan_id: null }, { hash: newHash(), limits: [] }],
        {
          limits: [DAILY],
          plan_id: plan.body.id,
        },
      ),
    )
    expect(got.body, got.text).toMatchObject({ created: 3 })
    const keys = await Promise.all(
      [0, 1, 2].map(async (at) => (await it.call('GET', `/api/v1/keys/${got.body.results[at].key_id}`)).body),
    )
    expect(keys).toMatchObject([
      { limits: [{ ...DAILY, class: 'bounded', zone: 'UTC' }], plan_id: plan.body.id },
      { limits: [{ ...own, mode: 'enforce' }], plan_id: null },
      { limits: [], plan_id: plan.body.id },
    ])
    expect((await it.call('DELETE', `/api/v1/plans/${plan.body.id}`)).status, 'the plan is in use').toBe(409)
  })

  test('refuses as a whole a plan of nobody that is meant for all', async () => {
    const got = await send(bodyOf([{ hash: newHash() }], { plan_id: 'pln_01k2m5f8r2e9vbt9rpk9w0z5c3' }))
    expect([got.status, got.body.errors[0].pointer]).toEqual([400, '/plan_id'])
  })

  test.each([
    { what: 'a plan of nobody', item: { plan_id: 'pln_01k2m5f8r2e9vbt9rpk9w0z5c3' } },
    { what: 'an id that is none of a plan', item: { plan_id: 'silver' } },
    { what: 'a limit of no kind', item: { limits: [{ kind: 'moon' }] } },
    { what: 'two limits of one name', item: { limits: [DAILY, DAILY] } },
    { what: 'a name with a line break', item: { name: 'a\nb' } },
    { what: 'a tag that is no slug', item: { tags: ['No Slug'] } },
    { what: 'a scope twice', item: { scopes: ['read', 'read'] } },
    { what: 'a scope of no api', item: { scopes: ['write'] } },
    { what: 'a beginning that is the whole secret', item: { start: 'sk_live_0123456789' } },
    { what: 'three last characters', item: { last_four: 'abc' } },
    { what: 'an end that is no instant', item: { expires_at: 'tomorrow' } },
    { what: 'an end in the past', item: { expires_at: '2020-01-01T00:00:00Z' } },
    { what: 'metadata of more than 16 KiB', item: { metadata: { text: 'x'.repeat(17_000) } } },
    { what: 'letters beyond ASCII in the hash', item: { hash: 'é'.repeat(64) } },
    { what: 'an empty hash', item: { hash: '' } },
    { what: 'a hash that is too long', item: { hash: 'a'.repeat(66) } },
  ])('says of $what that it is invalid, and takes the others', async ({ item }) => {
    const got = await send(bodyOf([{ hash: newHash(), ...item }, { hash: newHash() }]))
    expect(got.body, got.text).toMatchObject({
      created: 1,
      invalid: 1,
      results: [{ outcome: 'invalid', detail: expect.any(String) }, { outcome: 'created' }],
    })
  })

  test.each([
    { what: 'no items', body: () => bodyOf([]), pointer: '/keys' },
    {
      what: '10,001 items',
      body: () => bodyOf(Array.from({ length: 10_001 }, () => ({ hash: 'x' }))),
      pointer: '/keys',
    },
    { what: 'an item without a hash', body: () => bodyOf([{ name: 'x' }]), pointer: '/keys/0/hash' },
    { what: 'a number for a hash', body: () => bodyOf([{ hash: 1 }]), pointer: '/keys/0/hash' },
    { what: 'an unknown member', body: () => bodyOf([{ hash: 'x', secret: 'y' }]), pointer: '/keys/0/secret' },
    { what: 'an item that is null', body: () => bodyOf([null as never]), pointer: '/keys/0' },
    { what: 'an unknown algorithm', body: () => bodyOf([{ hash: 'x' }], { algorithm: 'md5' }), pointer: '/algorithm' },
    { what: 'an unknown encoding', body: () => bodyOf([{ hash: 'x' }], { encoding: 'utf8' }), pointer: '/encoding' },
    {
      what: 'an app of nobody',
      body: () => bodyOf([{ hash: 'x' }], { app_id: 'app_01k2m5f8r2e9vbt9rpk9w0z5c3' }),
      pointer: '/app_id',
    },
    {
      what: 'an api of nobody',
      body: () => bodyOf([{ hash: 'x' }], { api_ids: ['api_01k2m5f8r2e9vbt9rpk9w0z5c3'] }),
      pointer: '/api_ids/0',
    },
  ])('with $what is refused as a whole, and makes nothing', async ({ body, pointer }) => {
    const before = (await it.identity.store.raw('select count(*) as keys from keys_key', []))[0]
    const got = await send(body())
    expect([got.status, got.body.errors?.[0]?.pointer], got.text).toEqual([400, pointer])
    expect((await it.identity.store.raw('select count(*) as keys from keys_key', []))[0]).toEqual(before)
  })

  test('of 10,000 SHA-512 hashes is more than a usual body, and one batch', { timeout: 60_000 }, async () => {
    const keys = Array.from({ length: 10_000 }, (_, at) => ({
      hash: createHash('sha512').update(`many ${at}`).digest('hex'),
      name: `customer ${at}`,
    }))
    const body = JSON.stringify(bodyOf(keys, { algorithm: 'sha512' }))
    expect(body.length).toBeGreaterThan(1_048_576)
    const got = await send(body)
    expect(got.body).toMatchObject({ created: 10_000, duplicates: 0, invalid: 0 })
    expect(got.body.results).toHaveLength(10_000)
    expect((await send(body)).body).toMatchObject({ created: 0, duplicates: 10_000, position: 0 })
  })

  test('beyond 16 MiB is refused before it is read, and other operations keep their own bound', async () => {
    const large = `{"x":"${'x'.repeat(16 * 1_048_576)}"}`
    expect((await send(large)).body.code).toBe('body_too_large')
    const app = `{"name":"x","owner":"x","description":"${'x'.repeat(1_048_576)}"}`
    expect((await it.call('POST', '/api/v1/apps', { body: app })).body.code).toBe('body_too_large')
  })

  test('into a disabled app is refused', async () => {
    const { body: app } = await it.call('POST', '/api/v1/apps', { body: { name: 'Disabled', owner: 'x' } })
    await it.call('PATCH', `/api/v1/apps/${app.id}`, { body: { disabled: true } })
    const got = await send(bodyOf([{ hash: newHash() }], { app_id: app.id }))
    expect([got.status, got.body.code]).toEqual([409, 'conflict'])
  })

  test('is for operators, in their own workspace', async () => {
    const keys = [{ hash: newHash() }]
    expect((await send(bodyOf(keys), await it.mint('auditor'))).status).toBe(403)
    const { body: made } = await it.call('POST', '/api/v1/workspaces', { body: { name: 'Imports' } })
    const got = await send(bodyOf(keys), await it.mint('owner', made.id))
    expect([got.status, got.body.errors?.[0]?.pointer]).toEqual([400, '/app_id'])
  })
})
