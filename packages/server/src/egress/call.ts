/**
 * One request on its way: waits for a connection, writes, tells the sink what comes back, and watches the clock.
 * It is undici's handler itself, so that a chunk costs no object between the parser and the sink.
 */
import type { IncomingHttpHeaders } from 'node:http'
import type { Readable } from 'node:stream'
import type { EgressCall, EgressFailure, EgressFailureCode, EgressRequest, EgressSink } from '@claviger/gateway'
import type { Dispatcher } from 'undici'
import { Deadline } from './deadline.ts'
import { codeOf, failure, failureOfExchange, isOwnFault, isReset } from './failure.ts'
import { TIMEOUT_CODE, TOO_LATE, type Phase } from './call-phase.ts'
import type { Lane } from './lane.ts'
import type { Pool, Waiter } from './pool.ts'
import { type BodyReader, readBody } from './read-body.ts'
import type { Rostered } from './roster.ts'
import type { Turn } from './turn.ts'

type Controller = Dispatcher.DispatchController

export interface CallOptions {
  readonly request: EgressRequest
  readonly sink: EgressSink
  readonly turn: Turn
  readonly monotonicMs: () => number
  /** A sink threw: a bug of ours, and the end of its call. */
  readonly onSinkError: (error: unknown) => void
  readonly onEnded: (call: Call, problem: EgressFailure | undefined) => void
}

/** What is written, once the credential has been added. */
export interface Written {
  readonly pool: Pool
  readonly path: string
  readonly headers: string[]
  readonly body: EgressRequest['body']
  /** What to do when the upstream does not take the credential; undefined: its 401 is the answer. */
  readonly renewal: Renewal | undefined
}

export interface Renewal {
  /** To be told of each 401. @returns whether the credential is another one next time */
  refused(): boolean
  /** Prepares and starts the call anew. */
  again(): void
}

/** May be sent again over another connection when the first died before a byte came back (RFC 9110 §9.2.1, §9.2.2). */
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS'])

const ABORTED = new Error('aborted')

export class Call implements EgressCall, Waiter, Rostered, BodyReader, Dispatcher.DispatchHandler {
  /** Its place among the calls under way. */
  slot = -1
  readonly #options: CallOptions
  readonly #deadline: Deadline
  readonly #startedAtMs: number
  #phase: Phase = 'opening'
  /** When the present silence began. */
  #markAtMs: number
  #written: Written | undefined
  #lane: Lane | undefined
  #controller: Controller | undefined
  #hasByte = false
  #hasHead = false
  #isPaused = false
  #isRetried = false
  #isRenewed = false
  #isAborted = false

