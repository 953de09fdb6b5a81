/**
 * What may be done with a value of which the contract says what it must be: fill in what it leaves out, leave out what goes
 * without saying, and tell whether two of them mean the same. Pure.
 */
import { SCHEMAS } from '../generated/bodies.ts'
import type { Schema } from './json-schema.ts'

export type { Schema } from './json-schema.ts'

export type Members = Readonly<Record<string, unknown>>

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** With what it refers to; what it says itself wins. */
export function expand(schema: Schema): Schema {
  const { $ref: reference, ...own } = schema
  if (reference === undefined) return schema
  const name = reference.slice(reference.lastIndexOf('/') + 1)
  const referred = SCHEMAS[name]
  if (referred === undefined) throw new Error(`the contract does not hold ${name}`)
  return { ...expand(referred), ...own }
}

/** Of a choice the one that the value has chosen; undefined: none. */
export function variantOf(schema: Schema, value: unknown): Schema | undefined {
  const whole = expand(schema)
  const choice = whole.oneOf ?? whole.anyOf
  if (choice === undefined) return whole
  for (const option of choice) {
    const variant = variantOf(option, value)
    if (variant !== undefined && isChosen(variant, value)) return variant
  }
  return undefined
}

/** An object chooses by the members that have one value only (`kind`), anything else by its type. */
function isChosen(variant: Schema, value: unknown): boolean {
  if (!hasType(variant, value)) return false
  if (!isMembers(value)) return true
  return Object.entries(variant.properties ?? {}).every(
    ([name, { const: only }]) => only === undefined || value[name] === only,
  )
}

export function hasType({ type }: Schema, value: unknown): boolean {
  if (type === undefined) return true
  const types = typeof type === 'string' ? [type] : type
  return types.some((each) => each === typeOf(value) || (each === 'number' && typeof value === 'number'))
}

function typeOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  return Number.isInteger(value) ? 'integer' : typeof value
}

/** With all defaults, on every level: what the server makes of it. */
export function filled(schema: Schema, value: unknown): unknown {
  const { items, properties } = variantOf(schema, value) ?? {}
  if (Array.isArray(value)) return items === undefined ? value : value.map((item: unknown) => filled(items, item))
  if (!isMembers(value) || properties === undefined) return value
  const given = Object.entries(value).map(([name, member]) => {
    const own = properties[name]
    return [name, own === undefined ? member : filled(own, member)] as const
  })
  const left = Object.entries(properties).flatMap(([name, own]) => {
    const { default: fallback } = expand(own)
    return name in value || fallback === undefined ? [] : [[name, filled(own, fallback)] as const]
  })
  return Object.fromEntries([...given, ...left])
}

/** Without what is the default anyway: the shortest that `filled` makes the same of. */
export function bare(schema: Schema, value: unknown): unknown {
  const { items, properties } = variantOf(schema, value) ?? {}
  if (Array.isArray(value)) return items === undefined ? value : value.map((item: unknown) => bare(items, item))
  if (!isMembers(value) || properties === undefined) return value
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) => {
      const own = properties[name]
      if (own === undefined) return [[name, member]]
      return isDefault(own, member) ? [] : [[name, bare(own, member)]]
    }),
  )
}

export function isDefault(schema: Schema, value: unknown): boolean {
  const { default: fallback } = expand(schema)
  return fallback !== undefined && isSame(schema, filled(schema, fallback), value)
}

/** Whether two filled values mean the same: sets in any order, instants in any zone. */
export function isSame(schema: Schema, one: unknown, other: unknown): boolean {
  const shape = variantOf(schema, one) ?? {}
  if (Array.isArray(one) && Array.isArray(other)) {
    const { items = {} } = shape
    if (one.length !== other.length) return false
    if (shape.uniqueItems === true)
      return one.every((item) => other.some((candidate: unknown) => isSame(items, item, candidate)))
    return one.every((item, index) => isSame(items, item, other[index]))
  }
  if (isMembers(one) && isMembers(other)) {
    const names = new Set([...Object.keys(one), ...Object.keys(other)])
    return [...names].every((name) => isSame(shape.properties?.[name] ?? {}, one[name], other[name]))
  }
  if (shape.format === 'date-time' && typeof one === 'string' && typeof other === 'string')
    return Date.parse(one) === Date.parse(other)
  return Object.is(one, other)
}
