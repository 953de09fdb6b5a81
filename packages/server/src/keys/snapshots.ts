/**
 * What the data plane knows of keys. In this order, each step cheaper than the next:
 * format and checksum → filter of all ids → cache → one read by primary key, shared by all who wait for it.
 * What is none of our keys, but may be an imported one, takes the same way with an id that is made of it.
 * The change feed keeps it true; revocations are checked outside the cache too (decisions 3 and 6).
 */
import {
  IdFilter,
  parseKey,
  type ApiPart,
  type AppPart,
  type KeyPart,
  type PlanPart,
  type RolePart,
  type VersionPart,
  type WorkspacePart,
} from '@claviger/core'
import type { Lookup, MaybePromise } from '@claviger/gateway'
import type { Change } from '#feed'
import type { Seal } from '#seal'
import type { Log, Store } from '#store'
import { compileApi, compileKey, compilePlan, compileRole } from './compile.ts'
import { ImportedKeys } from './imported-keys.ts'
import { KeyCache, type CachedKey } from './key-cache.ts'
import { PartRegistry } from './part-registry.ts'
import { selectAnyPlan } from './rows-plans.ts'
import { selectAnyRole } from './rows-roles.ts'
import {
  SELECT_IMPORTED_SNAPSHOT,
  SELECT_SNAPSHOT,
  SELECT_SNAPSHOTS_OF_KEYS,
  selectAnyApi,
  selectPublicIds,
  upgradeDigest,
  type SnapshotRow,
} from './rows.ts'

export interface KeySnapshotOptions {
  readonly store: Store
  readonly seal: Seal
  readonly log: Log
  readonly monotonicMs: () => number
  readonly loadApp: (
    id: string,
  ) => Promise<(Omit<AppPart, 'plan'> & { readonly planId: string | undefined }) | undefined>
  readonly loadWorkspace: (id: string) => Promise<WorkspacePart | undefined>
  readonly maxCachedVersions?: number
}

const UNKNOWN_ID: Lookup = { kind: 'unknown', reason: 'unknown_id' }
const MALFORMED: Lookup = { kind: 'unknown', reason: 'malformed' }
const CHECKSUM: Lookup = { kind: 'unknown', reason: 'checksum' }
const WRONG_SECRET: Lookup = { kind: 'unknown', reason: 'wrong_secret' }
const UNAVAILABLE: Lookup = { kind: 'unavailable' }

const FILTER_PAGE = 20_000
/** Changes of keys are remembered this far back, to tell a read that was overtaken. */
const REMEMBERED_CHANGES = 20_000
const REMEMBERED_REVOCATIONS = 100_000
const REMEMBERED_MISSES = 10_000

export class KeySnapshots {
  readonly #options: KeySnapshotOptions
  readonly #cache: KeyCache
  readonly #filter: IdFilter
  #filterReady = false
  readonly #filling = new Map<string, Promise<CachedOrMissing>>()
  /** Ids that passed the filter and are not in the database; emptied when a key is made. */
  readonly #misses = new Set<string>()
  readonly #changedAt = new Map<string, number>()
  /** Changes up to here may have been forgotten from `#changedAt`. */
  #changesForgottenTo = 0
  readonly #revoked = new Set<string>()
  readonly #upgrading = new Set<string>()
  readonly #imported: ImportedKeys
  /** Counts the changes that brought new ids, so that a miss that one of them overtook is looked for again. */
  #idChanges = 0
  readonly apis: PartRegistry<ApiPart>
  readonly apps: PartRegistry<AppPart>
  readonly plans: PartRegistry<PlanPart>
  readonly roles: PartRegistry<RolePart>
  readonly workspaces: PartRegistry<WorkspacePart>
  /** Reads of the database so far: a test counts that unknown keys cost none. */
  reads = 0

