/**
 * Content codings of answers. Usually the bytes pass as they came and a copy is decoded to be counted; how much is
 * decoded and how much waits is bounded, so an answer that unfolds without end costs its count, not our memory.
 *
 * @see RFC 9110 §8.4.1, RFC 8878 (zstd), RFC 7932 (br)
 */
import type { Transform } from 'node:stream'
import {
  constants,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createInflateRaw,
  createZstdDecompress,
} from 'node:zlib'

/** No answer that we decode may unfold to more. */
export const MAX_DECODED_BYTES = 64 * 1024 * 1024
/** Encoded bytes that may wait for the decoder. */
const MAX_WAITING_BYTES = 8 * 1024 * 1024

/** `exact`: an answer that ends too early is an error. `lenient`: what has come is decoded, as it was cut by someone. */
export type Ending = 'exact' | 'lenient'

const zlibEnd = (ending: Ending) => ({
  finishFlush: ending === 'exact' ? constants.Z_FINISH : constants.Z_SYNC_FLUSH,
})
const brotliEnd = (ending: Ending) => ({
  finishFlush: ending === 'exact' ? constants.BROTLI_OPERATION_FINISH : constants.BROTLI_OPERATION_FLUSH,
})
const zstdEnd = (ending: Ending) => ({
  finishFlush: ending === 'exact' ? constants.ZSTD_e_end : constants.ZSTD_e_flush,
})

/** `first` is the answer's first byte: `deflate` is a zlib stream, but some servers send it without its header. */
const DECODERS = {
  gzip: (ending: Ending): Transform => createGunzip(zlibEnd(ending)),
  'x-gzip': (ending: Ending): Transform => createGunzip(zlibEnd(ending)),
  deflate: (ending: Ending, first: number): Transform =>
    (first & 0x0f) === 0x08 ? createInflate(zlibEnd(ending)) : createInflateRaw(zlibEnd(ending)),
  br: (ending: Ending): Transform => createBrotliDecompress(brotliEnd(ending)),
  zstd: (ending: Ending): Transform => createZstdDecompress(zstdEnd(ending)),
} as const

export type ContentCoding = keyof typeof DECODERS

/** The coding of an answer; `unknown`: one that we cannot decode, or several on top of each other. */
export function contentCoding(headers: readonly string[]): ContentCoding | 'identity' | 'unknown' {
  const codings = fieldValues(headers, 'content-encoding')
    .flatMap((value) => value.split(','))
    .map((coding) => coding.trim().toLowerCase())
    .filter((coding) => coding !== '' && coding !== 'identity')
  const [only, ...more] = codings
  if (only === undefined) return 'identity'
  return more.length === 0 && isContentCoding(only) ? only : 'unknown'
}

/** All values of a field; `headers` flat: name, value, name, value. */
export function fieldValues(headers: readonly string[], name: string): readonly string[] {
  return headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name)
}

/** A decoder for an answer whose first byte is `first`. */
export function makeDecoder(coding: ContentCoding, ending: Ending, first: number): Transform {
  return DECODERS[coding](ending, first)
}

/** Decodes a copy of an answer on the side; never slows the answer down. */
export class DecodedCopy {
  readonly #coding: ContentCoding
  readonly #onBytes: (decoded: Uint8Array) => void
  #decoder: Transform | undefined
  #decodedBytes = 0
  #gaveUp = false

  constructor(coding: ContentCoding, onBytes: (decoded: Uint8Array) => void) {
    this.#coding = coding
    this.#onBytes = onBytes
  }

  write(chunk: Uint8Array): void {
    if (this.#gaveUp || chunk.length === 0) return
    this.#decoder ??= this.#open(chunk[0] ?? 0)
    this.#decoder.write(chunk)
    if (this.#decoder.writableLength > MAX_WAITING_BYTES) this.#giveUp()
  }

  /** Settles when everything written has been told, or given up. Never rejects. */
  end(): Promise<void> {
    const decoder = this.#decoder
    if (decoder === undefined || decoder.destroyed || decoder.readableEnded) return Promise.resolve()
    return new Promise((resolve) => {
      decoder.once('close', resolve)
      decoder.end()
    })
  }

  #open(first: number): Transform {
    const decoder = makeDecoder(this.#coding, 'lenient', first)
    decoder.on('data', (decoded: Uint8Array) => {
      this.#decodedBytes += decoded.length
      if (this.#decodedBytes > MAX_DECODED_BYTES) this.#giveUp()
      else this.#onBytes(decoded)
    })
    decoder.on('error', () => this.#giveUp())
    return decoder
  }

  #giveUp(): void {
    this.#gaveUp = true
    this.#decoder?.destroy()
  }
}

function isContentCoding(name: string): name is ContentCoding {
  return Object.hasOwn(DECODERS, name)
}
