/**
 * Keeps the promise of `Accept-Encoding: identity`. Where an event may have to be taken out of a stream, we ask the
 * upstream for it plain; when it encodes anyway, the answer is decoded here, and its head says so.
 */
import type { Transform } from 'node:stream'
import type { Egress, EgressCall, EgressRequest, EgressSink } from '../ports.ts'
import { contentCoding, makeDecoder, MAX_DECODED_BYTES, type ContentCoding } from './decode.ts'

/** Fields that speak of the encoded bytes: untrue of the decoded ones. */
const OF_ENCODED_BYTES: ReadonlySet<string> = new Set([
  'content-encoding',
  'content-length',
  'content-md5',
  'content-digest',
  'digest',
])

/** Sends as `egress` does, but answers arrive without a content coding, unless it is one that nobody knows. */
export function sendForIdentity(egress: Pick<Egress, 'send'>, request: EgressRequest, sink: EgressSink): EgressCall {
  const decoding = new DecodingSink(sink)
  const call = egress.send(request, decoding)
  return decoding.joinTo(call)
}

class DecodingSink implements EgressSink {
  readonly #sink: EgressSink
  #call: EgressCall | undefined
  #coding: ContentCoding | 'none' = 'none'
  #decoder: Transform | undefined
  #decodedBytes = 0
  #over = false
  #failed = false
  #trailers: readonly string[] = []

  constructor(sink: EgressSink) {
    this.#sink = sink
  }

  joinTo(call: EgressCall): EgressCall {
    this.#call = call
    if (this.#failed) call.abort()
    return {
      resume: () => {
        this.#decoder?.resume()
        if (this.#decoder?.writableNeedDrain !== true) call.resume()
      },
      abort: () => {
        this.#over = true
        this.#decoder?.destroy()
        call.abort()
      },
    }
  }

  onHead(status: number, statusText: string, headers: readonly string[]): void {
    const coding = contentCoding(headers)
    this.#coding = coding === 'identity' || coding === 'unknown' ? 'none' : coding
    this.#sink.onHead(status, statusText, this.#coding === 'none' ? headers : withoutFields(headers, OF_ENCODED_BYTES))
  }

  onChunk(chunk: Uint8Array): boolean {
    if (this.#coding === 'none') return this.#sink.onChunk(chunk)
    if (this.#over || chunk.length === 0) return true
    this.#decoder ??= this.#open(this.#coding, chunk[0] ?? 0)
    return this.#decoder.write(chunk)
  }

  onEnd(trailers: readonly string[]): void {
    if (this.#decoder === undefined) {
      this.#sink.onEnd(trailers)
      return
    }
    this.#trailers = trailers
    this.#decoder.end()
  }

  onFailure(failure: Parameters<EgressSink['onFailure']>[0]): void {
    this.#finish(() => this.#sink.onFailure(failure))
  }

  #open(coding: ContentCoding, first: number): Transform {
    const decoder = makeDecoder(coding, 'exact', first)
    decoder.on('data', (decoded: Uint8Array) => this.#pass(decoder, decoded))
    decoder.on('drain', () => {
      if (!decoder.isPaused()) this.#call?.resume()
    })
    decoder.on('end', () => this.#finish(() => this.#sink.onEnd(this.#trailers)))
    decoder.on('error', (error) => this.#fail(`its ${coding} could not be decoded: ${error.message}`))
    return decoder
  }

  #pass(decoder: Transform, decoded: Uint8Array): void {
    if (this.#over) return
    this.#decodedBytes += decoded.length
    if (this.#decodedBytes > MAX_DECODED_BYTES) this.#fail('it unfolds to more than we decode')
    else if (!this.#sink.onChunk(decoded)) decoder.pause()
  }

  #fail(detail: string): void {
    this.#finish(() => {
      this.#failed = true
      this.#call?.abort()
      this.#sink.onFailure({ code: 'invalid', detail })
    })
  }

  /** Once: after this nothing more is told. */
  #finish(tell: () => void): void {
    if (this.#over) return
    this.#over = true
    tell()
    this.#decoder?.destroy()
  }
}

function withoutFields(headers: readonly string[], names: ReadonlySet<string>): readonly string[] {
  return headers.filter((_, index) => !names.has((headers[index - (index % 2)] ?? '').toLowerCase()))
}
