/** zod's schemas as JSON Schema 2020-12, as OpenAPI 3.1 wants it: those with a name stand once, under `components`. */
import { z } from 'zod'

export type JsonSchema = Readonly<Record<string, unknown>>

const HERE = '#/$defs/'
const THERE = '#/components/schemas/'

/** Collects the schemas that have a name, while others are made from it. */
export class SchemaBook {
  readonly #named = new Map<string, JsonSchema>()

  /** What stands on the wire: before defaults are filled in and texts become other things. */
  schemaOf(schema: z.ZodType): JsonSchema {
    const { $schema: _dialect, $defs, ...rest } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
    for (const [name, named] of Object.entries($defs ?? {})) this.#named.set(name, tidyObject(named))
    return tidyObject(rest)
  }

  /** By name, in the order of the alphabet. */
  named(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.#named].toSorted(([one], [other]) => (one < other ? -1 : 1)))
  }
}

function tidy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(tidy)
  if (typeof value !== 'object' || value === null) return value
  return tidyObject(value)
}

function tidyObject(schema: object): JsonSchema {
  const whole = orNull(schema)
  const members = Object.entries(whole).filter(([name, value]) => !isNoise(whole, name, value))
  return Object.fromEntries(members.map(([name, value]) => [name, name === '$ref' ? moved(value) : tidy(value)]))
}

function moved(reference: unknown): unknown {
  return typeof reference === 'string' && reference.startsWith(HERE) ? THERE + reference.slice(HERE.length) : reference
}

/** What says nothing that the rest does not say: the bounds of every integer, the spelling of every instant. */
function isNoise(schema: object, name: string, value: unknown): boolean {
  if (name === 'minimum') return value === Number.MIN_SAFE_INTEGER
  if (name === 'maximum') return value === Number.MAX_SAFE_INTEGER
  return name === 'pattern' && 'format' in schema && schema.format === 'date-time'
}

/** `anyOf` of one plain type and null, as a list of two types: easier to read, and the same. */
function orNull(schema: object): object {
  if (!('anyOf' in schema) || !Array.isArray(schema.anyOf) || schema.anyOf.length !== 2) return schema
  const { anyOf, ...beside } = schema
  const [one, other] = anyOf.map(asObject)
  if (one === undefined || other?.['type'] !== 'null' || typeof one['type'] !== 'string') return schema
  if ('enum' in one || 'const' in one) return schema
  return { ...one, ...beside, type: [one['type'], 'null'] }
}

function asObject(value: unknown): JsonSchema | undefined {
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined
}
