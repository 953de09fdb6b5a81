/** Ids that nobody knows yet, of things that the same file makes: they stand in bodies until the things are made. */
import { isMembers } from './schema.ts'

/** A symbol, so that nothing that a file says can look like one. */
const PLACE = Symbol('place')

export interface Pending {
  /** Of the thing, as `placeOf` has it. */
  readonly [PLACE]: string
}

export function pending(place: string): Pending {
  return { [PLACE]: place }
}

export function isPending(value: unknown): value is Pending {
  return typeof value === 'object' && value !== null && PLACE in value
}

/** Tells ids apart, known ones and pending ones. */
export function textOf(id: string | Pending): string {
  return isPending(id) ? id[PLACE] : id
}

/** With ids in their place, on every level. */
export function settled(value: unknown, made: ReadonlyMap<string, string>): unknown {
  if (isPending(value)) {
    const id = made.get(value[PLACE])
    if (id === undefined) throw new Error(`${value[PLACE]} is used before it is made`)
    return id
  }
  if (Array.isArray(value)) return value.map((item: unknown) => settled(item, made))
  if (!isMembers(value)) return value
  return Object.fromEntries(Object.entries(value).map(([name, member]) => [name, settled(member, made)]))
}
