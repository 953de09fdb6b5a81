/**
 * One exchange with an upstream: takes its answer from egress and gives it to the caller, at the pace of the slower.
 * However it ends, it ends once: the caller gone, the upstream gone, a lie about lengths, a revocation.
 */
import { ClavigerError } from '@claviger/core'
import type { Context } from '../context.ts'
import { learnOutcome, type Forwarded, type Opened, type Refused } from '../exchange.ts'
import type { Front, ResponseTap } from '../front.ts'
import type { CutReason, OpenStream, Registration } from '../open-streams.ts'
import type { EgressCall, EgressFailure, EgressSink, Usage } from '../ports.ts'
import { shapedHeaders, shapedTrailers, type Shaping } from '../shaping/shaping.ts'
import { refuseAdmitted } from '../stages/refuse.ts'
import { abandonBody, endAbruptly, isTls } from './answer.ts'
import { asBuffer } from './as-buffer.ts'
import { BoundedBody } from './bounded-body.ts'
import { pushLimitFields } from './limit-fields.ts'
import { bodyTooLarge } from './read-body.ts'
import { readResponseHead, readTrailers, type Replaced } from './response-head.ts'
import { streamIds } from './stream-ids.ts'
import { cutError, failureError, upstreamInvalid } from './upstream-errors.ts'

export type Settle = (outcome: Forwarded | Refused) => void

interface HeldHead {
  readonly status: number
  readonly statusText: string
  readonly fields: string[]
}

/** Above this, copying costs more than it saves. */
const SMALL_BODY_BYTES = 16 * 1024

const NOT_REPLACED: ReadonlySet<string> = new Set<Replaced>()
const LIMITS_REPLACED: ReadonlySet<string> = new Set<Replaced>(['ratelimit', 'ratelimit-policy'])
const HSTS_REPLACED: ReadonlySet<string> = new Set<Replaced>(['strict-transport-security'])
const ALL_REPLACED: ReadonlySet<string> = new Set<Replaced>([
  'ratelimit',
  'ratelimit-policy',
  'strict-transport-security',
])

export class ProxyExchange implements EgressSink, OpenStream {
  readonly #context: Context
  readonly #front: Front
  readonly #opened: Opened
  readonly #settle: Settle
  readonly #registration: Registration
  readonly #shaping: Shaping | undefined
  #call: EgressCall | undefined
  #body: BoundedBody | undefined
  #tap: ResponseTap | undefined
  /** The head waits for the first bytes, or for the end of this turn: until then a failure can still be told as one. */
  #held: HeldHead | undefined
  #status = 0
  #declaredBytes: number | undefined
  #receivedBytes = 0
  #bytesIn = 0
  #bytesOut = 0
  #sentAtMs = 0
  #firstByteMs = 0
  #isUpstreamDone = false
  #isOver = false
  #lastChunk: Uint8Array | undefined
  #stallTimer: NodeJS.Timeout | undefined

  constructor(context: Context, front: Front, opened: Opened, settle: Settle) {
    this.#context = context
    this.#front = front
    this.#opened = opened
    this.#settle = settle
    this.#shaping = opened.target.kind === 'route' ? opened.target.shaping : undefined
    this.#registration = context.openStreams.register(streamIds(opened), this)
  }

