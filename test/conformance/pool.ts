/** What answers told: ids by their prefix, and other values by the name of their member. Requests are made from it. */
import { isObject, type Json, type Schema } from './document.ts'

const ID = /^([a-z]{3})_[0-9a-hjkmnp-tv-z]{26}$/
/** Enough to meet again, few enough that what is new is met often. */
const KEPT = 24

export interface Pool {
  learn(answer: Json): void
  /** Newest last. */
  ids(prefix: string): readonly string[]
  /** Values of the members of that name. */
  values(name: string): readonly Json[]
}

/** @param untouchable values that must not come back in requests, such as the id of the key that the tests call with */
export function createPool(untouchable: ReadonlySet<string>): Pool {
  const ids = new Map<string, string[]>()
  const values = new Map<string, Json[]>()

  function learn(value: Json, name = ''): void {
    if (Array.isArray(value)) for (const item of value) learn(item, name)
    else if (isObject(value)) for (const [member, child] of Object.entries(value)) learn(child, member)
    if (typeof value === 'string' && !untouchable.has(value)) {
      const prefix = ID.exec(value)?.[1]
      if (prefix !== undefined) keep(ids, prefix, value)
      // what an answer calls the next of something is asked for by its plain name
      else keep(values, name.replace(/^next_/, ''), value)
      // secrets in links stand in the fragment
      const secret = /^https?:.*#(.+)$/.exec(value)?.[1]
      if (secret !== undefined) keep(values, 'secret', secret)
    }
    if (Number.isInteger(value) || isObject(value) || (Array.isArray(value) && value.length > 0))
      keep(values, name, value)
  }

  return {
    learn: (answer) => learn(answer),
    ids: (prefix) => ids.get(prefix) ?? [],
    values: (name) => values.get(name) ?? [],
  }
}

/** The prefixes of the ids that a string of this schema may be; none: it is no id. */
export function prefixesOf(schema: Schema): readonly string[] {
  const pattern = /^\^(?:\(\?:)?((?:[a-z]{3}\|?)+)\)?_\[/.exec(String(schema['pattern'] ?? ''))?.[1]
  return pattern?.split('|') ?? ID.exec(String(schema['example'] ?? ''))?.slice(1) ?? []
}

/** An id that fits and is nobody's. */
export function unknownId(prefix: string): string {
  return `${prefix}_01k2m5f8r2e9vbt9rpk9w0z5c3`
}

function keep<Value extends Json>(known: Map<string, Value[]>, name: string, value: Value): void {
  // a whole answer is no member of anything
  if (name === '') return
  const kept = known.get(name) ?? []
  if (kept.includes(value)) return
  kept.push(value)
  if (kept.length > KEPT) kept.shift()
  known.set(name, kept)
}
