/** What of a thing differs from what is wanted, and whether it can be changed at all. Pure. */
import { problemsOf, unknownMember, type Problem } from './check-body.ts'
import { changeOf, creationOf, type Kind } from './kinds.ts'
import { namedIn } from './names.ts'
import { isPending } from './pending.ts'
import { filled, hasType, isSame, type Members, type Schema } from './schema.ts'

export interface Changes {
  /** The members that differ. */
  readonly changes: readonly string[]
  readonly problems: readonly Problem[]
}

/** @param members with ids; those that are left out are left alone */
export function changesOf(kind: Kind, members: Members, before: Members, pointer: string): Changes {
  const judged = Object.entries(members).map(([name, value]) => ({
    name,
    ...judge(kind, { name, value, there: currentOf(before, name) }, `${pointer}/${name}`),
  }))
  return {
    changes: judged.filter(({ differs }) => differs).map(({ name }) => name),
    problems: judged.flatMap(({ problems }) => problems),
  }
}

/** What a member of a creation or a change is now; answers tell some of them otherwise. */
export function currentOf(before: Members, name: string): unknown {
  if (name === 'disabled') return before['disabled_at'] !== null
  if (name === 'owner' && before['owner_from'] === 'app') return null
  return before[name]
}

/** All that can be written down of a kind, by name or by id. */
export function membersOf(kind: Kind): readonly string[] {
  const creation = creationOf(kind)
  const named = namedIn(creation, {}).map(({ member }) => member)
  return [
    ...new Set([...Object.keys(creation.properties ?? {}), ...Object.keys(changeOf(kind).properties ?? {}), ...named]),
  ]
}

interface Member {
  readonly name: string
  readonly value: unknown
  readonly there: unknown
}

function judge(kind: Kind, { name, value, there }: Member, pointer: string) {
  const [made, changed] = [creationOf(kind).properties?.[name], changeOf(kind).properties?.[name]]
  if (changed !== undefined) {
    // null where only a creation takes it (`expires_at`): however it was made
    if (value === null && made !== undefined && hasType(made, null) && !hasType(changed, null)) return same()
    const problems = problemsOf(changed, value, pointer)
    return { differs: problems.length === 0 && differs(changed, value, there), problems }
  }
  if (made === undefined) return same([{ pointer, detail: unknownMember(name, membersOf(kind)) }])
  const problems = problemsOf(made, value, pointer)
  if (problems.length > 0 || !differs(made, value, there)) return same(problems)
  const detail = `cannot be changed: it is ${JSON.stringify(there)}. Write that, or make another thing under another name.`
  return same([{ pointer, detail }])
}

const same = (problems: readonly Problem[] = []) => ({ differs: false, problems })

function differs(schema: Schema, value: unknown, there: unknown): boolean {
  return isPending(value) || !isSame(schema, filled(schema, value), there)
}
