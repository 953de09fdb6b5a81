/**
 * What `keys/verify` would decide, told rule by rule, without deciding it: nothing is charged, journaled or counted as a
 * use. The rules are those of the decision core; what stands behind them (revocations that the feed told of, and limits) is
 * told in the same form.
 */
import {
  ClavigerError,
  explain,
  limitCode,
  limitRule,
  limitsOfKey,
  type Ask,
  type Explanation,
  type KeyPart,
  type RuleCheck,
  type ShadowRefusal,
  type VersionPart,
} from '@claviger/core'
import type { LimitPeek } from '#usage'
import type { DecisionsRoom } from './room.ts'

/** Which key: by its id, or as somebody presented it. */
export type AskedKey =
  | { readonly kind: 'id'; readonly keyId: string; readonly version: number | undefined }
  | { readonly kind: 'presented'; readonly secret: string }

export interface Question {
  readonly workspaceId: string
  readonly key: AskedKey
  readonly ask: Omit<Ask, 'nowMs' | 'geo'>
  /** In units, at least 1. */
  readonly cost: number
  /** Undefined: now. Limits are only known as they are now, so for another instant they decide nothing. */
  readonly atMs: number | undefined
}

/** What it needs of its room. */
export type ExplainRoom = Pick<DecisionsRoom, 'keys' | 'nowMs' | 'geo' | 'peekLimits'>

export interface ToldDecision {
  readonly key: KeyPart
  readonly version: VersionPart
  readonly atMs: number
  readonly code: Explanation['decision']['code']
  readonly rule: string
  readonly missingScopes: readonly string[]
  readonly shadow: readonly ShadowRefusal[]
  readonly checks: readonly RuleCheck[]
  readonly nearest: Explanation['nearest']
  readonly limits: readonly LimitPeek[]
}

/** @throws ClavigerError `not_found` for a key that is unknown or another workspace's: nobody learns which */
export async function explainDecision(room: ExplainRoom, question: Question): Promise<ToldDecision> {
  const { key, version } = await findKey(room, question)
  const atMs = question.atMs ?? room.nowMs()
  const explanation = explain(key, version, { ...question.ask, nowMs: atMs, geo: room.geo() })
  const limits = await room.peekLimits(limitsOfKey(key, question.ask.apiId), question.cost, {
    keyId: key.id,
    appId: key.app.current.id,
    targetId: undefined,
    clientIp: question.ask.clientIp,
  })
  const told = withFeed(explanation, room.keys.isRevoked(key, version))
  return { key, version, atMs, limits, ...withLimits(told, limits, question) }
}

type Told = Omit<ToldDecision, 'key' | 'version' | 'atMs' | 'limits'>

async function findKey(
  room: ExplainRoom,
  { key: asked, workspaceId }: Question,
): Promise<{ readonly key: KeyPart; readonly version: VersionPart }> {
  if (asked.kind === 'id') {
    const key = (await room.keys.read(workspaceId, [asked.keyId])).get(asked.keyId)
    const version =
      asked.version === undefined ? key?.versions.at(-1) : key?.versions.find(({ number }) => number === asked.version)
    if (key === undefined || version === undefined) throw unknownKey()
    return { key, version }
  }
  const found = await room.keys.find(asked.secret)
  if (found.kind === 'unavailable')
    throw new ClavigerError('unavailable', 'The key cannot be checked at the moment.', { retryAfterSeconds: 1 })
  if (found.kind === 'unknown' || found.key.workspace.current.id !== workspaceId) throw unknownKey()
  return found
}

function unknownKey(): ClavigerError {
  return new ClavigerError('not_found', 'There is no such key, or no such version of it.')
}

