/** Several upstreams of a route: over the API, through the doors and the real egress, in the journal, and under chaos. */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { setTimeout as later } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { MoodyUpstream, type Mood } from './testing/moody-upstream.ts'
import { openTestDoors, type TestDoors } from './testing/open-doors.ts'
import { makeOneOfEach } from './testing/samples.ts'

const GUIDE = new URL('../../../../docs/guide/upstreams.md', import.meta.url)

let it: TestDoors
let ids: ReadonlyMap<string, string>
let key: { readonly id: string; readonly secret: string }
const upstreams: MoodyUpstream[] = []

beforeAll(async () => {
  it = await openTestDoors()
  ids = await makeOneOfEach(it, it.owner)
  const body = { name: 'caller', app_id: ids.get('app'), api_ids: [ids.get('api')], scopes: ['read'] }
  key = (await it.call('POST', '/api/v1/keys', { body })).body
  await it.settled()
})
afterAll(async () => {
  for (const upstream of upstreams) await upstream.kill()
  await it.dispose()
})

async function moody(...names: readonly string[]): Promise<MoodyUpstream[]> {
  const made = await Promise.all(names.map(async (name) => new MoodyUpstream(name).start()))
  upstreams.push(...made)
  return made
}

let count = 0
async function newRoute(members: object): Promise<{ readonly id: string; readonly name: string }> {
  const name = `several-${++count}`
  const body = { name, api_id: ids.get('api'), required_scopes: ['read'], ...members }
  const made = await it.call('POST', '/api/v1/routes', { body })
  expect(made.status, made.text).toBe(201)
  await it.settled()
  return made.body
}
const listOf = (all: readonly MoodyUpstream[]) => all.map(({ origin }) => ({ url: origin }))

async function call(
  name: string,
  method = 'GET',
): Promise<{ readonly status: number; readonly text: string; readonly headers: Headers }> {
  const answer = await fetch(`${it.doorsUrl}/gw/${name}/x`, {
    method,
    headers: { authorization: `Bearer ${key.secret}` },
    ...(method === 'POST' && { body: 'once' }),
  })
  return { status: answer.status, text: await answer.text(), headers: answer.headers }
}
const healthOf = async (id: string) => (await it.call('GET', `/api/v1/routes/${id}/health`)).body

describe('where calls go, over the API', () => {
  test('is one URL or a list; a change to the one leaves the other', async () => {
    const [a, b] = await moody('a', 'b')
    const { id, name } = await newRoute({ upstream_url: a?.origin })
    const shown = async () => (await it.call('GET', `/api/v1/routes/${id}`)).body
    expect(await shown()).toMatchObject({ upstream_url: a?.origin, upstreams: [], retries: null, when_all_out: 'try' })
    expect(await healthOf(id)).toMatchObject({ upstreams: [], retries: null })
    const change = async (body: object) => {
      const changed = await it.call('PATCH', `/api/v1/routes/${id}`, { body })
      await it.settled()
      return changed
    }
    const list = [
      { url: a?.origin, weight: 1 },
      { url: b?.origin, weight: 2 },
    ]
    expect((await change({ upstreams: list })).status).toBe(200)
    expect(await shown()).toMatchObject({ upstream_url: null, upstreams: list })
    const texts: string[] = []
    for (let round = 0; round < 3; round += 1) texts.push((await call(name)).text)
    expect(texts).toEqual(['b', 'a', 'b'])
    expect((await healthOf(id)).upstreams).toMatchObject([
      { url: a?.origin, weight: 1, in: true, circuit: 'closed', calls: 1, failures: 0, health: 'unknown' },
      { url: b?.origin, weight: 2, in: true, calls: 2 },
    ])
    expect((await change({ upstream_url: b?.origin })).status).toBe(200)
    expect(await shown()).toMatchObject({ upstream_url: b?.origin, upstreams: [] })
    const refused = await change({ upstream_url: a?.origin, upstreams: list })
    expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, '/upstreams'])
  })

  test('is refused where it cannot be', async () => {
    const body = { name: 'bad', api_id: ids.get('api'), required_scopes: ['read'] }
    const url = 'https://api.example.com'
    for (const [members, pointer] of [
      [{}, '/upstream_url'],
      [{ upstreams: [{ url, weight: 0 }] }, '/upstreams/0/weight'],
      [{ upstreams: [{ url }, { url }] }, '/upstreams/1/url'],
      [{ upstream_url: url, health_check: { path: 'healthz' } }, '/health_check/path'],
      [{ upstream_url: url, circuit_breaker: { open_ms: 2_000, max_open_ms: 1_000 } }, '/circuit_breaker/max_open_ms'],
      [{ upstream_url: url, retries: { statuses: [404] } }, '/retries/statuses/0'],
    ] as const) {
      const refused = await it.call('POST', '/api/v1/routes', { body: { ...body, ...members } })
      expect([refused.status, refused.body.errors[0].pointer]).toEqual([400, pointer])
    }
  })

  test('is taken as the example of the guide says', async () => {
    const example = /^```json\n(.*?)^```$/ms.exec(readFileSync(GUIDE, 'utf8'))?.[1] ?? ''
    const members = JSON.parse(example)
    const { id } = await newRoute(members)
    expect((await it.call('GET', `/api/v1/routes/${id}`)).body).toMatchObject(members)
    expect((await it.call('DELETE', `/api/v1/routes/${id}`)).status).toBe(204)
  })
})