  constructor(options: CallOptions) {
    this.#options = options
    this.#startedAtMs = options.monotonicMs()
    this.#markAtMs = this.#startedAtMs
    this.#deadline = new Deadline({
      monotonicMs: options.monotonicMs,
      dueAtMs: () => this.#dueAtMs(),
      onDue: () => this.#overdue(),
    })
    this.#deadline.check()
  }

  /** Everything is known: find a connection and write. */
  start(written: Written): void {
    if (this.#phase === 'ended') return
    this.#written = written
    this.#phase = 'connecting'
    written.pool.acquire(this)
  }

  /** Before `start`: takes the body into memory. How long that may last is the door's to say, as for a body that is sent on. */
  async read(body: Readable, mostBytes: number): Promise<Uint8Array> {
    this.#move('opening', 'reading')
    const bytes = await readBody(body, mostBytes)
    this.#move('reading', 'opening')
    return bytes
  }

  /** Ends the call with a failure, if it has not ended yet. The sink hears of it when the stack has unwound. */
  fail(problem: EgressFailure): void {
    if (this.#phase === 'ended') return
    this.#end(problem)
    queueMicrotask(() => {
      if (!this.#isAborted) this.#tell(() => this.#options.sink.onFailure(problem))
    })
  }

  resume(): void {
    if (!this.#isPaused) return
    this.#isPaused = false
    this.#markAtMs = this.#options.monotonicMs()
    this.#deadline.check()
    this.#options.turn.outside(() => {
      if (this.#phase !== 'ended' && !this.#isPaused) this.#controller?.resume()
    })
  }

  abort(): void {
    this.#isAborted = true
    if (this.#phase !== 'ended') this.#end(undefined)
  }

  onLane(lane: Lane): void {
    const { request } = this.#options
    const written = this.#written
    if (this.#phase === 'ended' || written === undefined) {
      // Ended between its turn and now.
      written?.pool.release(lane)
      return
    }
    this.#lane = lane
    const { path, headers } = written
    const body = written.body instanceof Uint8Array ? asBuffer(written.body) : written.body
    // A request that is not idempotent waits until the one before has ended; with one at a time all do.
    lane.client.dispatch({ method: request.method, path, headers, body: body ?? null, idempotent: false }, this)
  }

  onRequestStart(controller: Controller): void {
    this.#controller = controller
    if (this.#phase === 'ended') return controller.abort(ABORTED)
    this.#phase = 'sending'
    this.#mark()
  }

  onBodySent(): void {
    this.#markAtMs = this.#options.monotonicMs()
  }

  onRequestSent(): void {
    if (this.#phase !== 'sending') return
    this.#phase = 'waiting'
    this.#mark()
  }

  onResponseStarted(): void {
    this.#hasByte = true
  }

  onResponseStart(controller: Controller, status: number, _headers: IncomingHttpHeaders, statusText?: string): void {
    if (status < 200 || this.#phase === 'ended') return
    if (status === 401 && this.#mayRenew()) return this.#renew(controller)
    this.#hasHead = true
    this.#phase = 'answering'
    this.#mark()
    this.#tell(() => this.#options.sink.onHead(status, statusText ?? '', textsOf(controller.rawHeaders)))
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    if (this.#phase === 'ended') return
    this.#markAtMs = this.#options.monotonicMs()
    const { turn, sink } = this.#options
    turn.enter()
    try {
      if (!sink.onChunk(chunk)) {
        this.#isPaused = true
        controller.pause()
      }
    } catch (error) {
      this.#sinkFailed(error)
    } finally {
      turn.leave()
    }
  }

  onResponseEnd(controller: Controller): void {
    if (this.#phase === 'ended') return
    const trailers = textsOf(controller.rawTrailers)
    const lane = this.#lane
    if (lane !== undefined) {
      lane.served += 1
      this.#written?.pool.release(lane)
      this.#lane = undefined
    }
    this.#end(undefined)
    this.#tell(() => this.#options.sink.onEnd(trailers))
  }

  onResponseError(_controller: Controller | null, error: Error): void {
    // Of an exchange that was given up, for good or for another one.
    if (this.#phase === 'ended' || error === ABORTED) return
    if (this.#mayTryAgain(error)) return this.#tryAgain()
    const { request } = this.#options
    if (isBodysOwn(error, this.#written?.body)) return this.fail(failure('cut', 'The body of the request broke off.'))
    const problem = failureOfExchange(error, request.origin, { hasByte: this.#hasByte, hasHead: this.#hasHead })
    this.fail(isOwnFault(error) ? problem : this.#reachedBy(problem))
  }

  /** Before the connection stands nothing has left, unless an earlier one took it. */
  #reachedBy(problem: EgressFailure): EgressFailure {
    const isUnsent = this.#phase === 'connecting' && !this.#isRetried && !this.#isRenewed
    return { ...problem, reached: isUnsent ? 'unsent' : 'sent' }
  }

  /** The upstream did not take the credential. A body that has streamed away cannot be sent again. */
  #mayRenew(): boolean {
    const { renewal, body } = this.#written ?? {}
    if (renewal?.refused() !== true || this.#isRenewed) return false
    return body === undefined || body instanceof Uint8Array
  }

  #renew(controller: Controller): void {
    const { turn } = this.#options
    const lane = this.#lane
    const written = this.#written
    this.#isRenewed = true
    this.#lane = undefined
    this.#written = undefined
    this.#controller = undefined
    this.#hasByte = false
    this.#phase = 'opening'
    this.#mark()
    controller.abort(ABORTED)
    if (lane !== undefined) written?.pool.discard(lane)
    turn.outside(() => {
      if (this.#phase === 'opening') written?.renewal?.again()
    })
  }

  /**
   * The upstream closed an idle connection just when we wrote to it: no byte came back. Only a safe method without a body
   * is sent again, once, over a new connection; for anything else nobody can know whether the upstream has acted on it.
   */
  #mayTryAgain(error: Error): boolean {
    const { request } = this.#options
    const isReused = this.#lane !== undefined && this.#lane.served > 0
    return (
      isReused &&
      !this.#isRetried &&
      !this.#hasByte &&
      this.#written?.body === undefined &&
      SAFE_METHODS.has(request.method) &&
      isReset(error)
    )
  }

  #tryAgain(): void {
    const { turn } = this.#options
    const lane = this.#lane
    const pool = this.#written?.pool
    this.#isRetried = true
    this.#lane = undefined
    this.#controller = undefined
    this.#phase = 'connecting'
    if (lane !== undefined) pool?.discard(lane)
    turn.outside(() => {
      if (this.#phase === 'connecting') pool?.acquireFresh(this)
    })
  }

  /** Frees whatever the call holds. A connection that it still has is closed: nobody knows what stands on it. */
  #end(problem: EgressFailure | undefined): void {
    this.#phase = 'ended'
    this.#deadline.clear()
    const pool = this.#written?.pool
    pool?.cancel(this)
    const lane = this.#lane
    this.#lane = undefined
    this.#controller?.abort(ABORTED)
    if (lane !== undefined) pool?.discard(lane)
    this.#options.onEnded(this, problem)
  }

  #move(from: Phase, to: Phase): void {
    if (this.#phase !== from) return
    this.#phase = to
    this.#mark()
  }

  #mark(): void {
    this.#markAtMs = this.#options.monotonicMs()
    this.#deadline.check()
  }

  #dueAtMs(): number {
    const { totalMs } = this.#options.request.timeouts
    const totalAtMs = totalMs > 0 ? this.#startedAtMs + totalMs : Infinity
    const boundMs = this.#boundMs()
    return boundMs > 0 ? Math.min(totalAtMs, this.#markAtMs + boundMs) : totalAtMs
  }

  /** The bound of the present phase in ms, from its mark; 0 for none. */
  #boundMs(): number {
    const { connectMs, firstByteMs, idleMs } = this.#options.request.timeouts
    switch (this.#phase) {
      case 'opening':
      case 'connecting':
        return connectMs
      case 'sending':
      case 'waiting':
        return firstByteMs
      case 'answering':
        // Silence that the caller asked for is no silence of the upstream.
        return this.#isPaused ? 0 : idleMs
      case 'reading':
      case 'ended':
        return 0
    }
  }

  #overdue(): void {
    const { totalMs } = this.#options.request.timeouts
    const nowMs = this.#options.monotonicMs()
    if (totalMs > 0 && nowMs >= this.#startedAtMs + totalMs)
      return this.fail(this.#ofTheWhole(this.#tooLate('timeout_total', totalMs)))
    if (this.#phase === 'sending' && this.#lane?.isStalled() !== true) {
      // The upstream takes all that it is given: it is the caller who is slow, and the door bounds that.
      return this.#mark()
    }
    const code = TIMEOUT_CODE[this.#phase]
    if (code === undefined) return
    const problem = this.#tooLate(code, this.#boundMs())
    // while its credential is being opened, the upstream has no part in it
    this.fail(this.#phase === 'opening' ? problem : this.#reachedBy(problem))
  }

  /** The whole is the caller's time too: one that sends or reads slowly must not make an upstream look slow. */
  #ofTheWhole(problem: EgressFailure): EgressFailure {
    const { body } = this.#options.request
    const isWaitedFor =
      (body === undefined || body instanceof Uint8Array) && !this.#hasHead && this.#phase !== 'opening'
    return isWaitedFor ? this.#reachedBy(problem) : problem
  }

  #tooLate(code: EgressFailureCode, boundMs: number): EgressFailure {
    return failure(code, `${this.#options.request.origin} ${TOO_LATE[this.#phase]} within ${boundMs} ms.`)
  }

  #tell(work: () => void): void {
    const { turn } = this.#options
    turn.enter()
    try {
      work()
    } catch (error) {
      this.#sinkFailed(error)
    } finally {
      turn.leave()
    }
  }

  #sinkFailed(error: unknown): void {
    this.abort()
    this.#options.onSinkError(error)
  }
}

/** The stream that the caller gave broke by itself; undici breaks it too, when it is longer than it said. */
function isBodysOwn(error: Error, body: EgressRequest['body']): boolean {
  return (
    body !== undefined &&
    !(body instanceof Uint8Array) &&
    body.errored === error &&
    !codeOf(error).startsWith('UND_ERR_')
  )
}

/** undici wants a Buffer, or it makes a copy of the view. */
function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Fields as they came: undici hands them over as buffers. Bytes above ASCII stay what they are (latin1). */
function textsOf(raw: Controller['rawHeaders']): string[] {
  const texts: string[] = []
  if (!Array.isArray(raw)) return texts
  for (const text of raw) texts.push(typeof text === 'string' ? text : text.toString('latin1'))
  return texts
}
