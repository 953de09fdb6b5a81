/** A plan is a named bundle of limits. Keys and apps point at it, so that an edit of it changes one row and one part. */
import { ClavigerError, makeId } from '@claviger/core'
import { appendEntry } from '#audit'
import { appendChange } from '#feed'
import type { Db, Tx } from '#store'
import { limitsFromColumn, limitsToColumn, type WireLimit } from '#usage'
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
    await refuseTakenName(tx, caller, wanted.name)
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
      position: await tell(tx, caller, row.id, { verb: 'create', values: { name, limits } }),
    }
  })
}

/** @throws ClavigerError `not_found`, `precondition_failed`, `conflict` when the new name is taken */
export async function updatePlan(
  room: KeysRoom,
  caller: Caller,
  target: PlanTarget,
  change: PlanChange,
): Promise<Changed<Plan>> {
  return room.store.transaction(async (tx) => {
    const before = await lockedPlan(tx, caller, target)
    if (change.name !== undefined && change.name !== before.name) await refuseTakenName(tx, caller, change.name)
    const row = await updatePlanRow(tx, before.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.limits !== undefined && { limits: limitsToColumn(change.limits) }),
      updated_at: new Date(room.nowMs()),
    })
    const values = { ...change, changed: Object.keys(change) }
    return { result: planFromRow(row), position: await tell(tx, caller, row.id, { verb: 'update', values }) }
  })
}

/** @throws ClavigerError `not_found`, `precondition_failed`, `conflict` while keys or apps are on it */
export async function deletePlan(room: PlansRoom, caller: Caller, target: PlanTarget): Promise<number> {
  return room.store.transaction(async (tx) => {
    const { id } = await lockedPlan(tx, caller, target)
    const [keys, apps] = [await countKeysOnPlan(tx, id), await room.countAppsOnPlan(tx, id)]
    if (keys + apps > 0) {
      const detail = `The plan is in use: ${keys} keys (deleted ones that can be restored among them) and ${apps} apps are on it. Give them another "plan_id", or null, first.`
      throw new ClavigerError('conflict', detail)
    }
    await deletePlanRow(tx, id)
    return tell(tx, caller, id, { verb: 'delete', values: {} })
  })
}

/** @throws ClavigerError `validation_failed` */
export async function checkPlan(db: Db, workspaceId: string, planId: string | null | undefined): Promise<void> {
  if (planId === null || planId === undefined || (await hasPlan(db, workspaceId, planId))) return
  const detail = `There is no plan ${planId} in this workspace.`
  throw new ClavigerError('validation_failed', detail, { errors: [{ pointer: '/plan_id', detail }] })
}

const STATUS = { create: 201, update: 200, delete: 204 } as const

async function tell(
  tx: Tx,
  { workspaceId, actor }: Caller,
  id: string,
  { verb, values }: { readonly verb: keyof typeof STATUS; readonly values: Readonly<Record<string, unknown>> },
): Promise<number> {
  await appendEntry(tx, {
    workspaceId,
    actor,
    operation: `plans.${verb}`,
    outcome: 'success',
    status: STATUS[verb],
    resource: { type: 'plan', id },
    values,
  })
  const detail = verb === 'delete' ? { deleted: true } : {}
  return appendChange(tx, { workspaceId, kind: 'edit', subjectType: 'plan', subjectId: id, detail })
}

async function lockedPlan(tx: Tx, { workspaceId }: Caller, target: PlanTarget): Promise<PlanRow> {
  const { planId, expectedRevision } = target
  const row = await lockPlan(tx, workspaceId, planId)
  if (row === undefined) throw new ClavigerError('not_found', `There is no plan ${planId}.`)
  if (expectedRevision !== undefined && expectedRevision !== row.revision)
    throw new ClavigerError('precondition_failed', `The plan is at revision ${row.revision} by now. Read it again.`)
  return row
}

async function refuseTakenName(tx: Tx, { workspaceId }: Caller, name: string): Promise<void> {
  if (!(await planNameTaken(tx, workspaceId, name))) return
  const detail = `The workspace already has a plan named ${name}.`
  throw new ClavigerError('conflict', detail, { errors: [{ pointer: '/name', detail }] })
}
