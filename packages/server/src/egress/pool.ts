/** The connections of one workspace to one origin. */
import { Lane, type LaneOptions } from './lane.ts'

/** Connections per workspace and origin; further calls wait their turn, within their time to connect. */
const MAX_LANES = 1_024
/** An older connection is not used again, so that a change in DNS reaches busy pools too. */
const MAX_LANE_AGE_MS = 300_000

/** Who waits for a connection. */
export interface Waiter {
  onLane(lane: Lane): void
}

export class Pool {
  readonly #options: Omit<LaneOptions, 'onClosed'>
  readonly #maxLanes: number
  readonly #lanes = new Set<Lane>()
  /** The one used last is used next: it is the warmest, and the others may fall idle. */
  readonly #idle: Lane[] = []
  readonly #waiters = new Set<Waiter>()
  #lastUsedAtMs = 0

  constructor(options: Omit<LaneOptions, 'onClosed'>, maxLanes: number = MAX_LANES) {
    this.#options = options
    this.#maxLanes = maxLanes
  }

  get lanes(): number {
    return this.#lanes.size
  }

  get waiting(): number {
    return this.#waiters.size
  }

  /** How long nobody has used this pool, in ms; 0 while it has connections or waiters. */
  unusedForMs(): number {
    return this.#lanes.size + this.#waiters.size > 0 ? 0 : this.#options.monotonicMs() - this.#lastUsedAtMs
  }

  /** Hands a connection to the waiter: at once when there is one or may be one more, else in its turn. */
  acquire(waiter: Waiter): void {
    this.#lastUsedAtMs = this.#options.monotonicMs()
    const lane = this.#waiters.size > 0 ? undefined : (this.#idle.pop() ?? this.#another())
    if (lane === undefined) this.#waiters.add(waiter)
    else waiter.onLane(lane)
  }

  /** Like `acquire`, but not over a connection that has been used before, unless all are taken. */
  acquireFresh(waiter: Waiter): void {
    const lane = this.#another()
    if (lane === undefined) this.acquire(waiter)
    else waiter.onLane(lane)
  }

  /** The waiter has lost interest. */
  cancel(waiter: Waiter): void {
    this.#waiters.delete(waiter)
  }

  /** The call over this connection has ended well. */
  release(lane: Lane): void {
    if (!this.#lanes.has(lane)) return
    this.#lastUsedAtMs = this.#options.monotonicMs()
    if (lane.ageMs() > MAX_LANE_AGE_MS) return this.discard(lane)
    this.#idle.push(lane)
    this.#serve()
  }

  /** The call over this connection has ended badly, or too early: it is closed. */
  discard(lane: Lane): void {
    if (!this.#lanes.delete(lane)) return
    const at = this.#idle.indexOf(lane)
    if (at !== -1) this.#idle.splice(at, 1)
    void lane.discard()
    this.#serve()
  }

  async close(): Promise<void> {
    const lanes = [...this.#lanes]
    this.#lanes.clear()
    this.#idle.length = 0
    this.#waiters.clear()
    await Promise.all(lanes.map((lane) => lane.discard()))
  }

  #another(): Lane | undefined {
    if (this.#lanes.size >= this.#maxLanes) return undefined
    const lane = new Lane({
      ...this.#options,
      onClosed: (closed) => {
        // A call that is using it hears of it from undici, and gives it back by itself.
        if (this.#idle.includes(closed)) this.discard(closed)
      },
    })
    this.#lanes.add(lane)
    return lane
  }

  /** Not at once: this may run within a callback of undici's parser, which must not be entered again. */
  #serve(): void {
    if (this.#waiters.size === 0) return
    queueMicrotask(() => {
      const [next] = this.#waiters
      if (next === undefined) return
      const lane = this.#idle.pop() ?? this.#another()
      if (lane === undefined) return
      this.#waiters.delete(next)
      next.onLane(lane)
      if (this.#idle.length > 0) this.#serve()
    })
  }
}
