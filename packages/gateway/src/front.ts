/**
 * What one door of the data plane (`/gw`, `/openai`, …) brings to the pipeline: where its target stands, what it
 * reads of the body, what it asks of the upstream, and the form of its errors (decision 10). The pipeline is the same.
 */
import type { ClavigerError } from '@claviger/core'
import type {
  AnsweredHere,
  Admitted,
  Matched,
  ReadBody,
  Received,
  Refused,
  Selected,
  TokenUsage,
  Verified,
} from './exchange.ts'
import type { Context } from './context.ts'
import type { Door, EgressCall, EgressRequest, EgressSink, MaybePromise } from './ports.ts'

export interface Front {
  readonly door: Door
  /** What every path of this door begins with: '/gw/'. */
  readonly prefix: string
  /** Told by the path alone; touches nothing but the compiled table. */
  match(context: Context, received: Received): Matched | Refused
  /** Finds the target; reads the body (bounded) only where a later stage needs it. */
  read(context: Context, verified: Verified): MaybePromise<ReadBody | AnsweredHere | Refused>
  /** What goes to the upstream. `upstreamHeaders` makes the header fields. */
  select(context: Context, admitted: Admitted): Selected | Refused
  /** Sends it: `context.ports.egress.send`, or something of the same manners around it. */
  send(context: Context, request: EgressRequest, sink: EgressSink, selected: Selected): EgressCall
  /** Called once with the upstream's head, when the door wants to see or change what passes; undefined: untouched. */
  tap(selected: Selected, head: UpstreamHead): ResponseTap | undefined
  /** An error in the form of this door's wire. */
  errorAnswer(error: ClavigerError, requestId: string): ErrorAnswer
}

export interface UpstreamHead {
  readonly status: number
  /** Flat, hop-by-hop fields already gone. */
  readonly headers: readonly string[]
}

/** Stands in the response's way: counts it, and may hold back or replace bytes. One per exchange. */
export interface ResponseTap {
  /** True when `transform` may change the number of bytes: then Content-Length is not passed on. */
  readonly changesLength: boolean
  /** The bytes to pass on for these; undefined: none for now. */
  transform(chunk: Uint8Array): Uint8Array | undefined
  /** After the upstream's last byte: what is still held back. */
  flush(): Uint8Array | undefined
  /** The wire's error event for a stream that ends before its end; undefined where the wire has none. Never `[DONE]`. */
  cut(error: ClavigerError, requestId: string): Uint8Array | undefined
  /** Asked once, at the end, however it came. A promise when an encoded copy is still being decoded to be counted. */
  tokens(): MaybePromise<TokenUsage>
}

export interface ErrorAnswer {
  readonly contentType: string
  readonly body: string
}
