/**
 * The shared parts (api, app, workspace) that keys point at: one holder each, refreshed in place when the feed says so.
 * A key is never rewritten because its api was edited.
 */
import type { PartRef } from '@claviger/core'

export class PartRegistry<Part> {
  readonly #load: (id: string) => Promise<Part | undefined>
  readonly #monotonicMs: () => number
  readonly #held = new Map<string, PartRef<Part>>()
  readonly #loading = new Map<string, Promise<PartRef<Part> | undefined>>()
  /** Parts that the feed says have changed and that could not be read again yet, and since when. */
  readonly #stale = new Map<string, number>()
  /** Counts the changes told of each part, so that a read that a change overtook is done again. */
  readonly #changes = new Map<string, number>()

  /** @param load reads and compiles one part; undefined when there is no such thing; throws when it cannot be read */
  constructor(load: (id: string) => Promise<Part | undefined>, monotonicMs: () => number) {
    this.#load = load
    this.#monotonicMs = monotonicMs
  }

  /** The holder of a part; read from the database at first sight. Undefined: there is no such thing. */
  async get(id: string): Promise<PartRef<Part> | undefined> {
    return this.#held.get(id) ?? this.#single(id)
  }

  peek(id: string): PartRef<Part> | undefined {
    return this.#held.get(id)
  }

  /** The feed says that this part has changed: reads it again and replaces it in its holder. Never throws. */
  async refresh(id: string): Promise<void> {
    if (!this.#held.has(id) && !this.#loading.has(id)) return
    this.#changes.set(id, this.#changesOf(id) + 1)
    if (!this.#held.has(id)) return
    if (!this.#stale.has(id)) this.#stale.set(id, this.#monotonicMs())
    await this.#reload(id)
  }

  /** Everything may have changed (the feed's tail was missed). */
  async refreshAll(): Promise<void> {
    await Promise.all([...this.#held.keys(), ...this.#loading.keys()].map(async (id) => this.refresh(id)))
  }

  /** Tries once more what could not be read; call it now and then. */
  async retry(): Promise<void> {
    await Promise.all([...this.#stale.keys()].map(async (id) => this.#reload(id)))
  }

  /** How long the stalest part has been known to be out of date, in ms; 0 when none is. */
  staleForMs(): number {
    if (this.#stale.size === 0) return 0
    return this.#monotonicMs() - Math.min(...this.#stale.values())
  }

  #changesOf(id: string): number {
    return this.#changes.get(id) ?? 0
  }

  async #reload(id: string): Promise<void> {
    const changes = this.#changesOf(id)
    let part: Part | undefined
    try {
      part = await this.#load(id)
    } catch {
      return // stays on the list of stale parts: `retry` comes back to it, and `staleForMs` tells meanwhile
    }
    // A newer change has its own reload under way; only the last one may say that the part is fresh.
    if (changes !== this.#changesOf(id)) return
    const holder = this.#held.get(id)
    if (part !== undefined && holder !== undefined) holder.current = part
    this.#stale.delete(id)
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
      const changes = this.#changesOf(id)
      const part = await this.#load(id)
      if (part === undefined) return undefined
      if (changes !== this.#changesOf(id)) continue
      const holder: PartRef<Part> = { current: part }
      this.#held.set(id, holder)
      return holder
    }
  }
}
