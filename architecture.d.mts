import type { ICruiseOptions, IForbiddenRuleType } from 'dependency-cruiser'

/** What the canary reads of a rule, besides handing it to dependency-cruiser. */
type Rule = IForbiddenRuleType & {
  readonly name: string
  readonly from: { readonly path?: string | string[] }
  readonly to: { readonly path?: string | string[] }
}

declare const architecture: { readonly forbidden: readonly Rule[]; readonly options: ICruiseOptions }
export type { Rule }
export default architecture
