/** Stage 5: may this key, now, from here, do this? Pure but for the state of the feed (decision 4). */
import { ClavigerError, NO_SHADOW, decide, decisionError, type Decision } from '@claviger/core'
import type { Context } from '../context.ts'
import {
  learnShadow,
  passAuthorization,
  type Authorized,
  type ReadBody,
  type Refused,
  type Target,
  type Verified,
} from '../exchange.ts'
import { maintenanceError } from '../shaping/maintenance.ts'
import { CallAsk } from './call-ask.ts'
import { feedLossOfTarget } from './feed-loss.ts'
import { refuseCaller } from './refuse.ts'

const REVOKED: Decision = { code: 'key_revoked', rule: 'feed.revoked', shadow: NO_SHADOW }

export function authorize(context: Context, known: ReadBody): Authorized | Refused {
  const { target } = known
  const lost = feedLossOfTarget(context, target)
  if (lost !== undefined) return refuseCaller(lost, 'feed', known)
  const decision = decideCall(context, known, target)
  if (decision.code !== 'valid') return refuseCaller(decisionError(decision), decision.rule, known)
  if (target.kind === 'route' && target.methods.size > 0 && !target.methods.has(known.method)) {
    return refuseCaller(methodNotAllowed(target.methods), 'route.methods', known)
  }
  const maintenance = target.kind === 'route' ? target.shaping?.maintenance : undefined
  if (maintenance !== undefined) {
    const error = maintenanceError(maintenance, known)
    if (error !== undefined) return refuseCaller(error, 'route.maintenance', known)
  }
  return passAuthorization(known)
}

/**
 * For a door's own answers, and for what the caller may not know of (another workspace's route, none at all): is the
 * key good as such, here and now? Undefined when it is.
 */
export function refuseBadKey(context: Context, known: Verified): Refused | undefined {
  const decision = decideCall(context, known, undefined)
  return decision.code === 'valid' ? undefined : refuseCaller(decisionError(decision), decision.rule, known)
}

function decideCall(context: Context, known: Verified, target: Target | undefined): Decision {
  const decision = decide(known.key, known.version, new CallAsk(context, known, target))
  if (decision.shadow.length > 0) learnShadow(known, decision.shadow)
  return unlessRevoked(context, known, decision)
}

/** Outside the snapshot too: the feed may have been faster than the cache. What the snapshot refuses, it names better. */
export function unlessRevoked(
  context: Context,
  found: Pick<Verified, 'key' | 'version'>,
  decision: Decision,
): Decision {
  if (decision.code !== 'valid') return decision
  return context.ports.snapshots.isRevoked(found.key, found.version) ? REVOKED : decision
}

function methodNotAllowed(methods: ReadonlySet<string>): ClavigerError {
  return new ClavigerError('method_not_allowed', 'The route does not serve this method.', {
    facts: { allow: [...methods].join(', ') },
  })
}
