/**
 * Brings draws to the store: those of one turn together in one call, a few calls at a time. Knows how long the way takes
 * and whether the store is away. A call that fails because of one of its requests is taken apart, so that only that one fails.
 */
import type { Clock } from '@claviger/gateway'
import { DrawFault } from './draw-fault.ts'
import type { DrawRequest, Grant, LeaseStore, LimitDraw, LimitGrant, Returned } from './lease-store.ts'

export interface Answered {
  /** Undefined: the store could not be reached, or this request not be decided. */
  readonly grant: Grant | undefined
  /** When the request was sent, by the monotonic clock: leases count from here. */
  readonly sentMs: number
}

export interface DrawQueueOptions {
  readonly store: LeaseStore
  readonly clock: Clock
  /** Runs work at the end of this turn. */
  readonly schedule: (work: () => void) => void
  /** One request, or one return, is such that the store does nothing of a call that it is in. It alone is dropped. */
  readonly onFault: (cause: unknown, ids: readonly string[]) => void
  /** This node was taken for dead: it gets no credits any more. */
  readonly onEnded: () => void
  readonly onAway: (cause: unknown) => void
  readonly onBack: () => void
}

export interface QueuedRequest extends Omit<DrawRequest, 'leastMs'> {
  /** An answer to it that came too late took so long; 0: none did. */
  readonly slowestMs: number
}

interface Queued {
  readonly request: QueuedRequest
  readonly onAnswer: (answered: Answered) => void
}

const CALLS_AT_A_TIME = 3
const REQUESTS_PER_CALL = 200
const FIRST_GUESS_MS = 5
/** A lease should outlive the way to the store several times. */
const LEAST_WAYS = 4
/** After a failure the store is left alone for so long. */
const REST_MS = 250

export class DrawQueue {
  readonly #options: DrawQueueOptions
  #queued: Queued[] = []
  #returns: Returned[] = []
  /** To be said again once the store is back: closing a block twice is the same as closing it once. */
  #owed: Returned[] = []
  #scheduled = false
  #running = 0
  #wayMs = FIRST_GUESS_MS
  #failures = 0
  readonly #idle: (() => void)[] = []
  #isClosed = false
  #restUntilMs = Number.NEGATIVE_INFINITY
  /** Processes that share the limits, as the store said last. */
  liveNodes = 1
  calls = 0

  constructor(options: DrawQueueOptions) {
    this.#options = options
  }

  get store(): LeaseStore {
    return this.#options.store
  }

  /** How long a call takes, smoothed, in ms. */
  get wayMs(): number {
    return this.#wayMs
  }

  /** True while nobody should wait for the store: it failed a moment ago, or is being tried by another request. */
  isAway(): boolean {
    return (
      this.#failures > 0 &&
      (this.#running > 0 || this.#scheduled || this.#options.clock.monotonicMs() < this.#restUntilMs)
    )
  }

  /** True from the first failure until a call succeeds. */
  isLost(): boolean {
    return this.#failures > 0
  }

  /**
   * Asks for nothing, so that the first draw finds a connection, and a store that knows what it will be asked: a lease that
   * has ended when it arrives is a unit lost.
   */
  warmUp(): void {
    void this.#call([], [])
  }

  /** So that a store that is back is known to be back, also when nobody draws. */
  askAgain(): void {
    if (this.isLost() && !this.isAway()) void this.#call([], this.#returns.splice(0))
  }

  add(request: QueuedRequest, onAnswer: (answered: Answered) => void): void {
    this.#queued.push({ request, onAnswer })
    this.#flushLater()
  }

  giveBack(returns: readonly Returned[]): void {
    for (const returned of returns) this.#returns.push(returned)
    if (returns.length > 0) this.#flushLater()
  }

  /** What is still owed after a failure, once the store has had its rest. Call it now and then. */
  tryAgain(): void {
    if (this.#owed.length > 0 && !this.isAway()) this.giveBack(this.#owed.splice(0))
  }

  /** Settles when no call is under way or about to be. */
  async settled(): Promise<void> {
    if (this.#running === 0 && !this.#scheduled) return
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#idle.push(resolve)
    return promise
  }

  /**
   * Says the last things, at once. What cannot be said counts as spent, or is settled from the spool.
   *
   * @returns how many blocks of credits could not be closed
   */
  async close(returns: readonly Returned[]): Promise<number> {
    this.#isClosed = true
    const last = [...this.#owed.splice(0), ...this.#returns.splice(0), ...returns]
    if (last.length === 0) return 0
    return this.#options.store.giveBack(last).then(
      () => 0,
      () => last.filter(({ kind }) => kind === 'credits').length,
    )
  }

  #flushLater(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    this.#options.schedule(() => {
      this.#scheduled = false
      this.#flush()
    })
  }

