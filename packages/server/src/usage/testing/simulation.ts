/**
 * Several nodes, one store, and time that a test runs: events happen at instants of true time; each node has its own
 * monotonic clock (another origin) and its own wall clock (skewed). The way to the store takes time in both directions.
 */
import type { BurstShape, LimitPolicy } from '@claviger/core'
import type { Admission } from '@claviger/gateway'
import { silentLog } from '#config'
import type { CallHold } from '../call-hold.ts'
import type { DrawRequest, Grant, LeaseStore, Returned } from '../lease-store.ts'
import { LeasedLimits } from '../leased-limits.ts'

export interface SimulatedNode {
  readonly limits: LeasedLimits
  /** How far the wall clock is off. */
  skewMs: number
  /** A dead node decides nothing and hears nothing any more; what it holds is never given back. See `kill`. */
  alive: boolean
}

export interface Arrival {
  readonly atMs: number
  readonly node: number
  readonly cost: number
  /** How long an admitted call runs; default: it ends at once. */
  readonly lastsMs?: number
}

export interface Outcome {
  /** True time of the decision. */
  readonly decidedAtMs: number
  readonly arrival: Arrival
  readonly admitted: boolean
  /** Of an admitted call; Infinity while it runs. Dies with its node. */
  endedAtMs: number
}

interface Event {
  readonly atMs: number
  readonly order: number
  readonly happen: () => void
}

export class Simulation {
  /** True time; the store's clock. */
  nowMs: number
  readonly #store: LeaseStore
  readonly #events: Event[] = []
  #order = 0
  /** Calls of the store that take real time; true time stands still meanwhile. */
  readonly #underWay = new Set<Promise<unknown>>()
  readonly #running = new Map<SimulatedNode, Set<Outcome>>()
  readonly nodes: SimulatedNode[] = []

  constructor(startMs: number, storeOf: (simulation: Simulation) => LeaseStore) {
    this.nowMs = startMs
    this.#store = storeOf(this)
  }

  liveNodes(): number {
    return Math.max(1, this.nodes.filter((node) => node.alive).length)
  }

  /** @param wayMs how long a message to the store takes, one way; drawn anew for each message */
  addNode(skewMs: number, wayMs: () => number): SimulatedNode {
    const monotonicOrigin = 1_000_000 * (this.nodes.length + 1)
    const clock = { nowMs: () => this.nowMs + node.skewMs, monotonicMs: () => this.nowMs - monotonicOrigin }
    const store = this.#remote(wayMs, () => node.alive)
    const node: SimulatedNode = {
      limits: new LeasedLimits({
        stores: [store],
        node: `nod_${this.nodes.length + 1}`,
        clock,
        log: silentLog,
        schedule: queueMicrotask,
        after: (delayMs, work) => this.at(this.nowMs + delayMs, work),
      }),
      skewMs,
      alive: true,
    }
    this.nodes.push(node)
    const sweep = (): void => {
      if (!node.alive) return
      node.limits.sweep()
      this.at(this.nowMs + 50, sweep)
    }
    this.at(this.nowMs + 50, sweep)
    return node
  }

  kill(node: SimulatedNode): void {
    node.alive = false
    for (const outcome of this.#running.get(node) ?? []) outcome.endedAtMs = this.nowMs
    this.#running.delete(node)
  }

  at(atMs: number, happen: () => void): void {
    const event = { atMs, order: this.#order++, happen }
    let low = 0
    let high = this.#events.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const other = this.#events[middle]
      if (other !== undefined && (other.atMs < atMs || (other.atMs === atMs && other.order < event.order)))
        low = middle + 1
      else high = middle
    }
    this.#events.splice(low, 0, event)
  }

  /** Lets the calls arrive and runs time until `untilMs`. */
  async run(
    policies: readonly LimitPolicy[],
    arrivals: readonly Arrival[],
    untilMs: number,
  ): Promise<readonly Outcome[]> {
    const outcomes: Outcome[] = []
    for (const arrival of arrivals) {
      this.at(arrival.atMs, () => {
        const node = this.nodes[arrival.node]
        if (node === undefined || !node.alive) return
        const decided = (admission: Admission): void => {
          if (!node.alive) return
          const outcome = {
            decidedAtMs: this.nowMs,
            arrival,
            admitted: admission.kind === 'admitted',
            endedAtMs: Infinity,
          }
          outcomes.push(outcome)
          if (admission.kind !== 'admitted' || admission.hold === undefined) return
          this.#hold(node, outcome, admission.hold as CallHold) // `admit` made it
        }
        const admission = node.limits.admit(policies, arrival.cost)
        if (admission instanceof Promise) void admission.then(decided)
        else decided(admission)
      })
    }
    await this.#runUntil(untilMs)
    return outcomes
  }

  /** One call now, and time until it is decided: at most two seconds. */
  async decide(node: SimulatedNode, policies: readonly LimitPolicy[], cost: number): Promise<Admission> {
    let decided: Admission | undefined
    const admission = node.limits.admit(policies, cost)
    if (!(admission instanceof Promise)) return admission
    void admission.then((value) => (decided = value))
    for (const untilMs = this.nowMs + 2_000; decided === undefined && this.nowMs < untilMs;)
      await this.#runUntil(this.nowMs + 1)
    if (decided === undefined) throw new Error('not decided within two seconds')
    return decided
  }

  async #runUntil(untilMs: number): Promise<void> {
    await this.#settled()
    for (let event = this.#events[0]; event !== undefined && event.atMs <= untilMs; event = this.#events[0]) {
      this.#events.shift()
      this.nowMs = Math.max(this.nowMs, event.atMs)
      event.happen()
      await this.#settled()
    }
    this.nowMs = Math.max(this.nowMs, untilMs)
  }

