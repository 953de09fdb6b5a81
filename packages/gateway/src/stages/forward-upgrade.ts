/**
 * A WebSocket through the gateway: the same decisions, then two sockets joined. It counts as one call, recorded when it
 * ends; a revocation cuts both sides.
 * @see RFC 6455 §4, RFC 9110 §7.8
 */
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import type { ClavigerError } from '@claviger/core'
import type { Context } from '../context.ts'
import { learnOutcome, type Forwarded, type Opened, type Refused } from '../exchange.ts'
import { pushLimitFields } from '../http/limit-fields.ts'
import { readResponseHead } from '../http/response-head.ts'
import { streamIds } from '../http/stream-ids.ts'
import { cutError, failureError, upstreamInvalid } from '../http/upstream-errors.ts'
import type { CutReason, OpenStream } from '../open-streams.ts'
import type { Usage, UpgradeResult } from '../ports.ts'
import { upgradeInPool } from '../upstreams/upgrade-in-pool.ts'
import { shapedHeaders } from '../shaping/shaping.ts'
import { refuseAdmitted } from './refuse.ts'

type Switched = Extract<UpgradeResult, { kind: 'switched' }>
type Answered = Extract<UpgradeResult, { kind: 'answered' }>

/** One side has said its last word: so long the other may still answer. */
const HALF_CLOSED_MS = 5_000
const NOTHING: ReadonlySet<string> = new Set()

/** @param head what the client sent behind its request already */
export async function forwardUpgrade(context: Context, opened: Opened, head: Uint8Array): Promise<Forwarded | Refused> {
  const tunnel = new Tunnel(context, opened, head)
  const registration = context.openStreams.register(streamIds(opened), tunnel)
  try {
    return await tunnel.run()
  } finally {
    context.openStreams.release(registration, tunnel)
  }
}

class Tunnel implements OpenStream {
  readonly #context: Context
  readonly #opened: Opened
  readonly #client: Socket
  readonly #head: Uint8Array
  readonly #abort = new AbortController()
  #upstream: Duplex | undefined
  #cutBy: CutReason | undefined
  #bytesIn = 0
  #bytesOut = 0

  constructor(context: Context, opened: Opened, head: Uint8Array) {
    this.#context = context
    this.#opened = opened
    this.#client = opened.incoming.socket
    this.#head = head
  }

