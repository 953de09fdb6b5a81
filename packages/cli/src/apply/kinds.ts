/** What a file can hold: one line for each kind of thing, and one for each member that is written by name. */
import type { OperationId } from '@claviger/sdk'
import { BODIES } from '../generated/bodies.ts'
import type { Schema } from './schema.ts'

export interface Kind {
  /** The list's name in the file. */
  readonly section: string
  readonly list: OperationId
  readonly create: OperationId
  readonly update: OperationId
  /** Its names count within this; left out: within the workspace. */
  readonly within?: 'app'
  /** Names that differ in case only are one. */
  readonly ignoresCase?: true
}

/** In the order in which they are made: what others refer to comes first. */
export const KINDS: readonly Kind[] = [
  { section: 'apis', list: 'listApis', create: 'createApi', update: 'updateApi' },
  { section: 'roles', list: 'listRoles', create: 'createRole', update: 'updateRole' },
  { section: 'plans', list: 'listPlans', create: 'createPlan', update: 'updatePlan' },
  { section: 'apps', list: 'listApps', create: 'createApp', update: 'updateApp', ignoresCase: true },
  { section: 'routes', list: 'listRoutes', create: 'createRoute', update: 'updateRoute' },
  { section: 'models', list: 'listModels', create: 'createModel', update: 'updateModel' },
  { section: 'keys', list: 'listKeys', create: 'createKey', update: 'updateKey', within: 'app' },
]

export interface NamedMember {
  /** In the file. */
  readonly member: string
  /** In the API. */
  readonly id: string
  /** Where what it names is found: a section of the file, or a list of the server. */
  readonly of: string
}

export const NAMED: readonly NamedMember[] = [
  { member: 'api', id: 'api_id', of: 'apis' },
  { member: 'apis', id: 'api_ids', of: 'apis' },
  { member: 'roles', id: 'role_ids', of: 'roles' },
  { member: 'plan', id: 'plan_id', of: 'plans' },
  { member: 'app', id: 'app_id', of: 'apps' },
  { member: 'provider_key', id: 'provider_key_id', of: 'provider_keys' },
]

/** What is referred to by name and not made by a file: it holds secrets. */
const ELSEWHERE: Readonly<Record<string, OperationId>> = { provider_keys: 'listProviderKeys' }

export function listOf(section: string): OperationId {
  const operation = KINDS.find((kind) => kind.section === section)?.list ?? ELSEWHERE[section]
  if (operation === undefined) throw new Error(`nobody lists ${section}`)
  return operation
}

/** What a creation takes. */
export function creationOf(kind: Kind): Schema {
  return BODIES[kind.create] ?? {}
}

/** What a change takes. */
export function changeOf(kind: Kind): Schema {
  return BODIES[kind.update] ?? {}
}

/** For people: `apis` → `api`, `provider_keys` → `provider key`. */
export function oneOf(section: string): string {
  return section.replace(/s$/, '').replaceAll('_', ' ')
}

/** Names as they are compared. */
export function nameIn(section: string, name: string): string {
  return KINDS.find((kind) => kind.section === section)?.ignoresCase === true ? name.toLowerCase() : name
}
