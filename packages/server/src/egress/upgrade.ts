/** `Connection: Upgrade` (RFC 9110 §7.8): one connection of its own, handed over once the upstream has switched. */
import { type ClientRequest, type IncomingMessage, request as httpRequest } from 'node:http'
import type { Duplex } from 'node:stream'
import type { Origin } from '@claviger/core'
import type { EgressFailure, EgressRequest, UpgradeResult } from '@claviger/gateway'
import type { ClientIdentity } from '#injections'
import { dial } from './dial.ts'
import { EgressProblem, codeOf, failure, failureOfConnect, isOwnFault } from './failure.ts'
import type { Resolver } from './resolve.ts'

/** An upstream that does not switch explains why; this is enough for an explanation. */
const MAX_ANSWER_BYTES = 1024 * 1024
const MAX_ANSWER_HEAD_BYTES = 64 * 1024

export interface UpgradeOptions {
  readonly request: EgressRequest
  readonly origin: Origin
  readonly resolver: Resolver
  readonly path: string
  /** Flat, with the credential, without the fields of the connection. */
  readonly headers: readonly string[]
  readonly identity: ClientIdentity | undefined
  readonly signal: AbortSignal
}

/** Asks the upstream to switch. Never throws; after `switched` the socket is the caller's. */
export async function requestUpgrade(options: UpgradeOptions): Promise<UpgradeResult> {
  const bounds = new Bounds(options)
  let reached: EgressFailure['reached'] = 'unsent'
  try {
    const socket = await bounds.hold(connect(options, bounds), 'timeout_connect', options.request.timeouts.connectMs)
    reached = 'sent'
    return await bounds.hold(ask(options, socket, bounds), 'timeout_first_byte', options.request.timeouts.firstByteMs)
  } catch (error) {
    bounds.closeAll()
    const problem = failureOf(error, options.origin)
    const isOurs = options.signal.aborted || isOwnFault(error) || codeOf(error).startsWith('ERR_INVALID')
    return { kind: 'failed', failure: isOurs ? problem : { ...problem, reached } }
  } finally {
    bounds.release()
  }
}

async function connect({ origin, resolver, identity }: UpgradeOptions, bounds: Bounds): Promise<Duplex> {
  const addresses = await resolver.addresses()
  return new Promise((resolve, reject) => {
    const socket = dial({ origin, addresses, tls: { session: undefined, context: identity?.context } }, (error) => {
      if (error === undefined) resolve(socket)
      else reject(new EgressProblem(failureOfConnect(error, origin.text), { cause: error }))
    })
    bounds.own(socket)
  })
}

function ask(options: UpgradeOptions, socket: Duplex, bounds: Bounds): Promise<UpgradeResult> {
  return new Promise((resolve, reject) => {
    const asked: ClientRequest = httpRequest({
      createConnection: () => socket,
      method: options.request.method,
      path: options.path,
      headers: upgradeFields(options),
      setHost: false,
      maxHeaderSize: MAX_ANSWER_HEAD_BYTES,
    })
    asked.on('error', reject)
    asked.on('upgrade', (answer, switched, head) => {
      bounds.disown(switched)
      switched.removeAllListeners('error')
      resolve({ kind: 'switched', headers: answer.rawHeaders, socket: switched, head })
    })
    asked.on('response', (answer) => {
      collect(answer).then((body) => {
        const { statusCode = 0, statusMessage = '', rawHeaders } = answer
        resolve({ kind: 'answered', status: statusCode, statusText: statusMessage, headers: rawHeaders, body })
        socket.destroy()
      }, reject)
    })
    asked.end()
  })
}

function upgradeFields({ request, origin, headers }: UpgradeOptions): string[] {
  const at = request.headers.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === 'upgrade')
  const protocol = (at === -1 ? undefined : request.headers[at + 1]) ?? 'websocket'
  return ['Host', origin.authority, 'Connection', 'Upgrade', 'Upgrade', protocol, ...headers]
}

async function collect(answer: IncomingMessage): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let sizeBytes = 0
  for await (const chunk of answer) {
    if (!Buffer.isBuffer(chunk)) continue
    sizeBytes += chunk.byteLength
    if (sizeBytes > MAX_ANSWER_BYTES)
      throw new EgressProblem(failure('invalid', 'The upstream did not switch, and its answer is too long.'))
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function failureOf(error: unknown, origin: Origin): EgressFailure {
  if (error instanceof EgressProblem) return error.failure
  const code = codeOf(error)
  if (code.startsWith('HPE_')) return failure('invalid', `${origin.text} did not speak HTTP/1.1 (${code}).`)
  if (code.startsWith('ERR_INVALID') || code === 'ERR_UNESCAPED_CHARACTERS') {
    return failure(
      'invalid',
      'The request cannot be written as HTTP/1.1: its method, path or a header field is malformed.',
    )
  }
  return failure('unreachable', `${origin.text} closed the connection before it answered.`)
}

/** Time, the caller's signal, and the sockets that must not outlive a failure. */
class Bounds {
  readonly #options: UpgradeOptions
  readonly #sockets = new Set<Duplex>()
  readonly #onAbort: () => void
  readonly #stopped: Promise<never>
  #stop: (problem: EgressProblem) => void = () => undefined
  readonly #total: NodeJS.Timeout | undefined

  constructor(options: UpgradeOptions) {
    this.#options = options
    this.#stopped = new Promise((_resolve, reject) => {
      this.#stop = reject
    })
    this.#stopped.catch(() => undefined)
    this.#onAbort = () => this.#stop(new EgressProblem(failure('cut', 'The caller has gone.')))
    if (options.signal.aborted) this.#onAbort()
    options.signal.addEventListener('abort', this.#onAbort, { once: true })
    this.#total = this.#after('timeout_total', options.request.timeouts.totalMs)
  }

  /** Waits for a step, but no longer than its bound, the total bound, and the caller. */
  async hold<Value>(
    step: Promise<Value>,
    code: 'timeout_connect' | 'timeout_first_byte',
    boundMs: number,
  ): Promise<Value> {
    const timer = this.#after(code, boundMs)
    try {
      return await Promise.race([step, this.#stopped])
    } finally {
      clearTimeout(timer)
      // A step that ends after its bound has nobody left to tell.
      step.catch(() => undefined)
    }
  }

  own(socket: Duplex): void {
    this.#sockets.add(socket)
  }

  disown(socket: Duplex): void {
    this.#sockets.delete(socket)
  }

  closeAll(): void {
    for (const socket of this.#sockets) socket.destroy()
  }

  release(): void {
    clearTimeout(this.#total)
    this.#options.signal.removeEventListener('abort', this.#onAbort)
  }

  #after(
    code: 'timeout_connect' | 'timeout_first_byte' | 'timeout_total',
    boundMs: number,
  ): NodeJS.Timeout | undefined {
    if (boundMs <= 0) return undefined
    const detail = `${this.#options.origin.text} did not switch within ${boundMs} ms.`
    return setTimeout(() => this.#stop(new EgressProblem(failure(code, detail))), boundMs)
  }
}
