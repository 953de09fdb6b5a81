/** What is none of our keys, and who keeps trying: answered without asking the server again. Bounded. */
const REMEMBERED_KEYS = 10_000
const REMEMBERED_ADDRESSES = 10_000
/** A node may not have heard of a new key yet that another one has made. */
const REMEMBERED_MS = 5_000

export class UnknownKeys {
  readonly #monotonicMs: () => number
  /** By salted hash. */
  readonly #hashes = new Set<string>()
  #sinceMs = 0
  readonly #waitsUntilMs = new Map<string, number>()

  constructor(monotonicMs: () => number) {
    this.#monotonicMs = monotonicMs
  }

  has(hash: string): boolean {
    if (this.#hashes.size === 0) return false
    if (this.#monotonicMs() - this.#sinceMs > REMEMBERED_MS) this.#hashes.clear()
    return this.#hashes.has(hash)
  }

  add(hash: string): void {
    if (this.#hashes.size >= REMEMBERED_KEYS) this.#hashes.clear()
    if (this.#hashes.size === 0) this.#sinceMs = this.#monotonicMs()
    this.#hashes.add(hash)
  }

  /** A key was made: it may be one of them. */
  clear(): void {
    this.#hashes.clear()
  }

  /** Ms that the server wants this address to wait; 0: it may ask. */
  waitMs(clientIp: string): number {
    if (this.#waitsUntilMs.size === 0) return 0
    const untilMs = this.#waitsUntilMs.get(clientIp)
    if (untilMs === undefined) return 0
    const waitMs = untilMs - this.#monotonicMs()
    if (waitMs <= 0) this.#waitsUntilMs.delete(clientIp)
    return Math.max(0, waitMs)
  }

  letWait(clientIp: string, seconds: number): void {
    // nobody knows who it was: others must not wait for it
    if (clientIp === '') return
    if (this.#waitsUntilMs.size >= REMEMBERED_ADDRESSES) this.#waitsUntilMs.clear()
    this.#waitsUntilMs.set(clientIp, this.#monotonicMs() + seconds * 1_000)
  }
}