  async run(): Promise<Forwarded | Refused> {
    const { clock, egress, snapshots } = this.#context.ports
    if (snapshots.isRevoked(this.#opened.key, this.#opened.version))
      return this.#refuse(cutError('revoked'), 'feed.revoked')
    const startedMs = clock.monotonicMs()
    const onClientGone = (): void => this.#abort.abort()
    this.#client.once('close', onClientGone)
    const pool = this.#opened.route?.pool
    const result =
      pool === undefined
        ? await egress.upgrade({ ...this.#opened.egress, body: undefined }, this.#abort.signal)
        : await upgradeInPool(this.#context, this.#opened, pool, this.#abort.signal)
    this.#client.off('close', onClientGone)
    const firstByteMs = clock.monotonicMs() - startedMs
    if (result.kind === 'switched' && (this.#cutBy !== undefined || this.#client.destroyed)) result.socket.destroy()
    if (this.#cutBy !== undefined) return this.#refuse(cutError(this.#cutBy), this.#cutBy)
    if (this.#client.destroyed) return this.#ended('client_abort', 0, firstByteMs)
    switch (result.kind) {
      case 'failed': {
        const { requestId, target } = this.#opened
        this.#context.log.warn({ requestId, targetId: target.id, ...result.failure }, 'upstream failed')
        return this.#refuse(failureError(result.failure.code), `upstream.${result.failure.code}`)
      }
      case 'answered':
        return this.#passAnswer(result, firstByteMs)
      case 'switched':
        return this.#join(result, firstByteMs)
    }
  }

  cut(reason: CutReason): void {
    this.#cutBy = reason
    this.#abort.abort()
    if (this.#upstream === undefined) return
    this.#upstream.destroy()
    this.#client.destroy()
  }

  /** The upstream did not agree: its answer goes on as an answer. */
  #passAnswer(result: Answered, firstByteMs: number): Forwarded | Refused {
    const head = readResponseHead(result.status, result.headers, NOTHING)
    if (head === undefined) return this.#refuse(upstreamInvalid(), 'upstream.head')
    const { outgoing, requestId, limits } = this.#opened
    const fields = this.#shaped(head.headers)
    fields.push('Content-Length', String(result.body.byteLength), 'X-Request-Id', requestId, 'Connection', 'close')
    pushLimitFields(fields, limits, this.#opened.target.rateLimitHeaders)
    outgoing.writeHead(result.status, fields)
    outgoing.end(result.body)
    this.#bytesOut = result.body.byteLength
    return this.#ended('complete', result.status, firstByteMs)
  }

  async #join(result: Switched, firstByteMs: number): Promise<Forwarded | Refused> {
    // 101 is no final answer: it is checked like one, by the same rules
    const head = readResponseHead(200, result.headers, NOTHING)
    if (head === undefined) {
      result.socket.destroy()
      return this.#refuse(upstreamInvalid(), 'upstream.head')
    }
    const client = this.#client
    const upstream = result.socket
    this.#upstream = upstream
    this.#opened.outgoing.detachSocket(client)
    client.write(this.#switchingHead(this.#shaped(head.headers)), 'latin1')
    const ended = this.#pipe(upstream)
    if (result.head.byteLength > 0) this.#bytesOut += result.head.byteLength
    if (result.head.byteLength > 0) client.write(result.head)
    if (this.#head.byteLength > 0) this.#bytesIn += this.#head.byteLength
    if (this.#head.byteLength > 0) upstream.write(this.#head)
    client.pipe(upstream)
    upstream.pipe(client)
    return this.#ended(await ended, 101, firstByteMs)
  }

  #switchingHead(headers: string[]): string {
    headers.push('X-Request-Id', this.#opened.requestId)
    pushLimitFields(headers, this.#opened.limits, this.#opened.target.rateLimitHeaders)
    let text = 'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n'
    for (let at = 0; at + 1 < headers.length; at += 2) text += `${headers[at]}: ${headers[at + 1]}\r\n`
    return `${text}\r\n`
  }

  #shaped(headers: string[]): string[] {
    const { target } = this.#opened
    const shaping = target.kind === 'route' ? target.shaping : undefined
    return shaping === undefined ? headers : shapedHeaders(shaping, headers, this.#opened)
  }

  /** Settles when both sides are closed. */
  #pipe(upstream: Duplex): Promise<Usage['ended']> {
    const client = this.#client
    let ended: Usage['ended'] = 'complete'
    let timer: NodeJS.Timeout | undefined
    const destroyBoth = (): void => {
      client.destroy()
      upstream.destroy()
    }
    const onEnd = (): void => {
      timer ??= setTimeout(destroyBoth, HALF_CLOSED_MS)
    }
    const { idleMs } = this.#opened.target.timeouts
    if (idleMs > 0) client.setTimeout(idleMs, destroyBoth)
    client.on('data', (chunk: Uint8Array) => (this.#bytesIn += chunk.byteLength)).on('end', onEnd)
    upstream.on('data', (chunk: Uint8Array) => (this.#bytesOut += chunk.byteLength)).on('end', onEnd)
    client.on('error', () => (ended = 'client_abort'))
    upstream.on('error', () => (ended = 'upstream_cut'))
    return new Promise((resolve) => {
      let open = 2
      const onClose = (): void => {
        open -= 1
        destroyBoth()
        if (open > 0) return
        clearTimeout(timer)
        resolve(ended)
      }
      client.once('close', onClose)
      upstream.once('close', onClose)
    })
  }

  #refuse(error: ClavigerError, rule: string): Refused {
    return refuseAdmitted(error, rule, this.#opened)
  }

  #ended(ended: Usage['ended'], status: number, firstByteMs: number): Forwarded {
    const outcome = this.#cutBy === undefined ? ended : this.#cutBy === 'revoked' ? 'revoked' : 'failed'
    const { bytesIn, bytesOut } = { bytesIn: this.#bytesIn, bytesOut: this.#bytesOut }
    return learnOutcome(this.#opened, { status, ended: outcome, bytesIn, bytesOut, firstByteMs, tokens: undefined })
  }
}
