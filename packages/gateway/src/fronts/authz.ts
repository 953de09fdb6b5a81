/**
 * Forward-auth: somebody else's proxy asks about a call, and forwards it itself. `/authz/forward` for those that tell the call
 * in header fields (nginx, Traefik, Caddy, HAProxy, APISIX, Oathkeeper), `/authz/envoy/{question}` for Envoy, which appends
 * its path. The same stages as on our own doors; whoever may not ask is not answered here (decisions 12 and 13).
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { ClavigerError, refuseQueryCredential } from '@claviger/core'
import type { Context } from '../context.ts'
import {
  isRefused,
  learnRoute,
  learnTarget,
  newExchange,
  type Admitted,
  type Received,
  type Refused,
} from '../exchange.ts'
import { peerOf, type Peer } from '../http/client-address.ts'
import { readHeadFacts } from '../http/head-facts.ts'
import { draining } from '../http/receive.ts'
import { readTarget } from '../http/request-target.ts'
import { admit } from '../stages/admit.ts'
import { authorize } from '../stages/authorize.ts'
import { decisionRecord, recordRefusal, releaseHold } from '../stages/record.ts'
import { refuseUnknown } from '../stages/refuse.ts'
import { shield } from '../stages/shield.ts'
import { REFUSED_BY_STORE, refuseWrong, verify } from '../stages/verify.ts'
import { writeAllowed, writeDenied, writeJwks } from './authz-answer.ts'
import { checkedMethod, originalCall, originalClient, type OriginalCall } from './authz-original.ts'
import { AuthzQuestions, denyOf, type AuthzQuestion } from './authz-question.ts'

const DOOR = 'authz'
const FORWARD_PATH = '/authz/forward'
const ENVOY_PREFIX = '/authz/envoy/'
const JWKS_PATH = '/authz/jwks.json'
const SECRET_FIELD = 'x-claviger-secret'

/** One call of a proxy. */
interface Asking {
  readonly incoming: IncomingMessage
  readonly outgoing: ServerResponse
  readonly peer: Peer
  readonly requestId: string
  /** As the proxy wrote it. */
  readonly question: string
  /** What stands behind the question, at Envoy's door. */
  readonly appended: string | undefined
}

export class AuthzDoor {
  readonly #context: Context
  readonly #questions = new AuthzQuestions()

  constructor(context: Context) {
    this.#context = context
  }

  /** False: not ours, or of somebody who may not ask; nothing was touched, so that it looks like any other path. */
  handle(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const url = incoming.url ?? ''
    if (!url.startsWith('/authz/')) return false
    if (url === JWKS_PATH && (incoming.method === 'GET' || incoming.method === 'HEAD')) {
      writeJwks(this.#context, { incoming, outgoing, requestId: this.#requestId() })
      return true
    }
    const parts = questionOf(url)
    const peer = parts === undefined ? undefined : this.#asker(incoming)
    if (parts === undefined || peer === undefined) return false
    void this.#answer({ incoming, outgoing, peer, requestId: this.#requestId(), ...parts })
    return true
  }

  /** A trusted address, or whoever knows the secret. */
  #asker(incoming: IncomingMessage): Peer | undefined {
    const { settings, forwardAuth } = this.#context
    const peer = peerOf(incoming.socket, settings.trustedProxies)
    if (peer === undefined || peer.isTrusted) return peer
    const secret = incoming.headers[SECRET_FIELD]
    return typeof secret === 'string' && forwardAuth.isSecret(secret) ? peer : undefined
  }

