/**
 * The shared parts (api, app, workspace) that keys point at: one holder each, refreshed in place when the feed says so.
 * A key is never rewritten because its api was edited.
 */
import type { PartRef } from '@claviger/core'
import { byFew, UnreadableRow } from '#store'

export interface WhenClosed<Part> {
  /** What stands in the holder of a part that is gone or cannot be understood: it lets nothing through. */
  readonly closed: (part: Part) => Part
  /** Told when that has happened. */
  readonly onClosed: (holder: PartRef<Part>) => void
}

export class PartRegistry<Part> {
  readonly #load: (id: string) => Promise<Part | undefined>
  readonly #monotonicMs: () => number
  readonly #whenClosed: WhenClosed<Part>
  readonly #held = new Map<string, PartRef<Part>>()
  readonly #loading = new Map<string, Promise<PartRef<Part> | undefined>>()
  /** Parts that the feed says have changed and that could not be read again yet, and since when. */
  readonly #stale = new Map<string, number>()
  /** Parts that are held and may not be used: gone, or why they cannot be understood. */
  readonly #closed = new Map<string, UnreadableRow | 'gone'>()
  /** A number for the last change told of each part, never used twice: a read that it overtook is done again. */
  readonly #changes = new Map<string, number>()
  #changesTold = 0

  /**
   * @param load reads and compiles one part; undefined when there is no such thing
   * @throws from `load`: UnreadableRow when what was read makes no sense; anything else when it could not be read
   */
  constructor(
    load: (id: string) => Promise<Part | undefined>,
    monotonicMs: () => number,
    whenClosed: WhenClosed<Part> = { closed: (part) => part, onClosed: () => undefined },
  ) {
    this.#load = load
    this.#monotonicMs = monotonicMs
    this.#whenClosed = whenClosed
  }

  /**
   * The holder of a part; read from the database at first sight. Undefined: there is no such thing.
   *
   * @throws UnreadableRow, and whatever says that the database could not be asked
   */
  async get(id: string): Promise<PartRef<Part> | undefined> {
    const holder = this.#held.get(id)
    if (holder === undefined) return this.#single(id)
    return this.#closed.has(id) ? this.#reopened(id, holder) : holder
  }

  peek(id: string): PartRef<Part> | undefined {
    return this.#held.get(id)
  }

  /** How many parts, and notes of their changes, are kept, and how many parts are stale. */
  get size(): { readonly held: number; readonly changes: number; readonly stale: number } {
    return { held: this.#held.size, changes: this.#changes.size, stale: this.#stale.size }
  }

  /** The feed says that this part has changed. Reads nothing yet: from here on it is stale. */
  mark(id: string): void {
    const isHeld = this.#held.has(id)
    if (!isHeld && !this.#loading.has(id)) return
    this.#changes.set(id, ++this.#changesTold)
    if (isHeld && !this.#stale.has(id)) this.#stale.set(id, this.#monotonicMs())
  }

  /** What stands for the part lets nothing through from here on, until the part is read again. */
  suspend(id: string): void {
    const holder = this.#held.get(id)
    if (holder !== undefined) holder.current = this.#whenClosed.closed(holder.current)
    this.mark(id)
  }

  /** Reads a part again that was marked, and replaces it in its holder. Never throws. */
  async reload(id: string): Promise<void> {
    if (this.#stale.has(id)) await this.#read(id)
  }

  async refresh(id: string): Promise<void> {
    this.mark(id)
    await this.reload(id)
  }

  /** Everything may have changed (the feed's tail was missed). */
  markAll(): void {
    for (const id of [...this.#held.keys(), ...this.#loading.keys()]) this.mark(id)
  }

  /** Those of which the part says so. */
  markWhere(isMeant: (part: Part) => boolean): void {
    for (const [id, holder] of this.#held) if (isMeant(holder.current)) this.mark(id)
  }

  /** Reads what is stale, a few at once; call it now and then. Never throws. */
  async retry(): Promise<void> {
    await byFew(this.#stale.keys(), async (id) => this.#read(id))
  }

  isStale(id: string): boolean {
    return this.#stale.has(id)
  }

  /** How long the stalest part has been known to be out of date, in ms; 0 when none is. */
  staleForMs(): number {
    if (this.#stale.size === 0) return 0
    return this.#monotonicMs() - Math.min(...this.#stale.values())
  }

  async #read(id: string): Promise<void> {
    const changes = this.#changes.get(id)
    let part: Part | UnreadableRow | undefined
    try {
      part = await this.#load(id)
    } catch (cause) {
      // stays on the list of stale parts: `retry` comes back to it, and `staleForMs` tells meanwhile
      if (!(cause instanceof UnreadableRow)) return
      part = cause
    }
    // A newer change has its own reload under way; only the last one may say that the part is fresh.
    if (changes !== this.#changes.get(id)) return
    const holder = this.#held.get(id)
    this.#stale.delete(id)
    this.#changes.delete(id)
    if (holder === undefined) return
    if (part === undefined) this.#close(id, holder, 'gone')
    else if (part instanceof UnreadableRow) this.#close(id, holder, part)
    else {
      holder.current = part
      this.#closed.delete(id)
    }
  }

  #close(id: string, holder: PartRef<Part>, why: UnreadableRow | 'gone'): void {
    this.#closed.set(id, why)
    holder.current = this.#whenClosed.closed(holder.current)
    this.#whenClosed.onClosed(holder)
  }

  /** Whoever asks for a closed part asks whether it has been mended: no change of the feed would tell. */
  async #reopened(id: string, holder: PartRef<Part>): Promise<PartRef<Part> | undefined> {
    await this.#read(id)
    const why = this.#closed.get(id)
    if (why instanceof UnreadableRow) throw why
    return why === undefined ? holder : undefined
  }

  async #single(id: string): Promise<PartRef<Part> | undefined> {
    const running = this.#loading.get(id)
    if (running !== undefined) return running
    const load = this.#first(id).finally(() => this.#loading.delete(id))
    this.#loading.set(id, load)
    return load
  }

  async #first(id: string): Promise<PartRef<Part> | undefined> {
    for (;;) {
      const changes = this.#changes.get(id)
      const part = await this.#load(id)
      if (changes !== this.#changes.get(id)) continue
      this.#changes.delete(id)
      if (part === undefined) return undefined
      const holder: PartRef<Part> = { current: part }
      this.#held.set(id, holder)
      return holder
    }
  }
}
