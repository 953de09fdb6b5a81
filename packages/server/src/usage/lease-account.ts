/**
 * Windows, bursts and quotas at this node: the units it has leased, what the store said last, and how fast units are used.
 */
import {
  capacityOf,
  countsAlike,
  type BurstPolicy,
  type LimitPolicy,
  type LimitState,
  type QuotaPolicy,
  type WindowPolicy,
} from '@claviger/core'
import { Refusal, type Account, type DrawFor, type Refused } from './account.ts'
import { Appetite } from './appetite.ts'
import { bucketWidthOf } from './bucket-width.ts'
import type { LimitDraw, LimitGrant, Returned } from './lease-store.ts'
import { isPatient, patienceMs } from './patience.ts'
import { QuotaCalendar } from './quota-calendar.ts'

export type LeasedPolicy = WindowPolicy | BurstPolicy | QuotaPolicy

interface Lease {
  units: number
  readonly sentMs: number
  readonly expiresMs: number
  readonly ttlMs: number
  readonly bucket: number
}

/** Share of a lease's life, at its end, in which the next one is drawn. */
const RENEW_SHARE = 0.25
export class LeaseAccount implements Account {
  policy: LeasedPolicy
  drawing = 0
  visitAtMs = Infinity
  readonly aheadCost = 1
  readonly #widthMs: number
  readonly #isPatient: boolean
  readonly #calendar: QuotaCalendar | undefined
  /** Every request is decided in the store. */
  #central: boolean
  /** Soonest expiry first. */
  #leases: Lease[] = []
  #units = 0
  #returns: Returned[] = []
  readonly #refusal = new Refusal()
  #patienceMs = 0
  #remaining: number
  #resetAtMs = 0
  #renewAtMs = 0
  #lastUsedMs = 0
  readonly #appetite: Appetite

  constructor(policy: LeasedPolicy, nowMs: number) {
    this.policy = policy
    this.#widthMs = policy.kind === 'window' ? bucketWidthOf(policy) : 1
    this.#isPatient = isPatient(policy)
    this.#calendar = policy.kind === 'quota' ? new QuotaCalendar(policy) : undefined
    this.#central = policy.class === 'exact'
    this.#remaining = capacityOf(policy)
    this.#appetite = new Appetite(capacityOf(policy), nowMs)
  }

  get keepsUnits(): boolean {
    return !this.#central
  }

  isOf(policy: LimitPolicy): boolean {
    return policy === this.policy || countsAlike(policy, this.policy)
  }

