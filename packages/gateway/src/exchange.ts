/**
 * What is known of one call, stage by stage. A later stage asks for a later type, so a wrong order does not compile.
 * It is one object of one shape all the way (`newExchange`): a stage sets what it learned and hands the same object on.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { ClavigerError, IpAddress, KeyPart, LimitState, ShadowRefusal, VersionPart } from '@claviger/core'
import type { ApiTarget, ModelPart, RoutePart } from './parts.ts'
import type { DecisionRecord, Door, EgressRequest, Hold, MaybePromise, Usage } from './ports.ts'

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

/** What is decided about. */
export type Target = UpstreamTarget | ApiTarget

/** What we forward to. */
export type UpstreamTarget = RoutePart | ModelPart

/** For the journal and for limits that are counted apart: routes and models have an id of their own. */
export const targetIdOf = (target: Target | undefined): string | undefined =>
  target === undefined || target.kind === 'api' ? undefined : target.id

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

export interface Verified extends Shielded, Caller {}

export interface Caller {
  readonly key: KeyPart
  readonly version: VersionPart
  /** What restrictions in shadow mode would have refused, once that was asked; undefined: nothing. */
  readonly shadow?: readonly ShadowRefusal[] | undefined
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
  readonly target: UpstreamTarget
  readonly egress: Omit<EgressRequest, 'body'>
  /** What the door made of the body that it read; undefined: the caller's body is passed on as it comes. */
  readonly upstreamBody: Uint8Array | undefined
  /** Counted where a call may be sent to several upstreams; 0 elsewhere. */
  readonly tries: number
}

/** The decision is in the journal's spool: only now may a byte go to the upstream. */
export interface Opened extends Selected {
  /** What the journal was told; the whole story is told with it again. */
  readonly record: DecisionRecord
}

/** How a forwarded call went. */
export interface Outcome {
  /** As answered; 101 for an upgrade. */
  readonly status: number
  readonly ended: Usage['ended']
  readonly bytesIn: number
  readonly bytesOut: number
  readonly firstByteMs: number
  /** What the door's tap counted; undefined: this door counts no tokens. */
  readonly tokens: MaybePromise<TokenUsage> | undefined
}

/** The answer has gone out, whole or not. */
export interface Forwarded extends Opened {
  readonly outcome: Outcome
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
  /** Which rule refused, for people: `key.restrictions/0.ip`, `shield`, `upstream`, … */
  readonly rule: string
  /** Undefined before authentication. */
  readonly caller: Caller | undefined
  readonly target: Target | undefined
  readonly limits: readonly LimitState[]
}

/** Answered by the door itself, without an upstream (a list of models). Asked only of a key that is good. */
export interface AnsweredHere extends Verified {
  readonly answer: { readonly status: number; readonly contentType: string; readonly body: string }
}

/** Everything that stages learn, not yet known. */
interface Unlearned {
  readonly route: undefined
  readonly rest: ''
  readonly key: undefined
  readonly version: undefined
  readonly shadow: undefined
  readonly target: undefined
  readonly body: undefined
  readonly limits: undefined
  readonly hold: undefined
  readonly egress: undefined
  readonly upstreamBody: undefined
  readonly tries: number
  readonly record: undefined
  readonly outcome: undefined
  readonly usage: undefined
  readonly answer: undefined
  readonly refused: undefined
}

/** The object of a call, with a place for all that will be learned: growing an object costs more than the stages do. */
export function newExchange(read: Received): Received {
  const exchange: Received & Unlearned = {
    requestId: read.requestId,
    receivedAtMs: read.receivedAtMs,
    startedMonotonicMs: read.startedMonotonicMs,
    door: read.door,
    method: read.method,
    path: read.path,
    query: read.query,
    headers: read.headers,
    rawHeaders: read.rawHeaders,
    facts: read.facts,
    clientIp: read.clientIp,
    clientIpText: read.clientIpText,
    incoming: read.incoming,
    outgoing: read.outgoing,
    upgradeHead: read.upgradeHead,
    route: undefined,
    rest: '',
    key: undefined,
    version: undefined,
    shadow: undefined,
    target: undefined,
    body: undefined,
    limits: undefined,
    hold: undefined,
    egress: undefined,
    upstreamBody: undefined,
    tries: 0,
    record: undefined,
    outcome: undefined,
    usage: undefined,
    answer: undefined,
    refused: undefined,
  }
  return exchange
}

type Growing<Later> = { -readonly [Name in keyof Later]: Later[Name] }

/** The same object, as the type of a later stage: whoever calls this sets the fields between the two at once. */
function growing<Later extends Received>(known: Received): Growing<Later> {
  return known as Growing<Later>
}

export function learnRoute(known: Received, route: RoutePart | undefined, rest: string): Matched {
  const matched = growing<Matched>(known)
  matched.route = route
  matched.rest = rest
  return matched
}

/** Nothing stands behind it but that the stage was passed. */
export function passShield(known: Matched): Shielded {
  return known as Shielded
}

export function learnKey(known: Shielded, key: KeyPart, version: VersionPart): Verified {
  const verified = growing<Verified>(known)
  verified.key = key
  verified.version = version
  return verified
}

export function learnShadow(known: Verified, shadow: readonly ShadowRefusal[]): void {
  growing<Verified>(known).shadow = shadow
}

export function learnTarget(known: Verified, target: Target, body: Uint8Array | undefined): ReadBody {
  const read = growing<ReadBody>(known)
  read.target = target
  read.body = body
  return read
}

/** Nothing stands behind it but that the stage was passed. */
export function passAuthorization(known: ReadBody): Authorized {
  return known as Authorized
}

export function learnLimits(known: Authorized, limits: readonly LimitState[], hold: Hold | undefined): Admitted {
  const admitted = growing<Admitted>(known)
  admitted.limits = limits
  admitted.hold = hold
  return admitted
}

export function learnRequest(
  known: Admitted,
  egress: Selected['egress'],
  upstreamBody: Uint8Array | undefined,
): Selected {
  const selected = growing<Selected>(known)
  selected.egress = egress
  selected.upstreamBody = upstreamBody
  return selected
}

/** It goes to an upstream of a pool, for the first time or again. */
export function countTry(known: Selected): void {
  growing<Selected>(known).tries += 1
}

export function learnRecord(known: Selected, record: DecisionRecord): Opened {
  const opened = growing<Opened>(known)
  opened.record = record
  return opened
}

export function learnOutcome(known: Opened, outcome: Outcome): Forwarded {
  const forwarded = growing<Forwarded>(known)
  forwarded.outcome = outcome
  return forwarded
}

export function learnUsage(known: Forwarded, usage: Usage): Metered {
  const metered = growing<Metered>(known)
  metered.usage = usage
  return metered
}

export function learnAnswer(known: Verified, answer: AnsweredHere['answer']): AnsweredHere {
  const answered = growing<AnsweredHere>(known)
  answered.answer = answer
  return answered
}

export function isRefused(outcome: Received | Refused): outcome is Refused {
  return (outcome as Partial<Refused>).refused !== undefined
}

export function isAnsweredHere(outcome: Received): outcome is AnsweredHere {
  return (outcome as Partial<AnsweredHere>).answer !== undefined
}
