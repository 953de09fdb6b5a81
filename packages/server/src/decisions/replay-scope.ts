/**
 * Whose decisions must be run again, so that the limits of a change are counted whole: a counter that keys share is filled
 * by all of them. The narrowest is tried first, and left when a limit is met that reaches beyond it.
 */
import type { KeyPart, LimitPolicy } from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import type { Compared } from '#keys'
import { planOf, type LimitingChange } from './tried-change.ts'

export type ReplayScope =
  | { readonly kind: 'key'; readonly id: string }
  | { readonly kind: 'app'; readonly id: string }
  /** All that keys on a plan do. */
  | { readonly kind: 'plan'; readonly id: string }
  | { readonly kind: 'workspace' }

const WHOLE: ReplayScope = { kind: 'workspace' }

/** An api's limits are counted together with those of every key that calls it, on its other apis too. */
export function narrowestScope({ kind, id }: LimitingChange): ReplayScope {
  return kind === 'api' ? WHOLE : { kind, id }
}

/** The next wider one. @param appId of the decision whose limits reach beyond it */
export function widerScope(scope: ReplayScope, appId: string): ReplayScope {
  return scope.kind === 'key' ? { kind: 'app', id: appId } : WHOLE
}

/** Whether the change is about this decision, and not about one that shares a limit with it. */
export function isConcerned(
  { kind, id }: LimitingChange,
  record: DecisionRecord,
  key: Compared<KeyPart> | undefined,
): boolean {
  return kind === 'api' ? record.apiId === id : isWithin({ kind, id }, record, key)
}

/** Of any decision: whether it may be one of the scope, as far as its line says it. */
export function isWithin(scope: ReplayScope, record: DecisionRecord, key: Compared<KeyPart> | undefined): boolean {
  switch (scope.kind) {
    case 'key':
      return record.keyId === scope.id
    case 'app':
      return record.appId === scope.id
    case 'plan':
      return isKeyWithin(scope, key)
    case 'workspace':
      return true
  }
}

/** Whether a key is on the plan, on either side. */
export function isKeyWithin({ id }: { readonly id: string }, key: Compared<KeyPart> | undefined): boolean {
  return key !== undefined && (isOn(key.unchanged, id) || isOn(key.changed, id))
}

const isOn = (key: KeyPart, planId: string): boolean => planOf(key)?.id === planId

/** Whether nobody beyond the scope fills this limit's counter. */
export function isClosed(scope: ReplayScope, policy: LimitPolicy): boolean {
  const { owner, per = [] } = policy
  switch (scope.kind) {
    case 'key':
    case 'plan':
      return owner === 'key' || per.includes('key')
    case 'app':
      return owner === 'key' || owner === 'app' || per.includes('key') || per.includes('app')
    case 'workspace':
      return true
  }
}