  #hold(node: SimulatedNode, outcome: Outcome, hold: CallHold): void {
    const running = this.#running.get(node) ?? new Set()
    this.#running.set(node, running.add(outcome))
    this.at(this.nowMs + (outcome.arrival.lastsMs ?? 0), () => {
      if (!running.delete(outcome) || !node.alive) return
      outcome.endedAtMs = this.nowMs
      hold.release()
    })
  }

  #remote(wayMs: () => number, isAlive: () => boolean): LeaseStore {
    const remote = async (
      requests: readonly DrawRequest[],
      returns: readonly Returned[],
    ): Promise<readonly Grant[]> => {
      await this.#passes(wayMs())
      const grants = await this.#inRealTime(this.#store.draw(requests, returns))
      await this.#passes(wayMs())
      // What a dead process is answered reaches nobody.
      return isAlive() ? grants : new Promise<never>(() => undefined)
    }
    return {
      kinds: this.#store.kinds,
      draw: remote,
      giveBack: async (returns) => void (await remote([], returns)),
      look: async (cost, limits) => this.#store.look(cost, limits),
    }
  }

  async #passes(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    this.at(this.nowMs + ms, resolve)
    return promise
  }

  async #inRealTime<Value>(work: Promise<Value>): Promise<Value> {
    this.#underWay.add(work)
    try {
      return await work
    } finally {
      this.#underWay.delete(work)
    }
  }

  /** Lets everything happen that needs no simulated time. */
  async #settled(): Promise<void> {
    do {
      await Promise.allSettled(this.#underWay)
      await new Promise((resolve) => setImmediate(resolve))
    } while (this.#underWay.size > 0)
  }
}

/** The most units admitted in any window of `windowMs`, by brute force over every admission as the window's end. */
export function mostInAnyWindow(outcomes: readonly Outcome[], windowMs: number): number {
  const admitted = outcomes
    .filter((outcome) => outcome.admitted)
    .toSorted((one, other) => one.decidedAtMs - other.decidedAtMs)
  let most = 0
  let sum = 0
  let first = 0
  for (const outcome of admitted) {
    sum += outcome.arrival.cost
    for (
      let oldest = admitted[first];
      oldest !== undefined && oldest.decidedAtMs <= outcome.decidedAtMs - windowMs;
      oldest = admitted[++first]
    ) {
      sum -= oldest.arrival.cost
    }
    most = Math.max(most, sum)
  }
  return most
}

export const admittedUnits = (outcomes: readonly Outcome[]): number =>
  outcomes.reduce((sum, outcome) => sum + (outcome.admitted ? outcome.arrival.cost : 0), 0)

/** The most calls that ran at once. */
export function mostAtOnce(outcomes: readonly Outcome[]): number {
  const moves = outcomes
    .filter((outcome) => outcome.admitted)
    .flatMap(({ decidedAtMs, endedAtMs }) => [
      { atMs: decidedAtMs, by: 1 },
      { atMs: endedAtMs, by: -1 },
    ])
    // Who leaves at the same instant leaves first.
    .toSorted((one, other) => one.atMs - other.atMs || one.by - other.by)
  let running = 0
  let most = 0
  for (const { by } of moves) most = Math.max(most, (running += by))
  return most
}

/** By how much any stretch of time held more than `burst` and what the rate adds; 0 or less: never. */
export function excessOverBurst(outcomes: readonly Outcome[], { limit, windowMs, burst }: BurstShape): number {
  const admitted = outcomes
    .filter((outcome) => outcome.admitted)
    .toSorted((one, other) => one.decidedAtMs - other.decidedAtMs)
  let excess = -Infinity
  for (const [from, first] of admitted.entries()) {
    let sum = 0
    for (const { decidedAtMs, arrival } of admitted.slice(from)) {
      sum += arrival.cost
      excess = Math.max(excess, sum - burst - ((decidedAtMs - first.decidedAtMs) * limit) / windowMs)
    }
  }
  return excess
}
