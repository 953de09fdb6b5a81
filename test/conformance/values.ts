/** Values out of schemas: what fits, made of examples, of what answers told, and of chance. */
import fc from 'fast-check'
import type { Random } from '../support/random.ts'
import { isObject, listOf, objectOf, type Json, type JsonObject, type Schema } from './document.ts'
import { prefixesOf, unknownId, type Pool } from './pool.ts'

/** How requests are made: `known` of what worked before and little more, `wild` of all that the schemas allow. */
export type Mood = 'known' | 'mixed' | 'wild'

const SHARES: Readonly<Record<Mood, { readonly known: number; readonly example: number; readonly optional: number }>> =
  {
    known: { known: 0.9, example: 0.9, optional: 0.1 },
    mixed: { known: 0.25, example: 0.3, optional: 0.3 },
    wild: { known: 0.1, example: 0.1, optional: 0.7 },
  }

export interface Maker {
  /** Of what is made from now on. */
  feel(mood: Mood): void
  /**
   * A value of the schema, for the member or parameter of that name.
   *
   * @param along members, and `*` for items, that it must have, one in the other; whatever stands there is made like all else
   */
  valueOf(schema: Schema, name: string, along?: readonly string[]): Json
}

interface Where {
  readonly depth: number
  /** What must be there, from here on. */
  readonly along: readonly string[]
}

const NOWHERE: readonly string[] = []
const below = (depth: number): Where => ({ depth: depth + 1, along: NOWHERE })
const DAY_MS = 86_400_000
const DEEPEST = 6

export function createMaker(schemas: JsonObject, pool: Pool, random: Random): Maker {
  const often = (share: number): boolean => random.next() < share
  let shares = SHARES.mixed

  function resolve(schema: Schema): Schema {
    const reference = schema['$ref']
    if (typeof reference !== 'string') return schema
    return resolve(objectOf(schemas[reference.slice('#/components/schemas/'.length)]))
  }

  /** Whether a value of the schema can have those members, one in the other. */
  function reaches(given: Schema, along: readonly string[]): boolean {
    const [step, ...rest] = along
    if (step === undefined) return true
    const schema = resolve(given)
    const child = step === '*' ? schema['items'] : objectOf(schema['properties'] ?? {})[step]
    if (isObject(child) && reaches(child, rest)) return true
    return listOf(schema['anyOf'] ?? schema['oneOf']).some((one) => reaches(objectOf(one), along))
  }

  function make(given: Schema, name: string, { depth, along }: Where): Json {
    const schema = resolve(given)
    if (schema['const'] !== undefined) return schema['const']
    if (schema['enum'] !== undefined) return random.pick(listOf(schema['enum']))
    const among = listOf(schema['anyOf'] ?? schema['oneOf'])
    if (among.length > 0)
      return make(objectOf(random.pick(among.filter((one) => reaches(objectOf(one), along)))), name, { depth, along })
    const types = Array.isArray(schema['type']) ? listOf(schema['type']) : [schema['type'] ?? 'anything']
    const mainType = String(types.find((type) => type !== 'null'))
    if (along.length > 0) return ofType(mainType, schema, name, { depth, along })
    if (types.includes('null') && (types.length === 1 || often(0.15))) return null
    const known = pool.values(name).filter((value) => types.includes(typeOf(value)))
    if (known.length > 0 && name !== 'name' && often(shares.known)) return random.pick(known)
    if (schema['example'] !== undefined && prefixesOf(schema).length === 0 && name !== 'name' && often(shares.example))
      return schema['example']
    return ofType(mainType, schema, name, { depth, along })
  }

  function ofType(type: string, schema: Schema, name: string, where: Where): Json {
    switch (type) {
      case 'object':
        return objectOfSchema(schema, where)
      case 'array':
        return listOfSchema(schema, name, where)
      case 'string':
        return text(schema, name)
      case 'integer':
      case 'number':
        return number(schema, type)
      case 'boolean':
        return often(0.5)
      default:
        return random.pick<Json>(['x', 7, true, null, [1, 'two'], { three: { four: 5 } }])
    }
  }

  function objectOfSchema(schema: Schema, { depth, along }: Where): Json {
    const [step, ...rest] = along
    const required = listOf(schema['required'])
    const share = depth >= DEEPEST ? 0 : random.pick([0, shares.optional])
    const made = Object.entries(objectOf(schema['properties'] ?? {}))
      .filter(([member]) => required.includes(member) || member === step || often(share))
      .map(([member, child]) => {
        const where = { depth: depth + 1, along: member === step ? rest : NOWHERE }
        return [member, make(objectOf(child), member, where)] as const
      })
    const others = schema['additionalProperties']
    if (isObject(others) && depth < DEEPEST) {
      const names = isObject(schema['propertyNames']) ? schema['propertyNames'] : { type: 'string', minLength: 1 }
      for (let more = random.whole(0, 3); more > 0; more--)
        made.push([String(make(names, '', below(depth))), make(others, '', below(depth))])
    }
    return Object.fromEntries(made)
  }

  function listOfSchema(schema: Schema, name: string, { depth, along }: Where): Json {
    const [step, ...rest] = along
    const least = Math.max(Number(schema['minItems'] ?? 0), step === '*' ? 1 : 0)
    const most = Math.min(Number(schema['maxItems'] ?? 4), least + (often(0.05) ? 60 : 3))
    const items = Array.from({ length: random.whole(least, Math.max(least, most)) }, (_, place) =>
      make(objectOf(schema['items'] ?? {}), name, { depth: depth + 1, along: place === 0 ? rest : NOWHERE }),
    )
    if (schema['uniqueItems'] !== true) return items
    return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()]
  }

  function text(schema: Schema, name: string): string {
    const prefixes = prefixesOf(schema)
    if (prefixes.length > 0) {
      const prefix = random.pick(prefixes)
      const known = pool.ids(prefix)
      return known.length > 0 && often(0.9) ? random.pick(often(0.5) ? known.slice(-3) : known) : unknownId(prefix)
    }
    if (schema['format'] === 'date-time') return instant(random)
    if (schema['format'] === 'uri') return random.pick(['https://api.example.com', 'https://a.example:8443/b/?c=d#e'])
    // numbers stand in paths as texts
    const known = pool.values(name).filter((value) => typeof value === 'string' || typeof value === 'number')
    if (known.length > 0 && name !== 'name' && often(shares.known)) return String(random.pick(known))
    return chanceText(schema, random)
  }

  function number(schema: Schema, type: string): number {
    const least = Number(schema['minimum'] ?? schema['exclusiveMinimum'] ?? -1_000)
    const most = Number(schema['maximum'] ?? schema['exclusiveMaximum'] ?? Math.max(1_000_000, least))
    if (often(0.2)) return random.pick([least, most])
    const near = random.whole(least, Math.min(most, least + 100))
    return type === 'number' && often(0.5) ? Math.min(most, near + 0.5) : near
  }

  return {
    feel: (mood) => void (shares = SHARES[mood]),
    valueOf: (schema, name, along = NOWHERE) => make(schema, name, { depth: 0, along }),
  }
}

