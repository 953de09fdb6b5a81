/** One HTTP request to the control API, as the edge sees it, before anybody is known. */
import type { CidrSet, IpAddress } from '@claviger/core'
import {
  clientAddress,
  hostName,
  peerOf,
  readHeadFacts,
  readTarget,
  type HeadFacts,
  type Peer,
} from '@claviger/gateway'
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'

export interface Visit {
  readonly requestId: string
  /** Never jumps; for the duration. */
  readonly startedMonotonicMs: number
  readonly incoming: IncomingMessage
  readonly facts: HeadFacts
  /** The end client, after trusted proxies; undefined when the connection is gone already. */
  readonly clientIp: IpAddress | undefined
  readonly clientIpText: string
  readonly userAgent: string
  /** TLS here, or at a trusted proxy that says so. */
  readonly isSecure: boolean
  /** Host name in lower case, without port. */
  readonly host: string
}

const LONGEST_USER_AGENT = 300
const LONGEST_TARGET = 8_192

/** @throws ClavigerError for a target or a head with which something is wrong */
export function visitOf(
  incoming: IncomingMessage,
  trustedProxies: CidrSet,
  made: Pick<Visit, 'requestId' | 'startedMonotonicMs'>,
): Visit {
  readTarget(incoming.url ?? '/', LONGEST_TARGET)
  const facts = readHeadFacts(incoming)
  const peer = peerOf(incoming.socket, trustedProxies)
  const client = peer === undefined ? undefined : clientAddress(peer, incoming.headers, trustedProxies)
  return {
    ...made,
    incoming,
    facts,
    clientIp: client?.ip,
    clientIpText: client?.text ?? '',
    userAgent: (incoming.headers['user-agent'] ?? '').slice(0, LONGEST_USER_AGENT),
    isSecure: isTls(incoming) || (peer !== undefined && saysHttps(incoming, peer)),
    host: hostName(incoming.headers.host ?? ''),
  }
}

function isTls(incoming: IncomingMessage): boolean {
  // Only a TLS socket has `encrypted`; on a plain one it is undefined.
  return (incoming.socket as Partial<TLSSocket>).encrypted === true
}

function saysHttps(incoming: IncomingMessage, peer: Peer): boolean {
  const scheme = incoming.headers['x-forwarded-proto']
  return peer.isTrusted && typeof scheme === 'string' && scheme.split(',').at(-1)?.trim().toLowerCase() === 'https'
}
