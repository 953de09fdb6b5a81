/**
 * What a key may at most, found by trying every concrete scope of a small world: scopes are matched by regular expressions,
 * not by the code that is on trial. And the dice that make such worlds.
 */
import { decide, type KeyPart } from '@claviger/core'
import type { GrantBounds } from '#edge'
import type { Maximum } from '../maximum.ts'

/** Every concrete scope that anybody may ask for. Nobody's catalogue has the last two. */
export const UNIVERSE = ['a.read', 'a.write', 'a.x.read', 'a:read', 'b.read', 'b.write', 'c', 'a.later', 'z.secret']
const PATTERNS = ['*', 'a.*', 'a:*', '*.read', 'a.*.read', 'b.*', '*.*']
export const CATALOGUED = UNIVERSE.slice(0, -2)
export const ANYTHING = [...UNIVERSE, ...PATTERNS]

const known = new Map<string, RegExp>()

/** Whether a pattern, or a scope, stands for this concrete scope. */
function standsFor(pattern: string, scope: string): boolean {
  const text = pattern.replaceAll('.', '\\.').replace(/\*$/, '.+').replaceAll('*', '[^.:]+')
  const expression = known.get(pattern) ?? new RegExp(`^${text}$`)
  known.set(pattern, expression)
  return expression.test(scope)
}

export const holds = (patterns: readonly string[], scope: string): boolean =>
  patterns.some((pattern) => standsFor(pattern, scope))

/** Whether somebody with these bounds may give that scope at that api. */
export function mayGive({ apiIds, scopes }: GrantBounds, apiId: string, scope: string): boolean {
  return (apiIds === undefined || apiIds.has(apiId)) && (scopes === undefined || holds(scopes, scope))
}

export interface OracleApi {
  readonly id: string
  readonly scopes: readonly string[]
  readonly maximum: Maximum | null
}

/** Whether the api lets anybody have that scope. */
export const isLet = ({ maximum }: OracleApi, scope: string): boolean =>
  maximum === null || maximum.scopes === null || holds(maximum.scopes, scope)

/** Whatever the decision core allows the key, as `api scope`, at each of the apis and where none is named (`-`). */
export function allowedTo(
  key: KeyPart,
  ask: { readonly apiIds: readonly string[]; readonly nowMs: number },
): ReadonlySet<string> {
  const [version] = key.versions
  if (version === undefined) throw new Error('a key has a version')
  const allowed = new Set<string>()
  for (const apiId of [undefined, ...ask.apiIds]) {
    for (const scope of UNIVERSE) {
      const { code } = decide(key, version, { nowMs: ask.nowMs, clientIp: undefined, apiId, scopes: [scope] })
      if (code === 'valid') allowed.add(`${apiId ?? '-'} ${scope}`)
    }
  }
  return allowed
}

export interface Dice {
  /** In [0, 1). */
  next(): number
  one<Item>(items: readonly [Item, ...Item[]] | readonly Item[]): Item
  /** Each at most once. */
  some<Item>(items: readonly Item[], most: number): readonly Item[]
}

/** The same throws for the same seed (mulberry32). */
export function createDice(seed: number): Dice {
  let state = seed
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const one = <Item>(items: readonly Item[]): Item => {
    const [item] = items.slice(Math.floor(next() * items.length))
    if (item === undefined) throw new Error('nothing to choose from')
    return item
  }
  const some = <Item>(items: readonly Item[], most: number): readonly Item[] => [
    ...new Set(Array.from({ length: Math.floor(next() * (most + 1)) }, () => one(items))),
  ]
  return { next, one, some }
}
