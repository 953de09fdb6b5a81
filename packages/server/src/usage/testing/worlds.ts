/** Limits, nodes and calls for simulations, the same in every run. */
import type { BurstPolicy, ConcurrencyPolicy, CreditsPolicy, QuotaPolicy, WindowPolicy } from '@claviger/core'
import { MemoryLeaseStore } from './memory-lease-store.ts'
import { Simulation, type Arrival } from './simulation.ts'

export const START_MS = 1_800_000_000_000

const COMMON = { name: 'test', class: 'bounded', mode: 'enforce', onCounterLoss: 'closed' } as const

export function windowOf(limit: number, windowMs: number, rest: Partial<WindowPolicy> = {}): WindowPolicy {
  return { ...COMMON, kind: 'window', id: `window:${limit}:${windowMs}`, limit, windowMs, buckets: 10, ...rest }
}

/** `limit` per second. */
export function burstOf(limit: number, burst: number, rest: Partial<BurstPolicy> = {}): BurstPolicy {
  return { ...COMMON, kind: 'burst', id: `burst:${limit}:${burst}`, limit, windowMs: 1_000, burst, ...rest }
}

export function slotsOf(limit: number, rest: Partial<ConcurrencyPolicy> = {}): ConcurrencyPolicy {
  return { ...COMMON, kind: 'concurrency', id: `slots:${limit}`, limit, ...rest }
}

/** Of a day in UTC. */
export function quotaOf(limit: number, rest: Partial<QuotaPolicy> = {}): QuotaPolicy {
  const calendar = { period: 'day', anchorDay: 1, anchorMonth: 1, zone: 'UTC' } as const
  return { ...COMMON, ...calendar, kind: 'quota', id: `quota:${limit}`, limit, ...rest }
}

export function creditsOf(account: string, rest: Partial<CreditsPolicy> = {}): CreditsPolicy {
  const limit = Number.MAX_SAFE_INTEGER
  return { ...COMMON, kind: 'credits', id: `credits:${account}`, account, limit, ...rest }
}

export interface World {
  readonly simulation: Simulation
  readonly store: MemoryLeaseStore
}

/** @param nodes to begin with, their clocks up to two seconds off, a few ms from the store */
export function simulate(nodes = 0, random: () => number = numbers(1), startMs = START_MS): World {
  let made: MemoryLeaseStore | undefined
  const simulation = new Simulation(
    startMs,
    (its) =>
      (made = new MemoryLeaseStore(
        () => its.nowMs,
        () => its.liveNodes(),
      )),
  )
  for (let node = 0; node < nodes; node++) simulation.addNode((random() - 0.5) * 4_000, () => 0.3 + random() * 2)
  if (made === undefined) throw new Error('the simulation made no store')
  return { simulation, store: made }
}

/** Calls of one unit, evenly at exactly the rate, each at one of the nodes. */
export function steady(
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
  windows: number,
  nodeOf: (index: number) => number,
): readonly Arrival[] {
  return Array.from({ length: limit * windows }, (_, index) => ({
    atMs: START_MS + 100 + (index * windowMs) / limit,
    node: nodeOf(index),
    cost: 1,
  }))
}

/** Numbers between 0 and 1 that are the same in every run. */
export function numbers(seed: number): () => number {
  let state = seed
  return () => (state = (state * 1_103_515_245 + 12_345) % 2_147_483_648) / 2_147_483_648
}
