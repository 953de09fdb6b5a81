/**
 * All living admin keys in memory, so that asking who an operator is costs one keyed hash and no read. They are few: one
 * a person or machine that runs the installation, not one a customer. The change feed keeps the directory true.
 */
import type { MaybePromise } from '@claviger/gateway'
import type { Log } from '#config'
import type { GrantBounds, Permission } from '#edge'
import type { Change } from '#feed'
import type { Seal } from '#seal'
import type { Store } from '#store'
import { readSecret } from './admin-key.ts'
import { boundsOfRow, isBounded } from './grant-bounds.ts'
import { permissionsOf } from './roles.ts'
import { selectKnownAdminKeys, upgradeAdminKeyDigest, type KnownAdminKeyRow } from './rows-admin-keys.ts'

/** The holder of an admin key, as far as decisions go. */
export interface KnownAdminKey {
  readonly id: string
  readonly workspaceId: string
  readonly isHome: boolean
  readonly role: string
  readonly permissions: ReadonlySet<Permission>
  /** Of keys that it may verify and grant. */
  readonly bounds: GrantBounds
  readonly expiresAtMs: number | undefined
}

export type AdminKeyLookup =
  | { readonly kind: 'found'; readonly key: KnownAdminKey }
  /** Not ours, or ours no longer: the reasons differ in the journal, not in the answer. */
  | { readonly kind: 'unknown'; readonly reason: 'malformed' | 'checksum' | 'unknown_id' | 'wrong_secret' }
  | { readonly kind: 'expired' | 'workspace_disabled' }
  /** The directory is not read yet, or a new pepper is not: 503, never 401. */
  | { readonly kind: 'unavailable' }

export interface AdminKeyDirectoryOptions {
  readonly store: Store
  readonly seal: Seal
  readonly log: Log
  readonly nowMs: () => number
}

interface Entry {
  readonly key: KnownAdminKey
  readonly publicId: string
  readonly pepperVersion: number
  readonly digest: Uint8Array
  readonly workspaceDisabled: boolean
}

const UNKNOWN_ID: AdminKeyLookup = { kind: 'unknown', reason: 'unknown_id' }
const WRONG_SECRET: AdminKeyLookup = { kind: 'unknown', reason: 'wrong_secret' }
const UNAVAILABLE: AdminKeyLookup = { kind: 'unavailable' }
const PAGE = 1_000

export class AdminKeyDirectory {
  readonly #options: AdminKeyDirectoryOptions
  #byPublicId = new Map<string, Entry>()
  #publicIdById = new Map<string, string>()
  #isReady = false
  /** Ids that changed and could not be read again: answered with 503 until they could. */
  readonly #stale = new Set<string>()
  /** For each read of the whole directory that is under way: the changes since it began, to be taken again after it. */
  readonly #changesDuringLoads = new Set<Change[]>()
  /** The last refresh that began of each key: an earlier one that ends later says nothing. */
  readonly #refreshing = new Map<string, number>()
  #refreshes = 0
  readonly #upgrading = new Set<string>()

  constructor(options: AdminKeyDirectoryOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#byPublicId.size
  }

