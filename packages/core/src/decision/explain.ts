/** The same decision as `decide`, told rule by rule: what each found, which one decided, and what would have to change. */
import type { CompiledRestriction } from '../restriction/restriction.ts'
import { decide } from './decide.ts'
import type { Ask, Decision, RefusalCode } from './decision.ts'
import type { KeyPart, VersionPart } from './parts.ts'
import { RULES_OF_THE_KEY, SCOPES_RULE, type Rule } from './rules.ts'

export interface RuleCheck {
  readonly rule: string
  /** `not_reached`: a rule before it has decided. `shadow_refused`: it would refuse, and is not enforced. */
  readonly outcome: 'passed' | 'refused' | 'shadow_refused' | 'not_reached'
  /** Of a rule that refused, in shadow too. */
  readonly code?: RefusalCode
  /** What the rule found, also when it was not reached. */
  readonly detail: string
}

export interface Explanation {
  readonly decision: Decision
  /** Every rule, in the order they are asked in. */
  readonly checks: readonly RuleCheck[]
  /**
   * The smallest change that would make the decision `valid`, and the rule that decided. Where several rules refuse it
   * names a change for each. Undefined for a decision that is valid, and when no change would help.
   */
  readonly nearest: { readonly rule: string; readonly change: string } | undefined
}

/** What one rule says of this call, whether it was reached or not. */
interface Finding {
  readonly rule: string
  readonly code: RefusalCode
  readonly isEnforced: boolean
  readonly refuses: boolean
  readonly detail: string
  readonly change: string | undefined
}

/** Slow, for people: never on the way of a request. */
export function explain(key: KeyPart, version: VersionPart, ask: Ask): Explanation {
  const ofRule = (rule: Rule): Finding => {
    const refuses = rule.refuses(key, version, ask)
    const change = refuses ? rule.change(key, version, ask) : undefined
    return { ...rule, isEnforced: true, refuses, detail: rule.detail(key, version, ask), change }
  }
  const ofRestriction = (restriction: CompiledRestriction): Finding => {
    const refuses = restriction.refuses(ask)
    const change = refuses ? restriction.change(ask) : undefined
    const isEnforced = restriction.mode === 'enforce'
    return { ...restriction, isEnforced, refuses, detail: restriction.detail(ask), change }
  }
  const findings = [...RULES_OF_THE_KEY.map(ofRule), ...key.restrictions.map(ofRestriction), ofRule(SCOPES_RULE)]
  const decidedAt = findings.findIndex((finding) => finding.refuses && finding.isEnforced)
  return {
    decision: decide(key, version, ask),
    checks: findings.map((finding, index) => checkOf(finding, decidedAt === -1 || index <= decidedAt)),
    nearest: nearestOf(findings.filter((finding) => finding.refuses && finding.isEnforced)),
  }
}

function checkOf({ rule, code, isEnforced, refuses, detail }: Finding, isReached: boolean): RuleCheck {
  if (!isReached) return { rule, outcome: 'not_reached', detail }
  if (!refuses) return { rule, outcome: 'passed', detail }
  return { rule, outcome: isEnforced ? 'refused' : 'shadow_refused', code, detail }
}

function nearestOf(refusing: readonly Finding[]): Explanation['nearest'] {
  const [first] = refusing
  const changes: string[] = []
  for (const { change } of refusing) {
    if (change === undefined) return undefined
    changes.push(change)
  }
  return first === undefined ? undefined : { rule: first.rule, change: changes.join('; ') }
}
