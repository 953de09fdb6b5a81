/** Changes what a key is called, may do and how long; never its secrets. */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { atRevision } from '#edge'
import { appendChange } from '#feed'
import type { Db } from '#store'
import { limitsToColumn } from '#usage'
import { boundedExpiry, checkGrant, checkLife, type Grant } from './check-grant.ts'
import { checkRestrictions } from './check-restrictions.ts'
import { describeKey } from './describe-keys.ts'
import type { KeyChange } from './key-change.ts'
import type { Key } from './key.ts'
import { checkPlan } from './plans.ts'
import { refuseWidening } from './refuse-widening.ts'
import { restrictionsFromRow } from './restriction-schema.ts'
import type { Caller, KeyTarget, KeysRoom } from './room.ts'
import { lockKey, shareApis, updateKeyRow, type KeyRow } from './rows.ts'

export async function updateKey(
  room: KeysRoom,
  caller: Caller,
  target: KeyTarget,
  change: KeyChange,
): Promise<{ readonly key: Key; readonly position: number }> {
  return room.store.transaction(async (tx) => {
    const nowMs = room.nowMs()
    const row = atRevision(
      'key',
      target.keyId,
      await lockKey(tx, caller.workspaceId, target.keyId),
      target.expectedRevision,
    )
    if (row.revoked_at !== null)
      throw new ClavigerError('conflict', 'The key is revoked; it cannot be changed any more.')
    if (row.deleted_at !== null) throw new ClavigerError('conflict', 'The key is deleted. Restore it first.')
    await refuseWidening(tx, caller, row, { change, nowMs })
    if (touchedBy(change).size > 0) await shareApis(tx, caller.workspaceId, change.apiIds ?? row.api_ids)
    const updated = await updateKeyRow(tx, row.id, {
      ...(await changedKeyColumns(room, tx, row, change)),
      updated_at: new Date(nowMs),
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.update',
      outcome: 'success',
      status: 200,
      resource: { type: 'key', id: row.id },
      values: {
        ...change,
        ...(change.planId !== undefined && { plan_id: change.planId }),
        ...(change.roleIds !== undefined && { role_ids: change.roleIds }),
        changed: Object.keys(change),
      },
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'key',
      subjectId: row.id,
      detail: change.disabled === true ? { disabled: true } : {},
    })
    return { key: await describeKey(tx, updated), position }
  })
}

/**
 * What a change makes of a key's row. Writes nothing.
 *
 * @throws ClavigerError `validation_failed` for a change that may not be made
 */
export async function changedKeyColumns(room: KeysRoom, db: Db, row: KeyRow, change: KeyChange) {
  const touched = touchedBy(change)
  if (touched.size > 0) {
    await checkGrant(db, row.workspace_id, {
      apiIds: change.apiIds ?? row.api_ids,
      scopes: change.scopes ?? row.scopes,
      roleIds: change.roleIds ?? row.role_ids,
      grantReason: change.grantReason === undefined ? row.grant_reason : change.grantReason,
      restrictions: change.restrictions ?? restrictionsFromRow(row.restrictions),
      createdAt: row.created_at,
      expiresAt: change.expiresAt ?? row.expires_at,
      touched,
    })
  }
  if (change.restrictions !== undefined) checkRestrictions(room, change.restrictions)
  await checkPlan(db, row.workspace_id, change.planId)
  const now = new Date(room.nowMs())
  const life = await changedLife(room, db, row, change)
  return {
    ...(change.name !== undefined && { name: change.name }),
    ...(change.owner !== undefined && { owner: change.owner }),
    ...(change.tags !== undefined && { tags: [...change.tags] }),
    ...(change.apiIds !== undefined && { api_ids: [...change.apiIds] }),
    ...(change.scopes !== undefined && { scopes: [...change.scopes] }),
    ...(change.roleIds !== undefined && { role_ids: [...change.roleIds] }),
    ...(change.grantReason !== undefined && { grant_reason: change.grantReason }),
    ...(change.restrictions !== undefined && { restrictions: JSON.stringify(change.restrictions) }),
    ...(change.planId !== undefined && { plan_id: change.planId }),
    ...(change.limits !== undefined && { limits: limitsToColumn(change.limits) }),
    ...(change.metadata !== undefined && { metadata: JSON.stringify(change.metadata) }),
    ...life,
    ...(change.dormantAfterDays !== undefined && { dormant_after_days: change.dormantAfterDays }),
    ...(change.disabled !== undefined && {
      disabled_at: change.disabled ? (row.disabled_at ?? now) : null,
      // nobody could use it meanwhile
      ...(!change.disabled && row.disabled_at !== null && { awake_at: now }),
    }),
  }
}

function touchedBy(change: KeyChange): Grant['touched'] {
  return new Set([
    ...(change.apiIds === undefined ? [] : (['apis'] as const)),
    ...(change.scopes === undefined ? [] : (['scopes'] as const)),
    ...(change.roleIds === undefined ? [] : (['roles'] as const)),
    ...(change.grantReason === undefined ? [] : (['reason'] as const)),
    ...(change.restrictions === undefined ? [] : (['restrictions'] as const)),
    ...(change.expiresAt === undefined ? [] : (['life'] as const)),
  ])
}

/** The columns of a changed beginning and end; both are judged together, however many of them change. */
async function changedLife(room: KeysRoom, db: Db, row: KeyRow, change: KeyChange) {
  const { notBefore = row.not_before, expiresAt: asked } = change
  const maxAgeSeconds = await room.maxKeyAgeSeconds(db, row.workspace_id)
  const expiresAt =
    asked === undefined ? row.expires_at : boundedExpiry(asked, row.created_at.getTime(), room.nowMs(), maxAgeSeconds)
  if (change.notBefore !== undefined || asked !== undefined) checkLife(notBefore, expiresAt)
  return {
    ...(change.notBefore !== undefined && { not_before: notBefore }),
    ...(asked !== undefined && { expires_at: expiresAt }),
  }
}