  has(cost: number, nowMs: number): boolean {
    for (let first = this.#leases[0]; first !== undefined && first.expiresMs <= nowMs; first = this.#leases[0])
      this.#dropFirst(first)
    return this.#units >= cost
  }

  unitsHere(nowMs: number): number {
    this.has(0, nowMs)
    return this.#units
  }

  spend(cost: number, nowMs: number): LimitState {
    this.#units -= cost
    this.#appetite.spend(cost)
    this.#lastUsedMs = nowMs
    let left = cost
    for (let first = this.#leases[0]; first !== undefined && left > 0; first = this.#leases[0]) {
      const taken = Math.min(left, first.units)
      first.units -= taken
      left -= taken
      if (this.#isPatient) this.#tellUse(first, taken, nowMs)
      if (first.units === 0) this.#leases.shift()
    }
    return this.state(nowMs)
  }

  /** Not for limits that are seldom used. */
  wantsMore(nowMs: number): boolean {
    if (this.#units > this.#appetite.lowWater && nowMs < this.#renewAtMs) return false
    return this.#appetite.drawsAhead && this.drawing === 0 && !this.#central && !this.isRefused(1, nowMs)
  }

  isRefused(cost: number, nowMs: number): boolean {
    return this.#refusal.holds(cost, nowMs)
  }

  isBusy(): boolean {
    return this.drawing > 0 && !this.#central
  }

  state(nowMs: number): LimitState {
    return {
      policy: this.policy,
      remaining: this.#remaining + this.#units,
      resetMs: Math.max(0, this.#resetAtMs - nowMs),
    }
  }

  /** What to ask the store for: what is needed now, and what will be used while the lease lasts. */
  drawFor({ cost, waiting, wayMs, nowMs, wallMs }: DrawFor): LimitDraw {
    const { policy } = this
    const want = Math.min(cost + waiting.cost + this.#appetite.ahead(nowMs), capacityOf(policy))
    this.#patienceMs = patienceMs(policy, wayMs)
    const common = {
      id: policy.id,
      limit: policy.limit,
      want,
      alone: policy.class === 'exact',
      patienceMs: this.#patienceMs,
    }
    switch (policy.kind) {
      case 'window':
        return { ...common, kind: 'window', windowMs: policy.windowMs, widthMs: this.#widthMs }
      case 'burst':
        return { ...common, kind: 'burst', windowMs: policy.windowMs, burst: policy.burst }
      case 'quota':
        return { ...common, kind: 'quota', starts: this.#calendar?.startsAround(wallMs) ?? [] }
    }
  }

  credit(grant: LimitGrant, sentMs: number): void {
    const { units, ttlMs, bucket } = grant
    const lease = { units, sentMs, expiresMs: sentMs + ttlMs, ttlMs, bucket }
    const at = this.#leases.findIndex((other) => other.expiresMs > lease.expiresMs)
    this.#leases.splice(at === -1 ? this.#leases.length : at, 0, lease)
    this.#units += units
    this.#refusal.forget()
    this.#learn(grant, sentMs)
    this.#appetite.granted(units, ttlMs, this.#units)
    this.#renewAtMs = lease.expiresMs - ttlMs * RENEW_SHARE
  }

  refuse(grant: LimitGrant, { cost, sentMs, nowMs }: Refused): void {
    this.#learn(grant, sentMs)
    if (grant.retryMs > 0) this.#refusal.note(cost, Math.max(sentMs + grant.retryMs - this.#patienceMs, nowMs + 1))
  }

  /** Whatever was drawn counts as spent. */
  lose(): void {}

  dropLeases(): void {
    for (let first = this.#leases[0]; first !== undefined; first = this.#leases[0]) this.#dropFirst(first)
  }

  takeReturns(nowMs: number): readonly Returned[] {
    this.has(0, nowMs)
    const returns = this.#returns
    if (returns.length > 0) this.#returns = []
    return returns
  }

  nextVisitMs(nowMs: number): number | undefined {
    return this.#returns.length > 0 ? nowMs : this.#leases[0]?.expiresMs
  }

  isIdle(nowMs: number, idleMs: number): boolean {
    return (
      this.#leases.length === 0 &&
      this.#returns.length === 0 &&
      this.drawing === 0 &&
      nowMs - this.#lastUsedMs > idleMs &&
      !this.isRefused(Infinity, nowMs)
    )
  }

  #learn(grant: LimitGrant, sentMs: number): void {
    this.#central = grant.central
    this.#remaining = grant.remaining
    this.#resetAtMs = sentMs + grant.resetMs
  }

  /**
   * Tells when units were used, as nearly as this node can know: the store decided after the request was sent, so by its
   * clock the use was no later than as much after the decision as it is after the sending here.
   */
  #tellUse({ sentMs, ttlMs, bucket }: Lease, units: number, nowMs: number): void {
    const decidedMs = bucket - ttlMs
    const usedBucket = decidedMs + Math.ceil(nowMs - sentMs) + 1
    if (usedBucket >= bucket) return
    this.#returns.push({ kind: 'window', id: this.policy.id, widthMs: 1, bucket, units, usedBucket })
  }

  #dropFirst({ units, bucket }: Lease): void {
    const { id, kind } = this.policy
    this.#leases.shift()
    this.#units -= units
    if (units === 0) return
    if (kind === 'window')
      this.#returns.push({ kind, id, widthMs: this.#widthMs, bucket, units, usedBucket: undefined })
    if (kind === 'quota') this.#returns.push({ kind, id, bucket, units })
  }
}
