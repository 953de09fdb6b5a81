/** Types of `stand-in-upstream.mjs`, which stays plain JavaScript so that any Node runs it. */
export interface StandIn {
  /** `http://127.0.0.1:<port>` */
  readonly origin: string
  readonly port: number
  /** Ends open connections too. */
  close(): Promise<void>
}

export interface StandInOptions {
  /** 0 (the default): a free one. */
  readonly port?: number
  /** Content chunks of a stream, unless the request says otherwise. */
  readonly chunks?: number
  readonly delayMs?: number
  /** When given, `/v1` wants it as a bearer token. */
  readonly key?: string
}

export function startStandIn(options?: StandInOptions): Promise<StandIn>
