/** Restrictions as they are declared, into what a decision asks. Everything that can be wrong is found here. */
import type { FieldProblem } from '../error/claviger-error.ts'
import { compileApiVersion } from './api-version.ts'
import { compileClientCertificate } from './client-certificate.ts'
import { compileAsn, compileCountry } from './geo.ts'
import { compileIp } from './ip.ts'
import { isOpen } from './open.ts'
import { compileOrigin } from './origin.ts'
import { collectProblems, unreadable } from './problems.ts'
import { compileRequest } from './request.ts'
import { RESTRICTION_CODES, type CompiledRestriction, type Restriction, type RestrictionCheck } from './restriction.ts'
import { compileTime } from './time.ts'
import { compileUserAgent } from './user-agent.ts'

/**
 * In the order given, which is the order they are asked in.
 *
 * @param pointer JSON pointer to the list, put before each problem's place
 * @throws ClavigerError `validation_failed` with a pointer for each thing that cannot be meant
 */
export function compileRestrictions(
  restrictions: readonly Restriction[],
  pointer = '/restrictions',
): readonly CompiledRestriction[] {
  const compiled: CompiledRestriction[] = []
  const errors: FieldProblem[] = []
  for (const [index, restriction] of restrictions.entries()) {
    const rule = `key.restrictions/${index}.${restriction.kind}`
    const each = collectProblems(errors, () => compileRestriction(restriction, rule, `${pointer}/${index}`))
    if (each !== undefined) compiled.push(each)
  }
  if (errors.length > 0) throw unreadable(errors)
  // not frozen: iterating a frozen array allocates, and this one is iterated for every call
  return compiled
}

/** One, under a name of its own. @throws ClavigerError as above */
export function compileRestriction(restriction: Restriction, rule: string, pointer: string): CompiledRestriction {
  const { refuses, detail, change } = checkOf(restriction, pointer)
  const { kind, mode = 'enforce' } = restriction
  const code = RESTRICTION_CODES[kind]
  return { declared: restriction, kind, mode, code, isOpen: isOpen(restriction), rule, refuses, detail, change }
}

function checkOf(restriction: Restriction, pointer: string): RestrictionCheck {
  switch (restriction.kind) {
    case 'ip':
      return compileIp(restriction, pointer)
    case 'origin':
      return compileOrigin(restriction, pointer)
    case 'user_agent':
      return compileUserAgent(restriction, pointer)
    case 'request':
      return compileRequest(restriction, pointer)
    case 'country':
      return compileCountry(restriction, pointer)
    case 'asn':
      return compileAsn(restriction, pointer)
    case 'time':
      return compileTime(restriction, pointer)
    case 'client_certificate':
      return compileClientCertificate(restriction, pointer)
    case 'api_version':
      return compileApiVersion(restriction)
  }
}
