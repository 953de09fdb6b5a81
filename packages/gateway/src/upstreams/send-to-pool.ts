/** One request to the upstreams of a pool: to the caller's sink it is one call, however many tries it takes. */
import type { Context } from '../context.ts'
import type { Selected } from '../exchange.ts'
import type { EgressCall, EgressFailure, EgressRequest, EgressSink } from '../ports.ts'
import type { UpstreamPool } from './pool.ts'
import { Tries } from './tries.ts'

/** Sends as `egress` does, to whichever upstream of the pool is next. The path of the request begins behind their base paths. */
export function sendToPool(
  context: Context,
  request: EgressRequest,
  sink: EgressSink,
  { selected, pool }: { readonly selected: Selected; readonly pool: UpstreamPool },
): EgressCall {
  const call = new PooledCall(context, request, sink, new Tries(context, selected, pool))
  call.try()
  return call
}

class PooledCall implements EgressCall, EgressSink {
  readonly #context: Context
  readonly #request: EgressRequest
  readonly #sink: EgressSink
  readonly #tries: Tries
  #call: EgressCall | undefined
  #hasHead = false
  /** The sink is being told of a head: should it end the call now, the head is why. */
  #isTellingHead = false

  constructor(context: Context, request: EgressRequest, sink: EgressSink, tries: Tries) {
    this.#context = context
    this.#request = request
    this.#sink = sink
    this.#tries = tries
  }

  try(): void {
    const { credentialId, usedBy, method, headers, body } = this.#request
    const { origin, path, timeouts } = this.#tries.begin(this.#request)
    const request = { credentialId, usedBy, origin, method, path, headers, body, timeouts }
    this.#call = this.#context.ports.egress.send(request, this)
  }

  // ── what egress tells of the present try ───────────────────────────────────────────────────────────────────────────

  onHead(status: number, statusText: string, headers: readonly string[]): void {
    this.#tries.settle(this.#tries.isFailure(status) ? 'bad' : 'answered')
    if (this.#tries.mayAskAnother(status, this.#request)) {
      this.#call?.abort()
      return this.try()
    }
    this.#hasHead = true
    this.#isTellingHead = true
    try {
      this.#sink.onHead(status, statusText, headers)
    } finally {
      this.#isTellingHead = false
    }
  }

  onChunk(chunk: Uint8Array): boolean {
    return this.#sink.onChunk(chunk)
  }

  onEnd(trailers: readonly string[]): void {
    this.#tries.settle('good')
    this.#sink.onEnd(trailers)
  }

  onFailure(failure: EgressFailure): void {
    this.#tries.settleFailure(failure)
    if (!this.#hasHead && this.#tries.mayRetry(failure, this.#request)) return this.try()
    this.#sink.onFailure(failure)
  }

  // ── what the caller's side asks ────────────────────────────────────────────────────────────────────────────────────

  resume(): void {
    this.#call?.resume()
  }

  abort(): void {
    this.#tries.settle(this.#isTellingHead ? 'bad' : 'none')
    this.#call?.abort()
  }
}
