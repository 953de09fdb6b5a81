/**
 * An egress for tests over plain `node:http`: no credentials, no checks of addresses, no time bounds. It can cut answers
 * into any chunks before it tells of them, which no network lets one do.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Egress, EgressCall, EgressRequest, EgressSink, UpgradeResult } from '../ports.ts'

/** How a whole answer is cut before it is told; undefined: chunks pass as the network brings them. */
export type Cut = (body: Buffer) => readonly Buffer[]

export class PlainEgress implements Egress {
  /** Every request that was sent, in order. */
  readonly sent: EgressRequest[] = []
  cut: Cut | undefined

  send(request: EgressRequest, sink: EgressSink): EgressCall {
    this.sent.push(request)
    return new PlainCall(request, sink, this.cut)
  }

  upgrade(): Promise<UpgradeResult> {
    return Promise.resolve({ kind: 'failed', failure: { code: 'invalid', detail: 'The plain egress upgrades nothing.' } })
  }
}

class PlainCall implements EgressCall {
  readonly #sink: EgressSink
  readonly #cut: Cut | undefined
  readonly #request: ReturnType<typeof httpRequest>
  #incoming: IncomingMessage | undefined
  #waiting: Buffer[] = []
  #isPaused = false
  #isOver = false
  #hasEnded = false

  constructor(request: EgressRequest, sink: EgressSink, cut: Cut | undefined) {
    this.#sink = sink
    this.#cut = cut
    const headers = request.headers.flatMap((name, at) => (at % 2 === 0 ? [[name, request.headers[at + 1] ?? ''] as const] : []))
    this.#request = httpRequest(new URL(request.path, request.origin), { method: request.method, headers: ['Host', new URL(request.origin).host, ...headers.flat()] })
    this.#request.on('response', (incoming) => this.#answer(incoming))
    this.#request.on('error', (error) => this.#fail(error))
    if (request.body instanceof Readable) request.body.pipe(this.#request)
    else this.#request.end(request.body)
  }

  resume(): void {
    this.#isPaused = false
    this.#incoming?.resume()
    this.#deliver()
  }

  abort(): void {
    this.#isOver = true
    this.#request.destroy()
  }

  #answer(incoming: IncomingMessage): void {
    if (this.#isOver) return
    this.#incoming = incoming
    this.#sink.onHead(incoming.statusCode ?? 0, incoming.statusMessage ?? '', incoming.rawHeaders)
    const collected: Buffer[] = []
    incoming.on('data', (chunk: Buffer) => {
      if (this.#cut !== undefined) collected.push(chunk)
      else this.#take([chunk])
    })
    incoming.on('end', () => {
      this.#hasEnded = true
      this.#take(this.#cut?.(Buffer.concat(collected)) ?? [])
    })
    incoming.on('error', (error) => this.#fail(error))
  }

  #take(chunks: readonly Buffer[]): void {
    this.#waiting.push(...chunks)
    this.#deliver()
  }

  #deliver(): void {
    let next = 0
    while (!this.#isOver && !this.#isPaused && next < this.#waiting.length) {
      const chunk = this.#waiting[next]
      next += 1
      if (chunk !== undefined && !this.#sink.onChunk(chunk)) {
        this.#isPaused = true
        this.#incoming?.pause()
      }
    }
    this.#waiting.splice(0, next)
    if (this.#isOver || this.#isPaused || this.#waiting.length > 0 || !this.#hasEnded) return
    this.#isOver = true
    this.#sink.onEnd(this.#incoming?.rawTrailers ?? [])
  }

  #fail(error: Error): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#sink.onFailure({ code: this.#incoming === undefined ? 'unreachable' : 'cut', detail: error.message })
  }
}