describe('health checks', () => {
  test('take an upstream out and bring it back, and stop with their route', { timeout: 20_000 }, async () => {
    const [a, b] = await moody('a', 'b')
    if (a === undefined || b === undefined) throw new Error('no upstreams')
    a.healthStatus = 500
    const { id, name } = await newRoute({
      upstreams: listOf([a, b]),
      health_check: { path: '/healthz', interval_seconds: 1, timeout_ms: 300, healthy_after: 1, unhealthy_after: 2 },
    })
    await expect
      .poll(async () => (await healthOf(id)).upstreams[0], { timeout: 5_000 })
      .toMatchObject({
        in: false,
        health: 'unhealthy',
        problem: 'It answered 500.',
      })
    const seen = new Set<string>()
    for (let round = 0; round < 4; round += 1) seen.add((await call(name)).text)
    expect([...seen]).toEqual(['b'])
    expect(a.lastCheck).toContain('claviger-health-check')
    expect(a.lastCheck.toLowerCase()).not.toContain('authorization')
    a.healthStatus = 200
    await expect
      .poll(async () => (await healthOf(id)).upstreams[0], { timeout: 5_000 })
      .toMatchObject({ in: true, problem: null })
    expect((await it.call('DELETE', `/api/v1/routes/${id}`)).status).toBe(204)
    await it.settled()
    await later(300)
    const { checks } = a
    await later(1_300)
    expect(a.checks).toBe(checks)
  })
})

describe('bounds in time', () => {
  test('each try has its own for the first byte, and one total spans them all', async () => {
    const all = await moody('a', 'b', 'c')
    for (const upstream of all) upstream.mood = 'hung'
    const { id, name } = await newRoute({
      upstreams: listOf(all),
      retries: { max_retries: 5 },
      timeouts_ms: { connect: 1_000, first_byte: 350, idle: 1_000, total: 1_000 },
    })
    const beganMs = performance.now()
    const { status, text } = await call(name)
    const tookMs = performance.now() - beganMs
    expect([status, JSON.parse(text).code]).toEqual([504, 'upstream_timeout'])
    expect(tookMs).toBeGreaterThan(950)
    expect(tookMs).toBeLessThan(2_500)
    expect(all.map(({ calls }) => calls)).toEqual([1, 1, 1])
    const record = it.decided.findLast(({ targetId }) => targetId !== undefined)
    expect(record).toMatchObject({ status: 504, tries: 3, rule: 'upstream.timeout_total' })
    // the last one had less time than it should have: that is not its failure
    expect((await healthOf(id)).upstreams).toMatchObject([{ failures: 1 }, { failures: 1 }, { failures: 0 }])
  })

  test('a hung upstream costs one try where another is well', async () => {
    const [a, b] = await moody('a', 'b')
    if (a === undefined || b === undefined) throw new Error('no upstreams')
    a.mood = 'hung'
    const { name } = await newRoute({
      upstreams: listOf([a, b]),
      retries: {},
      circuit_breaker: { failures: 1, open_ms: 60_000 },
      timeouts_ms: { connect: 1_000, first_byte: 150, idle: 1_000, total: 3_000 },
    })
    for (let round = 0; round < 6; round += 1) expect((await call(name)).text).toBe('b')
    expect(a.calls).toBe(1)
  })
})

describe('a WebSocket', () => {
  test('has the same bounds: its own for each handshake, one total for all', async () => {
    const all = await moody('a', 'b')
    for (const upstream of all) upstream.mood = 'hung'
    const { name } = await newRoute({
      upstreams: listOf(all),
      retries: { max_retries: 5 },
      timeouts_ms: { connect: 1_000, first_byte: 400, idle: 1_000, total: 1_000 },
    })
    const beganMs = performance.now()
    const socket = new WebSocket(`${it.doorsUrl.replace('http', 'ws')}/gw/${name}/x`, {
      headers: { authorization: `Bearer ${key.secret}` },
    })
    socket.on('error', () => undefined)
    const [, answer] = await once(socket, 'unexpected-response')
    answer.resume()
    expect(answer.statusCode).toBe(504)
    const tookMs = performance.now() - beganMs
    expect(tookMs).toBeGreaterThan(950)
    expect(tookMs).toBeLessThan(2_500)
    // both were tried, then one of them again with what was left
    expect(all.map(({ calls }) => calls).toSorted()).toEqual([1, 2])
    await expect.poll(() => it.decided.at(-1)).toMatchObject({ status: 504, tries: 3 })
  })
})

