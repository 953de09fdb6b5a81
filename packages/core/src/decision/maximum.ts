/**
 * What an api's maximum leaves of a key. It is judged with every call, so that lowering it caps keys that are out at once.
 * Where no api is named, the key has to be good for one of its apis.
 */
import type { ApiPart, KeyPart } from './parts.ts'

type Life = Pick<KeyPart, 'apis' | 'createdAtMs'>

function isAsked(api: ApiPart, apiId: string | undefined): boolean {
  return apiId === undefined || api.id === apiId
}

/**
 * Whether an api lets the scope count.
 *
 * @param isNamed the key itself names it; what a wildcard or a role stands for is bounded by the catalogue too
 */
export function letsScope(
  { apis }: Pick<KeyPart, 'apis'>,
  scope: string,
  held: { readonly apiId: string | undefined; readonly isNamed: boolean },
): boolean {
  let isAnyAsked = false
  for (const { current } of apis) {
    if (!isAsked(current, held.apiId)) continue
    isAnyAsked = true
    const { catalogue, maximum } = current
    if (maximum?.scopes !== undefined && !maximum.scopes.has(scope)) continue
    if (!held.isNamed && catalogue !== undefined && !catalogue.has(scope)) continue
    return true
  }
  // for an api that the key is not for, another rule refuses
  return !isAnyAsked
}

/** When the longest life that an api allows is over, Unix ms; Infinity: never. */
export function maximumEndMs({ apis, createdAtMs }: Life, apiId: string | undefined): number {
  if (createdAtMs === undefined) return Infinity
  let endMs = -Infinity
  for (const { current } of apis) {
    if (!isAsked(current, apiId)) continue
    const lifetimeMs = current.maximum?.lifetimeMs
    if (lifetimeMs === undefined) return Infinity
    endMs = Math.max(endMs, createdAtMs + lifetimeMs)
  }
  return endMs === -Infinity ? Infinity : endMs
}

/** Whether the key is restricted, and enforced, as an api demands. */
export function isRestrictedEnough({ apis, restrictions }: KeyPart, apiId: string | undefined): boolean {
  let isEnough = true
  for (const { current } of apis) {
    if (!isAsked(current, apiId)) continue
    isEnough = true
    for (const wanted of current.maximum?.requiredRestrictions ?? NONE) {
      if (!restrictions.some(({ kind, mode, isOpen }) => kind === wanted && mode === 'enforce' && !isOpen))
        isEnough = false
    }
    if (isEnough) return true
  }
  return isEnough
}

const NONE: readonly never[] = []
