/**
 * The compiled routes and models of all workspaces, in memory, kept true by the change feed.
 * A change replaces one entry, in one step: there is no moment in which it is not there. Whoever is being served goes on
 * with the part it has.
 */
import type { ApiPart, PartRef } from '@claviger/core'
import {
  PlaceTable,
  UpstreamPool,
  newUpstreamTally,
  type ModelPart,
  type RoutePart,
  type UpstreamTally,
} from '@claviger/gateway'
import type { Change } from '#feed'
import type { Log, Store } from '#store'
import { compileModel, compileRoute } from './compile.ts'
import {
  selectAllModels,
  selectAllRoutes,
  selectAnyModel,
  selectAnyRoute,
  type ModelRow,
  type RouteRow,
} from './rows.ts'

export interface TargetTablesOptions {
  readonly store: Store
  readonly log: Log
  readonly monotonicMs: () => number
  readonly apiPart: (id: string) => Promise<PartRef<ApiPart> | undefined>
  /** Where paths of the product go before places of routes. */
  readonly isControlHost: (host: string) => boolean
}

const NO_MODELS: readonly ModelPart[] = []

export class TargetTables {
  readonly #options: TargetTablesOptions
  #known: Known
  /** Targets that have changed and could not be read again yet: `route:<id>`, and since when. */
  readonly #stale = new Map<string, number>()
  readonly #changes = new Map<string, number>()
  /** What changed while everything is read anew. */
  #changedMeanwhile: Set<string> | undefined
  /** Of all upstreams that are watched. */
  readonly tally: UpstreamTally = newUpstreamTally()

  constructor(options: TargetTablesOptions) {
    this.#options = options
    this.#known = this.#nothing()
  }

  routeByName(name: string): RoutePart | undefined {
    return this.#known.routesByName.get(name)
  }

  /** Where routes answer beside `/gw/{name}`. */
  get places(): PlaceTable {
    return this.#known.places
  }

  modelByName(workspaceId: string, name: string): ModelPart | undefined {
    return this.#known.modelsByWorkspace.get(workspaceId)?.get(name)
  }

  modelsOf(workspaceId: string): readonly ModelPart[] {
    const models = this.#known.modelsByWorkspace.get(workspaceId)
    return models === undefined ? NO_MODELS : [...models.values()]
  }

  /** A route or a model, whatever the workspace; undefined: there is none such. */
  targetById(targetId: string): RoutePart | ModelPart | undefined {
    return this.#known.targetById(targetId)
  }

  routes(): Iterable<RoutePart> {
    return this.#known.routesByName.values()
  }

  /** The upstreams of a route, where they are watched. */
  poolOf(routeId: string): UpstreamPool | undefined {
    return this.#known.routeById(routeId)?.pool
  }

