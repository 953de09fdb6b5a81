/** Draws as JSON, the same for the function in PostgreSQL and the script in Redis. */
import type { DrawRequest, Grant, LimitDraw, LimitGrant, LimitSight, Returned } from './lease-store.ts'

export interface LimitGrantOnWire {
  readonly units: number
  readonly ttl_ms: number
  readonly bucket: number
  readonly central: boolean
  readonly remaining: number
  /** Null: nobody knows. */
  readonly reset_ms: number | null
  readonly retry_ms: number
}

export interface GrantOnWire {
  readonly granted: boolean
  readonly delay_ms: number
  readonly limits: readonly LimitGrantOnWire[]
}

export interface SightOnWire {
  readonly remaining: number
  /** Null: it does not fit. */
  readonly delay_ms: number | null
  /** Null: nobody knows. */
  readonly reset_ms: number | null
  readonly refused_reset_ms: number | null
}

export function requestOnWire({ cost, leastMs, limits }: DrawRequest): object {
  return { cost, least_ms: Math.ceil(leastMs), limits: limits.map(drawOnWire) }
}

export function returnedOnWire(returned: Returned): object {
  if (returned.kind !== 'window') return returned
  const { kind, id, widthMs, bucket, units, usedBucket } = returned
  const common = { kind, id, width_ms: widthMs, bucket, units }
  return usedBucket === undefined ? common : { ...common, used_bucket: usedBucket }
}

export function grantFromWire({ granted, delay_ms, limits }: GrantOnWire, liveNodes: number): Grant {
  return { granted, delayMs: delay_ms, liveNodes, limits: limits.map(limitFromWire) }
}

export function drawOnWire(draw: LimitDraw): object {
  const { kind, id, limit, alone, patienceMs } = draw
  const common = { kind, id, limit, alone, patience_ms: patienceMs }
  switch (draw.kind) {
    case 'window':
      return { ...common, want: draw.want, window_ms: draw.windowMs, width_ms: draw.widthMs }
    case 'burst':
      return { ...common, want: draw.want, window_ms: draw.windowMs, burst: draw.burst }
    case 'quota':
      return { ...common, want: draw.want, starts: draw.starts }
    case 'concurrency': {
      const { node, sequence, need, waiting, spare } = draw
      return { ...common, node, sequence, need, waiting, spare }
    }
    case 'credits':
      return { ...common, want: draw.want, node: draw.node, block: draw.block }
  }
}

const limitFromWire = (limit: LimitGrantOnWire): LimitGrant => ({
  units: limit.units,
  ttlMs: limit.ttl_ms,
  bucket: limit.bucket,
  central: limit.central,
  remaining: limit.remaining,
  resetMs: limit.reset_ms ?? Infinity,
  retryMs: limit.retry_ms,
})

/** @param sight null: nothing is charged to that limit */
export function sightFromWire(sight: SightOnWire | null, cost: number, draw: LimitDraw): LimitSight | undefined {
  if (sight === null) return undefined
  const neverFits = cost > largestOf(draw)
  const fitsMs = neverFits ? Infinity : (sight.delay_ms ?? sight.refused_reset_ms ?? Infinity)
  return { remaining: sight.remaining, fitsMs, resetMs: sight.reset_ms ?? Infinity }
}

/** Whoever asks for more at once never gets it. */
function largestOf(draw: LimitDraw): number {
  if (draw.kind === 'burst') return draw.burst
  return draw.kind === 'window' || draw.kind === 'quota' ? draw.limit : Infinity
}
