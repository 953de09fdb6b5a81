import {
  UpstreamPool,
  newUpstreamTally,
  type EgressRequest,
  type EgressSink,
  type HealthCheckPart,
  type RoutePart,
} from '@claviger/gateway'
import { beforeEach, describe, expect, test } from 'vitest'
import { HealthChecks } from './health-checks.ts'

const SPEC: HealthCheckPart = {
  path: '/healthz',
  intervalMs: 1_000,
  timeoutMs: 400,
  statuses: new Set([200]),
  healthyAfter: 1,
  unhealthyAfter: 1,
  withCredential: false,
}

interface Sent {
  readonly request: EgressRequest
  readonly sink: EgressSink
  isAborted: boolean
}

let sent: Sent[]
let routes: RoutePart[]
let checks: HealthChecks
let nowMs: number

beforeEach(() => {
  nowMs = 1_000
  sent = []
  routes = []
  checks = new HealthChecks({
    egress: {
      send(request, sink) {
        const one: Sent = { request, sink, isAborted: false }
        sent.push(one)
        return { resume: () => undefined, abort: () => void (one.isAborted = true) }
      },
    },
    routes: () => routes,
    monotonicMs: () => nowMs,
  })
})

/** Looks four times a second, as the server does. */
function pass(ms: number): void {
  for (let passed = 0; passed < ms; passed += 250) {
    nowMs += 250
    checks.look()
  }
}

/** The pipeline's route has much more than a check reads of it. */
function routeOf(pool: UpstreamPool): RoutePart {
  return { id: 'rte_1', workspaceId: 'wsp_1', credentialId: 'pvk_1', pool } as RoutePart
}

function poolOf(healthCheck: HealthCheckPart | undefined, names = ['a']): UpstreamPool {
  const upstreams = names.map((name) => ({
    url: `https://${name}.example/v2`,
    origin: `https://${name}.example`,
    basePath: '/v2',
    weight: 1,
  }))
  const balance = { upstreams, whenAllOut: 'try' as const, breaker: undefined, retries: undefined, healthCheck }
  return new UpstreamPool(balance, { monotonicMs: () => nowMs, tally: newUpstreamTally() })
}

function answer(status: number, nth = -1): void {
  sent.at(nth)?.sink.onHead(status, '', [])
  sent.at(nth)?.sink.onEnd([])
}

describe('health checks', () => {
  test('go to every upstream of routes that have them, once an interval, within their bound', () => {
    routes = [routeOf(poolOf(SPEC, ['a', 'b'])), routeOf(poolOf(undefined))]
    pass(250)
    expect(sent.map(({ request }) => request.origin)).toEqual(['https://a.example', 'https://b.example'])
    expect(sent[0]?.request).toMatchObject({
      method: 'GET',
      path: '/healthz',
      timeouts: { connectMs: 400, firstByteMs: 400, idleMs: 400, totalMs: 400 },
      usedBy: { kind: 'route', id: 'rte_1', workspaceId: 'wsp_1' },
    })
    pass(750)
    expect(sent).toHaveLength(2)
    pass(250)
    expect(sent).toHaveLength(4)
  })

  test('do not begin all at once where there are many', () => {
    routes = Array.from({ length: 10 }, (_, at) =>
      routeOf(
        poolOf(
          SPEC,
          [...'abcdefghijklmnopqrst'].map((name) => name + String(at)),
        ),
      ),
    )
    pass(250)
    expect(sent).toHaveLength(50)
    pass(250)
    expect(sent).toHaveLength(100)
    pass(500)
    expect(sent).toHaveLength(200)
    pass(1_000)
    expect(sent).toHaveLength(400)
  })

  test.each([
    { withCredential: false, credentialId: undefined },
    { withCredential: true, credentialId: 'pvk_1' },
  ])('carry the credential: $withCredential, as declared', ({ withCredential, credentialId }) => {
    routes = [routeOf(poolOf({ ...SPEC, withCredential }))]
    pass(250)
    expect(sent[0]?.request.credentialId).toBe(credentialId)
  })

  test('tell the pool what they found', () => {
    const pool = poolOf(SPEC)
    routes = [routeOf(pool)]
    const [member] = pool.members
    pass(250)
    answer(500)
    expect(member?.health).toMatchObject({ isOut: true, problem: 'It answered 500.', checkedAtMs: 1_250 })
    pass(1_000)
    answer(200)
    expect(member?.health).toMatchObject({ isOut: false, problem: undefined })
    pass(1_000)
    sent.at(-1)?.sink.onFailure({ code: 'unreachable', detail: 'refused', reached: 'unsent' })
    expect(member?.health).toMatchObject({ isOut: true, problem: 'refused' })
    expect(pool.tally).toMatchObject({ checksGood: 1, checksBad: 2 })
  })

  test('do not fault an upstream that they may not ask', () => {
    const pool = poolOf(SPEC)
    routes = [routeOf(pool)]
    pass(250)
    sent[0]?.sink.onFailure({ code: 'origin_not_allowed', detail: 'not for this app' })
    expect(pool.members[0]?.health).toMatchObject({ isOut: false, verdict: 'unknown', problem: 'not for this app' })
  })

  test('do not read an answer without end', () => {
    routes = [routeOf(poolOf(SPEC))]
    pass(250)
    sent[0]?.sink.onHead(200, '', [])
    sent[0]?.sink.onChunk(new Uint8Array(60_000))
    expect(sent[0]?.isAborted).toBe(false)
    sent[0]?.sink.onChunk(new Uint8Array(60_000))
    expect(sent[0]?.isAborted).toBe(true)
    expect(routes[0]?.pool?.members[0]?.health.verdict).toBe('healthy')
  })

  test('end with the server, those under way too', () => {
    routes = [routeOf(poolOf(SPEC))]
    pass(250)
    checks.close()
    expect(sent[0]?.isAborted).toBe(true)
    pass(10_000)
    expect(sent).toHaveLength(1)
  })
})
