/**
 * Opened credentials for egress, in memory: after the first use of one, asking costs a map look-up. The change feed
 * takes out what has changed; what cannot be read again then is an error, never an old secret.
 */
import type { Secret } from '@claviger/core'
import type { MaybePromise } from '@claviger/gateway'
import type { Change } from '#feed'
import { injectionExpiresAtMs, type Injection } from '#injections'
import type { Seal } from '#seal'
import type { Store } from '#store'
import { selectSealed } from './rows.ts'
import { openSecret } from './sealed-secret.ts'

/** As `egress` takes it. */
export interface OpenedCredential {
  readonly id: string
  readonly workspaceId: string
  /** Where it may be sent, in egress's own spelling. */
  readonly origins: readonly string[]
  /** Undefined: every route, model and app of the workspace. */
  readonly usedBy:
    | { readonly routes: ReadonlySet<string>; readonly models: ReadonlySet<string>; readonly apps: ReadonlySet<string> }
    | undefined
  readonly injection: Injection
  readonly secret: Secret<string>
  /** When it ends by itself, in Unix ms; undefined: nothing in it says so. */
  readonly expiresAtMs: number | undefined
}

export interface CredentialsOptions {
  readonly store: Store
  readonly seal: Seal
  readonly maxOpened?: number
}

export class Credentials {
  readonly #options: CredentialsOptions
  readonly #opened = new Map<string, OpenedCredential>()
  readonly #opening = new Map<string, Promise<OpenedCredential | undefined>>()
  /** Counts what was taken out: an opening that began before is not kept. */
  #generation = 0

  constructor(options: CredentialsOptions) {
    this.#options = options
  }

  get size(): number {
    return this.#opened.size
  }

  /** When the first of those in memory ends by itself, in Unix ms; undefined: none does. */
  soonestExpiryAtMs(): number | undefined {
    let soonest: number | undefined
    for (const { expiresAtMs: atMs } of this.#opened.values()) {
      if (atMs !== undefined && (soonest === undefined || atMs < soonest)) soonest = atMs
    }
    return soonest
  }

  /**
   * @returns undefined when there is no such provider key
   * @throws when the database or the seal cannot be asked
   */
  open(id: string): MaybePromise<OpenedCredential | undefined> {
    return this.#opened.get(id) ?? this.#openOnce(id)
  }

  /** Takes one change of the feed. */
  mark(change: Change): void {
    if (change.subjectType !== 'provider_key') return
    this.#generation++
    this.#opened.delete(change.subjectId)
    this.#opening.delete(change.subjectId)
  }

  /** The feed's tail was missed: whatever is here may be out of date. */
  distrust(): void {
    this.#generation++
    this.#opened.clear()
    this.#opening.clear()
  }

  async #openOnce(id: string): Promise<OpenedCredential | undefined> {
    const running = this.#opening.get(id)
    if (running !== undefined) return running
    const opening = this.#read(id).finally(() => {
      if (this.#opening.get(id) === opening) this.#opening.delete(id)
    })
    this.#opening.set(id, opening)
    return opening
  }

  async #read(id: string): Promise<OpenedCredential | undefined> {
    for (;;) {
      const { store, seal, maxOpened = 10_000 } = this.#options
      const generation = this.#generation
      const row = await selectSealed(store.db, id)
      const opened = row === undefined ? undefined : await openRow(seal, store, row)
      // Something changed meanwhile: what was read may be from before it.
      if (generation !== this.#generation) continue
      if (opened !== undefined) {
        if (this.#opened.size >= maxOpened) this.#dropOldest()
        this.#opened.set(id, opened)
      }
      return opened
    }
  }

  #dropOldest(): void {
    const oldest = this.#opened.keys().next()
    if (oldest.done !== true) this.#opened.delete(oldest.value)
  }
}

async function openRow(
  seal: Seal,
  store: Store,
  row: NonNullable<Awaited<ReturnType<typeof selectSealed>>>,
): Promise<OpenedCredential> {
  const place = { workspaceId: row.workspace_id, providerKeyId: row.id, version: row.current_version }
  const content = await openSecret(seal, store.db, place, row.sealed)
  const named = row.route_ids.length + row.model_ids.length + row.app_ids.length
  return {
    id: row.id,
    workspaceId: row.workspace_id,
    // The row may only narrow what was sealed with the secret.
    origins: row.origins.filter((origin) => content.origins.includes(origin)),
    usedBy:
      named === 0
        ? undefined
        : { routes: new Set(row.route_ids), models: new Set(row.model_ids), apps: new Set(row.app_ids) },
    injection: content.injection,
    secret: content.secret,
    expiresAtMs: injectionExpiresAtMs(content.injection),
  }
}
