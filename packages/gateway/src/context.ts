/** What every stage may reach: the ports, the register of open streams, the settings, the log. Made once. */
import type { CidrSet } from '@claviger/core'
import type { ForwardAuth } from './forward-auth.ts'
import type { IdentityTokens } from './identity-tokens.ts'
import type { OpenStreams } from './open-streams.ts'
import type { Ports } from './ports.ts'

export interface GatewaySettings {
  /** No door takes more, whatever its target says. */
  readonly maxBodyBytes: number
  /** Request line and header fields together. */
  readonly maxHeaderBytes: number
  /** Path and query. */
  readonly maxTargetBytes: number
  readonly headersTimeoutMs: number
  /** The whole inbound request with its body. */
  readonly requestTimeoutMs: number
  /** Keep-alive between requests. */
  readonly idleTimeoutMs: number
  /** How long a client may take nothing of an answer before it is cut. */
  readonly clientStallMs: number
  /** The feed counts as lost when it is older. */
  readonly feedStaleMs: number
  /** No target serves known keys for longer without the feed, whatever it declares. */
  readonly serveKnownMs: number
  /** Whether the doors are here at all; where not, only what no server should read is refused here. */
  readonly isServing: boolean
  /** Whose X-Forwarded-For and Forwarded are believed. */
  readonly trustedProxies: CidrSet
  /** `max-age` of HSTS, sent on TLS connections only. */
  readonly hstsSeconds: number
  /** Our name in `Via` towards upstreams; undefined: no such field (some servers stop compressing when they see one). */
  readonly viaName: string | undefined
}

/** The shape of pino. */
export interface GatewayLog {
  info(facts: object, message: string): void
  warn(facts: object, message: string): void
  error(facts: object, message: string): void
  debug(facts: object, message: string): void
}

/** What runs at the moment. The one thing in a context that changes. */
export interface Load {
  active: number
  /** Streams of changes that are open. */
  followers: number
  isDraining: boolean
  /** Told when `active` falls to 0. */
  onIdle: (() => void) | undefined
}

export interface Context {
  readonly ports: Ports
  readonly openStreams: OpenStreams
  readonly settings: GatewaySettings
  readonly log: GatewayLog
  readonly forwardAuth: ForwardAuth
  readonly identities: IdentityTokens
  /** `req_` and 26 characters; unique. */
  readonly makeRequestId: (nowMs: number) => string
  readonly load: Load
  /** Answers to the last reports of embedded verifiers, by who told them and under which name. */
  readonly reported: Map<string, Promise<string>>
}
