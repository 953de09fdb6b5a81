/**
 * What the data plane knows of keys. In this order, each step cheaper than the next:
 * format and checksum → filter of all ids → cache → one read by primary key, shared by all who wait for it.
 * What is none of our keys, but may be an imported one, takes the same way with an id that is made of it.
 * The change feed keeps it true; revocations are checked outside the cache too (decisions 3 and 6).
 */
import { IdFilter, parseKey, type KeyPart, type VersionPart } from '@claviger/core'
import type { Lookup, MaybePromise } from '@claviger/gateway'
import type { Change } from '#feed'
import type { Seal } from '#seal'
import type { Log } from '#store'
import { compileKey } from './compile.ts'
import { ImportedKeys } from './imported-keys.ts'
import { KeyCache, type CachedKey } from './key-cache.ts'
import { KeyChanges } from './key-changes.ts'
import { Revocations } from './revocations.ts'
import {
  SELECT_IMPORTED_SNAPSHOT,
  SELECT_SNAPSHOT,
  SELECT_SNAPSHOTS_OF_KEYS,
  selectPublicIds,
  upgradeDigest,
  type SnapshotRow,
} from './rows.ts'
import { SharedParts, type SharedPartsOptions } from './shared-parts.ts'
import { textsOf } from './texts-of.ts'

export interface KeySnapshotOptions extends Omit<SharedPartsOptions, 'onClosed'> {
  readonly seal: Seal
  readonly log: Log
  readonly maxCachedVersions?: number
}

const UNKNOWN_ID: Lookup = { kind: 'unknown', reason: 'unknown_id' }
const MALFORMED: Lookup = { kind: 'unknown', reason: 'malformed' }
const CHECKSUM: Lookup = { kind: 'unknown', reason: 'checksum' }
const WRONG_SECRET: Lookup = { kind: 'unknown', reason: 'wrong_secret' }
const UNAVAILABLE: Lookup = { kind: 'unavailable' }

const FILTER_PAGE = 20_000
const REMEMBERED_MISSES = 10_000
/** A key that changes more often than it can be read is answered with 503. */
const MOST_READS = 10

export class KeySnapshots {
  readonly #options: KeySnapshotOptions
  readonly #cache: KeyCache
  readonly #filter: IdFilter
  #filterReady = false
  readonly #filling = new Map<string, Promise<CachedOrMissing>>()
  /** Ids that passed the filter and are not in the database; emptied when a key is made. */
  readonly #misses = new Set<string>()
  readonly #keyChanges = new KeyChanges()
  readonly #revocations = new Revocations()
  readonly #upgrading = new Set<string>()
  readonly #imported: ImportedKeys
  /** Counts the changes that brought new ids, so that a miss that one of them overtook is looked for again. */
  #idChanges = 0
  /** Counts how often all was forgotten: what was read before that is worth nothing after it. */
  #epoch = 0
  readonly #shared: SharedParts
  /** Reads of the database so far: a test counts that unknown keys cost none. */
  reads = 0

