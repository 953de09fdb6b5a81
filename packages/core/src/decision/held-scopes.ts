/** What a key may do: its own scopes, and those of its roles as they are now. */
import type { KeyPart } from './parts.ts'

type Holder = Pick<KeyPart, 'scopes' | 'roles'>

export function holdsScope(key: Holder, scope: string): boolean {
  if (key.scopes.has(scope)) return true
  for (const { current } of key.roles) if (current.scopes.has(scope)) return true
  return false
}

/** The scopes and patterns of a key and its roles, each once. */
export function heldPatterns(key: Holder): readonly string[] {
  if (key.roles.length === 0) return key.scopes.patterns
  return [...new Set([...key.scopes.patterns, ...key.roles.flatMap(({ current }) => current.scopes.patterns)])]
}

export function missingScopes(key: Holder, asked: readonly string[]): readonly string[] {
  return asked.filter((scope) => !holdsScope(key, scope))
}

/** By what a scope is held, for people; undefined: by nothing. */
export function holderOfScope(key: Holder, scope: string): string | undefined {
  const own = key.scopes.heldBy(scope)
  if (own !== undefined) return `${own} of the key`
  for (const { current } of key.roles) {
    const pattern = current.scopes.heldBy(scope)
    if (pattern !== undefined) return `${pattern} of the role ${current.id}`
  }
  return undefined
}
