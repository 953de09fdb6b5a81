/** A change that is tried, and the keys of journaled decisions as they are and as it would make them. */
import { ClavigerError, type ApiPart, type AppPart, type KeyPart, type PlanPart, type RolePart } from '@claviger/core'
import { unknownPlan } from '#edge'
import { findApp, type AppPatch } from '#identity'
import {
  compileApiWith,
  compileKeyWith,
  compilePlanWith,
  compileRoleWith,
  type ApiPatch,
  type Compared,
  type KeyPatch,
  type PlanPatch,
  type RoleChange,
} from '#keys'
import { policiesFromColumn } from '#usage'
import type { DecisionsRoom } from './room.ts'

export type TriedChange =
  | { readonly kind: 'key'; readonly id: string; readonly patch: KeyPatch }
  | { readonly kind: 'app'; readonly id: string; readonly patch: AppPatch }
  | { readonly kind: 'plan'; readonly id: string; readonly patch: PlanPatch }
  | { readonly kind: 'api'; readonly id: string; readonly patch: ApiPatch }
  | { readonly kind: 'role'; readonly id: string; readonly patch: RoleChange }

/** A role has no limits. */
export type LimitingChange = Exclude<TriedChange, { kind: 'role' }>

/** What a change makes of each key that it concerns. */
export type Comparison = (key: KeyPart) => Compared<KeyPart>

/** Whether limits have to be run again to say what it does. */
export function touchesLimits({ kind, patch }: LimitingChange): boolean {
  switch (kind) {
    case 'key':
    case 'app':
      return patch.limits !== undefined || patch.plan_id !== undefined
    case 'plan':
    case 'api':
      return patch.limits !== undefined
  }
}

/** @throws ClavigerError `not_found`; `validation_failed` for a change that could not be made */
export async function comparisonOf(
  room: DecisionsRoom,
  workspaceId: string,
  change: TriedChange,
): Promise<{ readonly compare: Comparison; readonly key: Compared<KeyPart> | undefined }> {
  const { keysRoom } = room
  switch (change.kind) {
    case 'key': {
      const target = { workspaceId, keyId: change.id }
      const key = await compileKeyWith({ ...keysRoom, snapshots: room.keys }, target, change.patch)
      return { key, compare: (other) => (other.id === key.unchanged.id ? key : same(other)) }
    }
    case 'app': {
      const app = await compileAppWith(room, workspaceId, change)
      return { key: undefined, compare: (key) => withApp(key, app) }
    }
    case 'plan': {
      const plan = await compilePlanWith(keysRoom, { workspaceId, planId: change.id }, change.patch)
      return { key: undefined, compare: (key) => both(plan, (one) => withPlan(key, one)) }
    }
    case 'api': {
      const api = await compileApiWith(keysRoom, { workspaceId, apiId: change.id }, change.patch)
      return { key: undefined, compare: (key) => both(api, (one) => withApi(key, one)) }
    }
    case 'role': {
      const role = await compileRoleWith(keysRoom, { workspaceId, roleId: change.id }, change.patch)
      return { key: undefined, compare: (key) => both(role, (one) => withRole(key, one)) }
    }
  }
}

/** The plan that a key's limits are of. */
export const planOf = (key: KeyPart): PlanPart | undefined => (key.plan ?? key.app.current.plan)?.current

const same = (key: KeyPart): Compared<KeyPart> => ({ unchanged: key, changed: key })

const both = <Part>({ unchanged, changed }: Compared<Part>, make: (part: Part) => KeyPart): Compared<KeyPart> => ({
  unchanged: make(unchanged),
  changed: make(changed),
})

function withApi(key: KeyPart, api: ApiPart): KeyPart {
  if (!key.apis.some(({ current }) => current.id === api.id)) return key
  return { ...key, apis: key.apis.map((ref) => (ref.current.id === api.id ? { current: api } : ref)) }
}

function withRole(key: KeyPart, role: RolePart): KeyPart {
  return { ...key, roles: key.roles.map((ref) => (ref.current.id === role.id ? { current: role } : ref)) }
}

function withPlan(key: KeyPart, plan: PlanPart): KeyPart {
  if (key.plan !== undefined) return key.plan.current.id === plan.id ? { ...key, plan: { current: plan } } : key
  const app = key.app.current
  return app.plan?.current.id === plan.id ? { ...key, app: { current: { ...app, plan: { current: plan } } } } : key
}

function withApp(key: KeyPart, changeOf: (app: AppPart) => AppPart): Compared<KeyPart> {
  const app = key.app.current
  const changed = changeOf(app)
  return changed === app ? same(key) : { unchanged: key, changed: { ...key, app: { current: changed } } }
}

async function compileAppWith(
  room: DecisionsRoom,
  workspaceId: string,
  { id, patch }: Extract<TriedChange, { kind: 'app' }>,
): Promise<(app: AppPart) => AppPart> {
  const { db } = room.store
  if ((await findApp(db, workspaceId, id)) === undefined) throw new ClavigerError('not_found', `There is no app ${id}.`)
  const plan = await wantedPlan(room, workspaceId, patch.plan_id)
  const limits = patch.limits === undefined ? undefined : policiesFromColumn(patch.limits, { kind: 'app', id })
  const nowMs = room.nowMs()
  return (app) => {
    if (app.id !== id) return app
    const { disabled = app.disabledAtMs !== undefined } = patch
    return {
      ...app,
      limits: limits ?? app.limits,
      plan: patch.plan_id === undefined ? app.plan : plan && { current: plan },
      disabledAtMs: disabled ? (app.disabledAtMs ?? nowMs) : undefined,
    }
  }
}

async function wantedPlan(
  { keysRoom }: DecisionsRoom,
  workspaceId: string,
  planId: string | null | undefined,
): Promise<PlanPart | undefined> {
  if (planId === null || planId === undefined) return undefined
  try {
    return (await compilePlanWith(keysRoom, { workspaceId, planId }, {})).unchanged
  } catch (error) {
    if (!ClavigerError.is(error) || error.code !== 'not_found') throw error
    throw unknownPlan(planId)
  }
}
