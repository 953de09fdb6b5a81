/**
 * Where routes answer beside `/gw/{name}`: on host names of their own, and below paths. Changed in place, one route at a
 * time, at the cost of that route; a call that is being served keeps the part that it has.
 *
 * The most specific host that has a place for the path decides: the name itself, then `*.` with the longest name behind
 * it, then any host. On it, the whole path goes before prefixes, and the longest prefix before shorter ones. No two
 * routes have one place, so there is never a tie.
 */
import type { RoutePart } from '../parts.ts'
import { PathTable } from './path-table.ts'
import { isReservedPath, plainPath } from './reserved-paths.ts'

export interface Places {
  /** `api.example.com`, or `*.example.com` for all below it; lower case. Empty: any host. */
  readonly hosts: readonly string[]
  /** `/v1` for the path and all below it, `=/v1` for exactly that path. Empty: every path of the hosts. */
  readonly paths: readonly string[]
}

/** `two-readings`: servers that undo escapes, or leave out parameters, would take the path for one of another route. */
export type PlaceFound = RoutePart | 'two-readings' | undefined

const EVERY_PATH: readonly string[] = ['/']
/** RFC 1035 §2.3.4; a longer name is nobody's, and would cost. */
const MOST_HOST_CHARACTERS = 253

interface Standing {
  readonly route: RoutePart
  readonly places: Places
}

export class PlaceTable {
  readonly #isControlHost: (host: string) => boolean
  readonly #standing = new Map<string, Standing>()
  readonly #exact = new Map<string, PathTable>()
  /** By the name behind the `*.`. */
  readonly #below = new Map<string, PathTable>()
  readonly #anyHost = new PathTable()

  /** @param isControlHost where the paths of the product itself go before routes */
  constructor(isControlHost: (host: string) => boolean) {
    this.#isControlHost = isControlHost
  }

  /** True while nobody has to be asked. */
  get isEmpty(): boolean {
    return this.#standing.size === 0
  }

  /** Whether a route has a host of its own. */
  get hasHosts(): boolean {
    return this.#exact.size > 0 || this.#below.size > 0
  }

  /** In one step: there is no moment in which the route is not there. */
  put(route: RoutePart, places: Places): void {
    this.drop(route.id)
    if (places.hosts.length === 0 && places.paths.length === 0) return
    this.#standing.set(route.id, { route, places })
    this.#each(places, (table, path) => table.put(path, route))
  }

  drop(routeId: string): void {
    const standing = this.#standing.get(routeId)
    if (standing === undefined) return
    this.#standing.delete(routeId)
    this.#each(standing.places, (table, path) => table.drop(path, routeId))
    for (const host of standing.places.hosts) {
      const [tables, name] = this.#tablesOf(host)
      if (tables.get(name)?.isEmpty === true) tables.delete(name)
    }
  }

  /**
   * @param hostField as it came, with a port or without; undefined: there was none
   * @param path without its query
   */
  find(hostField: string | undefined, path: string): PlaceFound {
    const host = hostName(hostField ?? '')
    const found = this.#lookUp(host, path)
    if (!path.includes('%') && !path.includes(';')) return found
    return this.#lookUp(host, plainPath(path)) === found ? found : 'two-readings'
  }

  #lookUp(host: string, path: string): RoutePart | undefined {
    const isReserved = isReservedPath(path)
    if (this.hasHosts && host.length <= MOST_HOST_CHARACTERS && !(isReserved && this.#isControlHost(host))) {
      const exact = this.#exact.get(host)?.find(path)
      if (exact !== undefined) return exact
      if (this.#below.size > 0) {
        for (let dot = host.indexOf('.'); dot !== -1; dot = host.indexOf('.', dot + 1)) {
          const below = dot === 0 ? undefined : this.#below.get(host.slice(dot + 1))?.find(path)
          if (below !== undefined) return below
        }
      }
    }
    return isReserved ? undefined : this.#anyHost.find(path)
  }

  #each({ hosts, paths }: Places, visit: (table: PathTable, path: string) => void): void {
    const all = paths.length === 0 ? EVERY_PATH : paths
    if (hosts.length === 0) for (const path of all) visit(this.#anyHost, path)
    for (const host of hosts) {
      const [tables, name] = this.#tablesOf(host)
      let table = tables.get(name)
      if (table === undefined) {
        table = new PathTable()
        tables.set(name, table)
      }
      for (const path of all) visit(table, path)
    }
  }

  #tablesOf(host: string): readonly [Map<string, PathTable>, string] {
    return host.startsWith('*.') ? [this.#below, host.slice(2)] : [this.#exact, host]
  }
}

/** `Example.com:7300` → `example.com`; `[::1]:7300` → `[::1]`. */
export function hostName(field: string): string {
  const colon = field.endsWith(']') ? -1 : field.lastIndexOf(':')
  const name = (colon === -1 ? field : field.slice(0, colon)).toLowerCase()
  return name.endsWith('.') ? name.slice(0, -1) : name
}
