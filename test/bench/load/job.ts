/** What the load generator is asked to do, and what it found. Sent between processes. */

export interface LoadJob {
  readonly port: number
  readonly connections: number
  /** Answers in this time count; those before it (warm-up) and after it do not. */
  readonly seconds: number
  readonly warmUpSeconds: number
  /**
   * Requests per second at even distances, over whichever connection is free; late ones wait, and their wait counts.
   * Undefined: each connection sends its next request when the answer before it has come.
   */
  readonly ratePerSecond: number | undefined
  /** Ends earlier, when so many requests have been sent. */
  readonly maxRequests: number | undefined
  /** Whole requests as they go on the wire (latin1), sent in turn. */
  readonly requests: readonly string[]
  readonly expectStatus: number
  /** Shortest body that counts as an answer. */
  readonly expectBodyBytes: number
}

export interface LoadResult {
  /** Counted answers, all as expected. */
  readonly finished: number
  /** From the first to the last answer that counts. */
  readonly perSecond: number
  /** To the last byte. In ms. */
  readonly p50Ms: number
  readonly p99Ms: number
  /** To the first byte. In ms. */
  readonly firstByteP50Ms: number
  readonly firstByteP99Ms: number
  /** Everything that was sent, warm-up included: what the server's processor time is spread over. */
  readonly finishedInAll: number
  /** The first answer that was not as expected, or the first socket that broke. */
  readonly problem: string | undefined
}
