/** The answers of `POST /api/v1/keys/verify`, put together from texts that are made once per key. */
import {
  heldPatterns,
  limitFacts,
  type ClavigerError,
  type ApiPart,
  type Decision,
  type KeyPart,
  type LimitPolicy,
  type LimitState,
  type RolePart,
  type ShadowRefusal,
  type VersionPart,
} from '@claviger/core'
import { areCurrent, currentOf } from '../caller-parts.ts'

export interface VerifyAnswer {
  readonly key: KeyPart
  readonly version: VersionPart
  readonly decision: Decision
  readonly limits: readonly LimitState[]
  /** The one of them that opens last of those that refused. */
  readonly blocking: LimitState | undefined
  /** For `limit_reached`. */
  readonly retryAfterMs: number | undefined
  readonly requestId: string
}

/** Not one of ours, or not for this asker: the same for every reason. */
export function invalidAnswer(requestId: string): string {
  return `{"valid":false,"code":"credential_invalid","request_id":"${requestId}"}`
}

/** An address that keeps trying keys: its keys are not looked at. */
export function probingAnswer(requestId: string, retryAfterMs: number): string {
  return `{"valid":false,"code":"probing","retry_after_ms":${Math.ceil(retryAfterMs)},"request_id":"${requestId}"}`
}

/** Of a batch: nobody could decide this one. It is no refusal; what a 503 would mean for a single question, this means here. */
export function undecidedAnswer({ code, retryAfterSeconds }: ClavigerError, requestId: string): string {
  const retry = retryAfterSeconds === undefined ? '' : `,"retry_after_ms":${retryAfterSeconds * 1000}`
  return `{"valid":false,"code":"${code}","undecided":true${retry},"request_id":"${requestId}"}`
}

export function decidedAnswer(answer: VerifyAnswer): string {
  const { decision } = answer
  let text = decision.code === 'valid' ? '{"valid":true,"code":"valid",' : `{"valid":false,"code":"${decision.code}",`
  text += keyText(answer.key, answer.version)
  if (decision.missingScopes !== undefined) text += `,"missing_scopes":${JSON.stringify(decision.missingScopes)}`
  text += `,"limits":${limitsText(answer.limits, answer.blocking)},"shadow":${shadowText(decision.shadow)}`
  if (answer.retryAfterMs !== undefined) text += `,"retry_after_ms":${wholeMs(answer.retryAfterMs)}`
  return `${text},"request_id":"${answer.requestId}"}`
}

/**
 * What an answer says of the key itself; a key that was edited is another part, and makes another text. Apis and roles are
 * edited behind a key's back: a text holds for those that it was made of.
 */
const keyTexts = new WeakMap<VersionPart, KeyText>()

interface KeyText {
  readonly key: KeyPart
  readonly apis: readonly ApiPart[]
  readonly roles: readonly RolePart[]
  readonly text: string
}

function keyText(key: KeyPart, version: VersionPart): string {
  const known = keyTexts.get(version)
  if (known?.key === key && areCurrent(key.apis, known.apis) && areCurrent(key.roles, known.roles)) return known.text
  const members = {
    key_id: key.id,
    version: version.number,
    app_id: key.app.current.id,
    workspace_id: key.workspace.current.id,
    environment: key.environment,
    scopes: heldPatterns(key),
    expires_at: expiry(key, version),
  }
  const text = JSON.stringify(members).slice(1, -1)
  keyTexts.set(version, { key, apis: key.apis.map(currentOf), roles: key.roles.map(currentOf), text })
  return text
}

/** The earlier of the key's end and the end of this secret's grace. */
function expiry(key: KeyPart, version: VersionPart): string | null {
  const endsAtMs = Math.min(key.expiresAtMs ?? Infinity, version.expiresAtMs ?? Infinity)
  return endsAtMs === Infinity ? null : new Date(endsAtMs).toISOString()
}

function limitsText(limits: readonly LimitState[], blocking: LimitState | undefined): string {
  if (limits.length === 0) return '[]'
  let text = ''
  for (const state of limits) {
    const { policy, remaining, resetMs, exceeded } = state
    text += `${text === '' ? '[' : ','}${declaredText(policy)},"remaining":${Math.floor(remaining)},"reset_ms":${wholeMs(resetMs)}`
    if (exceeded === true) text += ',"exceeded":true'
    text += state === blocking ? ',"blocking":true}' : '}'
  }
  return `${text}]`
}

/** What does not change between two answers, made once per declaration. A balance has no size but what is left of it. */
const declaredTexts = new WeakMap<LimitPolicy, string>()

function declaredText(policy: LimitPolicy): string {
  const known = declaredTexts.get(policy)
  if (known !== undefined) return known
  const text = JSON.stringify(limitFacts(policy)).slice(0, -1)
  declaredTexts.set(policy, text)
  return text
}

/** Codes and rules are ours: nothing in them needs to be escaped. */
function shadowText(shadow: readonly ShadowRefusal[]): string {
  return `[${shadow.map(({ code, rule }) => `{"code":"${code}","rule":"${rule}"}`).join(',')}]`
}

/** Rounded up, so that nobody comes too early; a cost above the limit never fits, and JSON has no infinity. */
function wholeMs(durationMs: number): number | null {
  return Number.isFinite(durationMs) ? Math.ceil(durationMs) : null
}
