import { UpstreamPool, newUpstreamTally, type RoutePart } from '@claviger/gateway'
import { expect, test } from 'vitest'
import { Metrics } from '#http'
import { observeUpstreams } from './observe-upstreams.ts'

test('/metrics counts upstreams by state over all routes, and names none of them', () => {
  const tally = newUpstreamTally()
  const breaker = { failures: 1, openMs: 1_000, maxOpenMs: 1_000, statuses: new Set<number>() }
  const poolOf = (...names: readonly string[]): UpstreamPool => {
    const upstreams = names.map((name) => ({
      url: `https://${name}.example`,
      origin: `https://${name}.example`,
      basePath: '',
      weight: 1,
    }))
    const balance = { upstreams, whenAllOut: 'try' as const, breaker, retries: undefined, healthCheck: undefined }
    return new UpstreamPool(balance, { monotonicMs: () => 5_000, tally })
  }
  const one = poolOf('a', 'b')
  const other = poolOf('c', 'd')
  const fail = (pool: UpstreamPool, index: number, nowMs: number): void =>
    pool.members[index]?.breaker.settle('bad', false, { breaker, nowMs, tally })
  fail(one, 0, 4_500)
  fail(other, 0, 3_000)
  other.members[1]?.health.take('down', { healthyAfter: 1, unhealthyAfter: 1 }, 0)
  tally.tries = 7
  // of a route, only its pool is looked at
  const routes = [one, other, undefined].map((pool) => ({ id: 'rte_1', pool }) as RoutePart)

  const metrics = new Metrics()
  observeUpstreams(metrics, { tally, routes: () => routes })
  const text = metrics.text()
  for (const state of ['in', 'open', 'half_open', 'unhealthy'])
    expect(text).toContain(`claviger_upstreams{state="${state}"} 1\n`)
  expect(text).toContain('claviger_upstream_tries_total 7\n')
  expect(text).toContain('claviger_upstream_openings_total 2\n')
  expect(text).not.toContain('example')
})
