/** Stage 6: all limits in one step; none is charged when one refuses. A full journal refuses first, so nothing is lost. */
import {
  ClavigerError,
  NO_SHADOW,
  capacityOf,
  rateLimitName,
  retryAfterSeconds,
  type KeyPart,
  type LimitKind,
  type LimitPolicy,
  type LimitState,
  type RefusalCode,
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

/** All limits of a call: those of its caller, of where it goes, and of the api. Without a new list where one is all there is. */
export function limitsOfCall(
  key: KeyPart,
  ofTarget: readonly LimitPolicy[],
  ofApi: readonly LimitPolicy[],
): readonly LimitPolicy[] {
  return joined(joined(limitsOfCaller(key), ofTarget), ofApi)
}

/** What is asked at `keys/verify`: there is no target, and the api is what the asker names. */
export function limitsOfKey(key: KeyPart, apiId: string | undefined): readonly LimitPolicy[] {
  const ofCaller = limitsOfCaller(key)
  if (apiId === undefined) return ofCaller
  for (const { current } of key.apis) if (current.id === apiId) return joined(ofCaller, current.limits)
  return ofCaller
}

/** The key's own, those of its plan (or else of its app's), and those that all keys of its app share. */
function limitsOfCaller(key: KeyPart): readonly LimitPolicy[] {
  const app = key.app.current
  const plan = key.plan ?? app.plan
  const own = plan === undefined ? key.limits : joined(key.limits, plan.current.limits)
  return joined(own, app.limits)
}

function joined(one: readonly LimitPolicy[], more: readonly LimitPolicy[]): readonly LimitPolicy[] {
  if (more.length === 0) return one
  return one.length === 0 ? more : [...one, ...more]
}

/** What a call is answered that this limit refuses. */
export const limitCode = (policy: LimitPolicy): (typeof LIMIT_CODES)[LimitKind] => LIMIT_CODES[policy.kind]

/** The name of the rule that a limit is, for people. */
export const limitRule = ({ owner, name }: LimitPolicy): string =>
  owner === undefined ? `limit.${name}` : `limit.${owner}.${name}`

type RefusedByLimits = Extract<Admission, { kind: 'refused' }>

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

function limitReached(cost: number, refused: RefusedByLimits): ClavigerError {
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

const LIMIT_CODES = {
  window: 'limit_reached',
  burst: 'limit_reached',
  quota: 'limit_reached',
  concurrency: 'concurrency_reached',
  credits: 'credits_exhausted',
} as const satisfies Record<LimitKind, RefusalCode>

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
