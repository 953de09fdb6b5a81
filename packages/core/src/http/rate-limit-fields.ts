/**
 * The response fields that tell a caller its limits: `RateLimit-Policy` and `RateLimit`
 * (draft-ietf-httpapi-ratelimit-headers-11), Lists of Structured Fields (RFC 9651 §3.1) with one item for each limit.
 */
import { burstSpanMs } from '../limit/burst.ts'
import { capacityOf, type LimitState } from '../limit/policy.ts'
import { LARGEST_INTEGER, serializeString } from '../structured-field/serialize.ts'

/** RFC 9111 §1.2.2: a larger number of seconds may overflow at the receiver. */
const LARGEST_DELAY_SECONDS = 2 ** 31 - 1

export interface RateLimitFields {
  /**
   * `RateLimit-Policy`: `"requests";q=100;w=60` says 100 units in 60 seconds; windows below one second are told as one. A limit
   * that is counted apart says with `pk` which of its counters this is: calls with the same one share it.
   */
  readonly policy: string
  /** `RateLimit`: `"requests";r=42;t=7` says 42 units are left, and in 7 seconds there is more. */
  readonly state: string
}

/**
 * One item for each limit, in the order given.
 *
 * @returns empty texts for no limits: do not send the fields then
 * @throws RangeError for a name that is no printable ASCII, which RFC 9651 §4.1.6 forbids to send
 */
export function rateLimitFields(states: readonly LimitState[]): RateLimitFields {
  let policy = ''
  let state = ''
  for (const each of states) {
    const start = `${policy === '' ? '' : ', '}${serializeString(rateLimitName(states, each))}`
    const { partition } = each.policy
    const partitionKey = partition === undefined ? '' : `;pk=:${partition}:`
    policy += start + declared(each) + partitionKey
    state += `${start};r=${integer(each.remaining)}${Number.isFinite(each.resetMs) ? `;t=${wholeSeconds(each.resetMs)}` : ''}${partitionKey}`
  }
  return { policy, state }
}

/**
 * The name of one limit among those of its answer. An item is known by it; where two owners gave the same one, who declares
 * it stands before it.
 */
export function rateLimitName(states: readonly LimitState[], { policy }: LimitState): string {
  const { owner, name } = policy
  if (states.length === 1 || owner === undefined) return name
  return states.some(({ policy: other }) => other !== policy && other.name === name) ? `${owner}-${name}` : name
}

export interface LegacyRateLimit {
  readonly limit: string
  readonly remaining: string
  /** Seconds from now. */
  readonly reset: string
}

/**
 * `X-RateLimit-Limit`, `-Remaining` and `-Reset`, for clients that know no better: the one enforced limit over time of which
 * the smallest part is left. Undefined where there is none.
 */
export function legacyRateLimit(states: readonly LimitState[]): LegacyRateLimit | undefined {
  let nearest: LimitState | undefined
  for (const state of states)
    if (isOverTime(state) && (nearest === undefined || partLeft(state) < partLeft(nearest))) nearest = state
  if (nearest === undefined) return undefined
  const { policy, remaining, resetMs } = nearest
  return {
    limit: String(integer(capacityOf(policy))),
    remaining: String(integer(remaining)),
    reset: String(wholeSeconds(resetMs)),
  }
}

const isOverTime = ({ policy }: LimitState): boolean =>
  policy.mode === 'enforce' && policy.kind !== 'concurrency' && policy.kind !== 'credits'
const partLeft = ({ policy, remaining }: LimitState): number => remaining / capacityOf(policy)

/** What a policy declares: how much (`q`), of what (`qu`, when not requests), in how long (`w`, where that is one length). */
function declared({ policy, remaining }: LimitState): string {
  switch (policy.kind) {
    case 'window':
      return `;q=${integer(policy.limit)};w=${windowSeconds(policy.windowMs)}`
    case 'burst':
      // As much as fits at once, and how long all of it takes to come back: that is the rate, too.
      return `;q=${integer(policy.burst)};w=${windowSeconds(burstSpanMs(policy))}`
    case 'concurrency':
      return `;q=${integer(policy.limit)};qu="concurrent-requests"`
    case 'quota':
      return `;q=${integer(policy.limit)}${PERIOD[policy.period]}`
    case 'credits':
      // A balance has no size but what is left of it.
      return `;q=${integer(remaining)}`
  }
}

/** Months and years have no one length. */
const PERIOD = { day: ';w=86400', week: ';w=604800', month: '', year: '' } as const

const windowSeconds = (durationMs: number): number => Math.max(1, wholeSeconds(durationMs))

/**
 * `Retry-After` (RFC 9110 §10.2.3) for a refusal: at least 1 second, never earlier than the blocking limit opens.
 *
 * @param blocking the limit that opens last of those that refused
 */
export function retryAfterSeconds(blocking: LimitState): number {
  // Calls end at any time: soon is worth a try.
  if (blocking.policy.kind === 'concurrency') return 1
  return Math.min(LARGEST_DELAY_SECONDS, Math.max(1, wholeSeconds(blocking.resetMs)))
}

/** Rounded up, so that nobody comes too early; but not for the dust of sums with instants that are no whole ms. */
function wholeSeconds(durationMs: number): number {
  return integer(Math.ceil(Math.round(durationMs * 1_000) / 1_000_000))
}

/** Rounded down, so that nobody is promised too much; what is no number is 0. */
function integer(value: number): number {
  return value > 0 ? Math.min(LARGEST_INTEGER, Math.floor(value)) : 0
}
