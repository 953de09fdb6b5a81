/**
 * Asks the upstreams of routes with a `health_check` how they are. Every process that serves calls asks for itself: what
 * counts is whether *it* reaches them, and nothing must be shared or stored for that. Checks leave through egress, as calls
 * do: to public addresses only, and with a credential only where the operator says so.
 */
import type {
  Egress,
  EgressCall,
  EgressFailure,
  EgressSink,
  HealthCheckPart,
  Member,
  RoutePart,
  UpstreamPool,
} from '@claviger/gateway'

export interface HealthChecksOptions {
  readonly egress: Pick<Egress, 'send'>
  /** Those that are served now. */
  readonly routes: () => Iterable<RoutePart>
  readonly monotonicMs: () => number
}

export interface RunningHealthChecks {
  /** No check is sent any more, and those under way are given up. */
  close(): void
}

const LOOK_EVERY_MS = 250
/** An answer is read to its end, so that its connection can be used again, if it is no longer than this. */
const MAX_ANSWER_BYTES = 64 * 1024
/** So many upstreams that were never asked are asked at once; the others after them, one each few ms: a start is no storm. */
const FIRST_AT_ONCE = 50
const FIRST_APART_MS = 5

export function startHealthChecks(options: HealthChecksOptions): RunningHealthChecks {
  const checks = new HealthChecks(options)
  const looking = setInterval(() => checks.look(), LOOK_EVERY_MS)
  looking.unref()
  return {
    close() {
      clearInterval(looking)
      checks.close()
    },
  }
}

export class HealthChecks {
  readonly #options: HealthChecksOptions
  /** When a check of it began last; upstreams of routes that are gone fall out by themselves. */
  readonly #beganAtMs = new WeakMap<Member['health'], number>()
  readonly #running = new Set<Check>()
  #isClosed = false
  /** Upstreams that were new in the present look. */
  #newOnes = 0

  constructor(options: HealthChecksOptions) {
    this.#options = options
  }

  /** Begins what is due. A check that is under way ends before the next one of the same upstream begins. */
  look(): void {
    if (this.#isClosed) return
    const nowMs = this.#options.monotonicMs()
    this.#newOnes = 0
    for (const route of this.#options.routes()) {
      const { pool } = route
      if (pool?.balance.healthCheck !== undefined) this.#lookAt(route, pool, pool.balance.healthCheck, nowMs)
    }
  }

  close(): void {
    this.#isClosed = true
    for (const check of this.#running) check.abandon()
    this.#running.clear()
  }

  #lookAt(route: RoutePart, pool: UpstreamPool, spec: HealthCheckPart, nowMs: number): void {
    // a check cannot take longer than its bound
    const apartMs = Math.max(spec.intervalMs, spec.timeoutMs)
    for (const member of pool.members) {
      const beganAtMs = this.#beganAtMs.get(member.health) ?? this.#firstOf(member, nowMs, apartMs)
      if (nowMs < beganAtMs + apartMs) continue
      this.#beganAtMs.set(member.health, nowMs)
      this.#begin(route, { member, spec, pool })
    }
  }

  /** @returns when a check of it would have begun last, so that its first one is due in its turn */
  #firstOf(member: Member, nowMs: number, apartMs: number): number {
    this.#newOnes += 1
    const waitMs = Math.min(apartMs, Math.max(0, this.#newOnes - FIRST_AT_ONCE) * FIRST_APART_MS)
    this.#beganAtMs.set(member.health, nowMs + waitMs - apartMs)
    return nowMs + waitMs - apartMs
  }

  #begin(route: RoutePart, asked: Asked): void {
    const check = new Check(asked, this.#options.monotonicMs, () => this.#running.delete(check))
    this.#running.add(check)
    const { timeoutMs } = asked.spec
    const request = {
      credentialId: asked.spec.withCredential ? route.credentialId : undefined,
      // no app asks: a credential that is kept for some apps is not sent
      usedBy: { kind: 'route' as const, id: route.id, appId: '', workspaceId: route.workspaceId },
      origin: asked.member.upstream.origin,
      method: 'GET',
      path: asked.spec.path,
      headers: ['User-Agent', 'claviger-health-check', 'Accept', '*/*'],
      body: undefined,
      timeouts: { connectMs: timeoutMs, firstByteMs: timeoutMs, idleMs: timeoutMs, totalMs: timeoutMs },
    }
    check.call = this.#options.egress.send(request, check)
  }
}

interface Asked {
  readonly member: Member
  readonly spec: HealthCheckPart
  readonly pool: UpstreamPool
}

class Check implements EgressSink {
  readonly #asked: Asked
  readonly #monotonicMs: () => number
  readonly #onOver: () => void
  call: EgressCall | undefined
  #status = 0
  #receivedBytes = 0
  #isOver = false

  constructor(asked: Asked, monotonicMs: () => number, onOver: () => void) {
    this.#asked = asked
    this.#monotonicMs = monotonicMs
    this.#onOver = onOver
  }

  onHead(status: number): void {
    this.#status = status
  }

  onChunk(chunk: Uint8Array): boolean {
    this.#receivedBytes += chunk.byteLength
    if (this.#receivedBytes > MAX_ANSWER_BYTES) {
      this.call?.abort()
      this.#judge()
    }
    return true
  }

  onEnd(): void {
    this.#judge()
  }

  onFailure(failure: EgressFailure): void {
    if (failure.reached !== undefined) return this.#end(failure.detail)
    // it ended on our side of the wire, and says nothing of the upstream: told, and not counted
    if (this.#isOver) return
    this.#isOver = true
    this.#onOver()
    this.#asked.member.health.problem = failure.detail
  }

  abandon(): void {
    this.#isOver = true
    this.call?.abort()
  }

  #judge(): void {
    this.#end(this.#asked.spec.statuses.has(this.#status) ? undefined : `It answered ${this.#status}.`)
  }

  #end(problem: string | undefined): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#onOver()
    const { member, spec, pool } = this.#asked
    if (problem === undefined) pool.tally.checksGood += 1
    else pool.tally.checksBad += 1
    member.health.take(problem, spec, this.#monotonicMs())
  }
}
