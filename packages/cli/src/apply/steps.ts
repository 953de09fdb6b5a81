/** The steps for one thing: to make it, or to change it. Pure. */
import { changesOf, membersOf } from './changes.ts'
import { MISSING, problemsOf, unknownMember, UNKNOWN_MEMBER, type Problem } from './check-body.ts'
import { changeOf, creationOf, type Kind } from './kinds.ts'
import { namedIn } from './names.ts'
import { pending, type Pending } from './pending.ts'
import type { Members } from './schema.ts'

export interface Step {
  readonly kind: Kind
  readonly name: string
  /** Of a key: the app that it is named in. */
  readonly app?: string
  /** Tells the thing apart from all others. */
  readonly place: string
  readonly action: 'create' | 'update' | 'unchanged'
  /** Of an update: the members that differ. */
  readonly changes: readonly string[]
  readonly body: Members
  /** Pending: it is made by a step before. */
  readonly id: string | Pending
  /** That the change is based on; undefined: whatever it is by then. */
  readonly revision?: number
}

/** Of a step and of all others for the same thing. */
export type Known = Pick<Step, 'kind' | 'name' | 'place'> & { readonly app?: string }

export interface Steps {
  readonly now: readonly Step[]
  /** Once everything else is done. */
  readonly later: readonly Step[]
  readonly problems: readonly Problem[]
}

/** `disabled` is no member of creations: a thing that shall be is disabled once all is made that needs it. */
export function creation(members: Members, known: Known, pointer: string): Steps {
  const { kind, place } = known
  const schema = creationOf(kind)
  const id = pending(place)
  const toggle = schema.properties?.['disabled'] === undefined ? changeOf(kind).properties?.['disabled'] : undefined
  const { disabled, ...rest } = members
  const body = toggle === undefined ? members : rest
  const off: Step = { ...known, action: 'update', changes: ['disabled'], body: { disabled }, id }
  return {
    now: [{ ...known, action: 'create', changes: [], body, id }],
    later: toggle !== undefined && disabled === true ? [off] : [],
    problems: [
      ...problemsOf(schema, body, pointer).map((problem) => byName(kind, problem, pointer)),
      ...(toggle === undefined || disabled === undefined ? [] : problemsOf(toggle, disabled, `${pointer}/disabled`)),
    ],
  }
}

/** People write `app`, where the API has `app_id`. */
function byName(kind: Kind, problem: Problem, item: string): Problem {
  const { pointer, detail } = problem
  const name = pointer.slice(item.length + 1)
  if (detail.startsWith(UNKNOWN_MEMBER) && !name.includes('/'))
    return { pointer, detail: unknownMember(name, membersOf(kind)) }
  const named = namedIn(creationOf(kind), {}).find(({ id }) => id === name)
  return named === undefined || detail !== MISSING ? problem : { pointer: `${item}/${named.member}`, detail }
}

/** An app is disabled last: until then it may get keys. */
export function change(members: Members, before: Members, known: Known, pointer: string): Steps {
  const { changes, problems } = changesOf(known.kind, members, before, pointer)
  const id = String(before['id'])
  const revision = Number(before['revision'])
  const isLate = known.kind.section === 'apps' && members['disabled'] === true && changes.includes('disabled')
  const nowChanges = isLate ? changes.filter((name) => name !== 'disabled') : changes
  const step = (names: readonly string[]): Step => ({
    ...known,
    action: names.length > 0 ? 'update' : 'unchanged',
    changes: names,
    body: Object.fromEntries(names.map((name) => [name, members[name]])),
    id,
  })
  return {
    now: isLate && nowChanges.length === 0 ? [] : [{ ...step(nowChanges), revision }],
    later: isLate ? [step(['disabled'])] : [],
    problems,
  }
}
