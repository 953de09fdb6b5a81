/** A plan is a named bundle of limits. Keys and apps point at it, so that an edit of it changes one row and one part. */
import { ClavigerError, makeId } from '@claviger/core'
import { atRevision, nameTaken, unknownPlan } from '#edge'
import type { Db, Tx } from '#store'
import { areLimitsKept, limitsFromColumn, limitsToColumn, type WireLimit } from '#usage'
import { refuseLooser } from './refuse-looser.ts'
import { tellEdit } from './tell-edit.ts'
import type { Caller, KeysRoom, PlansRoom } from './room.ts'
import {
  countKeysOnPlan,
  deletePlanRow,
  hasPlan,
  insertPlan,
  lockPlan,
  planNameTaken,
  updatePlanRow,
  type PlanRow,
} from './rows-plans.ts'

export interface Plan {
  readonly id: string
  readonly name: string
  readonly limits: readonly WireLimit[]
  readonly createdAt: Date
  readonly updatedAt: Date
  readonly revision: number
}

export interface PlanChange {
  readonly name?: string | undefined
  readonly limits?: readonly WireLimit[] | undefined
}

export interface PlanTarget {
  readonly planId: string
  readonly expectedRevision: number | undefined
}

interface Changed<Result> {
  readonly result: Result
  /** In the feed. */
  readonly position: number
}

export function planFromRow(row: PlanRow): Plan {
  return {
    id: row.id,
    name: row.name,
    limits: limitsFromColumn(row.limits),
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revision: row.revision,
  }
}

/** @throws ClavigerError `conflict` when the workspace has a plan of that name */
export async function createPlan(
  room: KeysRoom,
  caller: Caller,
  wanted: { readonly name: string; readonly limits: readonly WireLimit[] },
): Promise<Changed<Plan>> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    if (await planNameTaken(tx, caller.workspaceId, wanted.name)) throw nameTaken('a plan', wanted.name)
    const row = await insertPlan(tx, {
      id: makeId('pln', now.getTime(), room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      name: wanted.name,
      limits: limitsToColumn(wanted.limits),
      created_at: now,
      updated_at: now,
    })
    const { name, limits } = wanted
    return {
      result: planFromRow(row),
      position: await tellEdit(tx, caller, { type: 'plan', id: row.id, verb: 'create', values: { name, limits } }),
    }
  })
}

/**
 * @throws ClavigerError `not_found`, `precondition_failed`, `conflict` when the new name is taken, `permission_missing` for
 *   what loosens it for keys that are beyond the bounds of the caller
 */
export async function updatePlan(
  room: PlansRoom,
  caller: Caller,
  target: PlanTarget,
  change: PlanChange,
): Promise<Changed<Plan>> {
  return room.store.transaction(async (tx) => {
    const before = await lockedPlan(tx, caller, target)
    if (
      change.name !== undefined &&
      change.name !== before.name &&
      (await planNameTaken(tx, caller.workspaceId, change.name))
    )
      throw nameTaken('a plan', change.name)
    if (change.limits !== undefined && !areLimitsKept(change.limits, limitsFromColumn(before.limits))) {
      const holder = { kind: 'plan', id: before.id, appIds: await room.appsOnPlan(tx, before.id) } as const
      await refuseLooser(tx, caller, holder, ['limits'])
    }
    const row = await updatePlanRow(tx, before.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.limits !== undefined && { limits: limitsToColumn(change.limits) }),
      updated_at: new Date(room.nowMs()),
    })
    const values = { ...change, changed: Object.keys(change) }
    return {
      result: planFromRow(row),
      position: await tellEdit(tx, caller, { type: 'plan', id: row.id, verb: 'update', values }),
    }
  })
}

/** @throws ClavigerError `not_found`, `precondition_failed`, `conflict` while keys or apps are on it */
export async function deletePlan(room: PlansRoom, caller: Caller, target: PlanTarget): Promise<number> {
  return room.store.transaction(async (tx) => {
    const { id } = await lockedPlan(tx, caller, target)
    const [keys, apps] = [await countKeysOnPlan(tx, id), (await room.appsOnPlan(tx, id)).length]
    if (keys + apps > 0) {
      const detail = `The plan is in use: ${keys} keys (deleted ones that can be restored among them) and ${apps} apps are on it. Give them another "plan_id", or null, first.`
      throw new ClavigerError('conflict', detail)
    }
    await deletePlanRow(tx, id)
    return tellEdit(tx, caller, { type: 'plan', id, verb: 'delete', values: {} })
  })
}

/** @throws ClavigerError `validation_failed` */
export async function checkPlan(db: Db, workspaceId: string, planId: string | null | undefined): Promise<void> {
  if (planId === null || planId === undefined || (await hasPlan(db, workspaceId, planId))) return
  throw unknownPlan(planId)
}

async function lockedPlan(tx: Tx, { workspaceId }: Caller, target: PlanTarget): Promise<PlanRow> {
  const { planId, expectedRevision } = target
  return atRevision('plan', planId, await lockPlan(tx, workspaceId, planId), expectedRevision)
}
