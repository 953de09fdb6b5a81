/** The upstreams in use: for each workspace and origin its addresses and its connections. */
import { type Origin, parseOrigin } from '@claviger/core'
import type { ClientIdentity } from '#injections'
import { Pool } from './pool.ts'
import { type Lookup, Resolver, lookupBySystem } from './resolve.ts'

export interface Upstream {
  readonly origin: Origin
  /** The operator has named this host as one that may be private. */
  readonly isNamedHost: boolean
  readonly resolver: Resolver
  /** Of requests that show no certificate. */
  readonly pool: Pool
  /** Of those that do: none shares a connection with another one's. */
  readonly poolsOf: Map<ClientIdentity, Pool>
}

export interface UpstreamsOptions {
  readonly allowedHosts: ReadonlySet<string>
  readonly monotonicMs: () => number
  readonly lookup: Lookup | undefined
}

/** An upstream that nobody uses is forgotten after this. */
const FORGET_AFTER_MS = 60_000

export class Upstreams {
  readonly #options: UpstreamsOptions
  readonly #allowedHosts: ReadonlySet<string>
  /** By workspace, then by the origin as it was written. */
  readonly #byWorkspace = new Map<string, Map<string, Upstream>>()
  readonly #sweeper: NodeJS.Timeout

  constructor(options: UpstreamsOptions) {
    this.#options = options
    this.#allowedHosts = hostsOf(options.allowedHosts)
    this.#sweeper = setInterval(() => this.#forgetUnused(), FORGET_AFTER_MS).unref()
  }

  /**
   * The upstream of an origin; the same one for every spelling of it.
   * @returns undefined when the text is not an origin
   */
  find(workspaceId: string, text: string): Upstream | undefined {
    const known = this.#byWorkspace.get(workspaceId)?.get(text)
    if (known !== undefined) return known
    const origin = parseOrigin(text)
    if (origin === undefined) return undefined
    const upstreams = this.#byWorkspace.get(workspaceId) ?? new Map<string, Upstream>()
    this.#byWorkspace.set(workspaceId, upstreams)
    const upstream = upstreams.get(origin.text) ?? this.#make(origin)
    upstreams.set(origin.text, upstream)
    return upstream
  }

  /** The connections on which we are who the credential says. */
  poolFor(upstream: Upstream, identity: ClientIdentity | undefined): Pool {
    if (identity === undefined) return upstream.pool
    const known = upstream.poolsOf.get(identity)
    if (known !== undefined) return known
    const { origin, resolver } = upstream
    const { monotonicMs } = this.#options
    const pool = new Pool({ origin, resolver, tls: { session: undefined, context: identity.context }, monotonicMs })
    upstream.poolsOf.set(identity, pool)
    return pool
  }

  stats(): { readonly connections: number; readonly waiting: number } {
    const pools = [...this.#all()].flatMap(poolsOf)
    const sum = (numbers: readonly number[]): number => numbers.reduce((total, one) => total + one, 0)
    return { connections: sum(pools.map((pool) => pool.lanes)), waiting: sum(pools.map((pool) => pool.waiting)) }
  }

  async close(): Promise<void> {
    clearInterval(this.#sweeper)
    const pools = [...this.#all()].flatMap(poolsOf)
    this.#byWorkspace.clear()
    await Promise.all(pools.map((pool) => pool.close()))
  }

  #make(origin: Origin): Upstream {
    const { monotonicMs, lookup = lookupBySystem } = this.#options
    const resolver = new Resolver({ origin, allowedHosts: this.#allowedHosts, lookup, monotonicMs })
    const pool = new Pool({ origin, resolver, tls: { session: undefined, context: undefined }, monotonicMs })
    return { origin, isNamedHost: this.#allowedHosts.has(origin.host), resolver, pool, poolsOf: new Map() }
  }

  *#all(): Generator<Upstream> {
    for (const upstreams of this.#byWorkspace.values()) yield* upstreams.values()
  }

  #forgetUnused(): void {
    for (const [workspaceId, upstreams] of this.#byWorkspace) {
      for (const [text, upstream] of upstreams) {
        for (const [identity, pool] of upstream.poolsOf) {
          if (pool.unusedForMs() > FORGET_AFTER_MS) upstream.poolsOf.delete(identity)
        }
        if (upstream.poolsOf.size === 0 && upstream.pool.unusedForMs() > FORGET_AFTER_MS) upstreams.delete(text)
      }
      if (upstreams.size === 0) this.#byWorkspace.delete(workspaceId)
    }
  }
}

function poolsOf(upstream: Upstream): readonly Pool[] {
  return [upstream.pool, ...upstream.poolsOf.values()]
}

/** The operator's host names in the spelling of `Origin.host`. */
function hostsOf(names: ReadonlySet<string>): ReadonlySet<string> {
  const hosts = new Set<string>()
  for (const name of names) {
    const written = name.includes(':') && !name.startsWith('[') ? `[${name}]` : name
    const host = parseOrigin(`http://${written}`)?.host
    if (host !== undefined) hosts.add(host)
  }
  return hosts
}
