/** From what is wanted and what is there to what has to be done: everything that can be judged is judged here. Pure. */
import { currentOf } from './changes.ts'
import type { Problem } from './check-body.ts'
import { creationOf, nameIn } from './kinds.ts'
import { knownIds, type There } from './look.ts'
import { resolve, type Ids } from './names.ts'
import { isPending, pending, textOf, type Pending } from './pending.ts'
import type { Wanted } from './read-file.ts'
import { change, creation, type Step, type Steps } from './steps.ts'

export interface Plan {
  readonly steps: readonly Step[]
  readonly problems: readonly Problem[]
}

/** @param wanted in the order in which things are made */
export function planOf(wanted: readonly Wanted[], there: There): Plan {
  const situation = { there, ids: idsAfter(wanted, there), disabled: disabledApps(wanted, there) }
  const judged = wanted.map((each) => judge(each, situation))
  const steps = judged.flatMap((each) => each.now)
  return {
    steps: [...steps, ...judged.flatMap((each) => each.later)],
    problems: [...twice(judged), ...judged.flatMap((each) => each.problems)],
  }
}

interface Situation {
  readonly there: There
  readonly ids: Ids
  readonly disabled: ReadonlySet<unknown>
}

interface Judged extends Steps {
  readonly place: string
  readonly pointer: string
}

/** Names of what is there, and of what the file makes. */
function idsAfter(wanted: readonly Wanted[], there: There): Ids {
  const ids = new Map([...knownIds(there)].map(([section, names]) => [section, new Map(names)]))
  for (const { kind, name } of wanted) {
    if (kind.within !== undefined) continue
    const { section } = kind
    const names = ids.get(section) ?? new Map<string, string | Pending>()
    const key = nameIn(section, name)
    if (!names.has(key)) names.set(key, pending(`${section}/${key}`))
    ids.set(section, names)
  }
  return ids
}

function judge(wanted: Wanted, { there, ids, disabled }: Situation): Judged {
  const { kind, name, pointer } = wanted
  const { members, problems } = resolve(creationOf(kind), wanted.members, ids, pointer)
  const appId = kind.within === undefined ? undefined : members['app_id']
  const key = nameIn(kind.section, name)
  const known = {
    ...{ kind, name, place: [kind.section, ...placeIn(appId), key].join('/') },
    ...(appId !== undefined && { app: String(wanted.members['app'] ?? appId) }),
  }
  const before = (there.get(kind.section) ?? []).filter(
    (item) => nameIn(kind.section, String(item['name'])) === key && (appId === undefined || item['app_id'] === appId),
  )
  const [first] = before
  if (first === undefined) {
    const made = creation(members, known, pointer)
    const refused = [...disabled].filter((id) => id === appId).map(() => ({ pointer, detail: APP_DISABLED }))
    return { ...known, pointer, ...made, problems: [...problems, ...made.problems, ...refused] }
  }
  if (before.length > 1) {
    const detail = `is the name of ${before.length} ${kind.section} there. Rename the others, so that it is clear which is meant.`
    return { ...known, pointer, now: [], later: [], problems: [...problems, { pointer: `${pointer}/name`, detail }] }
  }
  const made = change(members, first, known, pointer)
  return { ...known, pointer, ...made, problems: [...problems, ...made.problems] }
}

const APP_DISABLED = 'cannot be made: its app is disabled. Enable it (disabled: false) before it gets a key.'

function placeIn(appId: unknown): readonly string[] {
  return typeof appId === 'string' || isPending(appId) ? [textOf(appId)] : []
}

/** Apps that are disabled, and not enabled by the file. */
function disabledApps(wanted: readonly Wanted[], there: There): ReadonlySet<unknown> {
  const enabled = wanted
    .filter(({ kind, members }) => kind.section === 'apps' && members['disabled'] === false)
    .map(({ name }) => nameIn('apps', name))
  const disabled = (there.get('apps') ?? []).filter((app) => currentOf(app, 'disabled') === true)
  return new Set(
    disabled.filter((app) => !enabled.includes(nameIn('apps', String(app['name'])))).map((app) => app['id']),
  )
}

function twice(judged: readonly Judged[]): readonly Problem[] {
  const seen = new Map<string, string>()
  return judged.flatMap(({ place, pointer }) => {
    const first = seen.get(place)
    if (first !== undefined) return [{ pointer: `${pointer}/name`, detail: `is the name of ${first} too.` }]
    seen.set(place, pointer)
    return []
  })
}
