/**
 * Slows down who keeps failing to authenticate, before anything is looked up. Local and approximate: each process counts
 * for itself. An address (its /56 in IPv6) has some failures free; after that it is shut out, each time twice as long.
 */
import { ipPrefix, type IpAddress } from '@claviger/core'

export interface ShieldOptions {
  /** Failures within `perMs` that nobody is blamed for. */
  readonly freeFailures: number
  readonly perMs: number
  readonly firstBlockMs: number
  readonly maxBlockMs: number
  /** After so long without a failure the blocks begin small again. */
  readonly forgiveAfterMs: number
  /** Bound of the memory: so many addresses are remembered, those that failed last. */
  readonly maxPrefixes: number
}

export const DEFAULT_SHIELD: ShieldOptions = {
  freeFailures: 60,
  perMs: 60_000,
  firstBlockMs: 1_000,
  maxBlockMs: 300_000,
  forgiveAfterMs: 600_000,
  maxPrefixes: 50_000,
}

interface Suspect {
  /** Failures not yet forgotten; they leak away evenly. */
  level: number
  lastMs: number
  blocks: number
  blockedUntilMs: number
}

/** An IPv4 address as its number, so that no text is made of it on every request. */
type Prefix = number | string

export class Shield {
  readonly #options: ShieldOptions
  #young = new Map<Prefix, Suspect>()
  #old = new Map<Prefix, Suspect>()

  constructor(options: ShieldOptions = DEFAULT_SHIELD) {
    this.#options = options
  }

  /** @returns how long the address is still shut out, in ms; 0 when it is not */
  blockedForMs(ip: IpAddress, nowMs: number): number {
    if (this.#young.size === 0 && this.#old.size === 0) return 0
    const prefix = prefixOf(ip)
    const suspect = this.#young.get(prefix) ?? this.#old.get(prefix)
    return suspect === undefined ? 0 : Math.max(0, suspect.blockedUntilMs - nowMs)
  }

  recordFailure(ip: IpAddress, nowMs: number): void {
    const { freeFailures, perMs, firstBlockMs, maxBlockMs, forgiveAfterMs } = this.#options
    const suspect = this.#suspect(prefixOf(ip), nowMs)
    const passedMs = nowMs - suspect.lastMs
    suspect.level = Math.max(0, suspect.level - (passedMs * freeFailures) / perMs) + 1
    if (passedMs > forgiveAfterMs) suspect.blocks = 0
    suspect.lastMs = nowMs
    // Calls that were under way when the block began do not lengthen it.
    if (suspect.level <= freeFailures || nowMs < suspect.blockedUntilMs) return
    suspect.blockedUntilMs = nowMs + Math.min(maxBlockMs, firstBlockMs * 2 ** suspect.blocks)
    suspect.blocks++
    suspect.level = freeFailures
  }

  #suspect(prefix: Prefix, nowMs: number): Suspect {
    const young = this.#young.get(prefix)
    if (young !== undefined) return young
    const suspect = this.#old.get(prefix) ?? { level: 0, lastMs: nowMs, blocks: 0, blockedUntilMs: 0 }
    if (this.#young.size >= this.#options.maxPrefixes / 2) {
      this.#old = this.#young
      this.#young = new Map()
    }
    this.#young.set(prefix, suspect)
    return suspect
  }
}

const prefixOf = (ip: IpAddress): Prefix => (ip.family === 4 ? ip.word3 : ipPrefix(ip))
