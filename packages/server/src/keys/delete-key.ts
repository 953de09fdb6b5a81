/** Deletes a key with a way back: it refuses at once, can be restored within the workspace's window, and is purged after. */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { atRevision, found } from '#edge'
import { appendChange } from '#feed'
import { keyRules } from '#identity'
import { describeKey } from './describe-keys.ts'
import type { Key } from './key.ts'
import { refuseBeyond } from './refuse-widening.ts'
import type { Caller, KeysRoom, KeyTarget } from './room.ts'
import { shareRoles } from './rows-roles.ts'
import { lockKey, updateKeyRow } from './rows.ts'

const DAY_MS = 86_400_000

/**
 * Deleting a deleted key changes nothing.
 *
 * @returns where the change stands in the feed
 * @throws ClavigerError `not_found`, `precondition_failed`
 */
export async function deleteKey(room: KeysRoom, caller: Caller, target: KeyTarget): Promise<number> {
  return room.store.transaction(async (tx) => {
    const nowMs = room.nowMs()
    const locked = await lockKey(tx, caller.workspaceId, target.keyId)
    const row = atRevision('key', target.keyId, locked, target.expectedRevision)
    if (row.deleted_at !== null) return 0
    const { restoreWindowDays } = await keyRules(tx, caller.workspaceId)
    const purgeAt = new Date(nowMs + restoreWindowDays * DAY_MS)
    await updateKeyRow(tx, row.id, { deleted_at: new Date(nowMs), purge_at: purgeAt, updated_at: new Date(nowMs) })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.delete',
      outcome: 'success',
      status: 204,
      resource: { type: 'key', id: row.id },
      values: { restorable_until: purgeAt },
    })
    return appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'revocation',
      subjectType: 'key',
      subjectId: row.id,
      detail: { deleted: true },
    })
  })
}

/**
 * Takes a deletion back; the key is as it was, revoked or expired too, but without the roles that were deleted meanwhile. A
 * key that is not deleted stays as it is.
 *
 * @throws ClavigerError `not_found`; `gone` from the millisecond on that the window ends; `permission_missing` when it may
 *   more than the caller could grant
 */
export async function restoreKey(
  room: KeysRoom,
  caller: Caller,
  keyId: string,
): Promise<{ readonly key: Key; readonly position: number }> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const row = found('key', keyId, await lockKey(tx, caller.workspaceId, keyId))
    if (row.purge_at === null) return { key: await describeKey(tx, row), position: 0 }
    if (row.purge_at <= now) {
      throw new ClavigerError('gone', `The key could be restored until ${row.purge_at.toISOString()}.`)
    }
    await refuseBeyond(tx, caller, row, 'restore it')
    const roles = await shareRoles(tx, caller.workspaceId, row.role_ids)
    const gone = row.role_ids.filter((id) => !roles.has(id))
    const updated = await updateKeyRow(tx, keyId, {
      deleted_at: null,
      purge_at: null,
      awake_at: now,
      updated_at: now,
      ...(gone.length > 0 && { role_ids: row.role_ids.filter((id) => roles.has(id)) }),
    })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.restore',
      outcome: 'success',
      status: 200,
      resource: { type: 'key', id: keyId },
      ...(gone.length > 0 && { values: { lost_role_ids: gone } }),
    })
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'key',
      subjectId: keyId,
      detail: {},
    })
    return { key: await describeKey(tx, updated), position }
  })
}
