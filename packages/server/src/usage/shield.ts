/**
 * Slows down who keeps failing to authenticate. Local and approximate: each process counts for itself, and nothing is asked
 * of the database. Failures are counted by address (its /56 in IPv6), by the public id in the presented key, and by its
 * prefix, whether such a key exists or not.
 *
 * Only an address is shut out before its key is looked at. A public id is no secret, so whoever knows it could shut its
 * owner out: a blocked id or prefix refuses nothing that is right. It makes the answer to what is wrong "wait", and each
 * address has fewer failures free at it, so that many addresses together get no further than a few.
 */
import { ipPrefix, parseIp, parseKey, type IpAddress } from '@claviger/core'
import type { FailedCredential } from '@claviger/gateway'
import { Offenders, type BackOff, type Block } from './offenders.ts'

/** What a block is about. */
export const SHIELD_SCOPES = ['address', 'key', 'prefix'] as const
export type ShieldScope = (typeof SHIELD_SCOPES)[number]

export interface ShieldOptions extends Readonly<Record<ShieldScope, BackOff>> {
  /** A failure at a blocked id or prefix counts for so many against its address. */
  readonly sternWeight: number
}

const BLOCKS = { firstBlockMs: 1_000, maxBlockMs: 300_000, decayMs: 120_000 }

const DEFAULT_SHIELD: ShieldOptions = {
  address: { freeFailures: 60, perMs: 60_000, ...BLOCKS, maxRemembered: 50_000 },
  key: { freeFailures: 60, perMs: 60_000, ...BLOCKS, maxRemembered: 50_000 },
  // All customers of an api share one: it takes many to say that it is probed.
  prefix: { freeFailures: 3_000, perMs: 60_000, ...BLOCKS, maxRemembered: 5_000 },
  sternWeight: 10,
}

/** A range of addresses (`203.0.113.7/32`, `2001:db8:0:1100::/56`), the public id of a key, or a prefix of keys. */
export interface ShieldSubject {
  readonly scope: ShieldScope
  readonly subject: string
}

/** Who is blocked in this process. */
export type ShieldBlock = ShieldSubject & Omit<Block<string>, 'subject'>

export class Shield {
  readonly #addresses: Offenders<Prefix>
  readonly #keys: Offenders<string>
  readonly #prefixes: Offenders<string>
  readonly #sternWeight: number
  readonly #onBlock: (scope: ShieldScope) => void

  /** @param onBlock told of each block that begins */
  constructor(options: ShieldOptions = DEFAULT_SHIELD, onBlock: (scope: ShieldScope) => void = () => undefined) {
    this.#addresses = new Offenders(options.address)
    this.#keys = new Offenders(options.key)
    this.#prefixes = new Offenders(options.prefix)
    this.#sternWeight = options.sternWeight
    this.#onBlock = onBlock
  }

  /** @returns how long the address is still shut out, in ms; 0 when it is not */
  blockedForMs(ip: IpAddress, nowMs: number): number {
    return this.#addresses.hasConvicts ? this.#addresses.blockedForMs(prefixOf(ip), nowMs) : 0
  }

  /** @returns how long what failed at this key or prefix is told to wait, in ms; 0: it is told what is wrong */
  recordFailure({ clientIp, presented }: FailedCredential, nowMs: number): number {
    const parsed = presented === undefined ? undefined : parseKey(presented)
    let waitMs = 0
    if (parsed?.kind === 'key') {
      if (this.#keys.fail(parsed.publicId, nowMs, 1)) this.#onBlock('key')
      if (this.#prefixes.fail(parsed.prefix, nowMs, 1)) this.#onBlock('prefix')
      waitMs = Math.max(
        this.#keys.blockedForMs(parsed.publicId, nowMs),
        this.#prefixes.blockedForMs(parsed.prefix, nowMs),
      )
    }
    const weight = waitMs > 0 ? this.#sternWeight : 1
    if (clientIp !== undefined && this.#addresses.fail(prefixOf(clientIp), nowMs, weight)) this.#onBlock('address')
    return waitMs
  }

  /** How many subjects of each scope are remembered. */
  remembered(): Readonly<Record<ShieldScope, number>> {
    return {
      address: this.#addresses.remembered,
      key: this.#keys.remembered,
      prefix: this.#prefixes.remembered,
    }
  }

  blocks(nowMs: number): readonly ShieldBlock[] {
    return [
      ...this.#addresses.blocks(nowMs).map(({ subject, ...block }) => ({
        scope: 'address' as const,
        ...block,
        subject: typeof subject === 'number' ? ipPrefix(ipv4Of(subject)) : subject,
      })),
      ...this.#keys.blocks(nowMs).map((block) => ({ scope: 'key' as const, ...block })),
      ...this.#prefixes.blocks(nowMs).map((block) => ({ scope: 'prefix' as const, ...block })),
    ]
  }

  /** Ends a block, and forgets the failures that led to it. Of who is not blocked, the failures. */
  lift({ scope, subject }: ShieldSubject): void {
    switch (scope) {
      case 'address': {
        const ip = parseIp(subject.split('/', 1)[0] ?? '')
        if (ip !== undefined) this.#addresses.forgive(prefixOf(ip))
        return
      }
      case 'key':
        return this.#keys.forgive(subject)
      case 'prefix':
        return this.#prefixes.forgive(subject)
    }
  }
}

/** The range that an address, or a range that is none smaller, stands for in the shield; undefined: it is none. */
export function shieldedRange(text: string): string | undefined {
  const [address = '', ...length] = text.split('/')
  const ip = parseIp(address)
  if (ip === undefined) return undefined
  const range = ipPrefix(ip)
  return length.length === 0 || (length.length === 1 && text === range) ? range : undefined
}

/** An IPv4 address as its number, so that no text is made of it on every request. */
type Prefix = number | string

const prefixOf = (ip: IpAddress): Prefix => (ip.family === 4 ? ip.word3 : ipPrefix(ip))
const ipv4Of = (word3: number): IpAddress => ({ family: 4, word0: 0, word1: 0, word2: 0, word3 })