  #flush(): void {
    const most = this.#failures > 0 ? 1 : CALLS_AT_A_TIME
    while (this.#running < most && (this.#queued.length > 0 || this.#returns.length > 0)) {
      void this.#call(this.#queued.splice(0, REQUESTS_PER_CALL), this.#returns.splice(0))
    }
    if (this.#running === 0) for (const tell of this.#idle.splice(0)) tell()
  }

  async #call(queued: readonly Queued[], returns: readonly Returned[]): Promise<void> {
    this.#running++
    await this.#send(queued, returns)
    this.#running--
    this.#flush()
  }

  async #send(queued: readonly Queued[], returns: readonly Returned[]): Promise<void> {
    const { store, clock } = this.#options
    const sentMs = clock.monotonicMs()
    const requests = queued.map(({ request: { cost, limits, slowestMs } }) => {
      return { cost, limits, leastMs: Math.ceil(Math.max(this.#wayMs, slowestMs) * LEAST_WAYS) }
    })
    this.calls++
    let grants: readonly Grant[] = []
    try {
      grants = await store.draw(requests, returns, (late) => {
        if (!this.#isClosed) this.giveBack(unusedOf(requests, late))
      })
      this.#onSuccess(clock.monotonicMs() - sentMs)
    } catch (error) {
      const isFault = error instanceof DrawFault
      const parts = isFault ? partsOf(queued, returns) : []
      for (const [some, back] of parts) await this.#send(some, back)
      if (parts.length > 0) return
      // a store that does nothing even of nothing is of no use
      if (isFault && requests.length + returns.length > 0) {
        this.#onSuccess(clock.monotonicMs() - sentMs)
        const ids = [...requests.flatMap(({ limits }) => limits), ...returns].map(({ id }) => id)
        this.#options.onFault(error.cause, ids)
      } else this.#onFailure(error, returns)
    }
    for (const [index, { onAnswer }] of queued.entries()) {
      const grant = grants[index]
      if (grant !== undefined) this.liveNodes = grant.liveNodes
      if (grant?.nodeEnded === true) this.#options.onEnded()
      // what a balance holds is not known to who gets nothing of it
      onAnswer({ grant: grant?.nodeEnded === true ? undefined : grant, sentMs })
    }
  }

  #onSuccess(tookMs: number): void {
    this.#wayMs += (tookMs - this.#wayMs) / 5
    if (this.#failures === 0) return
    this.#failures = 0
    this.#options.onBack()
  }

  /** Units that were to be given back are lost with the call: trying again could give them back twice. */
  #onFailure(error: unknown, returns: readonly Returned[]): void {
    for (const returned of returns) if (returned.kind === 'credits') this.#owed.push({ ...returned, again: true })
    this.#restUntilMs = this.#options.clock.monotonicMs() + REST_MS
    if (this.#failures++ === 0) this.#options.onAway(error)
  }
}

/** What comes back apart from what is asked for, and then the halves of either. None: it is one thing, or nothing. */
function partsOf(
  queued: readonly Queued[],
  returns: readonly Returned[],
): readonly (readonly [readonly Queued[], readonly Returned[]])[] {
  if (queued.length > 0 && returns.length > 0)
    return [
      [[], returns],
      [queued, []],
    ]
  return [
    ...halvesOf(queued).map((half) => [half, []] as const),
    ...halvesOf(returns).map((half) => [[], half] as const),
  ]
}

function halvesOf<Item>(items: readonly Item[]): readonly (readonly Item[])[] {
  const middle = Math.ceil(items.length / 2)
  return items.length < 2 ? [] : [items.slice(0, middle), items.slice(middle)]
}

/** What was granted to requests that were told that the store is away. Slots and blocks of credits are accounted for by their accounts. */
function unusedOf(requests: readonly DrawRequest[], grants: readonly Grant[]): readonly Returned[] {
  return grants.flatMap(({ granted, limits }, at) =>
    granted ? limits.flatMap((limit, place) => unusedOfLimit(requests[at]?.limits[place], limit)) : [],
  )
}

function unusedOfLimit(draw: LimitDraw | undefined, { bucket, units }: LimitGrant): readonly Returned[] {
  if (draw?.kind === 'quota') return [{ kind: 'quota', id: draw.id, bucket, units }]
  if (draw?.kind !== 'window') return []
  return [{ kind: 'window', id: draw.id, widthMs: draw.widthMs, bucket, units, usedBucket: undefined }]
}
