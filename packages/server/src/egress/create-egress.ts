/**
 * The only way out with a credential (decision 7). A request names a credential; whether that credential may go to this
 * origin for this user is decided here, the address is resolved and checked here, and the secret is added here.
 */
import type {
  Clock,
  Egress,
  EgressCall,
  EgressFailure,
  EgressRequest,
  EgressSink,
  MaybePromise,
  UpgradeResult,
} from '@claviger/gateway'
import { InjectionProblem, type Ready, type Tools, readyInjection } from '#injections'
import { Call } from './call.ts'
import type { CredentialStore, OpenedCredential } from './credential.ts'
import { failure } from './failure.ts'
import { sendOwn } from './own-request.ts'
import { prepareInTime } from './prepare-in-time.ts'
import { type Prepared, prepare } from './prepare.ts'
import { type BodyReader, readBody } from './read-body.ts'
import type { Lookup } from './resolve.ts'
import { Roster } from './roster.ts'
import { Turn } from './turn.ts'
import { requestUpgrade } from './upgrade.ts'
import { type Upstream, Upstreams } from './upstreams.ts'

export interface EgressOptions {
  readonly config: {
    /** Hosts, by name or address, that may be private. */
    readonly allowPrivateUpstreams: ReadonlySet<string>
  }
  readonly log: {
    warn(facts: object, message: string): void
    error(facts: object, message: string): void
  }
  readonly credentials: CredentialStore
  readonly clock: Clock
  /** The network's names; the system's resolver unless a test hands in its own. */
  readonly lookup?: Lookup
}

export interface EgressStats {
  /** Calls that have not ended. */
  readonly calls: number
  /** Connections, in use and idle. */
  readonly connections: number
  /** Calls that wait for a connection. */
  readonly waiting: number
}

export interface RunningEgress extends Egress {
  stats(): EgressStats
  /** Ends every call (`unreachable`) and closes every connection. Sockets of switched upgrades belong to their callers. */
  close(): Promise<void>
}

/** What an operator should hear of: someone tried to send a credential, or anything, where it may not go. */
const WORTH_A_WARNING: ReadonlySet<string> = new Set(['address_not_allowed', 'origin_not_allowed'])

/**
 * Makes the egress of this process. A sink is never told anything before `send` has returned.
 * Connections are shared within a workspace and origin, never across workspaces.
 */
export function createEgress(options: EgressOptions): RunningEgress {
  return new PooledEgress(options)
}

class PooledEgress implements RunningEgress {
  readonly #options: EgressOptions
  readonly #upstreams: Upstreams
  readonly #monotonicMs: () => number
  readonly #turn = new Turn()
  readonly #calls = new Roster<Call>()
  /** What was made of opened credentials: gone when the vault hands out another one in their place. */
  readonly #ready = new WeakMap<OpenedCredential, Ready>()
  readonly #readyOf = (credential: OpenedCredential): Ready => {
    const known = this.#ready.get(credential)
    if (known !== undefined) return known
    const made = readyInjection(credential.injection, credential.secret.reveal(), this.#toolsOf(credential))
    this.#ready.set(credential, made)
    return made
  }
  #isClosed = false

