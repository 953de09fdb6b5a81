/**
 * Routes by path, on one host: whole paths first, then the longest prefix of whole segments. A look-up costs one map
 * read for each segment of the longest prefix there is, however many routes there are and however long the path is.
 */
import type { RoutePart } from '../parts.ts'

export class PathTable {
  readonly #exact = new Map<string, RoutePart>()
  /** Without a slash at the end: '' is the prefix of all. */
  readonly #prefixes = new Map<string, RoutePart>()
  /** How many prefixes have so many letters; the longest that is counted is how far a path is looked at. */
  readonly #lengths = new Map<number, number>()
  #longest = 0

  /** @param place `/v1` for a prefix, `=/v1/ping` for exactly that path */
  put(place: string, route: RoutePart): void {
    if (place.startsWith('=')) {
      this.#exact.set(place.slice(1), route)
      return
    }
    const prefix = prefixOf(place)
    if (!this.#prefixes.has(prefix)) this.#lengths.set(prefix.length, (this.#lengths.get(prefix.length) ?? 0) + 1)
    this.#prefixes.set(prefix, route)
    if (prefix.length > this.#longest) this.#longest = prefix.length
  }

  /** Takes the place away, if it is still that route's. */
  drop(place: string, routeId: string): void {
    if (place.startsWith('=')) {
      const path = place.slice(1)
      if (this.#exact.get(path)?.id === routeId) this.#exact.delete(path)
      return
    }
    const prefix = prefixOf(place)
    if (this.#prefixes.get(prefix)?.id !== routeId) return
    this.#prefixes.delete(prefix)
    const left = (this.#lengths.get(prefix.length) ?? 1) - 1
    if (left > 0) this.#lengths.set(prefix.length, left)
    else this.#lengths.delete(prefix.length)
    if (left === 0 && prefix.length === this.#longest) this.#longest = Math.max(0, ...this.#lengths.keys())
  }

  get isEmpty(): boolean {
    return this.#exact.size === 0 && this.#prefixes.size === 0
  }

  find(path: string): RoutePart | undefined {
    const exact = this.#exact.size === 0 ? undefined : this.#exact.get(path)
    if (exact !== undefined) return exact
    // a prefix ends where a segment does
    let end = path.length <= this.#longest ? path.length : path.lastIndexOf('/', this.#longest)
    while (end > 0) {
      const route = this.#prefixes.get(path.slice(0, end))
      if (route !== undefined) return route
      end = path.lastIndexOf('/', end - 1)
    }
    return this.#prefixes.get('')
  }
}

const prefixOf = (place: string): string => (place === '/' ? '' : place)
