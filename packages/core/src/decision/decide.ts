/**
 * The one decision: may this key, now, from here, do this?
 * Pure; the caller hands in the time. Limits are asked after this says yes (see `limit/`).
 */
import { NO_SHADOW, type Ask, type Decision, type ShadowRefusal } from './decision.ts'
import { missingScopes } from './held-scopes.ts'
import type { KeyPart, VersionPart } from './parts.ts'
import { RULES_OF_THE_KEY, SCOPES_RULE } from './rules.ts'

const VALID: Decision = Object.freeze({ code: 'valid', rule: 'all', shadow: NO_SHADOW })

/**
 * The first rule that refuses is the answer. A restriction in shadow mode only notes what it would have refused. On the
 * way to `valid` nothing is allocated.
 */
export function decide(key: KeyPart, version: VersionPart, ask: Ask): Decision {
  for (const rule of RULES_OF_THE_KEY) {
    if (rule.refuses(key, version, ask)) return { code: rule.code, rule: rule.rule, shadow: NO_SHADOW }
  }
  let shadow: ShadowRefusal[] | undefined
  for (const restriction of key.restrictions) {
    if (!restriction.refuses(ask)) continue
    const { code, rule } = restriction
    if (restriction.mode === 'enforce') return { code, rule, shadow: shadow ?? NO_SHADOW }
    shadow ??= []
    shadow.push({ code, rule })
  }
  if (SCOPES_RULE.refuses(key, version, ask)) {
    const { code, rule } = SCOPES_RULE
    return { code, rule, shadow: shadow ?? NO_SHADOW, missingScopes: missingScopes(key, ask.scopes, ask.apiId) }
  }
  return shadow === undefined ? VALID : { code: 'valid', rule: 'all', shadow }
}