  /** Never rejects. */
  async #answer(asking: Asking): Promise<void> {
    const { load } = this.#context
    load.active += 1
    let received: Received | undefined
    try {
      const question = this.#questions.read(asking.question)
      received = this.#receive(asking)
      const decided = await this.#decide(received, asking.question, question)
      if (isRefused(decided)) {
        await recordRefusal(this.#context, received, decided)
        writeDenied(this.#context, asking, { ...decided, deny: question.deny })
      } else await this.#allow(asking, decided)
    } catch (thrown) {
      this.#fail(asking, received, thrown)
    } finally {
      load.active -= 1
      if (load.active === 0) load.onIdle?.()
    }
  }

  /** The original call in the form that the stages read. @throws ClavigerError what is wrong with it, or with the asking */
  #receive({ incoming, outgoing, peer, requestId, appended }: Asking): Received {
    const { ports, settings } = this.#context
    if (this.#context.load.isDraining) throw draining()
    const facts = readHeadFacts(incoming)
    const original: OriginalCall =
      appended === undefined
        ? originalCall(incoming.headers)
        : { method: checkedMethod(incoming.method ?? ''), target: appended }
    const { path, query } = readTarget(original.target, settings.maxTargetBytes)
    if (query.length > 1) refuseQueryCredential(query)
    const client = originalClient(peer, incoming.headers, settings.trustedProxies)
    return newExchange({
      requestId,
      receivedAtMs: ports.clock.nowMs(),
      startedMonotonicMs: ports.clock.monotonicMs(),
      door: DOOR,
      method: original.method,
      path,
      query,
      headers: incoming.headers,
      rawHeaders: incoming.rawHeaders,
      facts,
      clientIp: client.ip,
      clientIpText: client.text,
      incoming,
      outgoing,
      upgradeHead: undefined,
    })
  }

  async #decide(received: Received, text: string, question: AuthzQuestion): Promise<Admitted | Refused> {
    const context = this.#context
    const api = await context.forwardAuth.api(question.api)
    if (api === 'unavailable') {
      context.ports.journal.failureModeUsed(REFUSED_BY_STORE)
      return refuseUnknown(
        new ClavigerError('unavailable', 'The api cannot be looked up at the moment.', { retryAfterSeconds: 1 }),
        'snapshots',
      )
    }
    if (api === undefined)
      throw new ClavigerError('not_found', 'There is no api of the name that the proxy asks about.')
    const shielded = shield(context, learnRoute(received, undefined, received.path))
    if (isRefused(shielded)) return shielded
    const verified = await verify(context, shielded)
    if (isRefused(verified)) return verified
    // a key of another workspace is one that nobody here knows
    if (verified.key.workspace.current.id !== api.current.workspaceId)
      return refuseWrong(context, received, { presented: received.facts.presented ?? '', reason: 'unknown_id' })
    const authorized = authorize(context, learnTarget(verified, this.#questions.targetOf(text, api), undefined))
    if (isRefused(authorized)) return authorized
    return admit(context, authorized)
  }

  /** The decision is in the journal before it is told; whoever forwards the call does not say when it ends. */
  async #allow(asking: Asking, admitted: Admitted): Promise<void> {
    const context = this.#context
    releaseHold(context, admitted)
    const record = decisionRecord(context, admitted, {
      caller: admitted,
      target: admitted.target,
      status: 200,
      credits: admitted.hold?.credits,
    })
    context.ports.ledger.settle(record)
    await context.ports.journal.record(record, 'ordinary')
    const identity = context.identities.identityOf(admitted, admitted.target.api, context.ports.clock.nowMs())
    writeAllowed(context, asking, { identity, limits: admitted.limits })
  }

  /** What is wrong with the call or with the asking, and what is wrong with us. */
  #fail(asking: Asking, received: Received | undefined, thrown: unknown): void {
    const { ports, log } = this.#context
    const { requestId, peer, question } = asking
    if (received !== undefined) releaseHold(this.#context, received)
    const isOurs = ClavigerError.is(thrown)
    if (!isOurs) log.error({ requestId, err: thrown }, 'a call failed inside')
    const refused = isOurs ? thrown : new ClavigerError('internal', 'Something went wrong inside. It has been logged.')
    if (refused.code !== 'draining') ports.journal.refusedBefore(received?.clientIp ?? peer.ip, refused.code)
    writeDenied(this.#context, asking, { refused, limits: [], target: undefined, deny: denyOf(question) })
  }

  #requestId(): string {
    return this.#context.makeRequestId(this.#context.ports.clock.nowMs())
  }
}

/** The question, and what stands behind it; undefined: it is none. */
function questionOf(url: string): Pick<Asking, 'question' | 'appended'> | undefined {
  if (url.startsWith(ENVOY_PREFIX)) {
    const slash = url.indexOf('/', ENVOY_PREFIX.length)
    // Envoy appends a path, which begins with a slash
    return slash === -1
      ? { question: url.slice(ENVOY_PREFIX.length), appended: '' }
      : { question: url.slice(ENVOY_PREFIX.length, slash), appended: url.slice(slash) }
  }
  if (!url.startsWith(FORWARD_PATH)) return undefined
  const behind = url.slice(FORWARD_PATH.length)
  return behind === '' || behind.startsWith('?') ? { question: behind.slice(1), appended: undefined } : undefined
}
