/** Stage 6: all limits in one step; none is charged when one refuses. A full journal refuses first, so nothing is lost. */
import {
  ClavigerError,
  NO_SHADOW,
  limitCode,
  limitReached,
  limitRule,
  limitsOfCall,
  type KeyPart,
  type LimitPolicy,
  type LimitState,
  type ShadowRefusal,
} from '@claviger/core'
import type { Context } from '../context.ts'
import { JOURNAL_TARGET } from '../failure-targets.ts'
import { learnLimits, learnShadow, targetIdOf, type Admitted, type Authorized, type Refused } from '../exchange.ts'
import type { Admission, FailureMode, FailureModeUse, MaybePromise } from '../ports.ts'
import { refuseCaller } from './refuse.ts'

/** The rule of refusals that are not journaled, because nothing is. */
export const JOURNAL_FULL_RULE = 'journal'
const NO_LIMITS: readonly LimitState[] = []

export function admit(context: Context, known: Authorized): MaybePromise<Admitted | Refused> {
  if (context.ports.journal.isFull()) return refuseCaller(journalFull(context), JOURNAL_FULL_RULE, known)
  const { key, target } = known
  const policies = limitsOfCall(key, target.limits, target.api.current.limits)
  if (policies.length === 0) return learnLimits(known, NO_LIMITS, undefined)
  const admission = context.ports.counters.admit(policies, target.cost, {
    keyId: key.id,
    appId: key.app.current.id,
    targetId: targetIdOf(target),
    clientIp: known.clientIp,
  })
  if (admission instanceof Promise) return admission.then((answer) => judge(context, known, answer))
  return judge(context, known, admission)
}

function judge(context: Context, known: Authorized, admission: Admission): Admitted | Refused {
  switch (admission.kind) {
    case 'admitted':
      tellUncounted(context, known.key, admission.states)
      noteExceeded(known, admission.states)
      return learnLimits(known, admission.states, admission.hold)
    case 'refused': {
      const error = limitReached(known.target.cost, admission)
      const refused = refuseCaller(error, limitRule(admission.blocking.policy), known)
      return { ...refused, limits: admission.states }
    }
    case 'lost':
      return refuseCaller(countersLost(context, known.key, admission.policy), limitRule(admission.policy), known)
  }
}

/** The limits of this key that could not be counted, and let it through or were counted here alone. */
export function tellUncounted(context: Context, key: KeyPart, states: readonly LimitState[]): void {
  for (const { policy, loss } of states) {
    if (loss !== undefined)
      context.ports.journal.failureModeUsed({ ...modeOf(key, policy), mode: loss, outcome: 'served' })
  }
}

function noteExceeded(known: Authorized, states: readonly LimitState[]): void {
  const noted = noteOfExceeded(known.shadow ?? NO_SHADOW, states)
  if (noted.length > 0) learnShadow(known, noted)
}

/** What was noted before, and the limits in shadow mode that would have refused. */
export function noteOfExceeded(
  noted: readonly ShadowRefusal[],
  states: readonly LimitState[],
): readonly ShadowRefusal[] {
  let all = noted
  for (const { policy, exceeded } of states)
    if (exceeded === true) all = [...all, { code: limitCode(policy), rule: limitRule(policy) }]
  return all
}

/** Counts the refusal that it makes. */
export function countersLost(context: Context, key: KeyPart, policy: LimitPolicy): ClavigerError {
  context.ports.journal.failureModeUsed({ ...modeOf(key, policy), mode: 'closed', outcome: 'refused' })
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
