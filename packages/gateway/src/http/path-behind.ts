/**
 * The part of a path that restrictions of keys judge, as a journaled path tells it: what stands behind the door and its
 * route. Where a route cuts off more, or a place of its own looks like a door, the journal says it beside the path.
 */
import type { Door } from '../ports.ts'

const OPENAI = '/openai/v1'

/**
 * `/gw/{name}/orders/17` and `/openai/v1/orders/17` are `/orders/17`; a route at a place of its own has the path as it is;
 * elsewhere a path is told by whoever asks, and is that of the api already.
 *
 * @returns never empty: the route itself is `/`
 */
export function pathBehind(door: Door, path: string): string {
  const rest = restOf(door, path)
  return rest === '' ? '/' : rest
}

function restOf(door: Door, path: string): string {
  if (door === 'openai') return path.startsWith(OPENAI) ? path.slice(OPENAI.length) : path
  if (door !== 'gw' || !path.startsWith('/gw/')) return path
  const slash = path.indexOf('/', '/gw/'.length)
  return slash === -1 ? '' : path.slice(slash)
}
