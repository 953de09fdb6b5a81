/**
 * What every middleware does, whatever the framework: finds the key, asks the verifier, and refuses in the very words of the
 * gateway (RFC 9457, RFC 6750, RateLimit fields).
 */
import { randomFillSync } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { TLSSocket } from 'node:tls'
import {
  ClavigerError,
  PROBLEM_CONTENT_TYPE,
  challengeOf,
  clientAddress,
  compileCidrs,
  formatIp,
  makeId,
  parseIp,
  problemDocument,
  rateLimitFields,
  refuseQueryCredential,
  withoutZone,
  type CidrSet,
  type LimitState,
} from '@claviger/core'
import type { Passed, Verifier, Verdict } from '../verifier/index.ts'

export interface GuardOptions {
  readonly verifier: Pick<Verifier, 'verify'>
  /** The api that is protected. */
  readonly apiId?: string
  /** What a call needs; all of them. */
  readonly scopes?: readonly string[] | ((request: IncomingMessage) => readonly string[])
  /** Units that a call costs; 1 by default. */
  readonly cost?: number | ((request: IncomingMessage) => number)
  /** The version of the api that a call is for. */
  readonly apiVersion?: (request: IncomingMessage) => string | undefined
  /** Fields that hold the key beside `Authorization: Bearer` and `X-Api-Key`. In lower case. */
  readonly keyHeaders?: readonly string[]
  /** Whose `X-Forwarded-For` and `Forwarded` are believed: networks in CIDR form. Nobody's by default. */
  readonly trustedProxies?: readonly string[]
}

export interface Refusal {
  readonly status: number
  /** Name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: string
}

export type Outcome =
  | { readonly kind: 'passed'; readonly caller: Passed; readonly headers: readonly string[] }
  | { readonly kind: 'refused'; readonly refusal: Refusal }

export type Guard = (request: IncomingMessage, target: string) => Outcome | Promise<Outcome>

const callers = new WeakMap<IncomingMessage, Passed>()

/**
 * Who calls, of a request that a guard has let through.
 *
 * @throws Error where no guard stands before
 */
export function callerOf(request: IncomingMessage | { readonly raw: IncomingMessage }): Passed {
  const caller = callers.get('raw' in request ? request.raw : request)
  if (caller === undefined) throw new Error('no guard of Claviger has let this request through')
  return caller
}

/** @throws RangeError and kin for networks that are none */
export function createGuard(options: GuardOptions): Guard {
  const trusted = compileCidrs(options.trustedProxies ?? [])
  const places = (options.keyHeaders ?? []).map((name) => name.toLowerCase())
  return (request, target) => {
    const requestId = newRequestId()
    try {
      const mark = target.indexOf('?')
      if (mark !== -1) refuseQueryCredential(target.slice(mark))
      const verdict = options.verifier.verify({
        ...factsOf(request, trusted),
        key: presentedKey(request, places),
        path: mark === -1 ? target : target.slice(0, mark),
        apiId: options.apiId,
        scopes: typeof options.scopes === 'function' ? options.scopes(request) : options.scopes,
        cost: typeof options.cost === 'function' ? options.cost(request) : options.cost,
        apiVersion: options.apiVersion?.(request),
      })
      if (!(verdict instanceof Promise)) return outcomeOf(request, verdict, requestId)
      return verdict.then((known) => outcomeOf(request, known, requestId))
    } catch (thrown) {
      if (!ClavigerError.is(thrown)) throw thrown
      return { kind: 'refused', refusal: refusalOf(thrown, NO_LIMITS, requestId) }
    }
  }
}

const NO_LIMITS: readonly LimitState[] = []

function outcomeOf(request: IncomingMessage, verdict: Verdict, requestId: string): Outcome {
  if (!verdict.valid) return { kind: 'refused', refusal: refusalOf(verdict.error, verdict.limits, requestId) }
  callers.set(request, verdict)
  return { kind: 'passed', caller: verdict, headers: limitFields(verdict.limits) }
}

function refusalOf(error: ClavigerError, limits: readonly LimitState[], requestId: string): Refusal {
  const body = JSON.stringify(problemDocument(error, requestId))
  const challenge = challengeOf(error)
  return {
    status: error.status,
    body,
    headers: [
      ...(challenge === undefined ? [] : ['WWW-Authenticate', challenge]),
      ...(error.retryAfterSeconds === undefined ? [] : ['Retry-After', String(error.retryAfterSeconds)]),
      ...limitFields(limits),
      'Content-Type',
      PROBLEM_CONTENT_TYPE,
      'Content-Length',
      String(Buffer.byteLength(body)),
      'Cache-Control',
      'no-store',
      'X-Request-Id',
      requestId,
    ],
  }
}

function limitFields(limits: readonly LimitState[]): readonly string[] {
  if (limits.length === 0) return NOTHING
  const { policy, state } = rateLimitFields(limits)
  return ['RateLimit-Policy', policy, 'RateLimit', state]
}

const NOTHING: readonly string[] = []

/** @throws ClavigerError `credential_missing`, and `bad_header` where there are several */
function presentedKey({ rawHeaders }: IncomingMessage, places: readonly string[]): string {
  let presented: string | undefined
  let several = false
  let otherScheme = false
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = (rawHeaders[at] ?? '').toLowerCase()
    const value = rawHeaders[at + 1] ?? ''
    if (name !== 'authorization' && name !== 'x-api-key' && !places.includes(name)) continue
    const credential = name === 'authorization' ? bearer(value) : value
    if (credential === undefined) otherScheme = true
    else {
      several ||= presented !== undefined && presented !== credential
      presented = credential
    }
  }
  if (several || (otherScheme && presented !== undefined)) {
    throw new ClavigerError('bad_header', 'Several different credentials were presented. Send one.', {
      facts: { challenge: 'invalid_request' },
    })
  }
  if (presented === undefined || presented === '') {
    throw new ClavigerError('credential_missing', 'This needs a key: send it as "Authorization: Bearer".')
  }
  return presented
}

function bearer(authorization: string): string | undefined {
  return /^bearer /i.test(authorization) ? authorization.slice(7).trim() : undefined
}

function factsOf(request: IncomingMessage, trusted: CidrSet) {
  const { headers, method, socket } = request
  const ip = socket.remoteAddress === undefined ? undefined : parseIp(withoutZone(socket.remoteAddress))
  const peer = ip === undefined ? undefined : { ip, text: formatIp(ip), isTrusted: trusted.contains(ip) }
  return {
    clientIp: peer === undefined ? undefined : clientAddress(peer, headers, trusted).text,
    method,
    origin: headers.origin,
    referer: headers.referer,
    userAgent: headers['user-agent'],
    clientCertificate: certificateOf(socket),
  }
}

function certificateOf(socket: IncomingMessage['socket']): string | undefined {
  if (!(socket instanceof TLSSocket)) return undefined
  // without a certificate an object without members, whatever the type says
  const { fingerprint256 } = socket.getPeerCertificate() as { readonly fingerprint256?: string }
  return fingerprint256
}

function newRequestId(): string {
  return makeId('req', Date.now(), randomFillSync(new Uint8Array(10)))
}
