/** Wakes a key that sleeps because nobody used it. */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { found } from '#edge'
import { appendChange } from '#feed'
import { describeKey } from './describe-keys.ts'
import type { Key } from './key.ts'
import { refuseBeyond } from './refuse-widening.ts'
import type { Caller, KeysRoom } from './room.ts'
import { lockKey, updateKeyRow } from './rows.ts'

/**
 * The time without use counts anew from now. A key that is awake stays as it is.
 *
 * @throws ClavigerError `not_found`; `conflict` for a key that is revoked or deleted; `permission_missing` when it may
 *   more than the caller could grant
 */
export async function wakeKey(
  room: KeysRoom,
  caller: Caller,
  keyId: string,
): Promise<{ readonly key: Key; readonly position: number }> {
  return room.store.transaction(async (tx) => {
    const now = new Date(room.nowMs())
    const row = found('key', keyId, await lockKey(tx, caller.workspaceId, keyId))
    if (row.revoked_at !== null) throw new ClavigerError('conflict', 'The key is revoked; nothing wakes it.')
    if (row.deleted_at !== null) throw new ClavigerError('conflict', 'The key is deleted. Restore it first.')
    if (row.dormant_at === null) return { key: await describeKey(tx, row), position: 0 }
    await refuseBeyond(tx, caller, row, 'wake it')
    const updated = await updateKeyRow(tx, keyId, { dormant_at: null, awake_at: now, updated_at: now })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.wake',
      outcome: 'success',
      status: 200,
      resource: { type: 'key', id: keyId },
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