  get size(): { readonly routes: number; readonly models: number } {
    return { routes: this.#known.routesByName.size, models: this.#known.modelsById.size }
  }

  /** Reads everything; before the first call is served, and when the feed's tail was missed. Until then the old is served. */
  async load(): Promise<void> {
    const changed = new Set<string>()
    this.#changedMeanwhile = changed
    try {
      await this.#loadWhole(changed)
    } finally {
      if (this.#changedMeanwhile === changed) this.#changedMeanwhile = undefined
    }
  }

  async #loadWhole(changed: ReadonlySet<string>): Promise<void> {
    const { db } = this.#options.store
    const [routes, models] = await Promise.all([selectAllRoutes(db), selectAllModels(db)])
    const known = this.#nothing()
    for (const row of routes) {
      const api = await this.#options.apiPart(row.api_id)
      known.putRoute(row, api, this.#known.routeById(row.id))
    }
    for (const row of models) known.putModel(row, await this.#options.apiPart(row.api_id))
    // of two loads at once the later one counts
    if (this.#changedMeanwhile !== changed) return
    this.#changedMeanwhile = undefined
    this.#known = known
    for (const name of [...this.#stale.keys()]) if (!changed.has(name)) this.#stale.delete(name)
    for (const name of changed) await this.#reload(name)
  }

  /** Takes one change of the feed. Never throws. */
  async apply(change: Change): Promise<void> {
    if (change.subjectType !== 'route' && change.subjectType !== 'model') return
    const name = `${change.subjectType}:${change.subjectId}`
    this.#changedMeanwhile?.add(name)
    this.#changes.set(name, (this.#changes.get(name) ?? 0) + 1)
    if (!this.#stale.has(name)) this.#stale.set(name, this.#options.monotonicMs())
    await this.#reload(name)
  }

  async retryStale(): Promise<void> {
    for (const name of [...this.#stale.keys()]) await this.#reload(name)
  }

  staleForMs(): number {
    return this.#stale.size === 0 ? 0 : this.#options.monotonicMs() - Math.min(...this.#stale.values())
  }

  #nothing(): Known {
    const { isControlHost, monotonicMs } = this.#options
    return new Known({ isControlHost, world: { monotonicMs, tally: this.tally } })
  }

  async #reload(name: string): Promise<void> {
    const changes = this.#changes.get(name)
    const [kind, id = ''] = name.split(':')
    const { db } = this.#options.store
    try {
      const row = kind === 'route' ? { route: await selectAnyRoute(db, id) } : { model: await selectAnyModel(db, id) }
      const found = 'route' in row ? row.route : row.model
      const api = found === undefined ? undefined : await this.#options.apiPart(found.api_id)
      if (changes !== this.#changes.get(name)) return // a newer change has its own reload under way
      // nothing is waited for from here on
      if ('route' in row) {
        const before = this.#known.dropRoute(id)
        if (row.route !== undefined) this.#known.putRoute(row.route, api, before)
      } else {
        this.#known.dropModel(id)
        if (row.model !== undefined) this.#known.putModel(row.model, api)
      }
      this.#stale.delete(name)
      this.#changes.delete(name)
    } catch (cause) {
      this.#options.log.warn({ err: cause, target: name }, 'a changed route or model could not be read yet')
    }
  }
}

/** One whole state of all that is served. */
class Known {
  readonly routesByName = new Map<string, RoutePart>()
  readonly modelsById = new Map<string, ModelPart>()
  readonly modelsByWorkspace = new Map<string, Map<string, ModelPart>>()
  readonly places: PlaceTable
  readonly #routeNames = new Map<string, string>()

  readonly #world: ConstructorParameters<typeof UpstreamPool>[1]

  constructor(options: {
    readonly isControlHost: (host: string) => boolean
    readonly world: ConstructorParameters<typeof UpstreamPool>[1]
  }) {
    this.places = new PlaceTable(options.isControlHost)
    this.#world = options.world
  }

  routeById(id: string): RoutePart | undefined {
    const name = this.#routeNames.get(id)
    const route = name === undefined ? undefined : this.routesByName.get(name)
    return route?.id === id ? route : undefined
  }

  targetById(targetId: string): RoutePart | ModelPart | undefined {
    return this.routeById(targetId) ?? this.modelsById.get(targetId)
  }

  /** @param before the same route as it was until now: what is known of its upstreams goes on */
  putRoute(row: RouteRow, api: PartRef<ApiPart> | undefined, before: RoutePart | undefined): void {
    if (api === undefined) return
    const part = compileRoute(row, api, (balance) => new UpstreamPool(balance, this.#world, before?.pool))
    this.routesByName.set(row.name, part)
    this.#routeNames.set(row.id, row.name)
    this.places.put(part, { hosts: row.hosts, paths: row.paths })
  }

  dropRoute(id: string): RoutePart | undefined {
    const route = this.routeById(id)
    this.places.drop(id)
    if (route !== undefined) this.routesByName.delete(route.name)
    this.#routeNames.delete(id)
    return route
  }

  putModel(row: ModelRow, api: PartRef<ApiPart> | undefined): void {
    if (api === undefined) return
    const part = compileModel(row, api)
    const models = this.modelsByWorkspace.get(row.workspace_id) ?? new Map<string, ModelPart>()
    models.set(row.name, part)
    this.modelsByWorkspace.set(row.workspace_id, models)
    this.modelsById.set(row.id, part)
  }

  dropModel(id: string): void {
    const part = this.modelsById.get(id)
    if (part === undefined) return
    const models = this.modelsByWorkspace.get(part.workspaceId)
    if (models?.get(part.name)?.id === id) models.delete(part.name)
    this.modelsById.delete(id)
  }
}
