/** The edge: reads a request off the socket into our own narrow form, or refuses what no server should read. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClavigerError, refuseQueryCredential } from '@claviger/core'
import type { Context } from '../context.ts'
import { newExchange, type Received } from '../exchange.ts'
import type { Front } from '../front.ts'
import { writeError } from './answer.ts'
import { clientAddress, peerOf } from './client-address.ts'
import { readHeadFacts } from './head-facts.ts'
import { readTarget } from './request-target.ts'

/** What the edge needs to know of a door. */
export type EdgeDoor = Pick<Front, 'door' | 'errorAnswer'>

const DRAINING_RETRY_SECONDS = 5

/** A request as Node hands it over. */
export interface Wire {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  /** For `Upgrade: websocket`: the bytes behind the request. */
  readonly upgradeHead: Uint8Array | undefined
}

/**
 * @returns undefined when it was refused here; the answer is on its way
 */
export function receive(context: Context, door: EdgeDoor, wire: Wire): Received | undefined {
  const { incoming } = wire
  const { clock } = context.ports
  const startedMonotonicMs = clock.monotonicMs()
  const receivedAtMs = clock.nowMs()
  const requestId = context.makeRequestId(receivedAtMs)
  try {
    const peer = peerOf(incoming.socket, context.settings.trustedProxies)
    if (peer === undefined) {
      incoming.socket.destroy()
      return undefined
    }
    if (context.load.isDraining) throw draining()
    const facts = readHeadFacts(incoming)
    const { path, query } = readTarget(incoming.url ?? '', context.settings.maxTargetBytes)
    if (query.length > 1) refuseQueryCredential(query)
    const client = clientAddress(peer, incoming.headers, context.settings.trustedProxies)
    return newExchange({
      requestId,
      receivedAtMs,
      startedMonotonicMs,
      door: door.door,
      method: incoming.method ?? '',
      path,
      query,
      headers: incoming.headers,
      rawHeaders: incoming.rawHeaders,
      facts,
      clientIp: client.ip,
      clientIpText: client.text,
      incoming,
      outgoing: wire.outgoing,
      upgradeHead: wire.upgradeHead,
    })
  } catch (thrown) {
    refuseEarly(context, door, { ...wire, requestId, thrown })
    return undefined
  }
}

/** For requests of other doors: what is wrong with it for any server; undefined: nothing. */
export function faultOf(incoming: IncomingMessage): ClavigerError | undefined {
  try {
    readHeadFacts(incoming)
    const target = incoming.url ?? ''
    if (target.charCodeAt(0) !== 0x2f) readTarget(target, target.length)
    return undefined
  } catch (thrown) {
    if (thrown instanceof ClavigerError) return thrown
    throw thrown
  }
}

export interface EarlyRefusal {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly requestId: string
  readonly thrown: unknown
}

/** Answers and counts a refusal before anything is known of the caller but the address. */
export function refuseEarly(context: Context, door: EdgeDoor, refusal: EarlyRefusal): void {
  const { incoming, outgoing, requestId, thrown } = refusal
  if (!ClavigerError.is(thrown)) context.log.error({ requestId, err: thrown }, 'a call failed inside')
  const error = ClavigerError.is(thrown)
    ? thrown
    : new ClavigerError('internal', 'Something went wrong inside. It has been logged.')
  const peer = peerOf(incoming.socket, context.settings.trustedProxies)
  if (peer !== undefined && error.code !== 'draining') context.ports.journal.refusedBefore(peer.ip, error.code)
  const answer = door.errorAnswer(error, requestId)
  writeError(incoming, outgoing, { error, answer, requestId, limits: [], hstsSeconds: context.settings.hstsSeconds })
}

export function draining(): ClavigerError {
  return new ClavigerError('draining', 'The server is shutting down.', { retryAfterSeconds: DRAINING_RETRY_SECONDS })
}
