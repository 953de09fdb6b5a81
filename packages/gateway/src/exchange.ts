/**
 * What is known of one call, stage by stage. A later stage asks for a later type, so a wrong order does not compile.
 * It is one object all the way: a stage adds what it learned with `learn` and hands the same object on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClavigerError, IpAddress, KeyPart, LimitState, VersionPart } from '@claviger/core'
import type { ModelPart, RoutePart } from './parts.ts'
import type { Door, EgressRequest, Hold, MaybePromise, Usage } from './ports.ts'

/** What one look over the header fields told; made once per request. */
export interface HeadFacts {
  /** The one credential that was presented in a place open on every route; undefined: none. */
  readonly presented: string | undefined
  /** Two places, or one place twice, with different credentials in them. */
  readonly severalCredentials: boolean
  /** From Content-Length; undefined when there is none. */
  readonly contentLengthBytes: number | undefined
  /** Content-Length above 0, or chunked. */
  readonly hasBody: boolean
  /** `Expect: 100-continue`: the caller waits for our word before it sends the body. */
  readonly expectsContinue: boolean
}

/** Our own narrow request: what the edge read off the socket. */
export interface Received {
  readonly requestId: string
  /** Unix ms. */
  readonly receivedAtMs: number
  readonly startedMonotonicMs: number
  readonly door: Door
  readonly method: string
  /** The raw path, checked for tricks, decoded for nothing; begins with '/'. */
  readonly path: string
  /** With its '?', or ''. */
  readonly query: string
  readonly headers: IncomingMessage['headers']
  /** Flat name, value, name, value, as on the wire. */
  readonly rawHeaders: readonly string[]
  readonly facts: HeadFacts
  /** The end client, after trusted proxies. */
  readonly clientIp: IpAddress
  readonly clientIpText: string
  readonly incoming: IncomingMessage
  /** For an upgrade this writes to the same socket; only refusals go through it then. */
  readonly outgoing: ServerResponse
  /** `Upgrade: websocket`, and these are the bytes that came behind the request already; undefined: no upgrade. */
  readonly upgradeHead: Uint8Array | undefined
}

export type Target = RoutePart | ModelPart

/** The route is known, or known not to exist: that is told only to callers with a good key. On AI doors: undefined. */
export interface Matched extends Received {
  readonly route: RoutePart | undefined
  /** What stands after `/gw/{route}`, or after the AI door's prefix; '' or beginning with '/'. */
  readonly rest: string
}

/** The address is not one that keeps trying keys. */
export interface Shielded extends Matched {
  readonly shielded: true
}

export interface Verified extends Shielded {
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
  /** What the call holds until its end; undefined: nothing. */
  readonly hold: Hold | undefined
}

export interface Selected extends Admitted {
  readonly egress: Omit<EgressRequest, 'body'>
  /** What the door made of the body that it read; undefined: the caller's body is passed on as it comes. */
  readonly upstreamBody: Uint8Array | undefined
}

/** The decision is in the journal's spool: only now may a byte go to the upstream. */
export interface Opened extends Selected {
  readonly opened: true
}

/** The answer has gone out, whole or not. */
export interface Forwarded extends Opened {
  /** As answered; 101 for an upgrade. */
  readonly status: number
  readonly ended: Usage['ended']
  readonly bytesIn: number
  readonly bytesOut: number
  readonly firstByteMs: number
  /** What the door's tap counted; undefined: this door counts no tokens. */
  readonly tokens: MaybePromise<TokenUsage> | undefined
}

export interface Metered extends Forwarded {
  readonly usage: Usage
}

export interface TokenUsage {
  readonly inputTokens: number
  readonly outputTokens: number
  readonly cachedTokens: number
  /** False when the upstream told no counts for an answer that should have them. */
  readonly metered: boolean
}

/** A refusal is a value: it leaves by the same door and is recorded like a success. */
export interface Refused {
  readonly refused: ClavigerError
  /** Which rule refused, for people: `key.cidr_allow`, `shield`, `upstream`, … */
  readonly rule: string
  /** Undefined before authentication. */
  readonly caller: { readonly key: KeyPart; readonly version: VersionPart } | undefined
  readonly target: Target | undefined
  readonly limits: readonly LimitState[]
}

/** Answered by the door itself, without an upstream (a list of models). Asked only of a key that is good. */
export interface AnsweredHere extends Verified {
  readonly answer: { readonly status: number; readonly contentType: string; readonly body: string }
}

/** Adds what a stage learned. The object stays the same one; its type grows. */
export function learn<Known extends Received, Learned extends object>(known: Known, learned: Learned): Known & Learned {
  return Object.assign(known, learned)
}

export function isRefused(outcome: object): outcome is Refused {
  return 'refused' in outcome
}

export function isAnsweredHere(outcome: object): outcome is AnsweredHere {
  return 'answer' in outcome
}
