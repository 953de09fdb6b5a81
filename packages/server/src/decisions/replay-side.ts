/**
 * One side of a comparison: journaled decisions in their order, with the parts as they are or as a change would make them,
 * and with limits that count what this side lets through. Nothing of it is told to the counters that live.
 */
import {
  LimitReplay,
  limitCode,
  limitRule,
  limitsOfKey,
  type Decision,
  type KeyPart,
  type LimitPolicy,
  type PastBalance,
} from '@claviger/core'
import type { DecisionRecord } from '@claviger/gateway'
import type { AskedTarget } from './room.ts'

export interface ReplaySideOptions {
  /** Whether a limit can be run again; what was decided by one that cannot stays so. */
  readonly isReplayed: (policy: LimitPolicy) => boolean
  readonly balanceOf: (account: string) => PastBalance
}

export interface SideCall {
  readonly record: DecisionRecord
  /** By the rules of this side. */
  readonly decision: Decision
  /** The rules let it through then. */
  readonly passed: boolean
  /** All limits of the call on this side, with its own counters. */
  readonly policies: readonly LimitPolicy[]
  readonly lastsMs: number
  /** A limit refused it then that cannot be run again, on this side or the other. */
  readonly isFixed: boolean
}

export interface SideAnswer {
  readonly code: string
  readonly rule: string
  /** Limits were run again for it: this is no word of the journal. */
  readonly isReplayed: boolean
}

/** All that is asked of a call with this key. */
export function limitsOfAsked(
  key: KeyPart,
  apiId: string | undefined,
  target: AskedTarget | undefined,
): readonly LimitPolicy[] {
  const ofKey = limitsOfKey(key, target === undefined ? apiId : target.api.current.id)
  return target === undefined || target.limits.length === 0 ? ofKey : [...ofKey, ...target.limits]
}

export class ReplaySide {
  readonly #options: ReplaySideOptions
  readonly #limits: LimitReplay

  constructor(options: ReplaySideOptions) {
    this.#options = options
    this.#limits = new LimitReplay({ balanceOf: options.balanceOf })
  }

  /** More counters were in use than can be kept. */
  get isOverflown(): boolean {
    return this.#limits.isOverflown
  }

  /** Hand the calls in the order of their instants. */
  answer({ record, decision, passed, policies, lastsMs, isFixed }: SideCall): SideAnswer {
    const recorded = { code: record.code, rule: record.rule, isReplayed: false }
    if (decision.code !== 'valid') return { code: decision.code, rule: decision.rule, isReplayed: false }
    if (isUncharged(record.code)) return recorded
    if (isFixed) return recorded
    const bound = policies.filter(this.#options.isReplayed)
    const cost = record.facts?.cost ?? 1
    const blocking = this.#limits.ask(bound, { atMs: record.atMs, cost, lastsMs })
    const isReplayed = bound.length > 0
    if (blocking !== undefined) return { code: limitCode(blocking), rule: limitRule(blocking), isReplayed }
    if (passed && !isLimited(record.code)) return { ...recorded, isReplayed }
    return { code: 'valid', rule: 'all', isReplayed }
  }
}

/** Behind the rules, and yet before limits are charged. */
const UNCHARGED: ReadonlySet<string> = new Set(['method_not_allowed', 'counters_unavailable'])

export const isUncharged = (code: string): boolean => UNCHARGED.has(code)

const LIMITED: ReadonlySet<string> = new Set(['limit_reached', 'credits_exhausted', 'concurrency_reached'])

export const isLimited = (code: string): boolean => LIMITED.has(code)
