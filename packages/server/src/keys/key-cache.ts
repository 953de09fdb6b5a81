/**
 * The keys in memory, bounded. Two generations: a key that is asked for moves to the young one; when the young one is
 * half of the bound, the old one is dropped as a whole. Look-ups are two map reads, eviction costs nothing per key.
 */
import type { KeyPart, VersionPart } from '@claviger/core'

export interface CachedKey {
  readonly key: KeyPart
  readonly version: VersionPart
}

interface Generation {
  readonly byPublicId: Map<string, CachedKey>
  readonly byKeyId: Map<string, KeyPart>
}

const emptyGeneration = (): Generation => ({ byPublicId: new Map(), byKeyId: new Map() })

export class KeyCache {
  readonly #halfSize: number
  #young = emptyGeneration()
  #old = emptyGeneration()

  /** @param maxVersions how many secrets are remembered at most */
  constructor(maxVersions: number) {
    this.#halfSize = Math.max(1, Math.floor(maxVersions / 2))
  }

  get size(): number {
    return this.#young.byPublicId.size + this.#old.byPublicId.size
  }

  get(publicId: string): CachedKey | undefined {
    const young = this.#young.byPublicId.get(publicId)
    if (young !== undefined) return young
    const old = this.#old.byPublicId.get(publicId)
    if (old === undefined) return undefined
    this.#drop(this.#old, old.key)
    this.put(old.key)
    return old
  }

  /** Remembers a key under all of its versions. */
  put(key: KeyPart): void {
    if (this.#young.byPublicId.size >= this.#halfSize) {
      this.#old = this.#young
      this.#young = emptyGeneration()
    }
    this.#young.byKeyId.set(key.id, key)
    for (const version of key.versions) this.#young.byPublicId.set(version.publicId, { key, version })
  }

  forgetKey(keyId: string): void {
    for (const generation of [this.#young, this.#old]) {
      const key = generation.byKeyId.get(keyId)
      if (key !== undefined) this.#drop(generation, key)
    }
  }

  forgetWhere(isMeant: (key: KeyPart) => boolean): void {
    for (const generation of [this.#young, this.#old])
      for (const key of [...generation.byKeyId.values()]) if (isMeant(key)) this.#drop(generation, key)
  }

  clear(): void {
    this.#young = emptyGeneration()
    this.#old = emptyGeneration()
  }

  #drop(generation: Generation, key: KeyPart): void {
    generation.byKeyId.delete(key.id)
    for (const version of key.versions) generation.byPublicId.delete(version.publicId)
  }
}
