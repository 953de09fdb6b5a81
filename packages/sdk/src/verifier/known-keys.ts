/**
 * The keys in memory, by the salted hash of their secrets: bounded, and forgotten by name when something that they depend on
 * has changed. What was not asked for since the last round goes first.
 */
import type { KeyPart, PartBook, VersionPart, WireParts } from '@claviger/core'
import { partsFromWire } from '@claviger/core'
import { nameOf } from './name-of.ts'
import type { Tally } from './tallies.ts'
import type { Passed } from './verdict.ts'

export interface KnownKey {
  readonly hash: string
  readonly key: KeyPart
  readonly version: VersionPart
  /** All that it depends on. */
  readonly ids: readonly string[]
  /** As the changes name them, in the same order. */
  readonly names: readonly string[]
  /** For these apis somebody else has to decide, because there are limits; 'all': for every api, and for none. */
  readonly asksFor: ReadonlySet<string> | 'all'
  /** Said of every good call without more to tell. */
  readonly passed: Passed
  wasAsked: boolean
  /** Where the last decision was counted. */
  tally: Tally | undefined
}

export function knownKeyFrom(hash: string, wire: WireParts, book: PartBook): KnownKey {
  const { key, version } = partsFromWire(wire, book)
  const ids = idsOf(wire)
  return {
    hash,
    key,
    version,
    ids,
    names: ids.map(nameOf),
    asksFor: asksForOf(wire),
    passed: {
      valid: true,
      code: 'valid',
      key: {
        id: key.id,
        version: version.number,
        appId: wire.app.id,
        appName: wire.app.name,
        workspaceId: wire.workspace.id,
        environment: key.environment,
      },
      limits: NOTHING,
      shadow: NOTHING,
    },
    wasAsked: false,
    tally: undefined,
  }
}

const NOTHING: readonly never[] = Object.freeze([])

export function idsOf({ key }: WireParts): readonly string[] {
  const { id, workspace_id: workspaceId, app_id: appId, api_ids: apiIds, role_ids: roleIds, plan_ids: planIds } = key
  return [id, workspaceId, appId, ...apiIds, ...roleIds, ...planIds]
}

/** Limits, and where addresses are: neither is known here. */
function asksForOf({ key, apis }: WireParts): ReadonlySet<string> | 'all' {
  const needsGeo = key.restrictions.some(({ kind }) => kind === 'country' || kind === 'asn')
  if (key.is_limited || needsGeo) return 'all'
  return new Set(apis.filter((api) => api.is_limited).map(({ id }) => id))
}

export class KnownKeys {
  readonly #most: number
  readonly #byHash = new Map<string, KnownKey>()
  readonly #byName = new Map<string, Set<KnownKey>>()
  #book = newBook()

  constructor(most: number) {
    this.#most = Math.max(1, most)
  }

  get size(): number {
    return this.#byHash.size
  }

  /** Parts that several keys share, for `knownKeyFrom`. */
  get book(): PartBook {
    return this.#book
  }

  get(hash: string): KnownKey | undefined {
    return this.#byHash.get(hash)
  }

  put(known: KnownKey): void {
    const before = this.#byHash.get(known.hash)
    if (before !== undefined) this.#forget(before)
    while (this.#byHash.size >= this.#most) this.#makeRoom()
    this.#byHash.set(known.hash, known)
    for (const name of known.names) {
      const those = this.#byName.get(name)
      if (those === undefined) this.#byName.set(name, new Set([known]))
      else those.add(known)
    }
  }

  /** Something of that name has changed. */
  forgetName(name: string): void {
    const those = this.#byName.get(name)
    if (those !== undefined) for (const known of [...those]) this.#forget(known)
  }

  clear(): void {
    this.#byHash.clear()
    this.#byName.clear()
    this.#book = newBook()
  }

  /** The oldest that nobody has asked for since it was last passed over. */
  #makeRoom(): void {
    for (const known of this.#byHash.values()) {
      if (!known.wasAsked) return this.#forget(known)
      known.wasAsked = false
      this.#byHash.delete(known.hash)
      this.#byHash.set(known.hash, known)
    }
  }

  #forget(known: KnownKey): void {
    this.#byHash.delete(known.hash)
    for (const [at, name] of known.names.entries()) {
      const those = this.#byName.get(name)
      if (those === undefined) continue
      those.delete(known)
      if (those.size > 0) continue
      // nobody points at it any more: it is read anew, and does not pile up
      this.#byName.delete(name)
      const id = known.ids[at] ?? ''
      for (const parts of [this.#book.workspaces, this.#book.apps, this.#book.apis, this.#book.roles]) parts.delete(id)
    }
  }
}

export const newBook = (): PartBook => ({ workspaces: new Map(), apps: new Map(), apis: new Map(), roles: new Map() })
