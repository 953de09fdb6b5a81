/** What `claviger config` shows. */
import type { Environment } from './load-config.ts'
import { VARIABLES, type Variable } from './variables.ts'

export interface DescribedVariable {
  readonly name: string
  readonly type: string
  readonly what: string
  /** As written, or in words; undefined: unset. */
  readonly default: string | undefined
  /** As set; `[secret]` for secrets, undefined when the default holds. */
  readonly value: string | undefined
}

/** All variables in the order of the table, with what the environment sets. Secrets are masked. */
export function describeConfig(env: Environment): readonly DescribedVariable[] {
  return Object.entries<Variable>(VARIABLES).map(([name, variable]) => {
    const given = env[name] === '' ? undefined : env[name]
    return {
      name,
      type: variable.type,
      what: variable.what,
      default: variable.default ?? variable.shownDefault,
      value: given !== undefined && variable.secret === true ? '[secret]' : given,
    }
  })
}
