/** Restriction `user_agent`: what a caller says that it is. A label, not a proof: anybody can send any. */
import type { FieldProblem } from '../error/claviger-error.ts'
import { compileGlob, type Glob } from './glob.ts'
import { unreadable } from './problems.ts'
import type { RestrictionCheck, UserAgentRestriction } from './restriction.ts'

/** `deny` wins. No `User-Agent` is refused under `allow` and let through under `deny` alone. */
export function compileUserAgent(restriction: UserAgentRestriction, pointer: string): RestrictionCheck {
  const errors: FieldProblem[] = []
  const allow = restriction.allow?.map(compileGlob)
  const deny = restriction.deny?.map(compileGlob)
  if (allow === undefined && deny === undefined) errors.push({ pointer, detail: 'Give "allow", "deny", or both.' })
  for (const [name, globs] of [
    ['allow', allow],
    ['deny', deny],
  ] as const) {
    for (const [index, glob] of (globs ?? []).entries())
      if (glob.text === '')
        errors.push({ pointer: `${pointer}/${name}/${index}`, detail: 'An empty pattern matches no User-Agent.' })
  }
  if (errors.length > 0) throw unreadable(errors)
  return {
    refuses: ({ userAgent }) => {
      if (userAgent === undefined) return allow !== undefined
      return (
        (deny !== undefined && firstMatch(deny, userAgent) !== undefined) ||
        (allow !== undefined && firstMatch(allow, userAgent) === undefined)
      )
    },
    detail: ({ userAgent }) => {
      if (userAgent === undefined) return 'There is no User-Agent.'
      const denying = deny && firstMatch(deny, userAgent)
      if (denying !== undefined) return `"${userAgent}" matches ${denying.text} of deny.`
      const allowing = allow && firstMatch(allow, userAgent)
      if (allowing !== undefined) return `"${userAgent}" matches ${allowing.text} of allow.`
      return `"${userAgent}" matches nothing of ${allow === undefined ? 'deny' : 'allow'}.`
    },
    change: ({ userAgent }) => {
      if (userAgent === undefined) return 'call with a User-Agent'
      const parts: string[] = []
      for (const glob of deny ?? []) if (glob.matches(userAgent)) parts.push(`take ${glob.text} out of user_agent deny`)
      if (allow !== undefined && firstMatch(allow, userAgent) === undefined)
        parts.push(`add "${userAgent}" to user_agent allow`)
      return parts.join(' and ')
    },
  }
}

function firstMatch(globs: readonly Glob[], userAgent: string): Glob | undefined {
  for (const glob of globs) if (glob.matches(userAgent)) return glob
  return undefined
}
