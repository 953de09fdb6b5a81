/** Members that are written by name become ids, wherever the contract has such an id; and back, for an export. Pure. */
import { UsageError } from '../context.ts'
import { limit } from '../parse-limits.ts'
import { feedLoss } from '../parse-options.ts'
import type { Problem } from './check-body.ts'
import { creationOf, NAMED, nameIn, oneOf, type Kind, type NamedMember } from './kinds.ts'
import { didYouMean } from './nearest.ts'
import { pending, type Pending } from './pending.ts'
import { isMembers, variantOf, type Members, type Schema } from './schema.ts'
import { shortLimit } from './short-limit.ts'

/** Section → name → id. */
export type Ids = ReadonlyMap<string, ReadonlyMap<string, string | Pending>>

/** Sections → id → name. */
export type NamesOfIds = ReadonlyMap<string, ReadonlyMap<string, string>>

export interface Resolved {
  readonly members: Members
  readonly problems: readonly Problem[]
}

/** Of a member that holds what can be written in short. */
const SHORT: Readonly<Record<string, (value: unknown) => unknown>> = {
  limits: (value) =>
    Array.isArray(value) ? value.map((item: unknown) => (typeof item === 'string' ? limit(item) : item)) : value,
  on_feed_loss: (value) => (typeof value === 'string' ? feedLoss(value) : value),
}

/** What of a thing can be written by name, by what the contract takes. */
export function namedIn(schema: Schema, value: unknown): readonly NamedMember[] {
  const { properties = {} } = variantOf(schema, value) ?? {}
  return NAMED.filter(({ member, id }) => properties[id] !== undefined && properties[member] === undefined)
}

/** Sections whose names things of this kind may hold. */
export function sectionsThatCanBeNamed(kind: Kind): readonly string[] {
  const inner = Object.values(creationOf(kind).properties ?? {}).flatMap(({ items }) => items ?? [])
  return [creationOf(kind), ...inner].flatMap((schema) => namedIn(schema, {})).map(({ of }) => of)
}

/** Sections whose names are needed to read this. */
export function sectionsNamedBy(schema: Schema, value: unknown): readonly string[] {
  if (!isMembers(value)) return []
  const own = namedIn(schema, value).filter(({ member }) => value[member] !== undefined && value[member] !== null)
  const inner = nested(schema, value).flatMap(({ list, items }) => list.flatMap((item) => sectionsNamedBy(items, item)))
  return [...own.map(({ of }) => of), ...inner]
}

export function resolve(schema: Schema, value: Members, ids: Ids, pointer: string): Resolved {
  const problems: Problem[] = []
  const told = new Map<string, unknown>(Object.entries(value))
  for (const named of namedIn(schema, value)) {
    const { member, id } = named
    if (!told.has(member)) continue
    const at = `${pointer}/${member}`
    const found = idsOf(named, told.get(member), ids, at)
    if (told.has(id)) problems.push({ pointer: at, detail: `and ${id} say the same: write one of them.` })
    problems.push(...found.problems)
    told.delete(member)
    told.set(id, found.value)
  }
  for (const [name, long] of Object.entries(SHORT)) {
    if (!told.has(name)) continue
    try {
      told.set(name, long(told.get(name)))
    } catch (error) {
      if (!(error instanceof UsageError)) throw error
      told.delete(name)
      problems.push({ pointer: `${pointer}/${name}`, detail: error.message })
    }
  }
  for (const { name, list, items } of nested(schema, value)) {
    const inner = list.map((item, index) =>
      isMembers(item) ? resolve(items, item, ids, `${pointer}/${name}/${index}`) : { members: item, problems: [] },
    )
    told.set(
      name,
      inner.map(({ members }) => members),
    )
    problems.push(...inner.flatMap((each) => each.problems))
  }
  return { members: Object.fromEntries(told), problems }
}

/** The other way: names where there are some, and limits in short. */
export function named(schema: Schema, value: Members, names: NamesOfIds): Members {
  const inner = new Map(nested(schema, value).map((each) => [each.name, each]))
  const members = namedIn(schema, value)
  return Object.fromEntries(
    Object.entries(value).map(([name, given]): readonly [string, unknown] => {
      const { list, items } = inner.get(name) ?? {}
      if (list !== undefined && items !== undefined)
        return [name, list.map((item) => (isMembers(item) ? named(items, item, names) : item))]
      if (name === 'limits' && Array.isArray(given)) return [name, given.map(shortLimit)]
      return byName(members, { name, given, names }) ?? [name, given]
    }),
  )
}

/** Undefined: it is no id, or of something that has no name any more. */
function byName(
  members: readonly NamedMember[],
  { name, given, names }: { readonly name: string; readonly given: unknown; readonly names: NamesOfIds },
): readonly [string, unknown] | undefined {
  const found = members.find(({ id }) => id === name)
  if (found === undefined || given === null || given === undefined) return undefined
  const all = (Array.isArray(given) ? given : [given]).map((id) => names.get(found.of)?.get(String(id)))
  if (all.includes(undefined)) return undefined
  return [found.member, Array.isArray(given) ? all : all[0]]
}

function idsOf({ member, of }: NamedMember, given: unknown, ids: Ids, pointer: string) {
  const known = ids.get(of) ?? new Map<string, string | Pending>()
  const problems: Problem[] = []
  // of something that does not exist nothing more is to be said
  const none = (at: string, detail: string): Pending => {
    problems.push({ pointer: at, detail })
    return pending(at)
  }
  const idOf = (name: unknown, at: string): unknown => {
    if (typeof name !== 'string') return none(at, 'must be a name.')
    const id = known.get(nameIn(of, name))
    return id ?? none(at, `There is no ${oneOf(of)} named ${name}.${didYouMean(name, known.keys())}`)
  }
  if (given === null) return { value: null, problems }
  if (Array.isArray(given) && isList(member))
    return { value: given.map((name: unknown, index) => idOf(name, `${pointer}/${index}`)), problems }
  const value = isList(member) ? none(pointer, 'must be a list of names.') : idOf(given, pointer)
  return { value, problems }
}

const isList = (member: string): boolean => member.endsWith('s')

interface Nested {
  readonly name: string
  readonly list: readonly unknown[]
  readonly items: Schema
}

/** Lists of objects that may hold names themselves: the deployments of a model. */
function nested(schema: Schema, value: Members): readonly Nested[] {
  const { properties = {} } = variantOf(schema, value) ?? {}
  return Object.entries(properties).flatMap(([name, { items }]) => {
    const list = value[name]
    if (items === undefined || !Array.isArray(list)) return []
    return list.some((item: unknown) => isMembers(item) && namedIn(items, item).length > 0)
      ? [{ name, list, items }]
      : []
  })
}
