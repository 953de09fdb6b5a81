/** Journaled decisions as calls that can be run again: with their keys, their targets, and the limits of both sides. */
import { parseIp, type KeyPart, type LimitPolicy } from '@claviger/core'
import type { DecisionRecord, LimitSubject } from '@claviger/gateway'
import type { DatedLine } from '#audit'
import type { Compared } from '#keys'
import { Partitions } from '#usage'
import type { ComparedKeys } from './compared-keys.ts'
import { isRefusedByRules, reevaluate, type Reevaluated, type Unasked } from './reevaluate.ts'
import { isConcerned, isKeyWithin, isWithin, type ReplayScope } from './replay-scope.ts'
import { isLimited, isUncharged, limitsOfAsked } from './replay-side.ts'
import type { AskedTarget, DecisionsRoom } from './room.ts'
import type { LimitingChange } from './tried-change.ts'

export interface ReplayableCall {
  readonly record: DecisionRecord
  /** Undefined: there is no such key any more. */
  readonly key: Compared<KeyPart> | undefined
  readonly target: AskedTarget | undefined
  /** As they are, and as they would be. */
  readonly limits: readonly [readonly LimitPolicy[], readonly LimitPolicy[]]
  readonly subject: LimitSubject
}

const NONE: readonly LimitPolicy[] = []

export class ReplayCalls {
  readonly #room: DecisionsRoom
  readonly #change: LimitingChange
  readonly #keys: ComparedKeys
  readonly #partitions = new Partitions()

  constructor(room: DecisionsRoom, change: LimitingChange, keys: ComparedKeys) {
    this.#room = room
    this.#change = change
    this.#keys = keys
  }

  async load(records: readonly DecisionRecord[]): Promise<void> {
    await this.#keys.load(new Set(records.map(({ keyId }) => keyId)))
  }

  /** Whether a line may be one of the scope, as far as can be told before it is read. */
  mayBe(scope: ReplayScope, { keyId, line }: Pick<DatedLine, 'keyId' | 'line'>): boolean {
    switch (scope.kind) {
      case 'key':
        return keyId === scope.id
      case 'app':
        return line.includes(scope.id)
      case 'plan':
        return !this.#keys.has(keyId) || isKeyWithin(scope, this.#keys.get(keyId))
      case 'workspace':
        return true
    }
  }

  /** Load it first. Undefined: it is none of the scope, or nothing that is run again can come of it. */
  of(record: DecisionRecord, scope: ReplayScope): ReplayableCall | undefined {
    const key = this.#keys.get(record.keyId)
    if (!isWithin(scope, record, key)) return undefined
    const target = record.targetId === undefined ? undefined : this.#room.targetOf(record.targetId)
    const limitsOf = (part: KeyPart | undefined): readonly LimitPolicy[] =>
      part === undefined ? NONE : limitsOfAsked(part, record.apiId, target)
    const limits = [limitsOf(key?.unchanged), limitsOf(key?.changed)] as const
    if (limits[0].length + limits[1].length === 0 && !isConcerned(this.#change, record, key)) return undefined
    const { keyId, appId, targetId, clientIp } = record
    return { record, key, target, limits, subject: { keyId, appId, targetId, clientIp: parseIp(clientIp) } }
  }

  decide({ record, key }: ReplayableCall): Reevaluated | Unasked {
    return reevaluate(record, { key, targetOf: (id) => this.#room.targetOf(id), geo: this.#room.geo() })
  }

  /** The limits with the call's own counters. */
  bind(policies: readonly LimitPolicy[], subject: LimitSubject): readonly LimitPolicy[] {
    return this.#partitions.bind(policies, subject)
  }

  /** Accounts of credits that stand in its way, as its limits are and as they would be. */
  accountsOf({ limits, subject }: ReplayableCall): readonly [readonly string[], readonly string[]] {
    return [this.#accountsIn(limits[0], subject), this.#accountsIn(limits[1], subject)]
  }

  #accountsIn(policies: readonly LimitPolicy[], subject: LimitSubject): readonly string[] {
    if (!policies.some(({ kind }) => kind === 'credits')) return NO_ACCOUNTS
    return this.bind(policies, subject).flatMap((policy) =>
      policy.kind === 'credits' && policy.account !== undefined ? [policy.account] : [],
    )
  }
}

const NO_ACCOUNTS: readonly string[] = []

/** Whether a call got through the limits then, and was charged. */
export const wasCharged = ({ code }: DecisionRecord): boolean =>
  !isRefusedByRules(code) && !isLimited(code) && !isUncharged(code)