/** JSON Schema's word for it; whole numbers are integers. */
function typeOf(value: Json): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return typeof value === 'number' && Number.isInteger(value) ? 'integer' : typeof value
}

function instant(random: Random): string {
  const date = new Date(Date.now() + random.whole(-400 * DAY_MS, 400 * DAY_MS))
  return random.pick([
    date.toISOString(),
    date.toISOString().replace('Z', '+05:30'),
    date.toISOString().replace(/\.\d+Z/, 'Z'),
    new Date(Date.now() + random.whole(-60_000, 60_000)).toISOString(),
    '0001-01-01T00:00:00.000Z',
    '9999-12-31T23:59:59.999Z',
  ])
}

/** Tries until it fits; patterns with look-around have no generator, so then plain texts are tried. */
function chanceText(schema: Schema, random: Random): string {
  const pattern = typeof schema['pattern'] === 'string' ? new RegExp(schema['pattern'], 'u') : undefined
  const minLength = Number(schema['minLength'] ?? 0)
  const maxLength = Math.min(Number(schema['maxLength'] ?? 40), random.next() < 0.05 ? 10_000 : Math.max(minLength, 20))
  const seed = random.whole(0, 2_147_483_647)
  const plain = fc.string({ unit: random.pick(['grapheme', 'grapheme-ascii', 'binary']), minLength, maxLength })
  const fits = (made: string): boolean => pattern?.test(made) !== false && made.isWellFormed()
  const asked = pattern === undefined ? undefined : patterned(pattern, seed)
  if (asked !== undefined && fits(asked)) return asked
  return fc.sample(plain, { seed, numRuns: 20 }).find(fits) ?? String(schema['example'] ?? 'x'.repeat(minLength))
}

const withoutGenerator = new Set<string>()

function patterned(pattern: RegExp, seed: number): string | undefined {
  if (withoutGenerator.has(pattern.source)) return undefined
  try {
    return fc.sample(fc.stringMatching(pattern), { seed, numRuns: 1 })[0]
  } catch {
    withoutGenerator.add(pattern.source)
    return undefined
  }
}
