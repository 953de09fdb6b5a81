/** Which limits a call is held to. */
import type { LimitPolicy } from '../limit/policy.ts'
import type { KeyPart } from './parts.ts'

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
