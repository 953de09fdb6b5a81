/** How answers of our own leave: one write for head and body, and a sensible end for a body that nobody will read. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { TLSSocket } from 'node:tls'
import { challengeOf, type ClavigerError, type LimitState } from '@claviger/core'
import type { ErrorAnswer } from '../front.ts'
import type { RateLimitHeaders } from '../parts.ts'
import { endBroken } from './end-socket.ts'
import { pushLimitFields } from './limit-fields.ts'

export interface OwnAnswer {
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly requestId: string
  /** Flat; beside Content-Type, Content-Length, X-Request-Id, Cache-Control. */
  readonly fields: string[]
  readonly hstsSeconds: number
}

/** What is left of a request's body up to here is thrown away and the connection kept; more is not waited for. */
const SKIPPABLE_BODY_BYTES = 65_536
/** A connection that is given up: this long the client may still send, so that it can read the answer first. */
const LINGER_MS = 1_000
const LINGER_BYTES = 4 * 1_048_576

/** Writes an answer that we made ourselves. The request's body is skipped, or the connection ended after the answer. */
export function writeAnswer(incoming: IncomingMessage, outgoing: ServerResponse, answer: OwnAnswer): void {
  if (outgoing.headersSent || outgoing.destroyed) return
  const head = answer.fields
  head.push(
    'Content-Type',
    answer.contentType,
    'Content-Length',
    String(Buffer.byteLength(answer.body)),
    'Cache-Control',
    'no-store',
    'X-Request-Id',
    answer.requestId,
  )
  if (isTls(incoming)) head.push('Strict-Transport-Security', `max-age=${answer.hstsSeconds}`)
  const mustClose = !isSkippable(incoming)
  if (mustClose && !head.includes('Connection')) head.push('Connection', 'close')
  outgoing.writeHead(answer.status, head)
  if (mustClose && incoming.method !== 'HEAD') lingerAndEnd(incoming, outgoing, answer.body)
  else outgoing.end(answer.body)
}

/** An answer of ours without content (204, so without a length). A body that came with the question ends the connection. */
export function writeEmpty(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  answer: Pick<OwnAnswer, 'requestId' | 'fields' | 'hstsSeconds'>,
): void {
  if (outgoing.headersSent || outgoing.destroyed) return
  const head = answer.fields
  head.push('X-Request-Id', answer.requestId)
  if (isTls(incoming)) head.push('Strict-Transport-Security', `max-age=${answer.hstsSeconds}`)
  if (!isSkippable(incoming)) head.push('Connection', 'close')
  outgoing.writeHead(204, head)
  outgoing.end()
}

/** The header fields that an error carries: challenge, `Retry-After`, the limits. */
export function errorFields(
  error: ClavigerError,
  limits: readonly LimitState[],
  headers: RateLimitHeaders = 'draft',
): string[] {
  const fields: string[] = []
  const challenge = challengeOf(error)
  if (challenge !== undefined) fields.push('WWW-Authenticate', challenge)
  if (error.retryAfterSeconds !== undefined) fields.push('Retry-After', String(error.retryAfterSeconds))
  const allow = error.facts['allow']
  if (error.code === 'method_not_allowed' && allow !== undefined) fields.push('Allow', String(allow))
  pushLimitFields(fields, limits, headers)
  return fields
}

export interface ErrorToWrite {
  readonly error: ClavigerError
  readonly answer: ErrorAnswer
  readonly requestId: string
  readonly limits: readonly LimitState[]
  readonly rateLimitHeaders?: RateLimitHeaders | undefined
  /** So that a script of another origin may read it; undefined: the route says nothing of it. */
  readonly corsFields?: readonly string[] | undefined
  readonly hstsSeconds: number
}

export function writeError(incoming: IncomingMessage, outgoing: ServerResponse, wanted: ErrorToWrite): void {
  const fields = errorFields(wanted.error, wanted.limits, wanted.rateLimitHeaders)
  if (wanted.corsFields !== undefined) fields.push(...wanted.corsFields)
  if (wanted.error.code === 'draining' || wanted.error.code === 'request_timeout') fields.push('Connection', 'close')
  writeAnswer(incoming, outgoing, {
    status: wanted.error.status,
    contentType: wanted.answer.contentType,
    body: wanted.answer.body,
    requestId: wanted.requestId,
    fields,
    hstsSeconds: wanted.hstsSeconds,
  })
}

export function isTls(incoming: IncomingMessage): boolean {
  // TLSSocket alone has `encrypted`; on a plain socket it is undefined
  return (incoming.socket as Partial<TLSSocket>).encrypted === true
}

/** Whether Node may throw the unread rest away and keep the connection. A caller that waits for `100` sends nothing. */
function isSkippable(incoming: IncomingMessage): boolean {
  if (incoming.complete) return true
  const { 'content-length': declared, 'transfer-encoding': coding, expect } = incoming.headers
  if (declared === undefined && coding === undefined) return true
  return expect === undefined && declared !== undefined && Number(declared) <= SKIPPABLE_BODY_BYTES
}

/**
 * Sends the whole answer, then reads on for a moment before the connection is closed: closing with unread bytes makes
 * the kernel send a reset, and the client may lose the answer that tells it why (RFC 9112 §9.6).
 */
function lingerAndEnd(incoming: IncomingMessage, outgoing: ServerResponse, body: string): void {
  let skippedBytes = 0
  const end = (): void => {
    clearTimeout(timer)
    incoming.off('data', skip).off('end', end)
    outgoing.end()
  }
  const skip = (chunk: Uint8Array): void => {
    skippedBytes += chunk.byteLength
    if (skippedBytes > LINGER_BYTES) end()
  }
  const timer = setTimeout(end, LINGER_MS)
  outgoing.once('close', () => clearTimeout(timer))
  outgoing.write(body)
  incoming.on('data', skip).once('end', end)
  incoming.resume()
}

/** The answer has gone out, and the caller still sends: the rest is thrown away, and too much of it ends the connection. */
export function abandonBody(incoming: IncomingMessage): void {
  const { socket } = incoming
  let skippedBytes = 0
  const end = (): void => {
    clearTimeout(timer)
    socket.destroy()
  }
  const timer = setTimeout(end, LINGER_MS)
  incoming.on('data', (chunk: Uint8Array) => {
    skippedBytes += chunk.byteLength
    if (skippedBytes > SKIPPABLE_BODY_BYTES) end()
  })
  incoming.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer))
  incoming.resume()
}

/**
 * Ends an answer that has begun so that nobody can take it for whole: the connection closes before the last chunk, or
 * before the declared length. `event` is the wire's own word for it, sent where the wire has one.
 */
export function endAbruptly(outgoing: ServerResponse, event: Uint8Array | undefined): void {
  const { socket } = outgoing
  if (socket === null) return
  if (event !== undefined && !outgoing.writableNeedDrain) outgoing.write(event)
  if (outgoing.writableNeedDrain) socket.destroy()
  // to HTTP/1.0, a close is a good end: only a reset says that it is none
  else if (outgoing.req.httpVersionMinor === 0) socket.resetAndDestroy()
  else endBroken(socket)
}
