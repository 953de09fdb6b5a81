/** What is known of one call, stage by stage. A later stage asks for a later type, so a wrong order does not compile. */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClavigerError, IpAddress, KeyPart, LimitState, VersionPart } from '@claviger/core'
import type { ModelPart, RoutePart } from './parts.ts'
import type { Door, EgressRequest } from './ports.ts'

/** Our own narrow request: what the edge read off the socket. */
export interface Received {
  readonly requestId: string
  readonly receivedAtMs: number
  readonly startedMonotonicMs: number
  readonly door: Door
  readonly method: string
  /** Decoded for nothing: the raw path, checked for tricks; begins with '/'. */
  readonly path: string
  /** With its '?', or ''. */
  readonly query: string
  readonly headers: IncomingMessage['headers']
  readonly rawHeaders: readonly string[]
  /** The end client, after trusted proxies. */
  readonly clientIp: IpAddress
  readonly clientIpText: string
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
}

export type Target = RoutePart | ModelPart

/** The route is known. On the AI doors the model is known only after `read`; until then `target` is undefined. */
export interface Matched extends Received {
  readonly route: RoutePart | undefined
  /** What stands after `/gw/{route}`, or after the AI door's prefix. */
  readonly rest: string
}

export interface Verified extends Matched {
  readonly key: KeyPart
  readonly version: VersionPart
}

export interface ReadBody extends Verified {
  readonly target: Target
  /** The whole body where a later stage needs it; undefined: it is streamed. */
  readonly body: Uint8Array | undefined
}

export interface Authorized extends ReadBody {
  readonly authorized: true
}

export interface Admitted extends Authorized {
  readonly limits: readonly LimitState[]
}

export interface Selected extends Admitted {
  readonly egress: EgressRequest
}

/** A refusal is a value: it leaves by the same door and is recorded like a success. */
export interface Refused {
  readonly refused: ClavigerError
  readonly rule: string
  /** Undefined before authentication. */
  readonly caller: { readonly key: KeyPart; readonly version: VersionPart } | undefined
  readonly target: Target | undefined
  readonly limits: readonly LimitState[]
}
