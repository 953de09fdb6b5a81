import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { apiOf, limitOf } from '../testing/made-parts.ts'
import { type MadeKey } from '../testing/memory-ports.ts'
import type { Plane } from '../testing/plane.ts'
import { endVerifyPlane, home, startVerifyPlane, type VerifyPlane } from '../testing/verify-plane.ts'

let it: VerifyPlane
let plane: Plane
let made: MadeKey
let ask: VerifyPlane['ask']

beforeEach(async () => {
  it = await startVerifyPlane()
  ;({ plane, made, ask } = it)
})

afterEach(async () => endVerifyPlane(it))

describe('when something of ours is gone', () => {
  test.each([
    {
      name: 'the database',
      weather: { isStoreGone: true },
      code: 'unavailable',
      told: { dependency: 'store', mode: 'refuse_unknown' },
    },
    {
      name: 'the counters',
      weather: { areCountersLost: true },
      code: 'counters_unavailable',
      told: { dependency: 'counters', mode: 'closed', target: { id: 'test:requests' } },
    },
    {
      name: 'the journal',
      weather: { isJournalFull: true },
      code: 'journal_full',
      told: { dependency: 'journal', mode: 'refuse' },
    },
    {
      name: 'the feed, for longer than the api allows',
      weather: { feedAgeMs: 60_001 },
      code: 'feed_lost',
      told: {
        dependency: 'feed',
        mode: 'serve_known',
        target: { type: 'api', id: 'api_wsp_home' },
        outcome: 'refused',
      },
    },
  ])('$name: 503, never a verdict', async ({ weather, code, told }) => {
    const limited = plane.world.addKey(home, { limits: [limitOf('requests', 10, 60_000)] })
    Object.assign(plane.world.weather, weather)
    const { status, body } = await ask({ key: limited.secret, api_id: 'api_wsp_home' })
    expect([status, body['code']]).toEqual([503, code])
    expect(plane.world.failureModes).toMatchObject([told])
  })

  test('a limit that allows while it cannot be counted is told', async () => {
    const lax = { ...limitOf('requests', 10, 60_000), onCounterLoss: 'open' as const }
    const limited = plane.world.addKey(home, { limits: [lax] })
    plane.world.weather.areCountersLost = true
    expect((await ask({ key: limited.secret, api_id: 'api_wsp_home' })).body).toMatchObject({ valid: true })
    expect(plane.world.failureModes).toMatchObject([
      { dependency: 'counters', mode: 'open', target: { type: 'limit', id: lax.id }, outcome: 'served' },
    ])
  })

  test('a key of several apis, asked for none, follows the strictest', async () => {
    const strict = apiOf('wsp_home', { id: 'api_strict', onFeedLoss: { mode: 'deny' } })
    const both = plane.world.addKey(home, { apis: [home, strict] })
    plane.world.weather.feedAgeMs = 3_000
    expect((await ask({ key: made.secret })).status).toBe(200)
    expect((await ask({ key: both.secret })).status).toBe(503)
    expect(plane.world.failureModes.map(({ target, outcome }) => `${target.id} ${outcome}`)).toEqual([
      'api_wsp_home served',
      'api_strict refused',
    ])
    expect((await ask({ key: both.secret, api_id: 'api_wsp_home' })).status).toBe(200)
  })
})
