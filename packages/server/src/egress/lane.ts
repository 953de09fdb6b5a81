/** One connection to an origin, opened when first used and again when it has been closed. One request at a time. */
import type { Socket } from 'node:net'
import type { Origin } from '@claviger/core'
import { Client, type buildConnector } from 'undici'
import { type DialOptions, type TlsMemory, dial } from './dial.ts'
import { EgressProblem, failureOfConnect } from './failure.ts'
import type { Resolver } from './resolve.ts'

/** A connection without a call is closed after this; a shorter `Keep-Alive: timeout` of the upstream counts. */
const IDLE_MS = 10_000
const IDLE_AT_MOST_MS = 60_000
/** Taken off the upstream's own `Keep-Alive: timeout`, so that we close first. */
const IDLE_MARGIN_MS = 1_000
const MAX_ANSWER_HEAD_BYTES = 64 * 1024

export interface LaneOptions {
  readonly origin: Origin
  readonly resolver: Resolver
  readonly tls: TlsMemory
  readonly monotonicMs: () => number
  /** The connection is gone (or could not be opened). */
  readonly onClosed: (lane: Lane) => void
}

type Connected = buildConnector.Callback

export class Lane {
  readonly client: Client
  readonly #options: LaneOptions
  #socket: Socket | undefined
  #openedAtMs = 0
  #isDiscarded = false
  /** Answers that came whole over the connection that stands now. */
  served = 0

  constructor(options: LaneOptions) {
    this.#options = options
    this.client = new Client(options.origin.text, {
      connect: (_target, callback) => this.#open(callback),
      pipelining: 1,
      allowH2: false,
      maxHeaderSize: MAX_ANSWER_HEAD_BYTES,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: IDLE_AT_MOST_MS,
      keepAliveTimeoutThreshold: IDLE_MARGIN_MS,
      // Timeouts are the call's own, with a code for each.
      headersTimeout: 0,
      bodyTimeout: 0,
    })
    this.client.on('disconnect', () => this.#options.onClosed(this))
    this.client.on('connectionError', () => this.#options.onClosed(this))
  }

  /** Since the connection was opened, in ms. */
  ageMs(): number {
    return this.#options.monotonicMs() - this.#openedAtMs
  }

  /** The upstream does not take what we write. */
  isStalled(): boolean {
    return this.#socket?.writableNeedDrain === true
  }

  /** Closes the connection, also one that is still being opened. */
  discard(): Promise<void> {
    this.#isDiscarded = true
    this.#socket?.destroy()
    return this.client.destroy()
  }

  #open(callback: Connected): void {
    this.served = 0
    const { resolver, origin } = this.#options
    const fail = (error: unknown): void => callback(asProblem(error, origin), null)
    try {
      const addresses = resolver.addresses()
      if (addresses instanceof Promise) addresses.then((found) => this.#dial(found, callback), fail)
      else this.#dial(addresses, callback)
    } catch (error) {
      fail(error)
    }
  }

  #dial(addresses: DialOptions['addresses'], callback: Connected): void {
    const { origin, tls } = this.#options
    if (this.#isDiscarded) return callback(asProblem(undefined, origin), null)
    const socket = dial({ origin, addresses, tls }, (error) => {
      if (error !== undefined) return callback(asProblem(error, origin), null)
      this.#openedAtMs = this.#options.monotonicMs()
      callback(null, socket)
    })
    this.#socket = socket
  }
}

/** undici takes some codes of errors as "try again"; a connection that failed is told as one error that it does not know. */
function asProblem(error: unknown, origin: Origin): EgressProblem {
  return error instanceof EgressProblem
    ? error
    : new EgressProblem(failureOfConnect(error, origin.text), { cause: error })
}