  constructor(options: KeySnapshotOptions) {
    this.#options = options
    this.#cache = new KeyCache(options.maxCachedVersions ?? 50_000)
    // Seeded, so that whoever knows one id cannot compute others that pass.
    const seed = Buffer.from(options.seal.randomBytes(8))
    this.#filter = new IdFilter([seed.readUInt32LE(0), seed.readUInt32LE(4)])
    const { store, seal, log } = options
    this.#shared = new SharedParts({
      ...options,
      onClosed: (holder) =>
        this.#cache.forgetWhere(
          (key) =>
            key.app === holder ||
            key.workspace === holder ||
            key.plan === holder ||
            key.app.current.plan === holder ||
            key.roles.some((role) => role === holder),
        ),
    })
    this.#imported = new ImportedKeys({
      store,
      seal,
      log,
      cached: (id) => this.#cache.get(id),
      isUnknown: (id) => this.#isUnknown(id),
      read: async (id) => this.#fillOnce(id, SELECT_IMPORTED_SNAPSHOT),
    })
  }

  get apis(): SharedParts['apis'] {
    return this.#shared.apis
  }

  /** Reads all ids into the filter. Until it has ended, every well-formed key is looked up. */
  async loadFilter(): Promise<void> {
    const epoch = this.#epoch
    await this.#imported.readForms()
    for (let after = ''; ;) {
      const ids = await selectPublicIds(this.#options.store.db, after, FILTER_PAGE)
      for (const id of ids) this.#filter.add(id)
      const last = ids.at(-1)
      if (last === undefined || ids.length < FILTER_PAGE) break
      after = last
    }
    if (epoch === this.#epoch) this.#filterReady = true
  }

  get size(): { readonly cached: number; readonly filtered: number; readonly filterBytes: number } {
    return { cached: this.#cache.size, filtered: this.#filter.size, filterBytes: this.#filter.bytes }
  }

  /** Finds the key that a presented secret belongs to. Says nothing yet of whether it may be used. */
  find(presented: string): MaybePromise<Lookup> {
    const parsed = parseKey(presented)
    if (parsed.kind !== 'key') return this.#imported.find(presented, parsed.kind === 'checksum' ? CHECKSUM : MALFORMED)
    const cached = this.#cache.get(parsed.publicId)
    if (cached !== undefined) return this.#prove(presented, cached.key, cached.version)
    if (this.#isUnknown(parsed.publicId)) return this.#imported.find(presented, UNKNOWN_ID)
    return this.#findCold(presented, parsed.publicId)
  }

  /**
   * Keys of a workspace as they stand in the database now, by id. Nothing of it is kept: this is for who tells about keys,
   * not for who serves them.
   *
   * @param edit what of the rows to take for something else
   */
  async read(
    workspaceId: string,
    keyIds: readonly string[],
    edit: Partial<SnapshotRow> = {},
  ): Promise<ReadonlyMap<string, KeyPart>> {
    const rows = readSnapshotRows(await this.#options.store.raw(SELECT_SNAPSHOTS_OF_KEYS, [workspaceId, keyIds]))
    const shared = new SharedParts(this.#options)
    const keys = new Map<string, KeyPart>()
    for (const versions of Map.groupBy(rows, ({ id }) => id).values()) {
      const edited = versions.map((row) => ({ ...row, ...edit }))
      const first = edited[0]
      const joined = first === undefined ? undefined : await shared.join(first)
      if (first !== undefined && joined !== undefined) keys.set(first.id, compileKey(first, edited, joined))
    }
    return keys
  }

  isRevoked(key: KeyPart, version: VersionPart): boolean {
    if (this.#revocations.size === 0) return false
    // read after its deletion: the part itself says so, and says that it is no revocation
    if (key.deletedAtMs !== undefined) return false
    return (
      this.#revocations.has(key.id) ||
      this.#revocations.has(`${key.id}/${version.number}`) ||
      this.#revocations.has(key.app.current.id) ||
      this.#revocations.has(key.workspace.current.id)
    )
  }

  /** How long something is known to be out of date that could not be read again, in ms. */
  staleForMs(): number {
    return this.#shared.staleForMs()
  }

  /** Takes one change of the feed. Never throws: what cannot be read again is told by `staleForMs`. */
  async apply(change: Change): Promise<void> {
    this.mark(change)
    await this.reload(change)
  }

  /** What of a change acts before anything is read: revocations, keys to forget, new ids, and what is stale now. */
  mark(change: Change): void {
    const { subjectType, subjectId, position } = change
    this.#revocations.mark(change)
    if (subjectType === 'key') this.#keyChanged(subjectId, position)
    if (subjectType === 'key_batch') for (const id of textsOf(change.detail['key_ids'])) this.#keyChanged(id, position)
    if (subjectType === 'key' || subjectType === 'key_batch') this.#idsAdded(change)
    else if (subjectType === 'api' && change.kind === 'revocation') this.#shared.apis.suspend(subjectId)
    else this.#shared.of(change)?.mark(subjectId)
  }

  /** Reads again what `mark` has made stale. Never throws. */
  async reload(change: Change): Promise<void> {
    await this.#shared.of(change)?.reload(change.subjectId)
    this.#settle()
  }

  /** The feed's tail was missed: whatever is cached may be out of date, and positions may be of another log. */
  distrust(): void {
    this.#epoch++
    this.#cache.clear()
    this.#misses.clear()
    this.#filterReady = false
    this.#imported.distrust()
    this.#keyChanges.clear()
    this.#revocations.distrust()
    this.#shared.markAll()
  }

  /** Reads everything that is kept again, after `distrust`. Rejects when it could not. */
  async loadAll(): Promise<void> {
    const epoch = this.#epoch
    await this.retryStale()
    if (this.#shared.hasStale()) throw new Error('not all that keys share could be read')
    if (epoch === this.#epoch) this.#revocations.forgetDistrusted()
  }

  async retryStale(): Promise<void> {
    await this.#shared.retry()
    this.#settle()
  }

  #settle(): void {
    this.#revocations.settle((id) => this.#shared.isStale(id))
  }

  #prove(presented: string, key: KeyPart, version: VersionPart): MaybePromise<Lookup> {
    const { seal } = this.#options
    const digest = seal.digestUnder(version.pepperVersion, presented)
    if (digest === undefined) return this.#proveUnderNewPepper(presented, key, version)
    if (!seal.equal(digest, version.digest)) return WRONG_SECRET
    if (version.pepperVersion !== seal.currentPepperVersion) this.#upgradeLater(presented, key, version)
    return { kind: 'found', key, version }
  }

  /** Another node has made a pepper that this one has not read yet. */
  async #proveUnderNewPepper(presented: string, key: KeyPart, version: VersionPart): Promise<Lookup> {
    const { seal, log } = this.#options
    try {
      await seal.refresh()
    } catch (cause) {
      log.warn({ err: cause }, 'a key is hashed under a pepper that cannot be read')
      return UNAVAILABLE
    }
    const digest = seal.digestUnder(version.pepperVersion, presented)
    if (digest === undefined) return UNAVAILABLE
    return seal.equal(digest, version.digest) ? { kind: 'found', key, version } : WRONG_SECRET
  }

  async #findCold(presented: string, publicId: string): Promise<Lookup> {
    try {
      const found = await this.#fillOnce(publicId, SELECT_SNAPSHOT)
      if (found === undefined) return await this.#imported.find(presented, UNKNOWN_ID)
      return await this.#prove(presented, found.key, found.version)
    } catch (cause) {
      this.#options.log.debug({ err: cause }, 'a key could not be read')
      return UNAVAILABLE
    }
  }

  #isUnknown(publicId: string): boolean {
    return (this.#filterReady && !this.#filter.mayContain(publicId)) || this.#misses.has(publicId)
  }

  async #fillOnce(publicId: string, statement: string): Promise<CachedOrMissing> {
    const running = this.#filling.get(publicId)
    if (running !== undefined) return running
    const fill = this.#fill(publicId, statement).finally(() => this.#filling.delete(publicId))
    this.#filling.set(publicId, fill)
    return fill
  }

  async #fill(publicId: string, statement: string): Promise<CachedOrMissing> {
    for (let left = MOST_READS; left > 0; left--) {
      this.reads++
      const idChanges = this.#idChanges
      const epoch = this.#epoch
      const rows = readSnapshotRows(await this.#options.store.raw(statement, [publicId]))
      if (epoch !== this.#epoch) continue
      const first = rows[0]
      if (first === undefined) {
        // a foreign key may have been presented for years before it is imported: this very moment
        if (idChanges !== this.#idChanges) continue
        this.#rememberMiss(publicId)
        return undefined
      }
      const joined = await this.#shared.join(first)
      if (epoch !== this.#epoch || this.#keyChanges.overtook(first.id, first.position)) continue
      if (joined === undefined) return undefined
      const key = compileKey(first, rows, joined)
      this.#cache.put(key)
      const version = key.versions.find((candidate) => candidate.number === first.asked_number)
      return version === undefined ? undefined : { key, version }
    }
    throw new Error('a key changed again each time it was read')
  }

  #keyChanged(keyId: string, position: number): void {
    this.#keyChanges.note(keyId, position)
    this.#cache.forgetKey(keyId)
  }

  #idsAdded(change: Change): void {
    this.#imported.learn(change.detail['import_forms'])
    const ids = textsOf(change.detail['public_ids'])
    if (ids.length > 0) this.#idChanges++
    for (const id of ids) {
      this.#filter.add(id)
      this.#misses.delete(id)
    }
  }

  #rememberMiss(publicId: string): void {
    if (this.#misses.size >= REMEMBERED_MISSES) this.#misses.clear()
    this.#misses.add(publicId)
  }

  /** Re-hashes under the current pepper, off the path; the presented secret is known only now. */
  #upgradeLater(presented: string, key: KeyPart, version: VersionPart): void {
    if (this.#upgrading.has(version.publicId) || this.#upgrading.size > 100) return
    this.#upgrading.add(version.publicId)
    const { store, seal, log } = this.#options
    const current = seal.digest(presented)
    upgradeDigest(store.db, version.publicId, version.pepperVersion, current)
      .then(() => this.#cache.forgetKey(key.id))
      .catch((cause: unknown) => log.debug({ err: cause }, 'a key could not be moved to the current pepper yet'))
      .finally(() => this.#upgrading.delete(version.publicId))
  }
}

type CachedOrMissing = CachedKey | undefined

/** The statement above names its columns, so the driver's rows have this shape. */
const readSnapshotRows = (rows: readonly Record<string, unknown>[]): readonly SnapshotRow[] =>
  rows as readonly (Readonly<Record<string, unknown>> & SnapshotRow)[]
