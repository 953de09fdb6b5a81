/**
 * A limit as answers tell it: what it allows, and nothing of where it is counted. Enough to write the `RateLimit` fields of it
 * elsewhere. Durations are milliseconds.
 */
import type { LimitMode, LimitOwnerKind, LimitPolicy, LimitState, QuotaPeriod } from './policy.ts'

export interface WireLimitFacts {
  readonly name: string
  readonly kind: LimitPolicy['kind']
  readonly owner?: LimitOwnerKind | undefined
  readonly mode: LimitMode
  /** Null for credits: there is what was granted. */
  readonly limit: number | null
  readonly window_ms?: number | undefined
  readonly burst?: number | undefined
  readonly period?: QuotaPeriod | undefined
  /** Which of many counters, where calls are counted apart: `pk` of the `RateLimit` fields, base64. */
  readonly partition?: string | undefined
}

/** One limit of one answer. */
export interface WireLimitState extends WireLimitFacts {
  readonly remaining: number
  /** Null: nobody knows. */
  readonly reset_ms: number | null
  /** In shadow mode: it would have refused. */
  readonly exceeded?: true | undefined
  /** Of those that refused, the one that opens last. */
  readonly blocking?: true | undefined
}

export function limitFacts(policy: LimitPolicy): WireLimitFacts {
  const { name, kind, owner, mode, partition } = policy
  const declared = { name, kind, owner, mode, limit: kind === 'credits' ? null : policy.limit }
  switch (policy.kind) {
    case 'window':
      return { ...declared, window_ms: policy.windowMs, partition }
    case 'burst':
      return { ...declared, window_ms: policy.windowMs, burst: policy.burst, partition }
    case 'quota':
      return { ...declared, period: policy.period, partition }
    case 'concurrency':
    case 'credits':
      return { ...declared, partition }
  }
}

/** For telling callers. It has no counter, so nothing can be counted by it. */
export function limitStateFrom(wire: WireLimitState): LimitState {
  const state = {
    policy: toldPolicy(wire),
    remaining: wire.remaining,
    resetMs: wire.reset_ms ?? Infinity,
  }
  return wire.exceeded === true ? { ...state, exceeded: true } : state
}

function toldPolicy(wire: WireLimitFacts): LimitPolicy {
  const { name, kind, owner, mode, limit, window_ms: windowMs = 0, partition } = wire
  const told = {
    id: `${owner ?? ''}:${name}`,
    name,
    mode,
    limit: limit ?? 0,
    class: 'bounded' as const,
    onCounterLoss: 'closed' as const,
    ...(owner !== undefined && { owner }),
    ...(partition !== undefined && { partition }),
  }
  switch (kind) {
    case 'window':
      return { ...told, kind, windowMs, buckets: 1 }
    case 'burst':
      return { ...told, kind, windowMs, burst: wire.burst ?? 0 }
    case 'quota':
      return { ...told, kind, period: wire.period ?? 'month', anchorDay: 1, anchorMonth: 1, zone: 'UTC' }
    case 'concurrency':
      return { ...told, kind }
    case 'credits':
      return { ...told, kind, account: undefined }
  }
}
