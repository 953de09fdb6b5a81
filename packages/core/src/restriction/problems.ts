/** What is wrong with restrictions: collected, so that their author reads all of it at once. */
import { ClavigerError, type FieldProblem } from '../error/claviger-error.ts'

/** @returns undefined when `compile` throws a ClavigerError; its problems are added to `errors` */
export function collectProblems<Value>(errors: FieldProblem[], compile: () => Value): Value | undefined {
  try {
    return compile()
  } catch (error) {
    if (!ClavigerError.is(error)) throw error
    errors.push(...error.errors)
    return undefined
  }
}

export function unreadable(errors: readonly FieldProblem[]): ClavigerError {
  return new ClavigerError('validation_failed', 'A restriction cannot be read.', { errors })
}
