/**
 * What the AI doors see of an answer as it passes: they count its tokens, and take out the one usage event that we asked
 * for and the caller did not. Every other byte goes on as it came (decision 9).
 */
import type { ClavigerError } from '@claviger/core'
import type { TokenUsage } from '../exchange.ts'
import type { ResponseTap, UpstreamHead } from '../front.ts'
import type { MaybePromise } from '../ports.ts'
import { asBuffer } from '../http/as-buffer.ts'
import { contentCoding, DecodedCopy, fieldValues, type ContentCoding } from './decode.ts'
import { openAiErrorEvent } from './errors.ts'
import { EventGate } from './event-gate.ts'
import { JsonMembers } from './json-members.ts'
import type { UpstreamBody } from './request.ts'
import { eventData } from './sse.ts'
import { isUsageEvent, mayTellUsage, readUsage, USAGE_MEMBERS, USAGE_NEEDLE, type TokenCounts } from './usage.ts'

/**
 * The tap for one answer to `/chat/completions`; undefined for a refusal of the upstream, which tells no counts and
 * passes untouched.
 *
 * @param addedUsage whether the usage event of a stream is ours, and must not reach the caller
 */
export function chatTap(head: UpstreamHead, addedUsage: UpstreamBody['addedUsage']): ResponseTap | undefined {
  if (head.status < 200 || head.status > 299) return undefined
  const coding = contentCoding(head.headers)
  const counting = isEventStream(head.headers) ? new StreamTap(addedUsage) : new BodyTap()
  return coding === 'identity' ? counting : new EncodedTap(coding, counting)
}

/** A stream of events without a content coding. */
class StreamTap implements ResponseTap {
  readonly changesLength: boolean
  readonly #gate: EventGate
  #counts: TokenCounts | undefined
  #mayDrop: boolean

  constructor(addedUsage: UpstreamBody['addedUsage']) {
    this.changesLength = addedUsage === 'added'
    this.#mayDrop = this.changesLength
    this.#gate = new EventGate(USAGE_NEEDLE, (event) => this.#read(event))
  }

  transform(chunk: Uint8Array): Uint8Array | undefined {
    return this.#gate.push(chunk)
  }

  flush(): Uint8Array | undefined {
    return this.#gate.end()
  }

  cut(error: ClavigerError): Uint8Array {
    // What has passed may end within an event that was too long to be held: the error must not become a part of it.
    return Buffer.from((this.#gate.isClean ? '' : '\n\n') + openAiErrorEvent(error))
  }

  tokens(): TokenUsage {
    return told(this.#counts)
  }

  #read(event: Uint8Array): 'pass' | 'drop' {
    if (!mayTellUsage(event)) return 'pass'
    const parsed = parseEvent(event)
    // Providers that tell usage in several events tell the sum so far: the last one counts.
    this.#counts = readUsage(parsed) ?? this.#counts
    if (!this.#mayDrop || !isUsageEvent(parsed)) return 'pass'
    this.#mayDrop = false
    return 'drop'
  }
}

/** One JSON text without a content coding. */
class BodyTap implements ResponseTap {
  readonly changesLength = false
  readonly #members = new JsonMembers(USAGE_MEMBERS)

  transform(chunk: Uint8Array): Uint8Array {
    this.#members.push(chunk)
    return chunk
  }

  flush(): undefined {
    return undefined
  }

  cut(): undefined {
    return undefined
  }

  tokens(): TokenUsage {
    return told(readUsage(this.#members.members()))
  }
}

/** Bytes in a content coding pass untouched; a copy is decoded for the tap that counts. */
class EncodedTap implements ResponseTap {
  readonly changesLength = false
  readonly #counting: StreamTap | BodyTap
  readonly #copy: DecodedCopy | undefined

  constructor(coding: ContentCoding | 'unknown', counting: StreamTap | BodyTap) {
    this.#counting = counting
    this.#copy = coding === 'unknown' ? undefined : new DecodedCopy(coding, (decoded) => counting.transform(decoded))
  }

  transform(chunk: Uint8Array): Uint8Array {
    this.#copy?.write(chunk)
    return chunk
  }

  flush(): undefined {
    return undefined
  }

  /** Nothing plain may be written into a coding. */
  cut(): undefined {
    return undefined
  }

  tokens(): MaybePromise<TokenUsage> {
    return this.#copy === undefined ? told(undefined) : this.#decoded(this.#copy)
  }

  async #decoded(copy: DecodedCopy): Promise<TokenUsage> {
    await copy.end()
    this.#counting.flush()
    return this.#counting.tokens()
  }
}

function told(counts: TokenCounts | undefined): TokenUsage {
  return counts === undefined
    ? { inputTokens: 0, outputTokens: 0, cachedTokens: 0, metered: false }
    : { ...counts, metered: true }
}

function isEventStream(headers: readonly string[]): boolean {
  const [type = ''] = fieldValues(headers, 'content-type')
  return type.split(';', 1)[0]?.trim().toLowerCase() === 'text/event-stream'
}

function parseEvent(event: Uint8Array): unknown {
  try {
    return JSON.parse(asBuffer(eventData(event)).toString('utf8'))
  } catch {
    return undefined // `[DONE]` and kin
  }
}
