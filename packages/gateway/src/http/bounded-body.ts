/** A request body on its way to the upstream: as fast as both sides go, and never more than the limit. */
import type { IncomingMessage } from 'node:http'
import { Readable } from 'node:stream'

const BUFFER_BYTES = 65_536

export class BoundedBody extends Readable {
  readonly #incoming: IncomingMessage
  readonly #limitBytes: number
  readonly #onTooLarge: () => void
  #bytes = 0
  #isAttached = false
  #isWhole = false

  /** @param onTooLarge called once, at the first byte beyond the limit; nothing more is passed on then */
  constructor(incoming: IncomingMessage, limitBytes: number, onTooLarge: () => void) {
    super({ highWaterMark: BUFFER_BYTES })
    this.#incoming = incoming
    this.#limitBytes = limitBytes
    this.#onTooLarge = onTooLarge
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
    this.#incoming.resume()
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#incoming.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onClose)
    if (!this.#incoming.complete) this.#incoming.pause()
    done(error)
  }

  readonly #onData = (chunk: Uint8Array): void => {
    if (this.#bytes + chunk.byteLength > this.#limitBytes) {
      this.destroy()
      this.#onTooLarge()
      return
    }
    this.#bytes += chunk.byteLength
    if (!this.push(chunk)) this.#incoming.pause()
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
