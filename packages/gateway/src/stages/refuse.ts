/** Refusals as values: a stage that refuses answers one of these; the pipeline writes and records it. */
import type { ClavigerError } from '@claviger/core'
import type { Admitted, Refused, Target, Verified } from '../exchange.ts'

/** Before anybody is known. */
export function refuseUnknown(error: ClavigerError, rule: string): Refused {
  return { refused: error, rule, caller: undefined, target: undefined, limits: [] }
}

/** After `verify`: whose call it was stands in the record. */
export function refuseCaller(
  error: ClavigerError,
  rule: string,
  known: Verified & { readonly target?: Target },
): Refused {
  return { refused: error, rule, caller: known, target: known.target, limits: [] }
}

/** After `admit`: the limits stand in the answer. */
export function refuseAdmitted(error: ClavigerError, rule: string, known: Admitted): Refused {
  return { refused: error, rule, caller: known, target: known.target, limits: known.limits }
}
