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
  type BalancePart,
  type ModelPart,
  type RoutePart,
  type UpstreamTally,
} from '@claviger/gateway'
import type { Change } from '#feed'
import { byFew, compileRow, UnreadableRow, type Log, type Store } from '#store'
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
  #maps: Maps
  /** Of all upstreams that are watched. */
  readonly tally: UpstreamTally = newUpstreamTally()
  /** Targets that have changed and could not be read again yet: `route:<id>`, and since when. */
  readonly #stale = new Map<string, number>()
  /** A number for the last change told of each target, never used twice: a read that it overtook is worth nothing. */
  readonly #changes = new Map<string, number>()
  #changesTold = 0
  /** Targets that were read and cannot be compiled: not served, until they or an api have changed. */
  readonly #leftOut = new Set<string>()
  /** For each read of everything that is under way: the targets that changed since it began. */
  readonly #changedDuringLoads = new Set<Set<string>>()
  /** Counts the swaps: what was read of one target before one must not be put in after it. */
  #loads = 0

  constructor(options: TargetTablesOptions) {
    this.#options = options
    this.#maps = emptyMaps(options.isControlHost)
  }

  routeByName(name: string): RoutePart | undefined {
    return this.#maps.routesByName.get(name)
  }

  /** Where routes answer beside `/gw/{name}`. */
  get places(): PlaceTable {
    return this.#maps.places
  }

  modelByName(workspaceId: string, name: string): ModelPart | undefined {
    return this.#maps.modelsByWorkspace.get(workspaceId)?.get(name)
  }

  modelsOf(workspaceId: string): readonly ModelPart[] {
    const models = this.#maps.modelsByWorkspace.get(workspaceId)
    return models === undefined ? NO_MODELS : [...models.values()]
  }

  /** A route or a model, whatever the workspace; undefined: there is none such. */
  targetById(targetId: string): RoutePart | ModelPart | undefined {
    return routeById(this.#maps, targetId) ?? this.#maps.modelsById.get(targetId)
  }

  routes(): Iterable<RoutePart> {
    return this.#maps.routesByName.values()
  }

  /** The upstreams of a route, where they are watched. */
  poolOf(routeId: string): UpstreamPool | undefined {
    return routeById(this.#maps, routeId)?.pool
  }

  get size(): { readonly routes: number; readonly models: number } {
    return { routes: this.#maps.routesByName.size, models: this.#maps.modelsById.size }
  }

  /**
   * Reads everything; before the first call is served, and when the feed's tail was missed. What is known serves until all
   * of it is read. One target that cannot be compiled is left out; rejects when the database cannot be asked.
   */
  async loadAll(): Promise<void> {
    const changed = new Set<string>()
    this.#changedDuringLoads.add(changed)
    try {
      await this.#loadWhile(changed)
    } finally {
      this.#changedDuringLoads.delete(changed)
    }
    await byFew(changed, async (name) => this.#reload(name))
  }

  /** Takes one change of the feed. Never throws. */
  async apply(change: Change): Promise<void> {
    this.mark(change)
    await this.reload(change)
  }

  /** Reads nothing yet: what has changed is stale from here on. */
  mark({ subjectType, subjectId }: Change): void {
    if (subjectType === 'route' || subjectType === 'model') this.#markStale(`${subjectType}:${subjectId}`)
    // what made no sense may have been its api
    if (subjectType === 'api') for (const name of this.#leftOut) this.#markStale(name)
  }

  /** Reads again what has changed. Never throws. */
  async reload({ subjectType, subjectId }: Change): Promise<void> {
    if (subjectType === 'route' || subjectType === 'model') await this.#reload(`${subjectType}:${subjectId}`)
    if (subjectType === 'api') await byFew(this.#leftOut, async (name) => this.#reload(name))
  }

  async retryStale(): Promise<void> {
    await byFew(this.#stale.keys(), async (name) => this.#reload(name))
  }

  staleForMs(): number {
    return this.#stale.size === 0 ? 0 : this.#options.monotonicMs() - Math.min(...this.#stale.values())
  }

  async #loadWhile(changed: ReadonlySet<string>): Promise<void> {
    const { db } = this.#options.store
    const staleBefore = [...this.#stale.keys()]
    const [routes, models] = await Promise.all([selectAllRoutes(db), selectAllModels(db)])
    const maps = emptyMaps(this.#options.isControlHost)
    const leftOut = new Set<string>()
    const put = async (target: Target): Promise<void> => {
      const part = await this.#compiled(target)
      if (part === 'left out') leftOut.add(nameOf(target))
      else if (part !== undefined) putInto(maps, part, target)
    }
    await byFew(routes, async (row) => put({ kind: 'route', row }))
    await byFew(models, async (row) => put({ kind: 'model', row }))
    this.#loads++
    this.#maps = maps
    this.#leftOut.clear()
    for (const name of leftOut) this.#leftOut.add(name)
    for (const name of staleBefore) if (!changed.has(name)) this.#stale.delete(name)
    // what was reloaded meanwhile was put into the maps that are gone
    for (const name of changed) this.#markStale(name)
  }

  #markStale(name: string): void {
    this.#changes.set(name, ++this.#changesTold)
    for (const changed of this.#changedDuringLoads) changed.add(name)
    if (!this.#stale.has(name)) this.#stale.set(name, this.#options.monotonicMs())
  }

  async #reload(name: string): Promise<void> {
    if (!this.#stale.has(name)) return
    const changes = this.#changes.get(name)
    const loads = this.#loads
    const [kind, id = ''] = name.split(':')
    const { db } = this.#options.store
    try {
      const target =
        kind === 'route' ? routeTarget(await selectAnyRoute(db, id)) : modelTarget(await selectAnyModel(db, id))
      const part = target === undefined ? undefined : await this.#compiled(target)
      if (changes !== this.#changes.get(name)) return // a newer change has its own reload under way
      if (loads !== this.#loads) return // everything was read meanwhile: what is still stale is read again
      dropFrom(this.#maps, id)
      this.#leftOut.delete(name)
      if (part === 'left out') this.#leftOut.add(name)
      else if (part !== undefined && target !== undefined) putInto(this.#maps, part, target)
      this.#stale.delete(name)
      this.#changes.delete(name)
    } catch (cause) {
      this.#options.log.warn({ err: cause, target: name }, 'a changed route or model could not be read yet')
    }
  }

  /** Undefined: its api is gone. @throws when its api could not be read */
  async #compiled(target: Target): Promise<RoutePart | ModelPart | 'left out' | undefined> {
    const name = nameOf(target)
    try {
      const api = await this.#options.apiPart(target.row.api_id)
      if (api === undefined) return undefined
      return compileRow(name, () =>
        target.kind === 'route'
          ? compileRoute(target.row, api, (balance) => this.#poolFor(target.row.id, balance))
          : compileModel(target.row, api),
      )
    } catch (cause) {
      if (!(cause instanceof UnreadableRow)) throw cause
      this.#options.log.error({ err: cause, target: name }, 'a route or model cannot be understood: it is not served')
      return 'left out'
    }
  }

  /** What is known of the upstreams of a route goes on when it is compiled anew. */
  #poolFor(routeId: string, balance: BalancePart): UpstreamPool {
    const world = { monotonicMs: this.#options.monotonicMs, tally: this.tally }
    return new UpstreamPool(balance, world, this.poolOf(routeId))
  }
}

type Target = { readonly kind: 'route'; readonly row: RouteRow } | { readonly kind: 'model'; readonly row: ModelRow }

const nameOf = ({ kind, row }: Target): string => `${kind}:${row.id}`
const routeTarget = (row: RouteRow | undefined): Target | undefined =>
  row === undefined ? undefined : { kind: 'route', row }
const modelTarget = (row: ModelRow | undefined): Target | undefined =>
  row === undefined ? undefined : { kind: 'model', row }

const emptyMaps = (isControlHost: (host: string) => boolean) => ({
  places: new PlaceTable(isControlHost),
  routesByName: new Map<string, RoutePart>(),
  routeNames: new Map<string, string>(),
  modelsById: new Map<string, ModelPart>(),
  modelsByWorkspace: new Map<string, Map<string, ModelPart>>(),
})
type Maps = ReturnType<typeof emptyMaps>

function routeById(maps: Maps, id: string): RoutePart | undefined {
  const name = maps.routeNames.get(id)
  const route = name === undefined ? undefined : maps.routesByName.get(name)
  return route?.id === id ? route : undefined
}

function putInto(maps: Maps, part: RoutePart | ModelPart, target: Target): void {
  if (part.kind === 'route') {
    if (target.kind === 'route') maps.places.put(part, { hosts: target.row.hosts, paths: target.row.paths })
    maps.routesByName.set(part.name, part)
    maps.routeNames.set(part.id, part.name)
    return
  }
  const models = maps.modelsByWorkspace.get(part.workspaceId) ?? new Map<string, ModelPart>()
  models.set(part.name, part)
  maps.modelsByWorkspace.set(part.workspaceId, models)
  maps.modelsById.set(part.id, part)
}

function dropFrom(maps: Maps, id: string): void {
  const route = routeById(maps, id)
  if (route !== undefined) maps.routesByName.delete(route.name)
  maps.routeNames.delete(id)
  maps.places.drop(id)
  const model = maps.modelsById.get(id)
  if (model === undefined) return
  const models = maps.modelsByWorkspace.get(model.workspaceId)
  if (models?.get(model.name)?.id === id) models.delete(model.name)
  maps.modelsById.delete(id)
}
