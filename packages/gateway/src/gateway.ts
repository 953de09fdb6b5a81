/**
 * The data plane as the server mounts it (`mount`) on plain `node:http` or `node:https`: takes the calls that are ours,
 * leaves the others, and sees that every connection ends in one way or another.
 */
import { ServerResponse, type IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { ClavigerError } from '@claviger/core'
import type { Context, GatewayLog, GatewaySettings } from './context.ts'
import type { Received } from './exchange.ts'
import type { Front } from './front.ts'
import { AuthzDoor } from './fronts/authz.ts'
import type { ForwardAuth } from './forward-auth.ts'
import { gwFront, placedFront } from './fronts/gw.ts'
import { openai } from './fronts/openai.ts'
import { answerChanges, isChangesPath } from './fronts/key-changes.ts'
import { answerVerify, verifyFormOf, verifyDoor } from './fronts/verify.ts'
import { IdentityTokens } from './identity-tokens.ts'
import { answerParserError, writeRaw } from './http/raw-answer.ts'
import { faultOf, receive, refuseEarly, type Wire } from './http/receive.ts'
import { createRequestIds } from './http/request-ids.ts'
import type { WireHandlers } from './mount.ts'
import type { OpenStreams } from './open-streams.ts'
import { run } from './pipeline.ts'
import type { Ports } from './ports.ts'

export interface GatewayOptions {
  readonly ports: Ports
  /** The server cuts streams through it when the feed tells of a revocation. */
  readonly openStreams: OpenStreams
  readonly settings: GatewaySettings
  readonly log: GatewayLog
  readonly forwardAuth: ForwardAuth
  /** Fills the array from a cryptographic source; for request ids. */
  readonly fillRandom: (bytes: Uint8Array) => void
}

export interface Gateway extends WireHandlers {
  /** Refuses new calls with 503, waits for the running ones, and cuts those that are left after `graceMs`. */
  drain(graceMs: number): Promise<void>
  readonly activeCount: number
  readonly isDraining: boolean
}

const FRONTS: readonly Front[] = [gwFront, openai]

/** So long an exchange that was cut may take to write its record. */
const LAST_WORDS_MS = 2_000

export function createGateway(options: GatewayOptions): Gateway {
  const { ports, openStreams, settings, log, forwardAuth, fillRandom } = options
  return new MountedGateway({
    ports,
    openStreams,
    settings,
    log,
    forwardAuth,
    identities: new IdentityTokens(forwardAuth),
    makeRequestId: createRequestIds(fillRandom),
    load: { active: 0, followers: 0, isDraining: false, onIdle: undefined },
    reported: new Map(),
  })
}

class MountedGateway implements Gateway {
  readonly #context: Context
  readonly #authz: AuthzDoor

  constructor(context: Context) {
    this.#context = context
    this.#authz = new AuthzDoor(context)
  }

  get activeCount(): number {
    return this.#context.load.active
  }

  get isDraining(): boolean {
    return this.#context.load.isDraining
  }

  handle(incoming: IncomingMessage, outgoing: ServerResponse): boolean {
    const url = incoming.url ?? ''
    const wire = { incoming, outgoing, upgradeHead: undefined }
    const front = this.#frontOf(incoming)
    if (front !== undefined) {
      const received = receive(this.#context, front, wire)
      if (received !== undefined) this.#run(front, received)
      return true
    }
    if (this.#context.settings.isServing && this.#answersQuestion(wire, url)) return true
    const fault = faultOf(incoming)
    if (fault === undefined) return false
    refuseEarly(this.#context, verifyDoor, { incoming, outgoing, requestId: this.#requestId(), thrown: fault })
    return true
  }

  /** Questions about keys, which forward nothing. */
  #answersQuestion(wire: Wire, url: string): boolean {
    const { incoming, outgoing } = wire
    const form = incoming.method === 'POST' ? verifyFormOf(url) : undefined
    if (form !== undefined) {
      const received = receive(this.#context, verifyDoor, wire)
      if (received !== undefined) answerVerify(this.#context, received, form)
      return true
    }
    if (this.#authz.handle(incoming, outgoing)) return true
    if (incoming.method !== 'GET' || !isChangesPath(url)) return false
    const received = receive(this.#context, verifyDoor, wire)
    if (received !== undefined) answerChanges(this.#context, received)
    return true
  }

  handleUpgrade(incoming: IncomingMessage, socket: Duplex, head: Uint8Array): boolean {
    const front = this.#frontOf(incoming)
    if (front === undefined) return false
    // Node has let go of the socket: refusals need a response on it, and somebody must hear its errors
    socket.on('error', ignore)
    const outgoing = new ServerResponse(incoming)
    outgoing.shouldKeepAlive = false
    outgoing.assignSocket(incoming.socket)
    outgoing.once('finish', () => incoming.socket.destroySoon())
    const received = receive(this.#context, front, { incoming, outgoing, upgradeHead: head })
    if (received !== undefined) this.#run(front, received)
    return true
  }

  mayUpgrade(incoming: IncomingMessage): boolean {
    const door = this.#frontOf(incoming)?.door
    return door === 'gw'
  }

  handleConnect(incoming: IncomingMessage): void {
    writeRaw(incoming.socket, new ClavigerError('method_not_allowed', 'This is no forward proxy.'), this.#requestId())
  }

  handleClientError(error: Error, socket: Duplex): void {
    // Node's types say Duplex; a net or tls server emits its Socket
    const refused = answerParserError(error, socket as Socket, () => this.#requestId())
    if (refused !== undefined)
      this.#context.log.debug({ code: refused.code, err: error }, 'a connection sent no valid request')
  }

  async drain(graceMs: number): Promise<void> {
    const { load, openStreams, log } = this.#context
    load.isDraining = true
    if (await this.#isIdleWithin(graceMs)) return
    log.warn({ cut: openStreams.cutAll('draining') }, 'calls were cut at the end of the grace period')
    await this.#isIdleWithin(LAST_WORDS_MS)
  }

  #isIdleWithin(waitMs: number): Promise<boolean> {
    const { load } = this.#context
    if (load.active === 0) return Promise.resolve(true)
    return new Promise((resolve) => {
      const settle = (isIdle: boolean): void => {
        clearTimeout(timer)
        load.onIdle = undefined
        resolve(isIdle)
      }
      const timer = setTimeout(() => settle(false), waitMs)
      load.onIdle = () => settle(true)
    })
  }

  #run(front: Front, received: Received): void {
    const { load } = this.#context
    load.active += 1
    void run(this.#context, front, received).then(() => {
      load.active -= 1
      if (load.active === 0) load.onIdle?.()
    })
  }

  /** A place that a route has is its own; on control hosts, and without a host, paths of ours are no such places. */
  #frontOf(incoming: IncomingMessage): Front | undefined {
    if (!this.#context.settings.isServing) return undefined
    const url = incoming.url ?? ''
    const { places } = this.#context.ports.snapshots
    if (!places.isEmpty && places.find(incoming.headers.host, pathOf(url)) !== undefined) return placedFront
    for (const front of FRONTS) if (url.startsWith(front.prefix)) return front
    return undefined
  }

  #requestId(): string {
    return this.#context.makeRequestId(this.#context.ports.clock.nowMs())
  }
}

function pathOf(url: string): string {
  const mark = url.indexOf('?')
  return mark === -1 ? url : url.slice(0, mark)
}

function ignore(): void {}
