/**
 * What this node knows of one limit: the units it has leased, what the store said last, and how fast units are used.
 * Instants are those of the monotonic clock.
 */
import type { WindowPolicy, LimitState } from '@claviger/core'
import { bucketWidthOf } from './bucket-width.ts'
import type { LimitDraw, LimitGrant, UnusedUnits } from './lease-store.ts'

interface Lease {
  units: number
  readonly expiresMs: number
  readonly bucket: number
}

/** The store said no: before `untilMs`, for this cost or more, asking again is vain. */
interface Refusal {
  readonly untilMs: number
  readonly cost: number
}

/** Share of a lease's life, at its end, in which the next one is drawn. */
const RENEW_SHARE = 0.25
/** Against the last lease, so that one burst does not draw what many nodes need. */
const GROWTH = 4
const FIRST_LEASE_UNITS = 8
const HEADROOM = 1.25

export class LimitAccount {
  policy: WindowPolicy
  readonly widthMs: number
  /** Too small to be leased ahead: every request is decided in the store. */
  central: boolean
  /** Draws under way. */
  drawing = 0
  lastUsedMs = 0
  /** Soonest expiry first. */
  #leases: Lease[] = []
  #units = 0
  readonly #unused: UnusedUnits[] = []
  #refusal: Refusal | undefined
  #remaining: number
  #resetAtMs = 0
  #lowWater = 0
  #renewAtMs = 0
  #spent = 0
  #markMs: number
  #unitsPerMs = 0
  #lastGranted = 0
  #ttlMs = 0

  constructor(policy: WindowPolicy, nowMs: number) {
    this.policy = policy
    this.widthMs = bucketWidthOf(policy)
    this.central = policy.class === 'exact'
    this.#remaining = policy.limit
    this.#markMs = nowMs
  }

  /** Whether this account was made for the limit as it is declared now. */
  isOf(policy: WindowPolicy): boolean {
    return (
      policy === this.policy ||
      (policy.limit === this.policy.limit &&
        policy.windowMs === this.policy.windowMs &&
        policy.class === this.policy.class)
    )
  }

  /** Units that may be used now. */
  available(nowMs: number): number {
    for (let first = this.#leases[0]; first !== undefined && first.expiresMs <= nowMs; first = this.#leases[0])
      this.#dropFirst(first)
    return this.#units
  }

  /** Uses units that `available` has just shown. */
  spend(cost: number, nowMs: number): LimitState {
    this.#units -= cost
    this.#spent += cost
    this.lastUsedMs = nowMs
    let left = cost
    for (let first = this.#leases[0]; first !== undefined && left > 0; first = this.#leases[0]) {
      const taken = Math.min(left, first.units)
      first.units -= taken
      left -= taken
      if (first.units === 0) this.#leases.shift()
    }
    return this.state(nowMs)
  }

  /** True when it is time to draw more, so that no request has to wait for it. Not for limits that are seldom used. */
  wantsMore(nowMs: number): boolean {
    if (this.#units > this.#lowWater && nowMs < this.#renewAtMs) return false
    return this.#lastGranted > 1 && this.drawing === 0 && !this.central && !this.isRefused(1, nowMs)
  }

  isRefused(cost: number, nowMs: number): boolean {
    return this.#refusal !== undefined && cost >= this.#refusal.cost && nowMs < this.#refusal.untilMs
  }

  state(nowMs: number): LimitState {
    return {
      policy: this.policy,
      remaining: this.#remaining + this.#units,
      resetMs: Math.max(0, this.#resetAtMs - nowMs),
    }
  }

  /** What to ask the store for: what is needed now, and what will be used while the lease lasts. */
  drawFor(cost: number, waitingCost: number, nowMs: number): LimitDraw {
    const passedMs = Math.max(1, nowMs - this.#markMs)
    const latest = this.#spent / passedMs
    this.#unitsPerMs = passedMs > 2 * this.#ttlMs ? latest : (this.#unitsPerMs + latest) / 2
    this.#spent = 0
    this.#markMs = nowMs
    const ahead = Math.floor(this.#unitsPerMs * this.#ttlMs * HEADROOM)
    const most = Math.max(FIRST_LEASE_UNITS, this.#lastGranted * GROWTH)
    const { id, limit, windowMs } = this.policy
    const want = cost + waitingCost + Math.min(ahead, most)
    return {
      id,
      limit,
      windowMs,
      widthMs: this.widthMs,
      want: Math.min(want, limit),
      alone: this.policy.class === 'exact',
    }
  }

  /** Takes in a lease. It ends `ttlMs` after the request was sent, whenever the answer came. */
  credit(grant: LimitGrant, sentMs: number): void {
    const lease = { units: grant.units, expiresMs: sentMs + grant.ttlMs, bucket: grant.bucket }
    const at = this.#leases.findIndex((other) => other.expiresMs > lease.expiresMs)
    this.#leases.splice(at === -1 ? this.#leases.length : at, 0, lease)
    this.#units += grant.units
    this.#refusal = undefined
    this.#learn(grant, sentMs)
    this.#lastGranted = grant.units
    this.#ttlMs = grant.ttlMs
    this.#lowWater = Math.floor(this.#units / 2)
    this.#renewAtMs = lease.expiresMs - grant.ttlMs * RENEW_SHARE
  }

  /** Remembers what the store said when it refused the request, whether because of this limit or of another. */
  refuse(grant: LimitGrant, cost: number, sentMs: number, nowMs: number): void {
    this.#learn(grant, sentMs)
    if (grant.retryMs > 0) this.#refusal = { untilMs: Math.max(sentMs + grant.retryMs, nowMs + 1), cost }
  }

  /** Gives up all leases: what is left of them goes back to the store. */
  dropLeases(): void {
    for (let first = this.#leases[0]; first !== undefined; first = this.#leases[0]) this.#dropFirst(first)
  }

  /** What was left of leases that have ended, once. */
  takeUnused(): readonly UnusedUnits[] {
    return this.#unused.splice(0)
  }

  isIdle(nowMs: number, idleMs: number): boolean {
    return (
      this.#leases.length === 0 &&
      this.#unused.length === 0 &&
      this.drawing === 0 &&
      nowMs - this.lastUsedMs > idleMs &&
      !this.isRefused(Infinity, nowMs)
    )
  }

  #learn(grant: LimitGrant, sentMs: number): void {
    this.central = grant.central
    this.#remaining = grant.remaining
    this.#resetAtMs = sentMs + grant.resetMs
  }

  #dropFirst(lease: Lease): void {
    this.#leases.shift()
    this.#units -= lease.units
    if (lease.units > 0)
      this.#unused.push({ id: this.policy.id, widthMs: this.widthMs, bucket: lease.bucket, units: lease.units })
  }
}
