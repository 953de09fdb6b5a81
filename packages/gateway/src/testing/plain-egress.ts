/**
 * An egress for tests over plain `node:http`: no credentials, no checks of addresses, no time bounds. It can cut answers
 * into any chunks before it tells of them, which no network lets one do.
 */
import { request as httpRequest, type IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'
import type { Egress, EgressCall, EgressFailure, EgressRequest, EgressSink, UpgradeResult } from '../ports.ts'

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

  upgrade(request: EgressRequest, signal: AbortSignal): Promise<UpgradeResult> {
    this.sent.push(request)
    return new Promise((resolve) => {
      const failed = (error: Error): void => resolve({ kind: 'failed', failure: failureOf(error) })
      const { path, origin, method } = request
      const asked = httpRequest(new URL(path, origin), { method, headers: wireHeaders(request), signal })
      asked.on('error', failed)
      asked.on('upgrade', ({ rawHeaders }, socket, head) =>
        resolve({ kind: 'switched', headers: rawHeaders, socket, head }),
      )
      asked.on('response', (answer) => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk)).on('error', failed)
        answer.on('end', () => {
          const { statusCode: status = 0, statusMessage: statusText = '', rawHeaders: headers } = answer
          resolve({ kind: 'answered', status, statusText, headers, body: Buffer.concat(chunks) })
        })
      })
      asked.end()
    })
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
    const { path, origin, method } = request
    this.#request = httpRequest(new URL(path, origin), { method, headers: wireHeaders(request) })
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
    this.#sink.onFailure(
      this.#incoming === undefined ? failureOf(error) : { code: 'cut', detail: error.message, reached: 'sent' },
    )
  }
}

function wireHeaders({ headers, origin }: EgressRequest): readonly string[] {
  return ['Host', new URL(origin).host, ...headers]
}

function failureOf(error: NodeJS.ErrnoException): EgressFailure {
  const code = error.code?.startsWith('HPE_') === true ? 'invalid' : 'unreachable'
  return { code, detail: error.message, reached: error.code === 'ECONNREFUSED' ? 'unsent' : 'sent' }
}
