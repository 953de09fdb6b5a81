/** Stage 5: may this key, now, from here, do this? Pure but for the state of the feed (decision 4). */
import { ClavigerError, decide, type Decision, type FeedLossPolicy } from '@claviger/core'
import type { Context } from '../context.ts'
import { learn, type Authorized, type ReadBody, type Refused, type Target, type Verified } from '../exchange.ts'
import { refuseCaller } from './refuse.ts'

/** What a caller is told; operators read the rule in the journal. */
const MESSAGES = {
  credential_invalid: 'The credential is not valid.',
  key_revoked: 'The key is revoked.',
  key_expired: 'The key has expired.',
  key_not_yet_valid: 'The key is not valid yet.',
  key_disabled: 'The key is disabled.',
  app_disabled: 'The app that the key belongs to is disabled.',
  workspace_disabled: 'The workspace that the key belongs to is disabled.',
  api_not_allowed: 'The key is not for this API.',
  ip_not_allowed: 'The key may not be used from this address.',
  scope_missing: 'The key lacks a scope that this needs.',
  limit_reached: 'A limit is reached.',
  concurrency_reached: 'As many calls as allowed are running.',
  credits_exhausted: 'The credits are used up.',
} as const satisfies Record<Exclude<Decision['code'], 'valid'>, string>

const REVOKED: Decision = { code: 'key_revoked', rule: 'feed.revoked' }

export function authorize(context: Context, known: ReadBody): Authorized | Refused {
  const { target } = known
  const lost = feedLoss(context, target.onFeedLoss ?? target.api.current.onFeedLoss)
  if (lost !== undefined) return refuseCaller(lost, 'feed', known)
  const decision = decideCall(context, known, target)
  if (decision.code !== 'valid') return refuseCaller(decisionError(decision), decision.rule, known)
  if (target.kind === 'route' && target.methods.size > 0 && !target.methods.has(known.method)) {
    return refuseCaller(methodNotAllowed(target.methods), 'route.methods', known)
  }
  return learn(known, { authorized: true as const })
}

/**
 * For a door's own answers, and for what the caller may not know of (another workspace's route, none at all): is the
 * key good as such, here and now? Undefined when it is.
 */
export function refuseBadKey(context: Context, known: Verified): Refused | undefined {
  const decision = decideCall(context, known, undefined)
  return decision.code === 'valid' ? undefined : refuseCaller(decisionError(decision), decision.rule, known)
}

/** The feed tells of revocations: when it is lost, a target serves on only as long as it has said. */
export function feedLoss(context: Context, policy: FeedLossPolicy): ClavigerError | undefined {
  const ageMs = context.ports.snapshots.feedAgeMs()
  if (ageMs <= context.settings.feedStaleMs) return undefined
  if (policy.mode === 'serve_known' && ageMs <= policy.maxStaleMs) return undefined
  return new ClavigerError('feed_lost', 'Revocations cannot be checked at the moment.', { retryAfterSeconds: 1 })
}

export function decisionError(decision: Decision): ClavigerError {
  if (decision.code === 'valid') throw new TypeError('a valid decision is no error')
  const { missingScopes } = decision
  const facts = missingScopes === undefined ? {} : { scope: missingScopes.join(' ') }
  return new ClavigerError(decision.code, MESSAGES[decision.code], { facts })
}

function decideCall(context: Context, known: Verified, target: Target | undefined): Decision {
  // outside the snapshot too: the feed may have been faster than the cache
  if (context.ports.snapshots.isRevoked(known.key, known.version)) return REVOKED
  return decide(known.key, known.version, {
    nowMs: context.ports.clock.nowMs(),
    clientIp: known.clientIp,
    apiId: target?.api.current.id,
    scopes: target?.requiredScopes ?? [],
  })
}

function methodNotAllowed(methods: ReadonlySet<string>): ClavigerError {
  return new ClavigerError('method_not_allowed', 'The route does not serve this method.', {
    facts: { allow: [...methods].join(', ') },
  })
}