  /** `stream`: the caller's body is passed on as it comes. */
  start(body: Uint8Array | 'stream' | undefined): void {
    const { outgoing, egress } = this.#opened
    if (outgoing.destroyed) return this.#finish('client_abort')
    outgoing.once('close', () => this.#onCallerClosed())
    if (body === 'stream') {
      this.#body = this.#boundedBody()
    } else if (body !== undefined) this.#bytesIn = body.byteLength
    this.#sentAtMs = this.#context.ports.clock.monotonicMs()
    const request = {
      credentialId: egress.credentialId,
      usedBy: egress.usedBy,
      origin: egress.origin,
      method: egress.method,
      path: egress.path,
      headers: egress.headers,
      body: this.#body ?? (body === 'stream' ? undefined : body),
      timeouts: egress.timeouts,
    }
    const call = this.#front.send(this.#context, request, this, this.#opened)
    if (this.#isOver && !this.#isUpstreamDone) call.abort()
    else this.#call = call
  }

  #boundedBody(): BoundedBody {
    const { incoming, target } = this.#opened
    const { maxBodyBytes, clientStallMs } = this.#context.settings
    const limitBytes = Math.min(target.maxBodyBytes, maxBodyBytes)
    return new BoundedBody(incoming, {
      limitBytes,
      stallMs: target.timeouts.idleMs > 0 ? target.timeouts.idleMs : clientStallMs,
      onTooLarge: () => this.#fail(bodyTooLarge(limitBytes), 'body', 'failed'),
      onStalled: () => this.#fail(failureError('timeout_idle'), 'upstream.timeout_idle', 'upstream_cut'),
    })
  }

  // ── what egress tells ──────────────────────────────────────────────────────────────────────────────────────────────

  // Egress calls these from the events of its sockets: what is thrown there would end the process.

  onHead(status: number, statusText: string, headers: readonly string[]): void {
    if (this.#isOver) return
    try {
      this.#takeHead(status, statusText, headers)
    } catch (cause) {
      this.#crash(cause)
    }
  }

  onChunk(chunk: Uint8Array): boolean {
    if (this.#isOver || chunk.byteLength === 0) return true
    try {
      return this.#takeChunk(chunk)
    } catch (cause) {
      this.#crash(cause)
      return true
    }
  }

  onEnd(trailers: readonly string[]): void {
    if (this.#isOver) return
    try {
      this.#takeEnd(trailers)
    } catch (cause) {
      this.#crash(cause)
    }
  }

  #takeHead(status: number, statusText: string, headers: readonly string[]): void {
    const { limits, incoming, requestId } = this.#opened
    const overTls = isTls(incoming)
    const head =
      this.#status === 0 ? readResponseHead(status, headers, replacedFields(limits.length > 0, overTls)) : undefined
    if (head === undefined) return this.#fail(upstreamInvalid(), 'upstream.head', 'failed')
    this.#firstByteMs = this.#context.ports.clock.monotonicMs() - this.#sentAtMs
    this.#status = status
    this.#tap = this.#front.tap(this.#opened, { status, headers: head.headers })
    const fields = this.#shaping === undefined ? head.headers : shapedHeaders(this.#shaping, head.headers, this.#opened)
    if (head.contentLengthBytes !== undefined && status !== 204) {
      if (!isBodyless(this.#opened.method, status)) this.#declaredBytes = head.contentLengthBytes
      if (this.#tap?.changesLength !== true) fields.push('Content-Length', String(head.contentLengthBytes))
    }
    fields.push('X-Request-Id', requestId)
    pushLimitFields(fields, limits, this.#opened.target.rateLimitHeaders)
    if (overTls) fields.push('Strict-Transport-Security', `max-age=${this.#context.settings.hstsSeconds}`)
    if (this.#context.load.isDraining) fields.push('Connection', 'close')
    this.#held = { status, statusText: reasonPhrase(statusText), fields }
    process.nextTick(flushHead, this)
  }

  #takeChunk(chunk: Uint8Array): boolean {
    this.#receivedBytes += chunk.byteLength
    const declared = this.#declaredBytes
    if (declared !== undefined && this.#receivedBytes > declared) {
      this.#fail(upstreamInvalid(), 'upstream.length', 'upstream_cut')
      return true
    }
    const passed = this.#tap === undefined ? chunk : this.#tap.transform(chunk)
    if (passed === undefined || passed.byteLength === 0) return true
    this.#bytesOut += passed.byteLength
    if (this.#tap === undefined && declared !== undefined && this.#receivedBytes === declared) {
      // the whole body is here: it goes out with the end, in one write, or is the last that is sent before a failure
      this.#lastChunk = passed
      return true
    }
    return this.#write(passed)
  }

  #takeEnd(trailers: readonly string[]): void {
    const { outgoing } = this.#opened
    if (this.#status === 0 || (this.#declaredBytes !== undefined && this.#receivedBytes < this.#declaredBytes)) {
      return this.#fail(upstreamInvalid(), 'upstream.length', 'upstream_cut')
    }
    const readable = readTrailers(trailers)
    if (readable === undefined) return this.#fail(upstreamInvalid(), 'upstream.trailers', 'upstream_cut')
    const passedTrailers = this.#shaping === undefined ? readable : shapedTrailers(this.#shaping, readable)
    const tail = this.#tap?.flush() ?? this.#lastChunk
    if (this.#tap !== undefined) this.#bytesOut += tail?.byteLength ?? 0
    this.#isUpstreamDone = true
    this.#writeHead()
    if (passedTrailers.length > 0) outgoing.addTrailers(passedTrailers)
    if (tail === undefined) outgoing.end()
    // with the head in front of it, one text goes to the kernel in half the time of a list of two
    else if (tail.byteLength <= SMALL_BODY_BYTES) outgoing.end(asBuffer(tail).toString('latin1'), 'latin1')
    else outgoing.end(tail)
    if (outgoing.writableLength > 0) this.#watchStall()
  }

  onFailure(failure: EgressFailure): void {
    if (this.#isOver) return
    this.#isUpstreamDone = true
    const { requestId, target } = this.#opened
    this.#context.log.warn(
      { requestId, targetId: target.id, code: failure.code, detail: failure.detail },
      'upstream failed',
    )
    this.#fail(failureError(failure.code), `upstream.${failure.code}`, 'upstream_cut')
  }

  // ── what ends it from our side ─────────────────────────────────────────────────────────────────────────────────────

  cut(reason: CutReason): void {
    const error = cutError(reason)
    this.#fail(error, reason === 'revoked' ? 'feed.revoked' : 'draining', reason === 'revoked' ? 'revoked' : 'failed')
  }

  /** For `flushHead`: the upstream is still thinking about its first byte, and the caller should see the head. */
  flushHead(): void {
    if (this.#held === undefined || this.#isOver) return
    this.#writeHead()
    this.#opened.outgoing.flushHeaders()
  }

  #onCallerClosed(): void {
    if (this.#isOver) return
    const isWhole = this.#isUpstreamDone && this.#opened.outgoing.writableFinished
    this.#finish(isWhole ? 'complete' : 'client_abort')
    if (isWhole && !this.#opened.incoming.complete) abandonBody(this.#opened.incoming)
  }

  #crash(cause: unknown): void {
    this.#context.log.error({ requestId: this.#opened.requestId, err: cause }, 'an exchange failed inside')
    this.#fail(new ClavigerError('internal', 'Something went wrong inside. It has been logged.'), 'internal', 'failed')
  }

  #fail(error: ClavigerError, rule: string, ended: Usage['ended']): void {
    if (this.#isOver) return
    const { outgoing, requestId } = this.#opened
    if (outgoing.headersSent) {
      const held = this.#lastChunk
      if (held !== undefined) this.#write(held)
      this.#finish(ended)
      endAbruptly(outgoing, this.#tap?.cut(error, requestId))
      return
    }
    this.#held = undefined
    if (this.#over()) this.#settle(refuseAdmitted(error, rule, this.#opened))
  }

  #finish(ended: Usage['ended']): void {
    if (!this.#over()) return
    this.#settle(
      learnOutcome(this.#opened, {
        status: this.#opened.outgoing.headersSent ? this.#status : 0,
        ended,
        bytesIn: this.#body?.bytes ?? this.#bytesIn,
        bytesOut: this.#bytesOut,
        firstByteMs: this.#firstByteMs,
        tokens: this.#tap?.tokens(),
      }),
    )
  }

  /** Lets go of everything; false when that was done before. */
  #over(): boolean {
    if (this.#isOver) return false
    this.#isOver = true
    clearTimeout(this.#stallTimer)
    this.#context.openStreams.release(this.#registration, this)
    if (!this.#isUpstreamDone) this.#call?.abort()
    this.#body?.destroy()
    return true
  }

  #writeHead(): void {
    const held = this.#held
    if (held === undefined) return
    this.#held = undefined
    this.#opened.outgoing.writeHead(held.status, held.statusText, held.fields)
  }

  #write(bytes: Uint8Array): boolean {
    this.#writeHead()
    const { outgoing } = this.#opened
    if (outgoing.write(bytes)) return true
    this.#watchStall()
    outgoing.once('drain', () => {
      clearTimeout(this.#stallTimer)
      if (!this.#isOver) this.#call?.resume()
    })
    return false
  }

  /** The caller takes nothing: it may do so for a while, not for ever. */
  #watchStall(): void {
    clearTimeout(this.#stallTimer)
    this.#stallTimer = setTimeout(() => {
      this.#finish('client_abort')
      this.#opened.outgoing.destroy()
    }, this.#context.settings.clientStallMs)
  }
}

function flushHead(exchange: ProxyExchange): void {
  exchange.flushHead()
}

/** RFC 9110 §6.4.1: these have no content, whatever Content-Length says. */
function isBodyless(method: string, status: number): boolean {
  return method === 'HEAD' || status === 204 || status === 304
}

function replacedFields(hasLimits: boolean, overTls: boolean): ReadonlySet<string> {
  if (hasLimits) return overTls ? ALL_REPLACED : LIMITS_REPLACED
  return overTls ? HSTS_REPLACED : NOT_REPLACED
}

/** A reason phrase is decoration: one that cannot be sent is left out. */
function reasonPhrase(text: string): string {
  return /^[\t\x20-\x7e\x80-\xff]*$/.test(text) ? text : ''
}
