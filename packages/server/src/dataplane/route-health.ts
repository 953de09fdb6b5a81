/** What the answering process knows of the upstreams of a route, on the wire. */
import type { Member, UpstreamPool } from '@claviger/gateway'
import { wire } from '#edge'
import { z } from 'zod'

const upstreamHealth = z.object({
  url: z.string(),
  weight: z.int(),
  in: z.boolean().meta({ description: 'Whether it gets calls now.' }),
  circuit: z.enum(['closed', 'open', 'half_open']).meta({ description: 'half_open: the next call is its trial.' }),
  open_until: wire.instant.nullable(),
  openings: z.int().meta({ description: 'Times in a row that it was taken out, without a whole answer in between.' }),
  failures_in_a_row: z.int(),
  calls: z.int().meta({ description: 'Of this process, retries among them.' }),
  failures: z.int(),
  health: z
    .enum(['unknown', 'healthy', 'unhealthy'])
    .meta({ description: 'What its health checks say; unknown: none has told yet.' }),
  checked_at: wire.instant.nullable(),
  problem: z.string().nullable().meta({ description: 'Why the last health check was bad.' }),
})

export const routeHealthAnswer = z
  .object({
    route_id: wire.idOf('rte'),
    node_id: z.string().meta({ description: 'The process that answers; each counts and checks for itself.' }),
    upstreams: z.array(upstreamHealth).meta({
      description: 'Empty where nothing is watched: one upstream, without circuit breaker, health checks and retries.',
    }),
    retries: z
      .object({ calls: z.int(), retries: z.int() })
      .nullable()
      .meta({ description: 'In the last ten seconds. Null: the route has no retries.' }),
  })
  .meta({ id: 'RouteHealth' })

export function routeHealthToWire(
  told: { readonly routeId: string; readonly nodeId: string; readonly nowMs: number },
  pool: UpstreamPool | undefined,
): z.input<typeof routeHealthAnswer> {
  const { routeId: route_id, nodeId: node_id, nowMs } = told
  if (pool === undefined) return { route_id, node_id, upstreams: [], retries: null }
  const monotonicMs = pool.monotonicMs()
  // instants are kept by a clock that never jumps
  const instantOf = (atMs: number): string => wire.instantText(new Date(nowMs + atMs - monotonicMs))
  return {
    route_id,
    node_id,
    upstreams: pool.members.map((member) => memberToWire(member, monotonicMs, instantOf)),
    retries: pool.balance.retries === undefined ? null : pool.budget.facts(monotonicMs),
  }
}

function memberToWire(member: Member, monotonicMs: number, instantOf: (atMs: number) => string) {
  const { upstream, breaker, health } = member
  const { openUntilMs } = breaker
  return {
    url: upstream.url,
    weight: upstream.weight,
    in: member.isIn(monotonicMs),
    circuit: breaker.state(monotonicMs),
    open_until: openUntilMs === 0 ? null : instantOf(openUntilMs),
    openings: breaker.openings,
    failures_in_a_row: breaker.inARow,
    calls: breaker.calls,
    failures: breaker.failed,
    health: health.verdict,
    checked_at: health.checkedAtMs === undefined ? null : instantOf(health.checkedAtMs),
    problem: health.problem ?? null,
  }
}
