/**
 * Apis by name, for proxies that ask about one. A name is one of the first workspace: apis of other workspaces are named by
 * their ids, so that nobody can take a name that somebody else's proxy asks for.
 */
import type { ApiPart, PartRef } from '@claviger/core'
import type { MaybePromise } from '@claviger/gateway'
import type { Change } from '#feed'
import type { Store } from '#store'
import type { PartRegistry } from './part-registry.ts'
import { selectApiIdByName } from './rows.ts'

type Found = PartRef<ApiPart> | undefined | 'unavailable'

/** What a configuration asks for is a handful. */
const MOST_REMEMBERED = 1_000

export class ApiNames {
  readonly #store: Store
  readonly #apis: PartRegistry<ApiPart>
  readonly #homeWorkspaceId: () => Promise<string | undefined>
  readonly #byName = new Map<string, PartRef<ApiPart> | undefined>()
  readonly #missingIds = new Set<string>()
  /** Counts the changes of apis, so that a read that one of them overtook is not kept. */
  #changes = 0

  constructor(store: Store, apis: PartRegistry<ApiPart>, homeWorkspaceId: () => Promise<string | undefined>) {
    this.#store = store
    this.#apis = apis
    this.#homeWorkspaceId = homeWorkspaceId
  }

  byId(id: string): MaybePromise<Found> {
    const known = this.#apis.peek(id)
    if (known !== undefined || this.#missingIds.has(id)) return known
    return this.#readId(id)
  }

  byName(name: string): MaybePromise<Found> {
    return this.#byName.has(name) ? this.#byName.get(name) : this.#readName(name)
  }

  mark({ subjectType }: Pick<Change, 'subjectType'>): void {
    if (subjectType === 'api') this.distrust()
  }

  distrust(): void {
    this.#changes += 1
    this.#byName.clear()
    this.#missingIds.clear()
  }

  async #readId(id: string): Promise<Found> {
    const changes = this.#changes
    try {
      const found = await this.#apis.get(id)
      if (found === undefined && changes === this.#changes && this.#missingIds.size < MOST_REMEMBERED)
        this.#missingIds.add(id)
      return found
    } catch {
      return 'unavailable'
    }
  }

  async #readName(name: string): Promise<Found> {
    const changes = this.#changes
    try {
      const workspaceId = await this.#homeWorkspaceId()
      const id = workspaceId === undefined ? undefined : await selectApiIdByName(this.#store.db, workspaceId, name)
      const found = id === undefined ? undefined : await this.#apis.get(id)
      if (changes === this.#changes && this.#byName.size < MOST_REMEMBERED) this.#byName.set(name, found)
      return found
    } catch {
      return 'unavailable'
    }
  }
}
