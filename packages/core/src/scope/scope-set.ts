/** What a key or role holds: scopes and patterns, compiled once and asked on every request. */
import { compilePattern, isConcrete, isPattern, isWellFormed, matchesPattern, type Pattern } from './scope-pattern.ts'

export interface ScopeSet {
  /** As given, in that order. */
  readonly patterns: readonly string[]
  readonly isEmpty: boolean
  /** Whether this concrete scope is held. */
  has(scope: string): boolean
  /** Whether this very scope is a member, and no pattern. */
  names(scope: string): boolean
  /** The first of the patterns that holds this concrete scope; undefined: none does. */
  heldBy(scope: string): string | undefined
  /**
   * Whether every scope that the pattern matches is held. One member has to hold them all, and that is no loss: among
   * them is one with segments that no member names, and a member that matches it has a `*` wherever the pattern has.
   */
  covers(pattern: string): boolean
}

/** Never throws: a pattern that is not well formed holds nothing. `scopeFault` tells it to whoever writes it. */
export function compileScopes(patterns: readonly string[]): ScopeSet {
  return new CompiledScopes(patterns)
}

class CompiledScopes implements ScopeSet {
  readonly patterns: readonly string[]
  readonly isEmpty: boolean
  readonly #exact: ReadonlySet<string>
  readonly #wild: readonly Pattern[]

  constructor(patterns: readonly string[]) {
    this.patterns = Object.freeze([...patterns])
    this.isEmpty = patterns.length === 0
    this.#exact = new Set(patterns.filter((pattern) => !isPattern(pattern)))
    this.#wild = patterns.filter((pattern) => isPattern(pattern) && isWellFormed(pattern)).map(compilePattern)
  }

  has(scope: string): boolean {
    if (this.#exact.has(scope)) return true
    return this.#isCovered(scope) && isConcrete(scope)
  }

  names(scope: string): boolean {
    return this.#exact.has(scope)
  }

  heldBy(scope: string): string | undefined {
    return this.patterns.find((pattern) => compileScopes([pattern]).has(scope))
  }

  covers(pattern: string): boolean {
    return isPattern(pattern) ? isWellFormed(pattern) && this.#isCovered(pattern) : this.has(pattern)
  }

  #isCovered(text: string): boolean {
    for (const wild of this.#wild) if (matchesPattern(wild, text)) return true
    return false
  }
}
