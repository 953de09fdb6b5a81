/** Stage 6: all limits in one step; none is charged when one refuses. A full journal refuses first, so nothing is lost. */
import { ClavigerError, retryAfterSeconds, type LimitPolicy, type LimitState } from '@claviger/core'
import type { Context } from '../context.ts'
import { learn, type Admitted, type Authorized, type Refused } from '../exchange.ts'
import type { Admission, MaybePromise } from '../ports.ts'
import { refuseCaller } from './refuse.ts'

const NO_LIMITS: readonly LimitState[] = []

export function admit(context: Context, known: Authorized): MaybePromise<Admitted | Refused> {
  if (context.ports.journal.isFull()) return refuseCaller(journalFull(), 'journal', known)
  const { key, target } = known
  const policies = joinedLimits(key.limits, target.limits, target.api.current.limits)
  if (policies.length === 0) return learn(known, { limits: NO_LIMITS, hold: undefined })
  const admission = context.ports.counters.admit(policies, 1, {
    keyId: key.id,
    appId: key.app.current.id,
    targetId: target.id,
    clientIp: known.clientIp,
  })
  if (admission instanceof Promise) return admission.then((answer) => judge(known, answer))
  return judge(known, admission)
}

function judge(known: Authorized, admission: Admission): Admitted | Refused {
  switch (admission.kind) {
    case 'admitted':
      return learn(known, { limits: admission.states, hold: admission.hold })
    case 'refused': {
      const refused = refuseCaller(limitReached(admission.blocking), `limit.${admission.blocking.policy.name}`, known)
      return { ...refused, limits: admission.states }
    }
    case 'lost':
      return refuseCaller(countersLost(), `limit.${admission.policy.name}`, known)
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

export function limitReached(blocking: LimitState): ClavigerError {
  const { kind, name } = blocking.policy
  switch (kind) {
    case 'window':
    case 'burst':
    case 'quota':
      return new ClavigerError('limit_reached', `The limit "${name}" is reached.`, {
        retryAfterSeconds: retryAfterSeconds(blocking),
      })
    case 'concurrency':
      return new ClavigerError('concurrency_reached', `As many calls as the limit "${name}" allows are running.`, {
        retryAfterSeconds: retryAfterSeconds(blocking),
      })
    case 'credits':
      // Waiting does not help: somebody has to grant new ones.
      return new ClavigerError('credits_exhausted', `The credits "${name}" are used up.`)
  }
}

export function countersLost(): ClavigerError {
  return new ClavigerError('counters_unavailable', 'Limits cannot be checked at the moment.', { retryAfterSeconds: 1 })
}

export function journalFull(): ClavigerError {
  return new ClavigerError('journal_full', 'Decisions cannot be recorded at the moment.', { retryAfterSeconds: 10 })
}
