/**
 * The compiled routes and models of all workspaces, in memory, kept true by the change feed.
 * A change replaces one entry; whoever is being served goes on with the part it has.
 */
import type { ApiPart, PartRef } from '@claviger/core'
import { UpstreamPool, newUpstreamTally, type ModelPart, type RoutePart, type UpstreamTally } from '@claviger/gateway'
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
}

const NO_MODELS: readonly ModelPart[] = []

export class TargetTables {
  readonly #options: TargetTablesOptions
  #routesByName = new Map<string, RoutePart>()
  #routeNames = new Map<string, string>()
  #modelsById = new Map<string, ModelPart>()
  #modelsByWorkspace = new Map<string, Map<string, ModelPart>>()
  /** Targets that have changed and could not be read again yet: `route:<id>`, and since when. */
  readonly #stale = new Map<string, number>()
  readonly #changes = new Map<string, number>()
  /** Of all upstreams that are watched. */
  readonly tally: UpstreamTally = newUpstreamTally()

  constructor(options: TargetTablesOptions) {
    this.#options = options
  }

  routeByName(name: string): RoutePart | undefined {
    return this.#routesByName.get(name)
  }

  modelByName(workspaceId: string, name: string): ModelPart | undefined {
    return this.#modelsByWorkspace.get(workspaceId)?.get(name)
  }

  modelsOf(workspaceId: string): readonly ModelPart[] {
    const models = this.#modelsByWorkspace.get(workspaceId)
    return models === undefined ? NO_MODELS : [...models.values()]
  }

  /** A route or a model, whatever the workspace; undefined: there is none such. */
  targetById(targetId: string): RoutePart | ModelPart | undefined {
    const name = this.#routeNames.get(targetId)
    const route = name === undefined ? undefined : this.#routesByName.get(name)
    return route?.id === targetId ? route : this.#modelsById.get(targetId)
  }

  routes(): Iterable<RoutePart> {
    return this.#routesByName.values()
  }

  /** The upstreams of a route, where they are watched. */
  poolOf(routeId: string): UpstreamPool | undefined {
    const name = this.#routeNames.get(routeId)
    return name === undefined ? undefined : this.#routesByName.get(name)?.pool
  }

  get size(): { readonly routes: number; readonly models: number } {
    return { routes: this.#routesByName.size, models: this.#modelsById.size }
  }

  /** Reads everything; before the first call is served, and when the feed's tail was missed. */
  async load(): Promise<void> {
    const { db } = this.#options.store
    const [routes, models] = await Promise.all([selectAllRoutes(db), selectAllModels(db)])
    const before = new Map([...this.#routesByName.values()].map((route) => [route.id, route]))
    this.#routesByName = new Map()
    this.#routeNames = new Map()
    this.#modelsById = new Map()
    this.#modelsByWorkspace = new Map()
    for (const row of routes) await this.#putRoute(row, before.get(row.id))
    for (const row of models) await this.#putModel(row)
    this.#stale.clear()
  }

  /** Takes one change of the feed. Never throws. */
  async apply(change: Change): Promise<void> {
    if (change.subjectType !== 'route' && change.subjectType !== 'model') return
    const name = `${change.subjectType}:${change.subjectId}`
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

  async #reload(name: string): Promise<void> {
    const changes = this.#changes.get(name)
    const [kind, id = ''] = name.split(':')
    const { db } = this.#options.store
    try {
      const row = kind === 'route' ? { route: await selectAnyRoute(db, id) } : { model: await selectAnyModel(db, id) }
      if (changes !== this.#changes.get(name)) return // a newer change has its own reload under way
      if ('route' in row) {
        const before = this.#dropRoute(id)
        if (row.route !== undefined) await this.#putRoute(row.route, before)
      } else {
        this.#dropModel(id)
        if (row.model !== undefined) await this.#putModel(row.model)
      }
      this.#stale.delete(name)
      this.#changes.delete(name)
    } catch (cause) {
      this.#options.log.warn({ err: cause, target: name }, 'a changed route or model could not be read yet')
    }
  }

  /** @param before the same route as it was until now */
  async #putRoute(row: RouteRow, before: RoutePart | undefined): Promise<void> {
    const api = await this.#options.apiPart(row.api_id)
    if (api === undefined) return
    const { monotonicMs } = this.#options
    const world = { monotonicMs, tally: this.tally }
    const part = compileRoute(row, api, (balance) => new UpstreamPool(balance, world, before?.pool))
    this.#routesByName.set(row.name, part)
    this.#routeNames.set(row.id, row.name)
  }

  async #putModel(row: ModelRow): Promise<void> {
    const api = await this.#options.apiPart(row.api_id)
    if (api === undefined) return
    const part = compileModel(row, api)
    const models = this.#modelsByWorkspace.get(row.workspace_id) ?? new Map<string, ModelPart>()
    models.set(row.name, part)
    this.#modelsByWorkspace.set(row.workspace_id, models)
    this.#modelsById.set(row.id, part)
  }

  #dropRoute(id: string): RoutePart | undefined {
    const name = this.#routeNames.get(id)
    if (name === undefined) return undefined
    this.#routeNames.delete(id)
    const route = this.#routesByName.get(name)
    if (route?.id !== id) return undefined
    this.#routesByName.delete(name)
    return route
  }

  #dropModel(id: string): void {
    const part = this.#modelsById.get(id)
    if (part === undefined) return
    const models = this.#modelsByWorkspace.get(part.workspaceId)
    if (models?.get(part.name)?.id === id) models.delete(part.name)
    this.#modelsById.delete(id)
  }
}
