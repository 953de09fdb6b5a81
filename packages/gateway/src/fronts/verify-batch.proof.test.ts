import { compileRestrictions, compileScopes } from '@claviger/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiOf, limitOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import type { Plane } from '../testing/plane.ts'
import { endVerifyPlane, home, startVerifyPlane, type Answered, type VerifyPlane } from '../testing/verify-plane.ts'

let it: VerifyPlane
let plane: Plane
let made: MadeKey
let ask: VerifyPlane['ask']
let askMany: VerifyPlane['askMany']

beforeEach(async () => {
  it = await startVerifyPlane()
  ;({ plane, made, ask, askMany } = it)
})

afterEach(async () => endVerifyPlane(it))

type Result = Readonly<Record<string, unknown>>
const resultsOf = ({ body }: Answered): readonly Result[] => body['results'] as readonly Result[]
const without = ({ request_id: _id, ...rest }: Result): Result => rest
const pointersOf = ({ body }: Answered): readonly unknown[] =>
  (body['errors'] as readonly Result[]).map(({ pointer }) => pointer)

describe('a batch', () => {
  test('answers each question as it would be answered alone, in their order', async () => {
    const shut = plane.world.addKey(home, { disabledAtMs: 1 })
    const near = plane.world.addKey(home, {
      restrictions: compileRestrictions([{ kind: 'ip', allow: ['192.0.2.0/24'] }]),
    })
    const stranger = plane.world.addKey(apiOf('wsp_away'))
    const questions = [
      { key: made.secret, api_id: 'api_wsp_home', scopes: ['read'] },
      { key: 'nobody knows it' },
      { key: shut.secret },
      { key: near.secret, client_ip: '198.51.100.1' },
      { key: near.secret, client_ip: '192.0.2.7', request: { method: 'GET', path: '/x?y' } },
      { key: stranger.secret },
      { key: made.secret, scopes: ['nothing'] },
    ]
    const alone = []
    for (const question of questions) alone.push(without((await ask(question)).body))
    const answered = await askMany({ requests: questions })
    expect(answered.status).toBe(200)
    expect(resultsOf(answered).map(without)).toEqual(alone)
    expect(alone.map(({ code }) => code)).toEqual([
      'valid',
      'credential_invalid',
      'key_disabled',
      'ip_not_allowed',
      'valid',
      'credential_invalid',
      'scope_missing',
    ])
  })

  test('of a hundred is decided when look-ups come later, too, and each has a request id of its own in the journal', async () => {
    plane.world.weather.isSlow = true
    const answered = await askMany({ requests: Array.from({ length: 100 }, () => ({ key: made.secret })) })
    const results = resultsOf(answered)
    expect(results.filter(({ valid }) => valid === true)).toHaveLength(100)
    const ids = new Set(results.map((result) => result['request_id']))
    expect(ids.size).toBe(100)
    expect(new Set(plane.world.records.map(({ requestId }) => requestId))).toEqual(ids)
    expect(answered.headers.get('x-request-id')).not.toBeNull()
  })

  test('charges a limit for each question, and refuses those for which nothing is left', async () => {
    const limited = plane.world.addKey(home, { limits: [limitOf('requests', 3, 60_000)] })
    const answered = await askMany({ requests: Array.from({ length: 5 }, () => ({ key: limited.secret })) })
    expect(resultsOf(answered).map(({ code }) => code)).toEqual([
      'valid',
      'valid',
      'valid',
      'limit_reached',
      'limit_reached',
    ])
  })

  test.each([
    { name: 'the counters', weather: { areCountersLost: true }, code: 'counters_unavailable' },
    { name: 'the journal', weather: { isJournalFull: true }, code: 'journal_full' },
    { name: 'the feed', weather: { feedAgeMs: 60_001 }, code: 'feed_lost' },
  ])('without $name tells in its place what nobody could decide, and decides the rest', async ({ weather, code }) => {
    const limited = plane.world.addKey(home, { limits: [limitOf('requests', 10, 60_000)] })
    Object.assign(plane.world.weather, weather)
    const answered = await askMany({ requests: [{ key: 'x' }, { key: limited.secret, api_id: 'api_wsp_home' }] })
    expect(answered.status).toBe(200)
    expect(resultsOf(answered)).toMatchObject([
      { valid: false, code: 'credential_invalid' },
      { valid: false, code, undecided: true, request_id: expect.any(String) },
    ])
  })
})

test('scopes are told as the roles and apis are now, however often they were told before', async () => {
  const role = { current: { id: 'rol_1', scopes: compileScopes(['read']) } }
  const { secret } = plane.world.addKey(home, { scopes: compileScopes([]), roles: [role] })
  const scopesTold = async (): Promise<unknown> => (await ask({ key: secret })).body['scopes']
  expect([await scopesTold(), await scopesTold()]).toEqual([['read'], ['read']])
  role.current = { id: 'rol_1', scopes: compileScopes(['read', 'write']) }
  expect(await scopesTold()).toEqual(['read', 'write'])
})

describe('a batch that is wrong', () => {
  test('tells every mistake with its place, and decides nothing', async () => {
    const answered = await askMany({
      requests: [{ key: made.secret }, { key: '' }, {}, 7, { key: 'x', cost: 0, request: { 'a/b': 1 } }],
      more: 1,
    })
    expect([answered.status, answered.body['code']]).toEqual([400, 'validation_failed'])
    expect(pointersOf(answered)).toEqual([
      '/more',
      '/requests/1/key',
      '/requests/2/key',
      '/requests/3',
      '/requests/4/cost',
      '/requests/4/request/a~1b',
    ])
    expect(plane.world.records).toEqual([])
  })

  test.each([
    { name: 'no list', body: {} },
    { name: 'an empty list', body: { requests: [] } },
    { name: 'more than a hundred', body: { requests: Array.from({ length: 101 }, () => ({ key: 'x' })) } },
    { name: 'an object', body: { requests: { key: 'x' } } },
  ])('because it holds $name', async ({ body }) => {
    const answered = await askMany(body)
    expect([answered.status, answered.body['code'], pointersOf(answered)]).toEqual([
      400,
      'validation_failed',
      ['/requests'],
    ])
  })

  test.each([
    '{"requests":[{"key":"a","key":"b"}]}',
    '{"requests":[{"key":"a"}],"requests":[{"key":"b"}]}',
    '{"requests":[{"key":"a","request":{"path":"/a","path":"/b"}}]}',
    '[{"key":"a"}]',
    '{"requests":[',
  ])('as JSON: %s', async (text) => {
    const answered = await askMany(text)
    expect([answered.status, answered.body['code']]).toEqual([400, 'bad_json'])
  })

  test('is refused whole when one question is about an api that the asker may not ask for', async () => {
    const requests = [
      { key: made.secret, api_id: 'api_wsp_home' },
      { key: made.secret, api_id: 'api_other' },
    ]
    const answered = await askMany({ requests }, 'one-api')
    expect([answered.status, answered.body['code']]).toEqual([403, 'permission_missing'])
    expect(plane.world.records).toEqual([])
  })

  test('needs a credential, and is no longer than a mebibyte', async () => {
    expect((await askMany({ requests: [{ key: 'x' }] }, null)).status).toBe(401)
    const long = await askMany({ requests: [{ key: 'x' }], more: 'x'.repeat(1_048_576) })
    expect([long.status, long.body['code']]).toEqual([413, 'body_too_large'])
  })
})
