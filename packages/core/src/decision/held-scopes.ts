/** What a key may do: its own scopes, and those of its roles as they are now; no more than its apis let count. */
import { isPattern } from '../scope/scope-pattern.ts'
import { compileScopes } from '../scope/scope-set.ts'
import { letsScope } from './maximum.ts'
import type { KeyPart } from './parts.ts'

type Holder = Pick<KeyPart, 'scopes' | 'roles' | 'apis'>

/** @param apiId for which api; undefined: for one of them */
export function holdsScope(key: Holder, scope: string, apiId: string | undefined): boolean {
  if (key.scopes.names(scope)) return letsScope(key, scope, { apiId, isNamed: true })
  return isHeld(key, scope) && letsScope(key, scope, { apiId, isNamed: false })
}

function isHeld(key: Holder, scope: string): boolean {
  if (key.scopes.has(scope)) return true
  for (const { current } of key.roles) if (current.scopes.has(scope)) return true
  return false
}

/**
 * The scopes of a key and its roles that count, each once. A wildcard is told as what it stands for, where the apis have a
 * catalogue or a maximum.
 */
export function heldPatterns(key: Holder): readonly string[] {
  const held = [...key.scopes.patterns, ...key.roles.flatMap(({ current }) => current.scopes.patterns)]
  const isBounded = key.apis.some(({ current }) => (current.catalogue ?? current.maximum) !== undefined)
  if (!isBounded) return [...new Set(held)]
  return [...new Set(held.flatMap((pattern) => (isPattern(pattern) ? meantBy(key, pattern) : [pattern])))].filter(
    (scope) => isPattern(scope) || holdsScope(key, scope, undefined),
  )
}

function meantBy({ apis }: Holder, pattern: string): readonly string[] {
  const set = compileScopes([pattern])
  return apis.flatMap(({ current: { catalogue, maximum } }) => {
    const meant = catalogue === undefined ? [pattern] : catalogue.patterns.filter((scope) => set.covers(scope))
    return meant.filter((scope) => maximum?.scopes?.covers(scope) !== false)
  })
}

/** How the missing ones could be had: what nobody holds is granted, what is held is let count. */
export function mendScopes(key: Holder, asked: readonly string[], apiId: string | undefined): string {
  const missing = missingScopes(key, asked, apiId)
  const capped = missing.filter((scope) => isHeld(key, scope))
  const lacking = missing.filter((scope) => !isHeld(key, scope))
  return [
    ...(lacking.length === 0 ? [] : [`grant ${lacking.join(' ')}`]),
    ...(capped.length === 0 ? [] : [`let catalogue and maximum of the api hold ${capped.join(' ')}`]),
  ].join('; ')
}

export function missingScopes(key: Holder, asked: readonly string[], apiId: string | undefined): readonly string[] {
  return asked.filter((scope) => !holdsScope(key, scope, apiId))
}

/** By what a scope is held, for people; undefined: by nothing. */
export function holderOfScope(key: Holder, scope: string, apiId: string | undefined): string | undefined {
  const holder = anyHolder(key, scope)
  if (holder === undefined || holdsScope(key, scope, apiId)) return holder
  return `${holder}, but not let count by the api`
}

function anyHolder(key: Holder, scope: string): string | undefined {
  const own = key.scopes.heldBy(scope)
  if (own !== undefined) return `${own} of the key`
  for (const { current } of key.roles) {
    const pattern = current.scopes.heldBy(scope)
    if (pattern !== undefined) return `${pattern} of the role ${current.id}`
  }
  return undefined
}
