/** What becomes of a call while revocations cannot be read: each target, or its api, has said for how long it serves on. */
import { ClavigerError, isStricterFeedLoss, type FeedLossPolicy, type KeyPart } from '@claviger/core'
import type { Context } from '../context.ts'
import type { Target } from '../exchange.ts'
import type { Door, FailureTarget } from '../ports.ts'

/** A policy, and what it stands on. */
interface Declared {
  readonly policy: FeedLossPolicy
  readonly target: FailureTarget
}

/** By its own policy, else by that of its api. */
export function feedLossOfTarget(context: Context, target: Target): ClavigerError | undefined {
  return isFresh(context) ? undefined : judged(context, declaredBy(target))
}

/** Of all that is told of them at once: by the strictest of their policies. Without any, by those of the key's apis. */
export function feedLossOfTargets(
  context: Context,
  targets: readonly Target[],
  { key, door }: { readonly key: KeyPart; readonly door: Door },
): ClavigerError | undefined {
  if (isFresh(context)) return undefined
  const strictest = strictestOf(targets.map(declaredBy))
  return strictest === undefined ? feedLossOfKey(context, key, { apiId: undefined, door }) : judged(context, strictest)
}

/** By the policy of the api that was named; else by the strictest of the key's. */
export function feedLossOfKey(
  context: Context,
  key: KeyPart,
  { apiId, door }: { readonly apiId: string | undefined; readonly door: Door },
): ClavigerError | undefined {
  if (isFresh(context)) return undefined
  const workspaceId = key.workspace.current.id
  const declared = key.apis
    .filter(({ current }) => apiId === undefined || current.id === apiId)
    .map(({ current: { id, onFeedLoss: policy } }) => ({ policy, target: { type: 'api' as const, id, workspaceId } }))
  const nobody: Declared = { policy: { mode: 'deny' }, target: { type: 'door', id: door, workspaceId } }
  return judged(context, strictestOf(declared) ?? nobody)
}

const isFresh = ({ ports, settings }: Context): boolean => ports.snapshots.feedAgeMs() <= settings.feedStaleMs

function declaredBy({ kind, id, workspaceId, onFeedLoss, api }: Target): Declared {
  return onFeedLoss === undefined
    ? { policy: api.current.onFeedLoss, target: { type: 'api', id: api.current.id, workspaceId } }
    : { policy: onFeedLoss, target: { type: kind, id, workspaceId } }
}

function judged(context: Context, { policy, target }: Declared): ClavigerError | undefined {
  const ageMs = context.ports.snapshots.feedAgeMs()
  const isServed = policy.mode === 'serve_known' && ageMs <= Math.min(policy.maxStaleMs, context.settings.serveKnownMs)
  context.ports.journal.failureModeUsed({
    dependency: 'feed',
    mode: policy.mode,
    target,
    outcome: isServed ? 'served' : 'refused',
  })
  if (isServed) return undefined
  return new ClavigerError('feed_lost', 'Revocations cannot be checked at the moment.', { retryAfterSeconds: 1 })
}

function strictestOf(declared: readonly Declared[]): Declared | undefined {
  let strictest: Declared | undefined
  for (const each of declared)
    if (strictest === undefined || isStricterFeedLoss(each.policy, strictest.policy)) strictest = each
  return strictest
}
