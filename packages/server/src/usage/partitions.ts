/**
 * Limits that are counted apart by key, app, route or address: for each call, the declaration with the call's own counter.
 * They are made once per counter and remembered, so that a hot one costs two look-ups. Bounded.
 */
import { ipPrefix, shortHash, type IpAddress, type LimitPartition, type LimitPolicy } from '@claviger/core'
import type { LimitSubject } from '@claviger/gateway'
import { eachOnce } from './strictest.ts'

const MOST_PER_LIMIT = 20_000

type Made = Map<string | number, LimitPolicy>

export class Partitions {
  readonly #made = new WeakMap<LimitPolicy, { young: Made; old: Made }>()

  /** The limits as they count for this call; the same list when none of them is counted apart. */
  bind(policies: readonly LimitPolicy[], subject: LimitSubject | undefined): readonly LimitPolicy[] {
    let isBound = true
    let balances = 0
    for (const policy of policies) {
      if (policy.per !== undefined) isBound = false
      if (policy.kind === 'credits') balances++
    }
    const bound = isBound ? policies : policies.map((each) => this.#bindOne(each, subject ?? NOBODY))
    return balances > 1 ? eachOnce(bound) : bound
  }

  #bindOne(policy: LimitPolicy, subject: LimitSubject): LimitPolicy {
    if (policy.per === undefined) return policy
    let made = this.#made.get(policy)
    if (made === undefined) this.#made.set(policy, (made = { young: new Map(), old: new Map() }))
    const name = nameOf(policy.per, subject)
    const known = made.young.get(name)
    if (known !== undefined) return known
    if (made.young.size >= MOST_PER_LIMIT / 2) {
      made.old = made.young
      made.young = new Map()
    }
    const bound = made.old.get(name) ?? boundPolicy(policy, policy.per, subject)
    made.young.set(name, bound)
    return bound
  }
}

const NOBODY: LimitSubject = { keyId: '', appId: '', targetId: undefined, clientIp: undefined }

/** An IPv4 address alone is a number, so that no text is made of it on every request. */
function nameOf(per: readonly LimitPartition[], subject: LimitSubject): string | number {
  const [only] = per
  if (per.length > 1 || only === undefined) return per.map((each) => valueOf(each, subject)).join(' ')
  return only === 'ip' && subject.clientIp?.family === 4 ? subject.clientIp.word3 : valueOf(only, subject)
}

/** Credits have no counter of their own but a balance: whose, the call says. */
function boundPolicy(policy: LimitPolicy, per: readonly LimitPartition[], subject: LimitSubject): LimitPolicy {
  const { per: _per, ...one } = policy
  const id = [policy.id, ...per.map((each) => `${each}=${valueOf(each, subject)}`)].join(':')
  // whoever asks with one key twice learns that both are counted together, and nothing of what the counter is called
  const bound = { ...one, partition: btoa(String.fromCharCode(...shortHash(id))) }
  if (bound.kind !== 'credits') return { ...bound, id }
  const account = per.includes('key') ? subject.keyId : subject.appId
  return { ...bound, account, id: `credits:${account}` }
}

function valueOf(partition: LimitPartition, subject: LimitSubject): string {
  switch (partition) {
    case 'key':
      return subject.keyId
    case 'app':
      return subject.appId
    case 'route':
      return subject.targetId ?? ''
    case 'ip':
      return prefixText(subject.clientIp)
  }
}

/** Calls whose address nobody told share one counter. */
const prefixText = (ip: IpAddress | undefined): string => (ip === undefined ? '' : ipPrefix(ip))
