/** Stage 6: all limits in one step; none is charged when one refuses. A full journal refuses first, so nothing is lost. */
import { ClavigerError, retryAfterSeconds, type KeyPart, type LimitPolicy, type LimitState } from '@claviger/core'
import type { Context } from '../context.ts'
import { JOURNAL_TARGET } from '../failure-targets.ts'
import { learnLimits, type Admitted, type Authorized, type Refused } from '../exchange.ts'
import type { Admission, FailureMode, FailureModeUse, MaybePromise } from '../ports.ts'
import { refuseCaller } from './refuse.ts'

/** The rule of refusals that are not journaled, because nothing is. */
export const JOURNAL_FULL_RULE = 'journal'
const NO_LIMITS: readonly LimitState[] = []

export function admit(context: Context, known: Authorized): MaybePromise<Admitted | Refused> {
  if (context.ports.journal.isFull()) return refuseCaller(journalFull(context), JOURNAL_FULL_RULE, known)
  const { key, target } = known
  const policies = joinedLimits(key.limits, target.limits, target.api.current.limits)
  if (policies.length === 0) return learnLimits(known, NO_LIMITS)
  const admission = context.ports.counters.admit(policies, 1)
  if (admission instanceof Promise) return admission.then((answer) => judge(context, known, answer))
  return judge(context, known, admission)
}

function judge(context: Context, known: Authorized, admission: Admission): Admitted | Refused {
  switch (admission.kind) {
    case 'admitted':
      if (admission.lost !== undefined) tellUncounted(context, known.key, admission.lost)
      return learnLimits(known, admission.states)
    case 'refused': {
      const refused = refuseCaller(limitReached(admission.blocking), limitRule(admission.blocking.policy), known)
      return { ...refused, limits: admission.states }
    }
    case 'lost':
      return refuseCaller(countersLost(context, known.key, admission.policy), limitRule(admission.policy), known)
  }
}

/** Without a new list where one of them is all there is. */
export function joinedLimits(
  ofKey: readonly LimitPolicy[],
  ofTarget: readonly LimitPolicy[],
  ofApi: readonly LimitPolicy[],
): readonly LimitPolicy[] {
  if (ofTarget.length === 0 && ofApi.length === 0) return ofKey
  if (ofKey.length === 0 && ofApi.length === 0) return ofTarget
  return [...ofKey, ...ofTarget, ...ofApi]
}

/** What is asked at `keys/verify`: there is no target, and the api is what the asker names. */
export function limitsOfKey(key: KeyPart, apiId: string | undefined): readonly LimitPolicy[] {
  if (apiId === undefined) return key.limits
  for (const { current } of key.apis) {
    if (current.id === apiId) return current.limits.length === 0 ? key.limits : [...key.limits, ...current.limits]
  }
  return key.limits
}

/** The name of the rule that a limit is, for people. */
export const limitRule = (policy: LimitPolicy): string => `limit.${policy.name}`

export function limitReached(blocking: LimitState): ClavigerError {
  return new ClavigerError('limit_reached', `The limit "${blocking.policy.name}" is reached.`, {
    retryAfterSeconds: retryAfterSeconds(blocking),
  })
}

/** The limits of this key that could not be counted, and let it through. */
export function tellUncounted(context: Context, key: KeyPart, lost: readonly LimitPolicy[]): void {
  for (const policy of lost)
    context.ports.journal.failureModeUsed({ ...modeOf(key, policy), mode: 'allow', outcome: 'served' })
}

/** Counts the refusal that it makes. */
export function countersLost(context: Context, key: KeyPart, policy: LimitPolicy): ClavigerError {
  context.ports.journal.failureModeUsed({ ...modeOf(key, policy), mode: 'refuse', outcome: 'refused' })
  return new ClavigerError('counters_unavailable', 'Limits cannot be checked at the moment.', { retryAfterSeconds: 1 })
}

const REFUSED_BY_DISK: FailureModeUse = {
  dependency: 'journal',
  mode: 'refuse',
  target: JOURNAL_TARGET,
  outcome: 'refused',
}

/** Counts the refusal that it makes: it is not journaled. */
export function journalFull(context: Context): ClavigerError {
  context.ports.journal.failureModeUsed(REFUSED_BY_DISK)
  return new ClavigerError('journal_full', 'Decisions cannot be recorded at the moment.', { retryAfterSeconds: 10 })
}

function modeOf(key: KeyPart, policy: LimitPolicy): Pick<FailureMode, 'dependency' | 'target'> {
  const workspaceId = key.workspace.current.id
  return { dependency: 'counters', target: { type: 'limit', id: policy.id, workspaceId } }
}
