/** Names to checked addresses, remembered for a short while. */
import { lookup as systemLookup } from 'node:dns/promises'
import type { Origin } from '@claviger/core'
import type { MaybePromise } from '@claviger/gateway'
import { type CheckedAddress, checkAddresses } from './address.ts'
import { EgressProblem, codeOf, failure } from './failure.ts'

/** All addresses of a name. The system's own resolver, or one that a test hands in. */
export type Lookup = (host: string) => Promise<readonly string[]>

/** How long an answer is used for new connections. Connections that are open keep the address they were checked for. */
const FRESH_MS = 5_000

/** The system's resolver (hosts file included), in the system's order of addresses. */
export async function lookupBySystem(host: string): Promise<readonly string[]> {
  const found = await systemLookup(host, { all: true, order: 'verbatim' })
  return found.map((entry) => entry.address)
}

export interface ResolverOptions {
  readonly origin: Origin
  readonly allowedHosts: ReadonlySet<string>
  readonly lookup: Lookup
  readonly monotonicMs: () => number
}

/** The addresses of one origin. Failures are not remembered; questions at the same time are asked once. */
export class Resolver {
  readonly #options: ResolverOptions
  #answer: { readonly addresses: readonly CheckedAddress[]; readonly untilMs: number } | undefined
  #asking: Promise<readonly CheckedAddress[]> | undefined

  constructor(options: ResolverOptions) {
    this.#options = options
  }

  /**
   * The addresses that a connection may be opened to, at least one.
   * @throws EgressProblem `address_not_allowed`, or `unreachable` when the name is not found
   */
  addresses(): MaybePromise<readonly CheckedAddress[]> {
    const { origin, monotonicMs } = this.#options
    if (origin.address !== undefined) return this.#check([origin.host])
    if (this.#answer !== undefined && monotonicMs() < this.#answer.untilMs) return this.#answer.addresses
    this.#asking ??= this.#ask().finally(() => {
      this.#asking = undefined
    })
    return this.#asking
  }

  async #ask(): Promise<readonly CheckedAddress[]> {
    const { origin, lookup, monotonicMs } = this.#options
    let found: readonly string[]
    try {
      found = await lookup(origin.host)
    } catch (cause) {
      throw new EgressProblem(
        failure('unreachable', `The name ${origin.host} cannot be resolved (${codeOf(cause) || 'no answer'}).`),
        { cause },
      )
    }
    const addresses = this.#check(found)
    this.#answer = { addresses, untilMs: monotonicMs() + FRESH_MS }
    return addresses
  }

  #check(found: readonly string[]): readonly CheckedAddress[] {
    const { origin, allowedHosts } = this.#options
    const check = checkAddresses(origin.host, found, allowedHosts)
    if (check.kind === 'refused') {
      throw new EgressProblem(
        failure('address_not_allowed', `${origin.host} points to ${check.address}, which is not a public address.`),
      )
    }
    if (check.addresses.length === 0)
      throw new EgressProblem(failure('unreachable', `The name ${origin.host} has no address.`))
    return check.addresses
  }
}
