/** What a running server tells of the upstreams that it watches: /metrics. Over all routes, for labels are closed sets. */
import type { UpstreamTally } from '@claviger/gateway'
import type { TargetTables } from '#dataplane'
import type { Metrics } from '#http'

const COUNTS = {
  claviger_upstream_tries_total: ['tries', 'Calls to upstreams that are watched, retries among them.'],
  claviger_upstream_failures_total: ['failures', 'Of those, what the upstream failed.'],
  claviger_upstream_retries_total: ['retries', 'Further tries of a call.'],
  claviger_upstream_retries_over_budget_total: ['retriesOverBudget', 'Further tries that a budget did not allow.'],
  claviger_upstream_openings_total: ['openings', 'Times that a circuit breaker took an upstream out.'],
  claviger_upstream_all_out_total: ['allOut', 'Calls that met no upstream that was well.'],
  claviger_upstream_checks_good_total: ['checksGood', 'Health checks that were good.'],
  claviger_upstream_checks_bad_total: ['checksBad', 'Health checks that were bad.'],
} as const satisfies Record<string, readonly [keyof UpstreamTally, string]>

type State = 'in' | 'open' | 'half_open' | 'unhealthy'
const STATES: readonly State[] = ['in', 'open', 'half_open', 'unhealthy']

export function observeUpstreams(metrics: Metrics, targets: Pick<TargetTables, 'tally' | 'routes'>): void {
  for (const [name, [count, help]] of Object.entries(COUNTS)) {
    metrics.observedCounter(name, help, () => targets.tally[count])
  }
  metrics.labelledGauge('claviger_upstreams', 'Upstreams that are watched, by state.', () => {
    const counts = new Map<State, number>(STATES.map((state) => [state, 0]))
    for (const { pool } of targets.routes()) {
      if (pool === undefined) continue
      const nowMs = pool.monotonicMs()
      for (const { breaker, health } of pool.members) {
        const circuit = breaker.state(nowMs)
        const state = health.isOut ? 'unhealthy' : circuit === 'closed' ? 'in' : circuit
        counts.set(state, (counts.get(state) ?? 0) + 1)
      }
    }
    return [...counts].map(([state, count]) => [{ state }, count])
  })
}