/** The feed may be faster than what is known of a key: when no rule refuses, it is asked last. */
function withFeed({ decision, checks, nearest }: Explanation, isRevoked: boolean): Told {
  const { code, rule, shadow, missingScopes = [] } = decision
  const asked = (check: Omit<RuleCheck, 'rule'>): readonly RuleCheck[] => [
    ...checks,
    { rule: 'feed.revoked', ...check },
  ]
  const detail = isRevoked
    ? 'The change feed told of the end of the key, or of what it belongs to.'
    : 'The change feed told of no revocation.'
  const told = { code, rule, shadow, missingScopes, nearest }
  if (code !== 'valid') return { ...told, checks: asked({ outcome: 'not_reached', detail }) }
  if (!isRevoked) return { ...told, checks: asked({ outcome: 'passed', detail }) }
  const refused = { code: 'key_revoked', rule: 'feed.revoked' } as const
  return { ...told, ...refused, shadow: [], checks: asked({ outcome: 'refused', code: refused.code, detail }) }
}

function withLimits(told: Told, limits: readonly LimitPeek[], question: Question): Told {
  const isKnown = question.atMs === undefined
  const isReached = told.code === 'valid' && isKnown
  const checks = [...told.checks, ...limits.map((limit) => checkOf(limit, isReached))]
  const refusing = isKnown ? limits.filter(({ blocks }) => blocks) : []
  const enforced = refusing.filter(({ policy }) => policy.mode === 'enforce').toSorted(latestFirst)
  const changes = enforced.map((limit) => changeOf(limit, question.cost))
  // what a rule refuses now a limit would refuse then: both are in the way
  if (!isReached) return { ...told, checks, nearest: told.nearest && alsoNaming(told.nearest, changes) }
  const first = enforced[0]
  if (first === undefined) {
    const exceeded = refusing.map(({ policy }) => ({ code: limitCode(policy), rule: limitRule(policy) }))
    return { ...told, checks, shadow: [...told.shadow, ...exceeded] }
  }
  const rule = limitRule(first.policy)
  return { ...told, checks, code: limitCode(first.policy), rule, nearest: { rule, change: changes.join('; ') } }
}

const alsoNaming = <Nearest extends { readonly change: string }>(
  nearest: Nearest,
  changes: readonly string[],
): Nearest => ({
  ...nearest,
  change: [nearest.change, ...changes].join('; '),
})

/** A door names the limit that opens last. */
const latestFirst = (one: LimitPeek, other: LimitPeek): number =>
  one.resetMs === other.resetMs ? 0 : other.resetMs - one.resetMs

function checkOf(limit: LimitPeek, isReached: boolean): RuleCheck {
  const { policy, blocks } = limit
  const told = { rule: limitRule(policy), detail: detailOf(limit) }
  if (!isReached) return { ...told, outcome: 'not_reached' }
  if (!blocks) return { ...told, outcome: 'passed' }
  return { ...told, outcome: policy.mode === 'enforce' ? 'refused' : 'shadow_refused', code: limitCode(policy) }
}

function detailOf({ policy, remaining, resetMs }: LimitPeek): string {
  const left = Math.floor(remaining)
  const more = Number.isFinite(resetMs) && resetMs > 0 ? `, more in ${Math.ceil(resetMs / 1000)} s` : ''
  switch (policy.kind) {
    case 'window':
    case 'burst':
    case 'quota':
      return `${left} of ${policy.kind === 'burst' ? policy.burst : policy.limit} units are left${more}.`
    case 'concurrency':
      return `${left} of ${policy.limit} places are free.`
    case 'credits':
      return `${left} credits are left.`
  }
}

function changeOf({ policy, resetMs }: LimitPeek, cost: number): string {
  switch (policy.kind) {
    case 'window':
    case 'burst':
    case 'quota':
      return Number.isFinite(resetMs)
        ? `wait ${Math.ceil(resetMs / 1000)} s, or raise the limit ${policy.name}`
        : `raise the limit ${policy.name} to ${cost} or more`
    case 'concurrency':
      return `wait until a call has ended, or raise the limit ${policy.name}`
    case 'credits':
      return `grant credits ${policy.name}`
  }
}