describe('when all are out', () => {
  test('the caller is told when to come again', async () => {
    const [a] = await moody('a')
    await a?.kill()
    const { id, name } = await newRoute({
      upstreams: [{ url: a?.origin }],
      circuit_breaker: { failures: 2, open_ms: 1_000 },
      when_all_out: 'refuse',
    })
    const statuses = [(await call(name)).status, (await call(name)).status]
    const { status, headers, text } = await call(name)
    expect([...statuses, status, JSON.parse(text).code]).toEqual([502, 502, 503, 'upstream_unavailable'])
    expect(headers.get('retry-after')).toBe('1')
    expect((await healthOf(id)).upstreams[0]).toMatchObject({ in: false, circuit: 'open', openings: 1 })
    await a?.start()
    await expect.poll(async () => (await call(name)).status, { timeout: 4_000 }).toBe(200)
    expect((await healthOf(id)).upstreams[0]).toMatchObject({ in: true, circuit: 'closed', openings: 0 })
  })
})

describe('chaos: while some are well', () => {
  const RUN_MS = 4_000
  const CLIENTS = 12
  const TOTAL_MS = 2_000

  test(
    'no caller hangs, each gets 2xx or a clear 502, 503 or 504, and the journal agrees',
    { timeout: 40_000 },
    async () => {
      const [killed, changing, flapping, ...well] = await moody('killed', 'changing', 'flapping', 'well-1', 'well-2')
      if (killed === undefined || changing === undefined || flapping === undefined) throw new Error('no upstreams')
      flapping.mood = 'flapping'
      const { id, name } = await newRoute({
        upstreams: listOf([killed, changing, flapping, ...well]),
        circuit_breaker: { failures: 3, open_ms: 200, max_open_ms: 1_000 },
        retries: { max_retries: 3 },
        timeouts_ms: { connect: 300, first_byte: 250, idle: 500, total: TOTAL_MS },
      })
      it.decided.length = 0
      const counts = new Map<string, number>()
      let longestMs = 0
      const endsAtMs = performance.now() + RUN_MS
      const client = async (nth: number): Promise<void> => {
        for (let round = 0; performance.now() < endsAtMs; round += 1) {
          const method = (nth + round) % 4 === 0 ? 'POST' : 'GET'
          const beganMs = performance.now()
          const { status } = await call(name, method)
          longestMs = Math.max(longestMs, performance.now() - beganMs)
          counts.set(`${method} ${status}`, (counts.get(`${method} ${status}`) ?? 0) + 1)
        }
      }
      const havoc = async (): Promise<void> => {
        const moods: readonly Mood[] = ['hung', 'garbage', 'reset', 'unavailable', 'well']
        for (let round = 0; performance.now() < endsAtMs - 500; round += 1) {
          changing.mood = moods[round % moods.length] ?? 'well'
          if (round % 2 === 0) await killed.kill()
          else await killed.start()
          await later(300)
        }
        await killed.kill()
      }
      await Promise.all([havoc(), ...Array.from({ length: CLIENTS }, async (_, nth) => client(nth))])

      const answered = [...counts]
      const total = answered.reduce((sum, [, one]) => sum + one, 0)
      expect(total).toBeGreaterThan(100)
      expect(
        answered.map(([what]) => what.split(' ')[1]).filter((status) => !/^(200|502|503|504)$/.test(status ?? '')),
      ).toEqual([])
      expect(longestMs).toBeLessThan(TOTAL_MS + 1_500)
      // reads go elsewhere while their budget lasts: far more of them than of writes get through
      const share = (method: string): number => {
        const all = answered.filter(([what]) => what.startsWith(method)).reduce((sum, [, one]) => sum + one, 0)
        return (counts.get(`${method} 200`) ?? 0) / all
      }
      expect(share('GET'), JSON.stringify(answered)).toBeGreaterThan(0.9)

      // one record for each call, with the status that its caller saw
      await expect.poll(() => it.decided.length).toBe(total)
      const journaled = Map.groupBy(it.decided, ({ method, status }) => `${method} ${status}`)
      expect(new Map([...journaled].map(([what, records]) => [what, records.length]))).toEqual(counts)
      const tries = it.decided.reduce((sum, record) => sum + (record.tries ?? 1), 0)
      const health = await healthOf(id)
      const sent = health.upstreams.reduce((sum: number, each: { calls: number }) => sum + each.calls, 0)
      expect(sent).toBe(tries)
      // what reached the upstreams is no more than that: no storm (a call that met a closed port reached none)
      const arrived = [killed, changing, flapping, ...well].reduce((sum, { calls }) => sum + calls, 0)
      // (egress sends a GET once more when the connection that it took had just been closed: no try of ours, but an arrival)
      expect(arrived).toBeLessThanOrEqual(tries * 1.05)
      expect(tries).toBeLessThan(total * 1.25 + 20)
      // nor do those that are well go out with the others
      for (const { url, calls, failures } of health.upstreams.slice(3)) expect(failures, url).toBeLessThan(calls * 0.1)
    },
  )
})
