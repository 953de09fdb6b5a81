/** An app is a consumer: it owns keys and has somebody to ask about it. Disabled or deleted, all its keys refuse. */
import { ClavigerError, makeId } from '@claviger/core'
import { appendEntry } from '#audit'
import { atRevision, nameTaken, unknownPlan } from '#edge'
import { appendChange, type Changed } from '#feed'
import type { Tx } from '#store'
import { areLimitsKept, limitsFromColumn, limitsToColumn, type WireLimit } from '#usage'
import type { Caller, IdentityRoom, Target } from './room.ts'
import { appNameTaken, insertApp, lockApp, updateAppRow, type AppRow } from './rows.ts'

export interface NewApp {
  readonly name: string
  readonly owner: string
  readonly description: string
  readonly metadata: Readonly<Record<string, unknown>>
  /** Shared by all its keys. */
  readonly limits: readonly WireLimit[]
  /** Of its keys that have none of their own. */
  readonly planId: string | null
}

export interface AppChange {
  readonly name?: string | undefined
  readonly owner?: string | undefined
  readonly description?: string | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
  readonly limits?: readonly WireLimit[] | undefined
  readonly planId?: string | null | undefined
  readonly disabled?: boolean | undefined
}

/** @throws ClavigerError `conflict` when the workspace has a living app of that name */
export async function createApp(room: IdentityRoom, caller: Caller, wanted: NewApp): Promise<AppRow> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    await refuseTakenName(tx, caller.workspaceId, wanted.name)
    await checkPlan(room, tx, caller.workspaceId, wanted.planId)
    const row = await insertApp(tx, {
      id: makeId('app', now.getTime(), room.seal.randomBytes(10)),
      workspace_id: caller.workspaceId,
      name: wanted.name,
      owner: wanted.owner,
      description: wanted.description,
      metadata: JSON.stringify(wanted.metadata),
      limits: limitsToColumn(wanted.limits),
      plan_id: wanted.planId,
      created_at: now,
      updated_at: now,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'apps.create',
      outcome: 'success',
      status: 201,
      resource: { type: 'app', id: row.id },
      values: { name: wanted.name, owner: wanted.owner, limits: wanted.limits, plan_id: wanted.planId },
    })
    await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'app',
      subjectId: row.id,
      detail: {},
    })
    return row
  })
}

/**
 * Disabling is told to the nodes like a revocation, so that open streams of the app are cut too.
 *
 * @throws ClavigerError `not_found`, `precondition_failed`, `conflict` when the new name is taken or the app is decommissioned,
 *   `permission_missing` for what loosens it for keys that are beyond the bounds of the caller
 */
export async function updateApp(
  room: IdentityRoom,
  caller: Caller,
  target: Target,
  change: AppChange,
): Promise<Changed<AppRow>> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const locked = await lockApp(tx, caller.workspaceId, target.id)
    const before = atRevision('app', target.id, locked, target.expectedRevision)
    if (change.name !== undefined && change.name.toLowerCase() !== before.name.toLowerCase()) {
      await refuseTakenName(tx, caller.workspaceId, change.name)
    }
    if (change.disabled === false && before.decommissioned_at !== null)
      throw new ClavigerError('conflict', 'The app is decommissioned; it cannot be enabled again. Make a new one.')
    await checkPlan(room, tx, caller.workspaceId, change.planId)
    await room.refuseLooserApp(tx, caller, before.id, loosenedBy(before, change))
    const row = await updateAppRow(tx, before.id, {
      ...(change.name !== undefined && { name: change.name }),
      ...(change.owner !== undefined && { owner: change.owner }),
      ...(change.description !== undefined && { description: change.description }),
      ...(change.metadata !== undefined && { metadata: JSON.stringify(change.metadata) }),
      ...(change.limits !== undefined && { limits: limitsToColumn(change.limits) }),
      ...(change.planId !== undefined && { plan_id: change.planId }),
      ...(change.disabled !== undefined && { disabled_at: change.disabled ? (before.disabled_at ?? now) : null }),
      updated_at: now,
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'apps.update',
      outcome: 'success',
      status: 200,
      resource: { type: 'app', id: row.id },
      values: changedValues(change),
    })
    const disabledNow = row.disabled_at !== null && before.disabled_at === null
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: disabledNow ? 'revocation' : 'edit',
      subjectType: 'app',
      subjectId: row.id,
      detail: disabledNow ? { disabled: true } : {},
    })
    return { result: row, position }
  })
}

/** From here on every key of the app refuses, for good. @throws ClavigerError `not_found`, `precondition_failed` */
export async function deleteApp(room: IdentityRoom, caller: Caller, target: Target): Promise<number> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const locked = await lockApp(tx, caller.workspaceId, target.id)
    const before = atRevision('app', target.id, locked, target.expectedRevision)
    await updateAppRow(tx, before.id, { deleted_at: now, disabled_at: before.disabled_at ?? now, updated_at: now })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'apps.delete',
      outcome: 'success',
      status: 204,
      resource: { type: 'app', id: before.id },
    })
    return appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'revocation',
      subjectType: 'app',
      subjectId: before.id,
      detail: { deleted: true },
    })
  })
}

/** Members of the change, as on the wire, that let its keys do what they may not do now. */
function loosenedBy(before: AppRow, { limits, disabled, planId }: AppChange): readonly string[] {
  return [
    ...(limits !== undefined && !areLimitsKept(limits, limitsFromColumn(before.limits)) ? ['limits'] : []),
    ...(disabled === false && before.disabled_at !== null ? ['disabled'] : []),
    ...(planId !== undefined && planId !== before.plan_id ? ['plan_id'] : []),
  ]
}

function changedValues({ limits, planId, disabled, ...rest }: AppChange) {
  return {
    changed: Object.keys({ ...rest, limits, planId, disabled }),
    ...(limits !== undefined && { limits }),
    ...(planId !== undefined && { plan_id: planId }),
    ...(disabled !== undefined && { disabled }),
  }
}

async function checkPlan(room: IdentityRoom, tx: Tx, workspaceId: string, planId: string | null | undefined) {
  if (planId === null || planId === undefined || (await room.hasPlan(tx, workspaceId, planId))) return
  throw unknownPlan(planId)
}

async function refuseTakenName(tx: Tx, workspaceId: string, name: string): Promise<void> {
  if (await appNameTaken(tx, workspaceId, name)) throw nameTaken('an app', name)
}
