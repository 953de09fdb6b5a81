/** Adds a new secret to a key; the ones before it live on for a grace period and then refuse. */
import { ClavigerError } from '@claviger/core'
import { appendEntry } from '#audit'
import { found } from '#edge'
import { appendChange } from '#feed'
import { addVersion, type IssuedKey } from './create-key.ts'
import { idsOf } from './revoke-key.ts'
import { describeKey } from './describe-keys.ts'
import { refuseBeyond } from './refuse-widening.ts'
import type { Caller, KeysRoom } from './room.ts'
import { lockKey, selectVersions, updateKeyRow, updateVersionRow } from './rows.ts'

/**
 * @param graceSeconds how long the secrets before live on; 0 ends them now. A grace that already runs is never prolonged.
 * @throws ClavigerError `not_found`; `conflict` when the key is revoked or has expired; `permission_missing` when it may
 *   more than the caller could grant: the new secret would be theirs
 */
export async function rotateKey(
  room: KeysRoom,
  caller: Caller,
  keyId: string,
  graceSeconds: number,
): Promise<IssuedKey> {
  return room.store.transaction(async (tx) => {
    const nowMs = room.nowMs()
    const row = found('key', keyId, await lockKey(tx, caller.workspaceId, keyId))
    if (row.revoked_at !== null)
      throw new ClavigerError('conflict', 'The key is revoked; a revoked key is never rotated. Create a new one.')
    if (row.deleted_at !== null) throw new ClavigerError('conflict', 'The key is deleted. Restore it first.')
    if (row.expires_at !== null && row.expires_at.getTime() <= nowMs) {
      throw new ClavigerError('conflict', 'The key has expired. Create a new one.')
    }
    await refuseBeyond(tx, caller, row, 'have a secret of it')
    const before = await selectVersions(tx, [keyId])
    const graceEnd = new Date(nowMs + graceSeconds * 1000)
    for (const version of before) {
      if (version.revoked_at !== null) continue
      if (version.expires_at !== null && version.expires_at <= graceEnd) continue
      await updateVersionRow(tx, version.id, { expires_at: graceEnd })
    }
    const number = Math.max(0, ...before.map((version) => version.number)) + 1
    const { version, secret } = await addVersion(room, tx, row, number, nowMs)
    const updated = await updateKeyRow(tx, keyId, { updated_at: new Date(nowMs) })
    await appendEntry(tx, {
      workspaceId: caller.workspaceId,
      actor: caller.actor,
      operation: 'keys.rotate',
      outcome: 'success',
      status: 200,
      resource: { type: 'key', id: keyId },
      values: { version: number, grace_seconds: graceSeconds },
    })
    // A grace of 0 ends the old secrets like a revocation: whoever streams on one of them is cut off.
    const ended = graceSeconds === 0 ? before.filter((old) => old.revoked_at === null).flatMap(idsOf) : []
    const position = await appendChange(tx, {
      workspaceId: caller.workspaceId,
      kind: 'edit',
      subjectType: 'key',
      subjectId: keyId,
      detail: { public_ids: [version.public_id], ended },
    })
    return { key: await describeKey(tx, updated), secret, position }
  })
}