  constructor(options: EgressOptions) {
    this.#options = options
    this.#monotonicMs = () => options.clock.monotonicMs()
    this.#upstreams = new Upstreams({
      allowedHosts: options.config.allowPrivateUpstreams,
      monotonicMs: this.#monotonicMs,
      lookup: options.lookup,
    })
  }

  send(request: EgressRequest, sink: EgressSink): EgressCall {
    const call = new Call({
      request,
      sink,
      turn: this.#turn,
      monotonicMs: this.#monotonicMs,
      onSinkError: (error) =>
        this.#options.log.error({ err: error, origin: request.origin }, 'egress: a sink threw; its call is aborted'),
      onEnded: (ended, problem) => {
        this.#calls.remove(ended)
        if (problem !== undefined) this.#warn(problem, request)
      },
    })
    this.#calls.add(call)
    const upstream = this.#upstreamOf(request)
    if (upstream === undefined) {
      call.fail(this.#noUpstream(request))
      return call
    }
    this.#begin(call, request, upstream)
    return call
  }

  #begin(call: Call, request: EgressRequest, upstream: Upstream): void {
    const start = (prepared: Prepared): void => {
      if (prepared.kind === 'refused') return call.fail(prepared.failure)
      const { path, headers, body, injected } = prepared
      const refused = injected?.refused
      const renewal =
        refused === undefined
          ? undefined
          : { refused, again: (): void => this.#begin(call, { ...request, body }, upstream) }
      const pool = this.#upstreams.poolFor(upstream, injected?.identity)
      this.#turn.outside(() => call.start({ pool, path, headers, body, renewal }))
    }
    const prepared = this.#prepare(request, upstream, call)
    if (prepared instanceof Promise) void prepared.then(start)
    else start(prepared)
  }

  async upgrade(request: EgressRequest, signal: AbortSignal): Promise<UpgradeResult> {
    const upstream = this.#upstreamOf(request)
    if (upstream === undefined) return this.#failed(this.#noUpstream(request), request)
    const asked = await this.#askUpgrade(request, upstream, signal)
    if (asked.result.kind !== 'answered' || asked.result.status !== 401 || asked.refused?.() !== true)
      return asked.result
    return (await this.#askUpgrade(request, upstream, signal)).result
  }

  async #askUpgrade(
    request: EgressRequest,
    upstream: Upstream,
    signal: AbortSignal,
  ): Promise<{ readonly result: UpgradeResult; readonly refused?: (() => boolean) | undefined }> {
    const preparing = this.#prepare(request, upstream, { read: readBody })
    const prepared = preparing instanceof Promise ? await prepareInTime(preparing, request, signal) : preparing
    if (prepared.kind === 'refused') return { result: this.#failed(prepared.failure, request) }
    const { path, headers, injected } = prepared
    const { origin, resolver } = upstream
    const identity = injected?.identity
    const result = await requestUpgrade({ request, origin, resolver, path, headers, identity, signal })
    return result.kind === 'failed'
      ? { result: this.#failed(result.failure, request) }
      : { result, refused: injected?.refused }
  }

  stats(): EgressStats {
    return { calls: this.#calls.size, ...this.#upstreams.stats() }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    for (const call of this.#calls.all()) call.fail(failure('unreachable', 'Egress has been closed.'))
    await this.#upstreams.close()
  }

  #upstreamOf(request: EgressRequest): Upstream | undefined {
    return this.#isClosed ? undefined : this.#upstreams.find(request.usedBy.workspaceId, request.origin)
  }

  #noUpstream(request: EgressRequest): EgressFailure {
    return this.#isClosed
      ? failure('unreachable', 'Egress has been closed.')
      : failure(
          'origin_not_allowed',
          `${JSON.stringify(request.origin)} is not an origin (https://host or http://host, and a port).`,
        )
  }

  #prepare(request: EgressRequest, { origin, isNamedHost }: Upstream, bodies: BodyReader): MaybePromise<Prepared> {
    const { credentials } = this.#options
    return prepare(request, { credentials, readyOf: this.#readyOf, bodies, origin, isNamedHost })
  }

  /** What an opened credential may use. It goes out without a credential, so what it holds may not go in plaintext. */
  #toolsOf({ id, workspaceId }: OpenedCredential): Tools {
    return {
      nowMs: () => this.#options.clock.nowMs(),
      fetch: async (own) => {
        const upstream = this.#isClosed ? undefined : this.#upstreams.find(workspaceId, own.origin)
        if (upstream?.origin.scheme === 'http' && !upstream.isNamedHost) {
          throw new InjectionProblem(`${own.origin} may not be asked in plaintext`)
        }
        return sendOwn(own, { send: (request, sink) => this.send(request, sink), workspaceId, onBehalfOf: id })
      },
    }
  }

  #failed(problem: EgressFailure, request: EgressRequest): UpgradeResult {
    this.#warn(problem, request)
    return { kind: 'failed', failure: problem }
  }

  #warn(problem: EgressFailure, request: EgressRequest): void {
    if (!WORTH_A_WARNING.has(problem.code)) return
    const { credentialId, usedBy } = request
    this.#options.log.warn({ code: problem.code, credentialId, usedBy }, `egress: ${problem.detail}`)
  }
}
