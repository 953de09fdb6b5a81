/** Follows the changes over an event stream; comes again when it breaks, and takes up where it was. */
import { EventStreamParser, type StreamEvent } from './event-stream.ts'

export interface FollowOptions {
  readonly url: string
  readonly credential: string
  readonly fetch: typeof fetch
  readonly monotonicMs: () => number
  /** Everything that was changed from `position` on will be told; what was known before is worthless. */
  readonly onStart: (logId: string, position: number) => void
  readonly onChanges: (names: readonly string[], position: number) => void
  /** The stream broke, or could not be begun. Told once for each time it was lost. */
  readonly onLost: (cause: unknown) => void
}

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000
/** The credential is not good: whoever keeps trying is taken for a prober. */
const REFUSED_RETRY_MS = 30_000
const CHANGES_PATH = '/api/v1/keys/changes'
/** So many beats without a word, and the connection counts as dead. */
const MISSED_BEATS = 4
const SUPPOSED_BEAT_MS = 500

export class Following {
  readonly #options: FollowOptions
  readonly #ended = new AbortController()
  #lastEventId = ''
  #heardAtMs = Number.NEGATIVE_INFINITY
  #feedAgeMs = 0
  #beatMs = SUPPOSED_BEAT_MS
  #isLost = false
  #isRefused = false
  #connection: AbortController | undefined
  #running: Promise<void> | undefined
  #onReady: (() => void)[] = []
  #hasStarted = false
  isConnected = false

  constructor(options: FollowOptions) {
    this.#options = options
  }

  begin(): void {
    this.#running ??= this.#run()
  }

  /** How old what is known may be, in ms. */
  ageMs(): number {
    return this.#options.monotonicMs() - this.#heardAtMs + this.#feedAgeMs
  }

  /** Settles when the stream has begun. */
  async ready(): Promise<void> {
    if (this.isConnected) return
    return new Promise((resolve) => this.#onReady.push(resolve))
  }

  async close(): Promise<void> {
    this.#ended.abort()
    this.#connection?.abort()
    await this.#running
  }

  async #run(): Promise<void> {
    const { signal } = this.#ended
    let retryMs = FIRST_RETRY_MS
    while (!signal.aborted) {
      const before = this.#heardAtMs
      try {
        await this.#follow()
        this.#lost(new Error('the stream of changes has ended'))
      } catch (cause) {
        this.#lost(cause)
      }
      retryMs =
        this.#heardAtMs > before
          ? FIRST_RETRY_MS
          : Math.min(this.#isRefused ? REFUSED_RETRY_MS : LONGEST_RETRY_MS, retryMs * 2)
      if (this.#isRefused) retryMs = REFUSED_RETRY_MS
      // not all at once, when a server comes back
      await pause(retryMs * (0.5 + Math.random() / 2), signal)
    }
    for (const tell of this.#onReady.splice(0)) tell()
  }

  #lost(cause: unknown): void {
    this.isConnected = false
    if (this.#isLost || this.#ended.signal.aborted) return
    this.#isLost = true
    this.#options.onLost(cause)
  }

  async #follow(): Promise<void> {
    const { fetch: send, url, credential } = this.#options
    const connection = new AbortController()
    this.#connection = connection
    const watch = setInterval(() => {
      const silentMs = this.#options.monotonicMs() - heardMs
      if (silentMs > MISSED_BEATS * this.#beatMs) connection.abort(new Error('the stream of changes is silent'))
    }, SUPPOSED_BEAT_MS)
    let heardMs = this.#options.monotonicMs()
    try {
      const answer = await send(url + CHANGES_PATH, {
        headers: {
          authorization: `Bearer ${credential}`,
          accept: 'text/event-stream',
          ...(this.#lastEventId !== '' && { 'last-event-id': this.#lastEventId }),
        },
        redirect: 'error',
        signal: connection.signal,
      })
      this.#isRefused = answer.status === 401 || answer.status === 403
      if (!answer.ok || answer.body === null) {
        await answer.body?.cancel()
        throw new Error(`the stream of changes was answered with ${answer.status}`)
      }
      const parser = new EventStreamParser((event) => {
        heardMs = this.#options.monotonicMs()
        this.#take(event)
      }, this.#lastEventId)
      const body: AsyncIterable<Uint8Array> = answer.body
      for await (const bytes of body) parser.push(bytes)
    } finally {
      clearInterval(watch)
      connection.abort()
    }
  }

  #take({ event, data, lastEventId }: StreamEvent): void {
    const facts = factsOf(data)
    this.#lastEventId = lastEventId
    // who takes up where it was does not know yet what it has missed: that is told next
    if (event !== 'hello' || !this.#hasStarted) {
      this.#feedAgeMs = facts.feedAgeMs
      this.#heardAtMs = this.#options.monotonicMs()
    }
    const logId = lastEventId.slice(0, lastEventId.lastIndexOf('.'))
    if (event === 'resync' || (event === 'hello' && !this.#hasStarted)) {
      this.#hasStarted = true
      this.#options.onStart(logId, facts.position)
    } else if (event === 'changes') this.#options.onChanges(facts.names, facts.position)
    if (facts.beatMs > 0) this.#beatMs = facts.beatMs
    if (event !== 'hello' && event !== 'resync') return
    this.isConnected = true
    this.#isLost = false
    for (const tell of this.#onReady.splice(0)) tell()
  }
}

function factsOf(data: string) {
  const facts: unknown = JSON.parse(data)
  const of = (name: string): unknown =>
    typeof facts === 'object' && facts !== null ? Object.entries(facts).find(([each]) => each === name)?.[1] : undefined
  const numberOf = (name: string): number => {
    const value = of(name)
    return typeof value === 'number' ? value : 0
  }
  const names = of('names')
  return {
    position: numberOf('position'),
    feedAgeMs: numberOf('feed_age_ms'),
    beatMs: numberOf('beat_ms'),
    names: Array.isArray(names) ? names.filter((name): name is string => typeof name === 'string') : [],
  }
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer)
        resolve()
      },
      { once: true },
    )
  })
}
