/**
 * Restriction `origin`: web pages whose scripts may use a key. It keeps honest browsers honest: whatever is not a
 * browser can send any `Origin`.
 */
import type { FieldProblem } from '../error/claviger-error.ts'
import { compileOrigins, originProblem } from '../net/origin-set.ts'
import { parseOrigin } from '../net/origin.ts'
import { unreadable } from './problems.ts'
import type { OriginRestriction, RestrictionCheck, RestrictionFacts } from './restriction.ts'

/** Judged on `Origin`; without one on the origin of `Referer`; with neither, refused. What is allowed: see `compileOrigins`. */
export function compileOrigin(restriction: OriginRestriction, pointer: string): RestrictionCheck {
  const errors: FieldProblem[] = []
  for (const [index, text] of restriction.allow.entries()) {
    const detail = originProblem(text)
    if (detail !== undefined) errors.push({ pointer: `${pointer}/allow/${index}`, detail })
  }
  if (errors.length > 0) throw unreadable(errors)
  const allowed = compileOrigins(restriction.allow)
  return {
    refuses: (facts) => {
      const text = callingOrigin(facts)
      return text === undefined || !allowed.has(text)
    },
    detail: (facts) => {
      const text = callingOrigin(facts)
      if (text === undefined) return 'Neither Origin nor Referer tells where the call comes from.'
      return `${text} is ${allowed.has(text) ? 'allowed' : 'not allowed'}.`
    },
    change: (facts) => {
      const text = callingOrigin(facts)
      const origin = text === undefined ? undefined : parseOrigin(text)
      return origin === undefined ? 'call with an Origin that is http or https' : `add ${origin.text} to origin allow`
    },
  }
}

/** An `Origin` that is none (`null`, two of them) is judged as it is: a `Referer` beside it does not mend it. */
function callingOrigin({ origin, referer }: RestrictionFacts): string | undefined {
  if (origin !== undefined) return origin
  // a backslash ends the host for some and belongs to it for others; `parseOrigin` refuses it
  return referer === undefined ? undefined : (/^https?:\/\/[^/?#]*/i.exec(referer)?.[0] ?? referer)
}
