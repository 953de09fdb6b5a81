/** Whether a value is what the contract asks for: the server checks again, but by then something may be changed already. Pure. */
import { didYouMean } from './nearest.ts'
import { isPending } from './pending.ts'
import { expand, hasType, isMembers, variantOf, type Members, type Schema } from './schema.ts'

export interface Problem {
  /** JSON Pointer into the file: `/keys/0/scopes/1`. */
  readonly pointer: string
  readonly detail: string
}

export const MISSING = 'is needed.'
export const UNKNOWN_MEMBER = 'is not known.'

export function unknownMember(name: string, known: readonly string[]): string {
  return `${UNKNOWN_MEMBER}${didYouMean(name, known)}`
}

export function problemsOf(schema: Schema, value: unknown, pointer: string): readonly Problem[] {
  // the id of a thing that is not made yet
  if (isPending(value)) return []
  const shape = variantOf(schema, value)
  if (shape === undefined) return [{ pointer, detail: `must be ${choicesOf(expand(schema))}.` }]
  if (!hasType(shape, value)) return [{ pointer, detail: `must be ${typesOf(shape)}.` }]
  if (Array.isArray(value)) return ofList(shape, value, pointer)
  if (isMembers(value)) return ofMembers(shape, value, pointer)
  const fault = faultOf(shape, value)
  return fault === undefined ? [] : [{ pointer, detail: `must be ${fault}.` }]
}

function ofList(shape: Schema, list: readonly unknown[], pointer: string): readonly Problem[] {
  const { items = {}, minItems = 0, maxItems = Infinity } = shape
  const own: Problem[] = []
  if (list.length < minItems) own.push({ pointer, detail: `must have at least ${minItems} items.` })
  if (list.length > maxItems) own.push({ pointer, detail: `must have at most ${maxItems} items.` })
  if (shape.uniqueItems === true && new Set(list).size < list.length)
    own.push({ pointer, detail: 'must not have an item twice.' })
  return [...own, ...list.flatMap((item, index) => problemsOf(items, item, `${pointer}/${index}`))]
}

function ofMembers(shape: Schema, members: Members, pointer: string): readonly Problem[] {
  const { properties = {}, required = [], additionalProperties } = shape
  const missing = required
    .filter((name) => members[name] === undefined)
    .map((name) => ({ pointer: `${pointer}/${name}`, detail: MISSING }))
  const told = Object.entries(members).flatMap(([name, member]) => {
    const own = properties[name]
    if (own !== undefined) return problemsOf(own, member, `${pointer}/${name}`)
    if (additionalProperties !== false) return []
    return [{ pointer: `${pointer}/${name}`, detail: unknownMember(name, Object.keys(properties)) }]
  })
  return [...missing, ...told]
}

/** What a single value would have to be; undefined: it is. */
function faultOf(shape: Schema, value: unknown): string | undefined {
  if (shape.const !== undefined && value !== shape.const) return JSON.stringify(shape.const)
  if (shape.enum !== undefined && !shape.enum.includes(value)) return `one of ${shape.enum.join(', ')}`
  if (typeof value === 'number') {
    const { minimum = -Infinity, maximum = Infinity } = shape
    return value < minimum || value > maximum ? `from ${minimum} to ${maximum}` : undefined
  }
  return typeof value === 'string' ? faultOfText(shape, value) : undefined
}

function faultOfText(shape: Schema, text: string): string | undefined {
  const { minLength = 0, maxLength = Infinity, pattern, example } = shape
  if (text.length < minLength || text.length > maxLength) return `a text of ${minLength} to ${maxLength} characters`
  if (shape.format === 'date-time' && (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(Date.parse(text))))
    return 'an instant such as 2027-01-31T12:00:00Z'
  if (pattern === undefined || new RegExp(pattern, 'u').test(text)) return undefined
  return example === undefined ? `of the form ${pattern}` : `of a form such as ${String(example)}`
}

const TYPES: Readonly<Record<string, string>> = {
  array: 'a list',
  object: 'an object',
  string: 'a text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'null',
}

function typesOf({ type = [] }: Schema): string {
  const types = typeof type === 'string' ? [type] : type
  return types.map((each) => TYPES[each] ?? each).join(' or ')
}

function choicesOf(schema: Schema): string {
  const choices = (schema.oneOf ?? schema.anyOf ?? []).map(expand)
  const kinds = choices.flatMap((choice) =>
    Object.entries(choice.properties ?? {}).flatMap(([name, { const: only }]) =>
      only === undefined ? [] : [`${name}: ${String(only)}`],
    ),
  )
  return kinds.length > 0 ? `an object with one of ${kinds.join(', ')}` : choices.map(typesOf).join(' or ')
}
