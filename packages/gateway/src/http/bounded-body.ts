/** A request body on its way to the upstream: as fast as both sides go, and never more than the limit. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

const BUFFER_BYTES = 65_536

export interface BodyBounds {
  readonly limitBytes: number
  /** How long the upstream may take nothing. */
  readonly stallMs: number
  /** Told once, at the first byte beyond the limit; nothing more is passed on then. */
  readonly onTooLarge: () => void
  /** Told when the upstream has taken nothing for too long: a caller who goes away is not noticed while nobody reads. */
  readonly onStalled: () => void
}

export class BoundedBody extends Readable {
  readonly #incoming: IncomingMessage
  readonly #bounds: BodyBounds
  #stallTimer: NodeJS.Timeout | undefined
  #bytes = 0
  #isAttached = false
  #isWhole = false

  constructor(incoming: IncomingMessage, bounds: BodyBounds) {
    super({ highWaterMark: BUFFER_BYTES })
    this.#incoming = incoming
    this.#bounds = bounds
  }

  /** Passed on so far. */
  get bytes(): number {
    return this.#bytes
  }

  override _read(): void {
    if (!this.#isAttached) {
      this.#isAttached = true
      this.#incoming.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onClose)
    }
    clearTimeout(this.#stallTimer)
    this.#incoming.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#stallTimer)
    this.#incoming.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    if (!this.#incoming.complete) this.#incoming.pause()
    done(error)
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#bytes + chunk.byteLength > this.#bounds.limitBytes) {
      this.destroy()
      this.#bounds.onTooLarge()
      return
    }
    this.#bytes += chunk.byteLength
    if (this.push(chunk)) return
    this.#incoming.pause()
    this.#stallTimer = setTimeout(this.#bounds.onStalled, this.#bounds.stallMs)
  }

  readonly #onEnd = (): void => {
    this.#isWhole = true
    this.push(null)
  }

  // without an error: the exchange hears of the caller's going from the response, and nobody else listens here
  readonly #onClose = (): void => {
    if (!this.#isWhole) this.destroy()
  }
}