  /** Reads all living keys. Until it has ended every look-up is `unavailable`. Again at a resync of the feed. */
  async loadAll(): Promise<void> {
    const changes: Change[] = []
    this.#changesDuringLoads.add(changes)
    try {
      const staleBefore = [...this.#stale]
      const entries = await this.#readAll()
      this.#byPublicId = new Map(entries.map((entry) => [entry.publicId, entry]))
      this.#publicIdById = new Map(entries.map((entry) => [entry.key.id, entry.publicId]))
      for (const id of staleBefore) this.#stale.delete(id)
    } finally {
      this.#changesDuringLoads.delete(changes)
    }
    for (const change of changes) this.mark(change)
    for (const change of changes) await this.reload(change)
    this.#isReady = true
  }

  /** Who holds this secret, and what may they do? Answers at once but for a pepper that was not read yet. */
  find(presented: string): MaybePromise<AdminKeyLookup> {
    const read = readSecret(presented, 'admin')
    if ('reason' in read) return { kind: 'unknown', reason: read.reason }
    if (!this.#isReady) return UNAVAILABLE
    const entry = this.#byPublicId.get(read.publicId)
    if (entry === undefined) return UNKNOWN_ID
    const { seal } = this.#options
    const digest = seal.digestUnder(entry.pepperVersion, presented)
    if (digest === undefined) return this.#findUnderNewPepper(presented, entry)
    return this.#judge(presented, entry, digest)
  }

  /** Takes one change of the feed. Never throws. */
  async apply(change: Change): Promise<void> {
    this.mark(change)
    await this.reload(change)
  }

  /** A revocation acts before anything is read: the key is unknown, those of a disabled workspace are `unavailable`. */
  mark(change: Change): void {
    const { kind, subjectType, subjectId } = change
    if (subjectType !== 'admin_key' && subjectType !== 'workspace') return
    for (const changes of this.#changesDuringLoads) changes.push(change)
    if (kind !== 'revocation') return
    if (subjectType === 'admin_key') this.#forget(subjectId)
    if (subjectType === 'workspace') for (const id of this.#idsOf(subjectId)) this.#stale.add(id)
  }

  /** Reads again what has changed. Never throws: a key that could not be read is `unavailable` until `retryStale` succeeds. */
  async reload({ subjectType, subjectId }: Change): Promise<void> {
    if (subjectType === 'admin_key') await this.#refresh(subjectId)
    if (subjectType === 'workspace') for (const id of this.#idsOf(subjectId)) await this.#refresh(id)
  }

  /** Reads again what could not be read when it changed. */
  async retryStale(): Promise<void> {
    for (const id of this.#stale) await this.#refresh(id)
  }

  async #readAll(): Promise<readonly Entry[]> {
    const entries: Entry[] = []
    for (let afterId = ''; ;) {
      const rows = await selectKnownAdminKeys(this.#options.store.db, { afterId, limit: PAGE })
      for (const row of rows) entries.push(entryOf(row))
      const last = rows.at(-1)
      if (last === undefined || rows.length < PAGE) return entries
      afterId = last.id
    }
  }

  async #findUnderNewPepper(presented: string, entry: Entry): Promise<AdminKeyLookup> {
    const { seal, log } = this.#options
    try {
      await seal.refresh()
    } catch (cause) {
      log.warn({ err: cause }, 'an admin key is hashed under a pepper that cannot be read')
      return UNAVAILABLE
    }
    const digest = seal.digestUnder(entry.pepperVersion, presented)
    return digest === undefined ? UNAVAILABLE : this.#judge(presented, entry, digest)
  }

  #judge(presented: string, entry: Entry, digest: Uint8Array): AdminKeyLookup {
    const { seal, nowMs } = this.#options
    if (!seal.equal(digest, entry.digest)) return WRONG_SECRET
    const { key } = entry
    if (this.#stale.has(key.id)) return UNAVAILABLE
    if (entry.workspaceDisabled) return { kind: 'workspace_disabled' }
    if (key.expiresAtMs !== undefined && nowMs() >= key.expiresAtMs) return { kind: 'expired' }
    if (entry.pepperVersion !== seal.currentPepperVersion) this.#upgradeLater(presented, entry)
    return { kind: 'found', key }
  }

  async #refresh(id: string): Promise<void> {
    const turn = ++this.#refreshes
    this.#refreshing.set(id, turn)
    try {
      const [row] = await selectKnownAdminKeys(this.#options.store.db, { id })
      if (this.#refreshing.get(id) !== turn) return
      if (row === undefined || row.revoked_at !== null) this.#forget(id)
      else this.#remember(entryOf(row))
      this.#stale.delete(id)
    } catch (cause) {
      if (this.#refreshing.get(id) !== turn) return
      this.#stale.add(id)
      this.#options.log.warn(
        { err: cause, adminKeyId: id },
        'a changed admin key could not be read; it is refused until it can',
      )
    } finally {
      if (this.#refreshing.get(id) === turn) this.#refreshing.delete(id)
    }
  }

  #idsOf(workspaceId: string): readonly string[] {
    return [...this.#byPublicId.values()].filter(({ key }) => key.workspaceId === workspaceId).map(({ key }) => key.id)
  }

  #remember(entry: Entry): void {
    this.#byPublicId.set(entry.publicId, entry)
    this.#publicIdById.set(entry.key.id, entry.publicId)
  }

  #forget(id: string): void {
    const publicId = this.#publicIdById.get(id)
    if (publicId === undefined) return
    this.#publicIdById.delete(id)
    this.#byPublicId.delete(publicId)
  }

  /** Re-hashes under the current pepper, off the path; the presented secret is known only now. */
  #upgradeLater(presented: string, entry: Entry): void {
    const { id } = entry.key
    if (this.#upgrading.has(id)) return
    this.#upgrading.add(id)
    const { store, seal, log } = this.#options
    const current = seal.digest(presented)
    upgradeAdminKeyDigest(store.db, id, entry.pepperVersion, current)
      .then(async () => this.#refresh(id))
      .catch((cause: unknown) => log.debug({ err: cause }, 'an admin key could not be moved to the current pepper yet'))
      .finally(() => this.#upgrading.delete(id))
  }
}

function entryOf(row: KnownAdminKeyRow): Entry {
  const bounds = boundsOfRow(row)
  return {
    key: {
      id: row.id,
      workspaceId: row.workspace_id,
      isHome: row.workspace_is_home,
      role: row.role,
      permissions: permissionsOf(row.role, { isHome: row.workspace_is_home, isBounded: isBounded(bounds) }),
      bounds,
      expiresAtMs: row.expires_at?.getTime(),
    },
    publicId: row.public_id,
    pepperVersion: row.pepper_version,
    digest: row.digest,
    workspaceDisabled: row.workspace_disabled_at !== null,
  }
}
