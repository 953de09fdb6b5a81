/** What is there, as a file that `apply` reads: by names, without defaults, without secrets. Pure. */
import { stringify } from 'yaml'
import { currentOf } from './changes.ts'
import { changeOf, creationOf, KINDS, nameIn, type Kind } from './kinds.ts'
import type { There } from './look.ts'
import { named, type NamesOfIds } from './names.ts'
import { bare, expand, isDefault, type Members, type Schema } from './schema.ts'

export interface Exported {
  /** Section → items; what is made first comes first. */
  readonly sections: Readonly<Record<string, readonly Members[]>>
  /** What could not be written down, and why. */
  readonly notes: readonly string[]
}

/** @param there all kinds, and what they name */
export function exported(there: There, nowMs: number): Exported {
  const names: NamesOfIds = new Map(
    [...there].map(([section, items]) => [
      section,
      new Map(items.map((item) => [String(item['id']), String(item['name'])])),
    ]),
  )
  const notes: string[] = []
  const sections = KINDS.map((kind) => {
    const items = chosen(kind, there, nowMs, notes)
    return [kind.section, items.map((item) => written(kind, item, names))] as const
  })
  return { sections: Object.fromEntries(sections.filter(([, items]) => items.length > 0)), notes }
}

export function toYaml(sections: Exported['sections']): string {
  return Object.keys(sections).length === 0
    ? '{}\n'
    : stringify(sections, { lineWidth: 0, aliasDuplicateObjects: false })
}

/** Oldest first, so that a file changes at its end. Notes tell of what a file cannot mean. */
function chosen(kind: Kind, there: There, nowMs: number, notes: string[]): readonly Members[] {
  const living = (there.get(kind.section) ?? []).filter((item) => hasEnded(item, nowMs) === undefined)
  const apps = new Set(
    (there.get('apps') ?? []).filter((app) => hasEnded(app, nowMs) === undefined).map((app) => app['id']),
  )
  const reachable = living.filter((item) => kind.within === undefined || apps.has(item['app_id']))
  const places = Map.groupBy(reachable, (item) =>
    JSON.stringify([kind.within === undefined ? '' : item['app_id'], nameIn(kind.section, String(item['name']))]),
  )
  return [...places.values()].toReversed().flatMap((items) => {
    if (items.length === 1) return items
    const ids = items.map((item) => String(item['id'])).join(', ')
    notes.push(`${kind.section} ${String(items[0]?.['name'])}: left out, for ${items.length} have this name (${ids}).`)
    return []
  })
}

/** Why a thing is of the past; a file would bring it back to life, or could not. */
function hasEnded(item: Members, nowMs: number): string | undefined {
  const { expires_at: expiresAt } = item
  if (typeof expiresAt === 'string' && Date.parse(expiresAt) <= nowMs) return 'expired'
  return ['revoked_at', 'deleted_at', 'decommissioned_at'].find((name) => typeof item[name] === 'string')
}

function written(kind: Kind, item: Members, names: NamesOfIds): Members {
  const creation = creationOf(kind)
  // in the order of a creation, which also says what the defaults are
  const properties = { ...creation.properties, ...changeOf(kind).properties, ...creation.properties }
  const needed = new Set(creation.required)
  const members = Object.entries(properties).flatMap(([name, schema]) => {
    const value = currentOf(item, name)
    if (value === undefined || (name === 'disabled' && value === false)) return []
    return !needed.has(name) && goesWithoutSaying(schema, value) ? [] : [[name, bare(schema, value)] as const]
  })
  return named(creation, Object.fromEntries(members), names)
}

/** The contract does not tell all defaults: what may be null, and need not be said, is null by itself. */
function goesWithoutSaying(schema: Schema, value: unknown): boolean {
  return isDefault(schema, value) || (value === null && expand(schema).default === undefined)
}