  constructor(options: KeySnapshotOptions) {
    this.#options = options
    this.#cache = new KeyCache(options.maxCachedVersions ?? 50_000)
    // Seeded, so that whoever knows one id cannot compute others that pass.
    const seed = Buffer.from(options.seal.randomBytes(8))
    this.#filter = new IdFilter([seed.readUInt32LE(0), seed.readUInt32LE(4)])
    const { store, seal, log, monotonicMs } = options
    this.#imported = new ImportedKeys({
      store,
      seal,
      log,
      cached: (id) => this.#cache.get(id),
      isUnknown: (id) => this.#isUnknown(id),
      read: async (id) => this.#fillOnce(id, SELECT_IMPORTED_SNAPSHOT),
    })
    this.apis = new PartRegistry(async (id) => {
      const row = await selectAnyApi(store.db, id)
      return row === undefined ? undefined : compileApi(row)
    }, monotonicMs)
    this.plans = new PartRegistry(async (id) => {
      const row = await selectAnyPlan(store.db, id)
      return row === undefined ? undefined : compilePlan(row)
    }, monotonicMs)
    this.roles = new PartRegistry(async (id) => {
      const row = await selectAnyRole(store.db, id)
      return row === undefined ? undefined : compileRole(row)
    }, monotonicMs)
    this.apps = new PartRegistry(async (id) => {
      const stored = await options.loadApp(id)
      if (stored === undefined) return undefined
      const { planId, ...app } = stored
      return { ...app, plan: planId === undefined ? undefined : await this.plans.get(planId) }
    }, monotonicMs)
    this.workspaces = new PartRegistry(options.loadWorkspace, monotonicMs)
  }

  /** Reads all ids into the filter. Until it has ended, every well-formed key is looked up. */
  async loadFilter(): Promise<void> {
    await this.#imported.readForms()
    for (let after = ''; ;) {
      const ids = await selectPublicIds(this.#options.store.db, after, FILTER_PAGE)
      for (const id of ids) this.#filter.add(id)
      const last = ids.at(-1)
      if (last === undefined || ids.length < FILTER_PAGE) break
      after = last
    }
    this.#filterReady = true
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
    const keys = new Map<string, KeyPart>()
    for (const versions of Map.groupBy(rows, ({ id }) => id).values()) {
      const edited = versions.map((row) => ({ ...row, ...edit }))
      const first = edited[0]
      const joined = first === undefined ? undefined : await this.#join(first)
      if (first !== undefined && joined !== undefined) keys.set(first.id, compileKey(first, edited, joined))
    }
    return keys
  }

  isRevoked(key: KeyPart, version: VersionPart): boolean {
    if (this.#revoked.size === 0) return false
    // read after its deletion: the part itself says so, and says that it is no revocation
    if (key.deletedAtMs !== undefined) return false
    return (
      this.#revoked.has(key.id) ||
      this.#revoked.has(`${key.id}/${version.number}`) ||
      this.#revoked.has(key.app.current.id) ||
      this.#revoked.has(key.workspace.current.id)
    )
  }

  /** How long something is known to be out of date that could not be read again, in ms. */
  staleForMs(): number {
    return Math.max(...this.#shared().map((parts) => parts.staleForMs()))
  }

  /** Takes one change of the feed. Never throws: what cannot be read again is told by `staleForMs`. */
  async apply(change: Change): Promise<void> {
    if (change.kind === 'revocation') this.#rememberRevocation(change)
    // an app that was enabled, a key that was restored: the row is the truth
    else if (change.subjectType !== 'key_batch') this.#revoked.delete(change.subjectId)
    switch (change.subjectType) {
      case 'key':
        this.#keyChanged(change.subjectId, change.position)
        this.#idsAdded(change)
        return
      case 'key_batch':
        for (const keyId of textsOf(change.detail['key_ids'])) this.#keyChanged(keyId, change.position)
        this.#idsAdded(change)
        return
      case 'api':
        return this.apis.refresh(change.subjectId)
      case 'app':
        return this.apps.refresh(change.subjectId)
      case 'plan':
        return this.plans.refresh(change.subjectId)
      case 'role':
        return this.roles.refresh(change.subjectId)
      case 'workspace':
        return this.workspaces.refresh(change.subjectId)
      default:
    }
  }

  /** The feed's tail was missed: whatever is cached may be out of date. */
  async resync(): Promise<void> {
    this.#cache.clear()
    this.#misses.clear()
    this.#filterReady = false
    this.#imported.distrust()
    await Promise.all(this.#shared().map(async (parts) => parts.refreshAll()))
    await this.loadFilter()
  }

  async retryStale(): Promise<void> {
    await Promise.all(this.#shared().map(async (parts) => parts.retry()))
  }

  #shared() {
    return [this.apis, this.plans, this.roles, this.apps, this.workspaces]
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
    for (;;) {
      this.reads++
      const idChanges = this.#idChanges
      const rows = readSnapshotRows(await this.#options.store.raw(statement, [publicId]))
      const first = rows[0]
      if (first === undefined) {
        // a foreign key may have been presented for years before it is imported: this very moment
        if (idChanges !== this.#idChanges) continue
        this.#rememberMiss(publicId)
        return undefined
      }
      const joined = await this.#join(first)
      if (joined === undefined) return undefined
      if (this.#overtaken(first.id, first.position)) continue
      const key = compileKey(first, rows, joined)
      this.#cache.put(key)
      const version = key.versions.find((candidate) => candidate.number === first.asked_number)
      return version === undefined ? undefined : { key, version }
    }
  }

  async #join(row: SnapshotRow) {
    const [workspace, app, plan, apis, roles] = await Promise.all([
      this.workspaces.get(row.workspace_id),
      this.apps.get(row.app_id),
      row.plan_id === null ? undefined : this.plans.get(row.plan_id),
      Promise.all(row.api_ids.map(async (id) => this.apis.get(id))),
      Promise.all(row.role_ids.map(async (id) => this.roles.get(id))),
    ])
    if (workspace === undefined || app === undefined) return undefined
    return { workspace, app, plan, apis: known(apis), roles: known(roles) }
  }

  /** A read at `position` is worthless when the feed has since told of a change of that key. */
  #overtaken(keyId: string, position: number): boolean {
    return position < this.#changesForgottenTo || (this.#changedAt.get(keyId) ?? -1) > position
  }

  #keyChanged(keyId: string, position: number): void {
    this.#changedAt.delete(keyId)
    this.#changedAt.set(keyId, position)
    if (this.#changedAt.size > REMEMBERED_CHANGES) {
      const oldest = this.#changedAt.entries().next().value
      if (oldest !== undefined) {
        this.#changedAt.delete(oldest[0])
        this.#changesForgottenTo = oldest[1]
      }
    }
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

  #rememberRevocation(change: Change): void {
    for (const name of revokedNames(change)) {
      this.#revoked.add(name)
      if (this.#revoked.size <= REMEMBERED_REVOCATIONS) continue
      const oldest = this.#revoked.values().next().value
      if (oldest !== undefined) this.#revoked.delete(oldest)
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

/** What stands outside the cache: a key, one version of it, many keys, or all of an app or a workspace. */
function revokedNames({ subjectType, subjectId, detail }: Change): readonly string[] {
  if (subjectType === 'key_batch') return textsOf(detail['key_ids'])
  const version = detail['version']
  return [typeof version === 'number' ? `${subjectId}/${version}` : subjectId]
}

const known = <Part>(parts: readonly (Part | undefined)[]): readonly Part[] =>
  parts.filter((part) => part !== undefined)

const textsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []

type CachedOrMissing = CachedKey | undefined

/** The statement above names its columns, so the driver's rows have this shape. */
const readSnapshotRows = (rows: readonly Record<string, unknown>[]): readonly SnapshotRow[] =>
  rows as readonly (Readonly<Record<string, unknown>> & SnapshotRow)[]
