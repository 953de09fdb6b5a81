/** How a call is refused that limits have no room for. */
import type { RefusalCode } from '../decision/decision.ts'
import { ClavigerError } from '../error/claviger-error.ts'
import { rateLimitName, retryAfterSeconds } from '../http/rate-limit-fields.ts'
import { capacityOf, type LimitKind, type LimitPolicy, type LimitState } from './policy.ts'

/** What a call is answered that this limit refuses. */
export const limitCode = (policy: LimitPolicy): (typeof LIMIT_CODES)[LimitKind] => LIMIT_CODES[policy.kind]

/** The name of the rule that a limit is, for people. */
export const limitRule = ({ owner, name }: LimitPolicy): string =>
  owner === undefined ? `limit.${name}` : `limit.${owner}.${name}`

/** Nothing was charged. */
export interface RefusedByLimits {
  readonly states: readonly LimitState[]
  /** The limit that opens last of those that refused. */
  readonly blocking: LimitState
}

/**
 * Until a call that limits refuse would be let through, in ms. Infinity: nobody knows, or never, because it costs more than
 * one of them can hold.
 */
export function opensAfterMs(cost: number, { states, blocking }: RefusedByLimits): number {
  const isTooDear = states.some(({ policy }) => policy.mode === 'enforce' && cost > capacityOf(policy))
  return isTooDear ? Infinity : blocking.resetMs
}

/** The names, as they stand in `RateLimit`, of the limits that have no room for the call. */
function violatedBy(cost: number, { states, blocking }: RefusedByLimits): string {
  const violated = states.filter(
    ({ policy, remaining }) =>
      policy === blocking.policy ||
      (policy.mode === 'enforce' && remaining < (policy.kind === 'concurrency' ? 1 : cost)),
  )
  return violated.map((state) => rateLimitName(states, state)).join(' ')
}

/** What the caller is told: which limits, and when to come again. */
export function limitReached(cost: number, refused: RefusedByLimits): ClavigerError {
  const { blocking } = refused
  const { kind, name } = blocking.policy
  const facts = { violatedPolicies: violatedBy(cost, refused) }
  switch (kind) {
    case 'window':
    case 'burst':
    case 'quota': {
      const waits = Number.isFinite(opensAfterMs(cost, refused))
      return waits
        ? new ClavigerError('limit_reached', `The limit "${name}" is reached.`, {
            facts,
            retryAfterSeconds: retryAfterSeconds(blocking),
          })
        : new ClavigerError('limit_reached', `The call costs ${cost} units, more than its limits can hold.`, { facts })
    }
    case 'concurrency':
      return new ClavigerError('concurrency_reached', `As many calls as the limit "${name}" allows are running.`, {
        facts,
        retryAfterSeconds: retryAfterSeconds(blocking),
      })
    case 'credits':
      // Waiting does not help: somebody has to grant new ones.
      return new ClavigerError('credits_exhausted', `The credits "${name}" are used up.`, { facts })
  }
}

const LIMIT_CODES = {
  window: 'limit_reached',
  burst: 'limit_reached',
  quota: 'limit_reached',
  concurrency: 'concurrency_reached',
  credits: 'credits_exhausted',
} as const satisfies Record<LimitKind, RefusalCode>
