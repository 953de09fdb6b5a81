/**
 * Every exchange that is running, found by whatever may be revoked: key, version, app, workspace, target, api.
 * `register` costs two look-ups and one insertion; `cut` costs as much as it has to cut.
 */

/**
 * Whose exchange it is. `versionId` is the version's public id (`VersionPart.publicId`); a version is of one key, a key
 * of one app, an app of one workspace.
 */
export interface StreamIds {
  readonly keyId: string
  readonly versionId: string
  readonly appId: string
  readonly workspaceId: string
  readonly targetId: string
  readonly apiId: string
}

/** Exactly one member: `{ keyId: 'key_…' }`. */
export type StreamSelector = { [Id in keyof StreamIds]: { readonly [Only in Id]: string } }[keyof StreamIds]

export type CutReason = 'revoked' | 'draining'

export interface OpenStream {
  /** Ends the exchange at once, abruptly where its answer has begun. Called at most once for a registration. */
  cut(reason: CutReason): void
}

/** Give it back with `release` when the exchange has ended. */
export interface Registration {
  readonly ids: StreamIds
  readonly streams: Set<OpenStream>
}

const KINDS = [
  'keyId',
  'versionId',
  'appId',
  'workspaceId',
  'targetId',
  'apiId',
] as const satisfies readonly (keyof StreamIds)[]

/** Empty groups are kept for the next call of the same key to the same target, up to this many. */
const EMPTY_GROUPS_KEPT = 4_096

export class OpenStreams {
  readonly #groups = new Map<string, Map<string, Registration>>()
  readonly #index: Readonly<Record<keyof StreamIds, Map<string, Set<Registration>>>> = {
    keyId: new Map(),
    versionId: new Map(),
    appId: new Map(),
    workspaceId: new Map(),
    targetId: new Map(),
    apiId: new Map(),
  }
  #emptyGroups = 0
  #groupCount = 0
  #size = 0

  /** How many exchanges are running. */
  get size(): number {
    return this.#size
  }

  /** How many combinations of secret and target are remembered, running or not. */
  get groups(): number {
    return this.#groupCount
  }

  register(ids: StreamIds, stream: OpenStream): Registration {
    let group = this.#groups.get(ids.versionId)?.get(ids.targetId)
    if (group === undefined || group.ids.apiId !== ids.apiId) group = this.#addGroup(ids, group)
    else if (group.streams.size === 0) this.#emptyGroups -= 1
    group.streams.add(stream)
    this.#size += 1
    return group
  }

  /** Doing it twice is harmless. */
  release(group: Registration, stream: OpenStream): void {
    if (!group.streams.delete(stream)) return
    this.#size -= 1
    if (group.streams.size > 0) return
    this.#emptyGroups += 1
    if (this.#emptyGroups > EMPTY_GROUPS_KEPT) this.#sweep()
  }

  /** Ends every matching exchange now; answers how many. */
  cut(selector: StreamSelector, reason: CutReason): number {
    let count = 0
    for (const [kind, id] of Object.entries(selector)) {
      // Object.entries forgets the names; the selector's type holds exactly one of these
      const groups = this.#index[kind as keyof StreamIds].get(id)
      for (const group of groups ?? []) count += this.#cutGroup(group, reason)
    }
    return count
  }

  /** Ends all of them: at the end of a drain's grace. */
  cutAll(reason: CutReason): number {
    let count = 0
    for (const groups of this.#index.workspaceId.values()) {
      for (const group of groups) count += this.#cutGroup(group, reason)
    }
    return count
  }

  #cutGroup(group: Registration, reason: CutReason): number {
    const streams = [...group.streams]
    for (const stream of streams) {
      this.release(group, stream)
      stream.cut(reason)
    }
    return streams.length
  }

  /** `stale` had the same version and target but another api: it stays in the index until its last stream has ended. */
  #addGroup(ids: StreamIds, stale: Registration | undefined): Registration {
    const group: Registration = { ids, streams: new Set() }
    this.#groupCount += 1
    const targets = this.#groups.get(ids.versionId)
    if (targets === undefined) this.#groups.set(ids.versionId, new Map([[ids.targetId, group]]))
    else targets.set(ids.targetId, group)
    for (const kind of KINDS) {
      const groups = this.#index[kind].get(ids[kind])
      if (groups === undefined) this.#index[kind].set(ids[kind], new Set([group]))
      else groups.add(group)
    }
    if (stale !== undefined && stale.streams.size === 0) {
      this.#emptyGroups -= 1
      this.#drop(stale)
    }
    return group
  }

  #sweep(): void {
    const empty: Registration[] = []
    for (const groups of this.#index.workspaceId.values()) {
      for (const group of groups) if (group.streams.size === 0) empty.push(group)
    }
    for (const group of empty) this.#drop(group)
    this.#emptyGroups = 0
  }

  #drop(group: Registration): void {
    const { ids } = group
    this.#groupCount -= 1
    const targets = this.#groups.get(ids.versionId)
    if (targets?.get(ids.targetId) === group) targets.delete(ids.targetId)
    if (targets?.size === 0) this.#groups.delete(ids.versionId)
    for (const kind of KINDS) {
      const groups = this.#index[kind].get(ids[kind])
      groups?.delete(group)
      if (groups?.size === 0) this.#index[kind].delete(ids[kind])
    }
  }
}
